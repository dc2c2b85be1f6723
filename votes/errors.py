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


# --- elections -----------------------------------------------------------------------


class TooManyMarks(ChoicesInvalid):
    """More candidates are marked for than there are seats. ``limit`` and ``marked`` say how many."""

    code = "too-many-marks"
    message = _("同意的候选人超过了应选人数。请减少到应选人数以内，其余的选反对或弃权。")


class CandidateHasWithdrawn(ChoicesInvalid):
    """The ballot marks for, or against, a candidate who withdrew; ``positions`` are their places."""

    code = "candidate-withdrawn"
    status = 409
    message = _("有候选人在您打开表决票以后退出了，这一项已改为弃权。请看一遍再提交。")


class ElectionMissing(Refusal):
    code = "election-missing"
    status = 404
    message = _("这次会议没有选举。请先在会议草稿里设置选举。")


class SeatsUnlawful(Refusal):
    code = "seats-unlawful"
    message = _(
        "应选人数不合规定。业主委员会委员为五至十一人的单数；一百户以下的小区，当地有规定的可以为三人。"
    )


class ElectionHasNominees(Refusal):
    code = "election-has-nominees"
    status = 409
    message = _("已经有人被提名，不能取消选举，也不能改选举类型。确实不选的，请删除整个会议草稿。")


class NominationClosed(Refusal):
    code = "nomination-closed"
    status = 409
    message = _("提名已经截止。")


class NomineeNotMatched(Refusal):
    """No current owner of this home has this name."""

    code = "nominee-not-matched"
    message = _("与业主名册对不上。请核对被推荐人的姓名、幢、单元和房号，要与产权登记一致。")


class AlreadyNominated(Refusal):
    code = "already-nominated"
    status = 409
    message = _("这位业主已经是被提名人。请到候选人页面联名或查看。")


class SupportNotTaken(Refusal):
    code = "support-not-taken"
    status = 409
    message = _("您已经为这位业主联名，或者这位候选人不是联名推荐的，不需要再联名。")


class CandidacySettled(Refusal):
    """The candidate is out, or has accepted already."""

    code = "candidacy-settled"
    status = 409
    message = _("这位候选人的情况已经变了，不能再做这一步。请刷新页面查看。")


class DeclarationMissing(Refusal):
    code = "declaration-missing"
    message = _("请先勾选本人声明，再确认参选。")


class ScreeningIncomplete(Refusal):
    code = "screening-incomplete"
    message = _("还不能判定为审查通过：")


class ScreeningChanged(Refusal):
    """Somebody else screened this candidate since the page was opened."""

    code = "screening-changed"
    status = 409
    message = _("另一位工作人员刚刚审查过这位候选人，您的意见没有保存。请看过新的意见后再决定。")


class PostingNotPossible(Refusal):
    code = "posting-not-possible"
    status = 409
    message = _("现在不能公示候选人：")


class CandidateMotion(Refusal):
    code = "candidate-motion"
    status = 409
    message = _("这一项是候选人，由选举页面管理，不能在这里修改或删除。")


class LotSeedMissing(Refusal):
    code = "lot-seed-missing"
    message = _(
        "抽签种子还没有写。票数、面积都相同时要靠它公开抽签，公示以后不能再补。请先在选举设置里填写。"
    )


class SeatNotHeld(Refusal):
    code = "seat-not-held"
    status = 409
    message = _("这个席位现在没有人任职，不能提出罢免。")


# --- objections ------------------------------------------------------------------


class ObjectionWindowClosed(Refusal):
    code = "objection-window-closed"
    status = 409
    message = _(
        "现在不是提出这类异议的时间。对名册的异议在公示后、表决开始前提；对结果的异议在公布后规定的天数内提。"
    )


class ObjectionNotOnRoll(Refusal):
    code = "objection-not-on-roll"
    status = 403
    message = _("程序和结果的异议由名册上的业主提出。名册漏了您的，请对名册提出异议。")


class ObjectionSettled(Refusal):
    code = "objection-settled"
    status = 409
    message = _("这件异议已经答复或撤回，请刷新页面再看。")


class OwnObjection(Refusal):
    code = "own-objection"
    status = 403
    message = _("这是您自己提出的异议，请另一位有权限的人办理。")


class ObjectionAboutYou(Refusal):
    code = "objection-about-you"
    status = 403
    message = _("这件异议针对您所在的一方，请由别的一方或街道办理。")


class ActIncomplete(Refusal):
    """What exactly is to be done was not said, or not in a form that can be read."""

    code = "act-incomplete"
    message = _("请写明要做什么：延长的写新的截止时间，更正名册的先核对名册的变化。")


# --- extending a window --------------------------------------------------------------


class DeadlineNotLater(Refusal):
    code = "deadline-not-later"
    message = _("新的截止时间必须晚于现在的截止时间。表决时间只能延长，不能缩短。")


class WindowTooLong(Refusal):
    code = "window-too-long"
    message = _("延长以后，表决时间会超过允许的最长天数。请把新的截止时间提前。")


class ExtensionChangesStatute(Refusal):
    """The result would be judged by another law than the one that was announced."""

    code = "extension-changes-statute"
    message = _("延长到那一天，计票适用的法律就不同了，不能延长到那么晚。")


class ExtensionNeedsBasis(Refusal):
    """No outage was measured, so something that the owners had agreed on must allow it."""

    code = "extension-needs-basis"
    message = _("表决期间没有测到停机。延长须在会议公告或议事规则中有约定，请写明依据哪一条。")


# --- correcting a frozen roll --------------------------------------------------------


class RollUnchanged(Refusal):
    code = "roll-unchanged"
    status = 409
    message = _("表决人名册与现在的业主名册一致，没有可以更正的。请先更正业主名册。")


class RollChangedAgain(Refusal):
    """The living roster is not what was looked at when the correction was proposed."""

    code = "roll-changed-again"
    status = 409
    message = _("名册又变了，与提出更正时核对的不同，没有更正。请撤回，重新核对后再提出。")


class HeadStillReferred(Refusal):
    """An elector that the correction would remove has papers, mandates or deliveries."""

    code = "head-still-referred"
    status = 409
    message = _(
        "要移出名册的表决人已有送达、纸质表决票、委托或异议的记录，不能更正。只能取消会议，重新公示。"
    )


# --- revoking a decision ---------------------------------------------------------------


class OrderIncomplete(Refusal):
    """Who ordered a revocation without the number of the document, or the other way round."""

    code = "order-incomplete"
    message = _("由机关责令撤销的，请同时写明机关名称和文书编号；不是的，两项都不填。")


# --- deciding for a part of the estate ---------------------------------------------------


class ScopeUnknown(Refusal):
    code = "scope-unknown"
    message = _("没有这个楼幢或单元，请重新选择参加表决的范围。")


# --- papers of an assembly ---------------------------------------------------------------


class PaperTooLong(Refusal):
    """As PDF it would keep the reader, and everybody behind them, waiting for minutes."""

    code = "paper-too-long"
    message = _("这份文书太长，做成 PDF 要等很久。请用打印页，或下载表格；制作整套存档时会一并做成 PDF。")


class ArchivePending(Refusal):
    code = "archive-pending"
    status = 409
    message = _("存档正在制作，请等它做好再要一份。")
