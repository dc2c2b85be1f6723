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


# --- mandates ------------------------------------------------------------------------


class MandateRefused(Refusal):
    """A mandate that cannot be given, used or withdrawn as things are."""

    code = "mandate-refused"
    status = 409


class MandateTooLate(MandateRefused):
    code = "mandate-too-late"
    message = _("委托只能在公示以后、表决截止以前办理。这次会议现在不能办理委托。")


class MandateNeedless(MandateRefused):
    """The elector has voted already."""

    code = "mandate-needless"
    message = _("这一票已经投过了，不用再委托别人。")


class MandateStands(MandateRefused):
    code = "mandate-stands"
    message = _("这一票已经委托给别人了。要换人，请先撤回原来的委托。")


class MandateNotSecret(MandateRefused):
    code = "mandate-not-secret"
    message = _("这次是无记名的意见征询，只能本人参加，不能委托。")


class HolderPhoneInvalid(MandateRefused):
    code = "holder-phone-invalid"
    status = 422
    message = _("受托人的手机号码不对，请填 11 位手机号。")


class HolderNameMissing(MandateRefused):
    code = "holder-name-missing"
    status = 422
    message = _("请填写受托人的姓名。")


class HolderIsElector(MandateRefused):
    """The holder is the principal, or a co-owner of the same home."""

    code = "holder-is-elector"
    status = 422
    message = _("受托人不能是您自己，也不能是同一套房屋的共有人。共有人表决请联系社区办理代表。")


class HolderIsFirm(MandateRefused):
    code = "holder-is-firm"
    status = 422
    message = _("物业服务企业的工作人员不能接受委托，请委托别人。")


class MandateLimitReached(MandateRefused):
    code = "mandate-limit-reached"

    def __init__(self, limit: int = 0) -> None:
        super().__init__(
            _("这位受托人在这次会议接受的委托已满 %(limit)s 户，不能再接受，请委托别人。") % {"limit": limit},
            limit=limit,
        )


class MandateExpiryInvalid(MandateRefused):
    code = "mandate-expiry-invalid"
    status = 422
    message = _("有效期要晚于现在和表决开始，早于表决截止；不填就到截止为止。")


class MandateUsed(MandateRefused):
    """It was used, so it is not withdrawn; the principal's own ballot still replaces it."""

    code = "mandate-used"
    message = _("受托人已经用这份委托表决了，不能再撤回。截止前您仍可以自己表决，以您自己的为准。")


class MandateRevoked(MandateRefused):
    code = "mandate-revoked"
    message = _("这份委托已经撤回，不能再用。")


class MandateExpired(MandateRefused):
    code = "mandate-expired"
    message = _("这份委托已经过了有效期，不能再用。请联系委托人。")


class MandateNotYours(MandateRefused):
    """Forged, of another assembly, or somebody else's."""

    code = "mandate-not-yours"
    status = 403
    message = _("没有交给您的这份委托，表决票没有提交。请核对后再试。")


class InstructionsInvalid(MandateRefused):
    code = "instructions-invalid"
    status = 422
    message = _("投票指示不对，请对每一项选择一种，或由受托人决定。")


class InstructionsDeparted(MandateRefused):
    """The ballot says other than the principal instructed."""

    code = "instructions-departed"
    status = 422
    message = _("委托人对有的事项作了指示，受托人只能照办；表决票没有提交。请按指示选择。")


# --- looking at a ballot -------------------------------------------------------------


class BallotUnknown(Refusal):
    code = "ballot-unknown"
    status = 404
    message = _("没有找到这张表决票，请核对回执码或编号。")


class LookTooEarly(Refusal):
    code = "look-too-early"
    status = 409
    message = _("表决还没有截止，谁也不能看任何一张表决票。")


class BallotLocked(Refusal):
    """A confidential ballot that two people have not opened."""

    code = "ballot-locked"
    status = 403
    message = _("这次是保密表决，须两人批准才能调阅这一张。")
