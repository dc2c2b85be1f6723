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
