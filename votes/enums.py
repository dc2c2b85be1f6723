"""Fixed vocabularies of deciding."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from votes import counting


class AssemblyStatus(TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("公示中")
    OPEN = "open", _("表决中")
    CLOSED = "closed", _("计票中")
    CERTIFIED = "certified", _("已公布结果")
    CANCELLED = "cancelled", _("已取消")
    VOID = "void", _("已撤销")


class AssemblyKind(TextChoices):
    REGULAR = "regular", _("定期会议")
    EXTRA = "extra", _("临时会议")


class Convener(TextChoices):
    COMMITTEE = "committee", _("业主委员会")
    PREPARATORY_GROUP = "preparatory-group", _("筹备组")
    RESIDENTS_COMMITTEE = "residents-committee", _("居民委员会")
    MANAGEMENT_COMMITTEE = "management-committee", _("物业管理委员会")


class MotionOption(TextChoices):
    FOR = "for", _("同意")
    AGAINST = "against", _("反对")
    ABSTAIN = "abstain", _("弃权")
    FOLLOW = "follow", _("随多数")


class Mark(TextChoices):
    """One letter of a ballot's ``choices``: what was marked for one motion."""

    FOR = counting.Mark.FOR.value, _("同意")
    AGAINST = counting.Mark.AGAINST.value, _("反对")
    ABSTAIN = counting.Mark.ABSTAIN.value, _("弃权")
    FOLLOW = counting.Mark.FOLLOW.value, _("随多数")
    INVALID = counting.Mark.INVALID.value, _("无效")
    UNMARKED = counting.Mark.UNMARKED.value, _("未选")


#: How an offered option is written on the ballot.
MARK_OF_OPTION = {
    MotionOption.FOR: Mark.FOR,
    MotionOption.AGAINST: Mark.AGAINST,
    MotionOption.ABSTAIN: Mark.ABSTAIN,
    MotionOption.FOLLOW: Mark.FOLLOW,
}


class Channel(TextChoices):
    ONLINE = "online", _("线上")
    PAPER = "paper", _("纸质")
    MANDATE = "mandate", _("委托")
    DESK = "desk", _("现场")


class BallotChange(TextChoices):
    """May an elector change a ballot before close? Frozen with the assembly."""

    FINAL = "final", _("提交后不能更改")
    REVISABLE = "revisable", _("截止前可以更改")


class SilentOwners(TextChoices):
    """What becomes of owners who were served and stayed silent (law in dispute)."""

    UNCOUNTED = "uncounted", _("不计入参与表决")
    WITH_MAJORITY = "with-majority", _("按规约计入多数意见")


class AttachmentKind(TextChoices):
    PLAN = "plan", _("方案")
    BUDGET = "budget", _("预算")
    AUDIT = "audit", _("审计报告")
    CONTRACT = "contract", _("合同文本")
    OTHER = "other", _("其他材料")


class ActKind(TextChoices):
    """Acts that need a second person."""

    CANCEL = "cancel", _("取消会议")
    VOID = "void", _("撤销决定")


class Verdict(TextChoices):
    PASSED = counting.Verdict.PASSED.value, _("通过")
    NOT_PASSED = counting.Verdict.NOT_PASSED.value, _("未形成决定")
    QUORUM_NOT_MET = counting.Verdict.QUORUM_NOT_MET.value, _("参与未达三分之二")
    INSUFFICIENT_DATA = counting.Verdict.INSUFFICIENT_DATA.value, _("数据不足")
