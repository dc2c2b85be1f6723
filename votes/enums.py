"""Fixed vocabularies of deciding."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from votes import counting, elections


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
    EXTEND = "extend", _("延长表决时间")
    CORRECT_ROLL = "correct-roll", _("更正表决人名册")
    RELEASE_PACK = "release-pack", _("开启完整证据包")
    UNLOCK_BALLOT = "unlock-ballot", _("调阅单张表决票")


class MotionKind(TextChoices):
    """What a motion asks. A candidate or a recall is a motion of its own, under item (3).

    An advisory motion decides nothing in the sense of 《民法典》第二百七十八条 and has no
    item: an opinion, or somebody the owners choose by heads. A vote on nothing else is secret.
    """

    MATTER = "matter", _("一般事项")
    CANDIDATE = "candidate", _("候选人")
    RECALL = "recall", _("罢免委员")
    ADVISORY = "advisory", _("征询意见（无记名，只按人数计）")


class BallotSecrecy(TextChoices):
    """Who may ever see what one ballot says. Nobody does before the close. Frozen with the assembly."""

    NAMED = "named", _("记名：截止后监票人可以核对")
    CONFIDENTIAL = "confidential", _("保密：只有投票人自己能看，调阅须双人批准")
    SECRET = "secret", _("无记名：只按人数计，投票与选择分开存放")


class ChannelPrecedence(TextChoices):
    """Which of an elector's ballots counts when several come by different ways. Frozen with the assembly."""

    FIRST_RECEIVED = "first-received", _("先收到的一张有效")
    ONLINE_FIRST = "online-first", _("线上与纸质并存的，以线上为准")
    PAPER_FIRST = "paper-first", _("线上与纸质并存的，以纸质为准")


class UncountedReason(TextChoices):
    """Why a ballot that was received is not counted. It is kept, with this reason."""

    ELECTOR_VOTED_ONLINE = "elector-voted-online", _("该表决人已在线上表决")
    ELECTOR_VOTED_ON_PAPER = "elector-voted-on-paper", _("该表决人已有一张纸质表决票")
    ELECTOR_VOTED_BY_MANDATE = "elector-voted-by-mandate", _("该表决人已由受托人表决")
    REPLACED_BY_ELECTOR = "replaced-by-elector", _("被本人后来提交的一张取代")
    REPLACED_BY_PRECEDENCE = "replaced-by-precedence", _("按会前公布的规则，以另一方式的一张为准")
    LATE = "late", _("截止以后才收到")
    PAPER_REPLACED = "paper-replaced", _("该编号已补发作废")
    OTHER_ASSEMBLY = "other-assembly", _("不是这次会议的表决票")
    UNSIGNED = "unsigned", _("没有签名")
    UNREADABLE = "unreadable", _("无法辨认")
    MANDATE_INVALID = "mandate-invalid", _("委托书无效")


class DeliveryMethod(TextChoices):
    """送达: how an elector was given the ballot and the notice."""

    HAND = "hand", _("当面送交")
    DOOR = "door", _("上门")
    POST = "post", _("邮寄")
    SMS = "sms", _("短信")
    BOARD = "board", _("公告栏张贴")


class RetainedKind(TextChoices):
    """Records that hold something about a person, and are erased after their time."""

    PAPERS = "papers", _("纸质表决票的扫描件")
    MANDATES = "mandates", _("委托书的扫描件和受托人的姓名、电话")
    DELIVERIES = "deliveries", _("送达的凭证和说明")
    ARCHIVES = "archives", _("做好的存档文件")


class ObjectionKind(TextChoices):
    ROLL = "roll", _("表决人名册")
    PROCEDURE = "procedure", _("程序")
    RESULT = "result", _("表决结果")


class ObjectionStatus(TextChoices):
    FILED = "filed", _("待处理")
    UNDER_REVIEW = "under-review", _("核查中")
    UPHELD = "upheld", _("成立")
    DISMISSED = "dismissed", _("不成立")
    WITHDRAWN = "withdrawn", _("已撤回")


class ObjectionAbout(TextChoices):
    """Whose work is disputed: nobody of them answers the objection."""

    NOBODY = "", _("不针对谁，只说事情")
    COMMITTEE = "committee", _("业主委员会（召集人）")
    COMMUNITY = "community", _("社区工作人员")
    SCRUTINEERS = "scrutineers", _("监票人")


class ElectionPurpose(TextChoices):
    TERM = "term", _("换届选举")
    BY_ELECTION = "by-election", _("补选")


class Nomination(TextChoices):
    """《杭州市物业管理条例》第二十六条: who may name a candidate."""

    SELF = "self", _("自荐")
    JOINT = "joint", _("业主联名推荐")
    RESIDENTS_COMMITTEE = "residents-committee", _("居民委员会推荐")


class CandidateStatus(TextChoices):
    NOMINATED = "nominated", _("待审查")
    ELIGIBLE = "eligible", _("审查通过")
    INELIGIBLE = "ineligible", _("不符合条件")
    WITHDRAWN = "withdrawn", _("已退出")


class SeatOutcome(TextChoices):
    ELECTED = elections.Place.ELECTED.value, _("当选")
    ALTERNATE = elections.Place.ALTERNATE.value, _("候补委员")
    NOT_ELECTED = elections.Place.NOT_ELECTED.value, _("未当选")
    WITHDRAWN = elections.Place.WITHDRAWN.value, _("中途退出")


class Criterion(TextChoices):
    """《杭州市物业管理条例》第二十五条、《业主大会和业主委员会指导规则》第三十一条: who may stand."""

    ON_ROSTER = "on-roster", _("是本小区业主")
    FULL_AGE = "full-age", _("年满十八周岁，有完全民事行为能力")
    NO_FIRM_TIE = "no-firm-tie", _("本人和近亲属不在本小区物业企业任职")
    DUES = "dues", _("按约定交纳物业费等费用，没有恶意拖欠")
    LAW_ABIDING = "law-abiding", _("遵守法律和管理规约，没有不得任职的情形")
    HAS_TIME = "has-time", _("有时间和能力履行职责")


class ScreeningFinding(TextChoices):
    """What the screening found on one criterion."""

    MET = "met", _("符合")
    FAILED = "failed", _("不符合")
    UNKNOWN = "unknown", _("尚未查明")


class RecallProposer(TextChoices):
    """《杭州市物业管理条例》第三十二条: who may propose to end a member's seat."""

    OWNERS = "owners", _("业主联名")
    COMMITTEE = "committee", _("业主委员会")


class Verdict(TextChoices):
    PASSED = counting.Verdict.PASSED.value, _("通过")
    NOT_PASSED = counting.Verdict.NOT_PASSED.value, _("未形成决定")
    QUORUM_NOT_MET = counting.Verdict.QUORUM_NOT_MET.value, _("参与未达三分之二")
    INSUFFICIENT_DATA = counting.Verdict.INSUFFICIENT_DATA.value, _("数据不足")
