"""Why a step of an election was refused."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal

from .assemblies import ChoicesInvalid


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
