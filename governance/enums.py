"""Fixed vocabularies of deliberation."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Party(TextChoices):
    """As whom somebody speaks, answers or signs."""

    RESIDENTS = "residents", _("居民")
    COMMITTEE = "committee", _("业委会")
    FIRM = "firm", _("物业")
    COMMUNITY = "community", _("社区党组织")
    SUBDISTRICT = "subdistrict", _("街道")
    OTHER = "other", _("其他单位")

    @classmethod
    def three(cls) -> "list[Party]":
        """The three that answer proposals and sign minutes."""
        return [cls.COMMITTEE, cls.FIRM, cls.COMMUNITY]


class Turn(TextChoices):
    """Whose turn it is."""

    NOBODY = "", _("不需要谁处理")
    AUTHOR = "author", _("提出人")
    COMMITTEE = "committee", _("业委会")
    FIRM = "firm", _("物业")
    COMMUNITY = "community", _("社区党组织")
    SUBDISTRICT = "subdistrict", _("街道")
    RESIDENTS = "residents", _("居民")


class ProposalCategory(TextChoices):
    REPAIR = "repair", _("设施维修")
    SAFETY = "safety", _("消防安全")
    PARKING = "parking", _("停车充电")
    HYGIENE = "hygiene", _("环境卫生")
    GREENING = "greening", _("绿化景观")
    FEES = "fees", _("物业收费")
    FUNDS = "funds", _("公共收益与维修资金")
    RULES = "rules", _("规约与管理")
    ELDERLY = "elderly", _("养老托幼")
    NEIGHBOURS = "neighbours", _("邻里关系")
    OTHER = "other", _("其他")


class Capacity(TextChoices):
    """In which capacity a proposal or comment is written; frozen when it is."""

    OWNER = "owner", _("业主")
    RESIDENT = "resident", _("居民")
    COMMITTEE = "committee", _("业委会")
    FIRM = "firm", _("物业")
    COMMUNITY = "community", _("社区党组织")
    SUBDISTRICT = "subdistrict", _("街道")


class ProposalStatus(TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("退回补正")
    REFUSED = "refused", _("不予受理")
    ACCEPTED = "accepted", _("征集附议")
    PARTY = "party", _("支部商议")
    COMMITTEE = "committee", _("业委会研究")
    MEETING = "meeting", _("协商中")
    ASSEMBLY = "assembly", _("提交业主大会")
    HANDLING = "handling", _("办理中")
    DONE = "done", _("已办结")
    MERGED = "merged", _("已合并")
    WITHDRAWN = "withdrawn", _("已撤回")


class Feature(TextChoices):
    """What people may do in a phase; which phase opens which is a policy."""

    ENDORSE = "endorse", _("附议")
    COMMENT = "comment", _("评论")
    STATE = "state", _("提出观点")
    OPINE = "opine", _("对观点表态")
    ANSWER = "answer", _("正式答复")


class ReasonCode(TextChoices):
    """Why a proposal is returned or refused, or a text hidden."""

    INCOMPLETE = "incomplete", _("内容不完整")
    UNCLEAR = "unclear", _("事项不明确")
    NOT_ESTATE = "not-estate", _("不属于本小区公共事务")
    DUPLICATE = "duplicate", _("与已有内容重复")
    UNLAWFUL = "unlawful", _("违反法律法规")
    PRIVACY = "privacy", _("泄露他人隐私")
    ABUSE = "abuse", _("侮辱、诽谤或人身攻击")
    ADVERTISING = "advertising", _("广告或无关内容")
    FALSE = "false", _("经核实不属实")
    OTHER = "other", _("其他")


class Stance(TextChoices):
    FOR = "for", _("支持")
    AGAINST = "against", _("反对")
    SUGGESTION = "suggestion", _("建议")


class ModerationAction(TextChoices):
    HIDE = "hide", _("隐藏")
    RESTORE = "restore", _("恢复")


class ReportOutcome(TextChoices):
    HIDDEN = "hidden", _("已隐藏")
    KEPT = "kept", _("予以保留")


class AppealStatus(TextChoices):
    FILED = "filed", _("待复核")
    UPHELD = "upheld", _("申诉成立")
    DISMISSED = "dismissed", _("维持原处理")
    WITHDRAWN = "withdrawn", _("已撤回")


class AnswerStatus(TextChoices):
    """What a party says it will do."""

    CONSIDERING = "considering", _("正在研究")
    AGREED = "agreed", _("同意办理")
    PARTLY = "partly", _("部分同意")
    DECLINED = "declined", _("不同意")
    ELSEWHERE = "elsewhere", _("不属本单位职责")
    DONE = "done", _("已经办理")


class StatementStatus(TextChoices):
    PENDING = "pending", _("待审核")
    APPROVED = "approved", _("公开")
    REJECTED = "rejected", _("未采用")


class Opinion(IntegerChoices):
    AGREE = 1, _("同意")
    PASS = 0, _("说不好")
    DISAGREE = -1, _("不同意")


class MeetingKind(TextChoices):
    """The four meetings of community deliberation, and the joint meeting of three parties."""

    TALK = "talk", _("民情恳谈会")
    COORDINATION = "coordination", _("社区事务协调会")
    HEARING = "hearing", _("社区工作听证会")
    REVIEW = "review", _("社区成效评议会")
    JOINT = "joint", _("三方联席会议")


class MeetingStatus(TextChoices):
    DRAFT = "draft", _("筹备中")
    ANNOUNCED = "announced", _("已公告")
    RUNNING = "running", _("进行中")
    ENDED = "ended", _("已结束")
    CANCELLED = "cancelled", _("已取消")


class AttendanceRole(TextChoices):
    CHAIR = "chair", _("主持人")
    RECORDER = "recorder", _("记录人")
    DELEGATE = "delegate", _("代表")
    OBSERVER = "observer", _("旁听")
    EXPERT = "expert", _("专业人士")


class SignInMethod(TextChoices):
    QR = "qr", _("扫码")
    DESK = "desk", _("签到台")
    ONLINE = "online", _("线上")


class AgendaStatus(TextChoices):
    WAITING = "waiting", _("未开始")
    CURRENT = "current", _("正在讨论")
    DONE = "done", _("已结束")
    SKIPPED = "skipped", _("未讨论")


class PollChoice(TextChoices):
    AGREE = "agree", _("赞成")
    DISAGREE = "disagree", _("不赞成")
    ABSTAIN = "abstain", _("保留")


class ActionStatus(TextChoices):
    OPEN = "open", _("待办理")
    DOING = "doing", _("办理中")
    DONE = "done", _("已完成")
    CANCELLED = "cancelled", _("不再办理")


class MinutesStatus(TextChoices):
    DRAFT = "draft", _("整理中")
    CONFIRMING = "confirming", _("与会人确认中")
    SIGNING = "signing", _("待三方签署")
    SEALED = "sealed", _("已签署")
    SUPERSEDED = "superseded", _("已被更正")
    DISCARDED = "discarded", _("未采用")


class ConfirmationKind(TextChoices):
    CONFIRMED = "confirmed", _("确认")
    DISSENT = "dissent", _("提出不同意见")


class SigningMethod(TextChoices):
    """How a signer proved who they are at the moment of signing."""

    PASSWORD = "password", _("密码")
    SECOND_STEP = "second-step", _("动态验证码")
    SMS = "sms", _("短信验证码")


class FileKind(TextChoices):
    PHOTO = "photo", _("照片")
    DOCUMENT = "document", _("文件")


class TicketCategory(TextChoices):
    REPAIR = "repair", _("设施维修")
    HYGIENE = "hygiene", _("环境卫生")
    SAFETY = "safety", _("安全隐患")
    NOISE = "noise", _("噪声扰民")
    PARKING = "parking", _("停车充电")
    FEES = "fees", _("收费问题")
    NEIGHBOURS = "neighbours", _("邻里纠纷")
    SUGGESTION = "suggestion", _("服务建议")


class TicketStatus(TextChoices):
    OPEN = "open", _("待受理")
    WORKING = "working", _("处理中")
    PAUSED = "paused", _("暂停计时")
    FIXED = "fixed", _("待报事人确认")
    CLOSED = "closed", _("已办结")
    WITHDRAWN = "withdrawn", _("已撤回")


class PauseReason(TextChoices):
    """What a clock may be stopped for."""

    OWNER = "owner", _("等住户")
    PART = "part", _("等配件")
    APPROVAL = "approval", _("等审批")
    WEATHER = "weather", _("等天气")


class TicketAct(TextChoices):
    """What happened to a ticket."""

    REPORTED = "reported", _("报事")
    ACCEPTED = "accepted", _("受理")
    ASSIGNED = "assigned", _("派给师傅")
    NOTED = "noted", _("回复")
    PAUSED = "paused", _("暂停计时")
    RESUMED = "resumed", _("恢复计时")
    HANDED = "handed", _("转交")
    FIXED = "fixed", _("处理完毕")
    CONFIRMED = "confirmed", _("报事人确认修好")
    REJECTED = "rejected", _("报事人说没有修好")
    REOPENED = "reopened", _("重新打开")
    RATED = "rated", _("评价")
    ESCALATED = "escalated", _("超期上报")
    SUPERVISED = "supervised", _("督办")
    REPLIED = "replied", _("回复督办")
    EXPIRED = "expired", _("七天没有回应，自动办结")
    WITHDRAWN = "withdrawn", _("撤回")
    JOINED = "joined", _("并入已有的报事")
