"""Why a vote, a ballot, a roll or an act of two people was refused."""

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


class PaperCounts(AlreadyCast):
    code = "paper-counts"
    message = _("已收到这一票的纸质表决票并已计入，按会前公布的规则以它为准；线上的这一张没有提交。")


class PaperNotSecret(Refusal):
    """A paper carries its elector's number, so it is never secret."""

    code = "paper-not-secret"
    status = 409
    message = _("这次是无记名的意见征询，纸质票上有编号，不能收。请在线上参加。")


class PrincipalVoted(AlreadyCast):
    code = "principal-voted"
    message = _("委托人已经自己表决，以本人的为准；您受托的这一张没有提交。")


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
    message = _(
        "会议现在的状态不能进行这项操作。公示期间可以更正名册；公示和表决期间可以取消会议、延长表决；"
        "公布结果以后可以撤销决定。"
    )


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


class EvidenceNotReady(Refusal):
    """There is no result yet, or its leaf has no place in the tree so far."""

    code = "evidence-not-ready"
    status = 409
    message = _("结果公布并封存以后才有证据包。请过一两分钟再来。")


class PackNotReleased(Refusal):
    """A full pack needs an act that two people agreed on."""

    code = "pack-not-released"
    status = 409
    message = _("完整证据包要由两人批准开启。请先提出，再请另一位有权限的人确认。")
