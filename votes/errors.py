"""Refusals of votes."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


class AssemblyNotOpen(Refusal):
    """The window is not open at this moment."""

    code = "assembly-not-open"
    status = 409
    message = _("现在不在表决时间内，这张表决票没有提交。")


class AssemblyNotYetOpen(AssemblyNotOpen):
    code = "assembly-not-yet-open"
    message = _("表决还没有开始，这张表决票没有提交。请在开始时间之后再来。")


class AssemblyAlreadyClosed(AssemblyNotOpen):
    code = "assembly-closed"
    message = _("表决已经截止，这张表决票没有提交。")


class AssemblyCancelled(AssemblyNotOpen):
    code = "assembly-cancelled"
    message = _("这次会议已经取消，这张表决票没有提交。")


class NotOnRoll(Refusal):
    """The account may not cast for this elector."""

    code = "not-on-roll"
    status = 403
    message = _("您不在这次会议的表决人名册上，或者这套房由其他共有人代表表决。")


class AlreadyCast(Refusal):
    code = "already-cast"
    status = 409
    message = _("这一票已经投过了，先收到的一张有效。提交后不能更改。")


class KeyReused(Refusal):
    """The same idempotency key came with another elector or other choices."""

    code = "key-reused"
    status = 409
    message = _("这张表决票此前已经提交过，内容与这次不同；已收到的那一张有效。请刷新页面查看回执。")


class ChoicesInvalid(Refusal):
    code = "choices-invalid"
    message = _("请对每一项选择同意、反对或弃权。")


class AssemblyPosted(Refusal):
    """What has been posted is not edited any more."""

    code = "assembly-posted"
    status = 409
    message = _("会议已经公示，内容不能再改。确有错误的，请取消这次会议，改正后重新公示。")


class LintFailed(Refusal):
    """Errors stand, or warnings nobody has signed for. ``findings`` are those that stop the publication."""

    code = "lint-failed"
    message = _("还有问题没有处理，不能公示。请按检查结果逐条改正或说明。")


class FindingUnknown(Refusal):
    """The warning is not there (any more), or it is an error, for which nobody may sign."""

    code = "finding-unknown"
    status = 409
    message = _("这条提示已经不在，或者必须改正、不能签署说明。请刷新页面再看。")


class AttachmentRefused(Refusal):
    code = "attachment-refused"
    message = _("只能上传 PDF 文件或 JPG、PNG、WebP 图片。Word、Excel、压缩包等请先转成 PDF。")


class AttachmentTooLarge(AttachmentRefused):
    code = "attachment-too-large"
    message = _("文件超过 10 MB。请压缩或分成几个文件后再上传。")


class RollIncomplete(Refusal):
    """Units without a current owner belong to nobody's head; a roll without them would be too small."""

    code = "roll-incomplete"
    message = _("名册中还有房屋没有登记业主，不能冻结表决人名册。请先在业主名册中补登。")


class RollMismatch(Refusal):
    """What was frozen is not what the roster says, because the roster changed meanwhile."""

    code = "roll-mismatch"
    message = _("冻结名册时业主名册正在变动，没有公示。请稍后再公示一次。")


class RollEmpty(Refusal):
    code = "roll-empty"
    message = _("名册中没有可以计票的房屋，不能公示。请先导入业主名册。")


class ActNotPossible(Refusal):
    """The assembly is not in a state for this act."""

    code = "act-not-possible"
    status = 409
    message = _("会议现在的状态不能进行这项操作。公示和表决期间可以取消会议；公布结果以后可以撤销决定。")


class ActPending(Refusal):
    code = "act-pending"
    status = 409
    message = _("同样的操作已经有人提出，正等待另一人确认。")


class ActSettled(Refusal):
    code = "act-settled"
    status = 409
    message = _("这项操作已经确认或撤回，不能再处理。")


class SecondPersonNeeded(Refusal):
    """The proposer cannot also confirm."""

    code = "second-person-needed"
    status = 403
    message = _("提出的人不能自己确认，请另一位有权限的人确认。")


# --- paper -----------------------------------------------------------------------


class PaperNotOffered(Refusal):
    """The rules of this assembly have no paper on request, or it is secret: a numbered sheet would tell."""

    code = "paper-not-offered"
    status = 409
    message = _("这次会议不使用纸质表决票，请在线上表决；不便使用手机的，请联系社区。")


class PaperNotNow(Refusal):
    """Sheets are asked for and printed from the posting until the close."""

    code = "paper-not-now"
    status = 409
    message = _("现在不能申领或打印纸质票。公示以后、表决截止以前可以办理。")


class PaperUnknown(Refusal):
    code = "paper-unknown"
    message = _("查不到这张票，没有登记。请核对票号或重新扫码；仍查不到的，请单独放好，由监票人一起核对。")


class PaperOfOtherAssembly(Refusal):
    code = "paper-of-other-assembly"
    status = 409
    message = _("这是另一次会议的表决票，没有登记。请打开那次会议再登记，不要与这次的票放在一起。")


class PaperNotPrinted(Refusal):
    code = "paper-not-printed"
    status = 409
    message = _("这个票号还没有打印过，不会有票交回。请核对票号。")


class PaperTooEarly(Refusal):
    code = "paper-too-early"
    status = 409
    message = _("表决还没有开始，没有登记。请把票收好，开始以后再登记。")


class PaperAlreadyReceived(Refusal):
    code = "paper-already-received"
    status = 409
    message = _(
        "这个票号已经登记收到，一张票只登记一次。手上若是另一张同号的票，请单独放好，由监票人一起核对。"
    )


class PaperNotReceived(Refusal):
    code = "paper-not-received"
    status = 409
    message = _("这张票还没有登记收到，请先扫码登记再录入。")


class PaperSettled(Refusal):
    code = "paper-settled"
    status = 409
    message = _("这张票已经录完，不用再录。")


class PaperEnteredByYou(Refusal):
    """Looks are independent: each is by another person."""

    code = "paper-entered-by-you"
    status = 409
    message = _("这张票您已经录过，请由另一位监票人录入。您录的内容已保存。")


class PaperMarksMissing(Refusal):
    code = "paper-marks-missing"
    message = _("请对每一项选一个；整张票有问题的，请选整张票的问题。")


# --- delivery --------------------------------------------------------------------


class DeliveryNotNow(Refusal):
    code = "delivery-not-now"
    status = 409
    message = _("现在不能登记送达。公示以后、公布结果以前可以登记。")


class DeliveryTimeImpossible(Refusal):
    code = "delivery-time-impossible"
    message = _("送达时间要在公示以后、表决截止以前，也不能晚于现在。")


class DeliveryEvidenceMissing(Refusal):
    code = "delivery-evidence-missing"
    message = _("张贴要有照片，邮寄、短信要有凭证照片或写明单号、发送记录。")


class DeliveryToNobody(Refusal):
    code = "delivery-to-nobody"
    message = _("没有选到表决人。请选楼幢、勾选房屋，或选全部。")


class DeliveryTakenBack(Refusal):
    code = "delivery-taken-back"
    status = 409
    message = _("这条送达记录已经撤回。")
