"""Fixed vocabularies of who, where and in which role."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RoleCode(TextChoices):
    """What a person may be *appointed* to. Owner and resident follow from the roster instead."""

    COMMITTEE_CHAIR = "committee-chair", _("业委会主任")
    COMMITTEE = "committee", _("业委会委员")
    PREPARATORY_GROUP = "preparatory-group", _("筹备组成员")
    FIRM = "firm", _("物业人员")
    SECRETARY = "secretary", _("社区工作人员")
    SUBDISTRICT = "subdistrict", _("街道工作人员")
    ASSESSOR = "assessor", _("第三方评估员")
    SCRUTINEER = "scrutineer", _("监票人")


class UnitUse(TextChoices):
    DWELLING = "dwelling", _("住宅")
    SHOP = "shop", _("商业")
    OFFICE = "office", _("办公")
    PARKING = "parking", _("车位")
    STORAGE = "storage", _("储藏室")
    OTHER = "other", _("其他")

    @classmethod
    def uncounted(cls) -> "list[UnitUse]":
        """Uses that neither area nor heads are counted for, unless the estate's rules say so."""
        return [cls.PARKING, cls.STORAGE]


class AreaBasis(TextChoices):
    """Where an area comes from, in the order of 法释〔2020〕17号 第八条."""

    REGISTER = "register", _("不动产登记")
    SURVEY = "survey", _("测绘成果")
    CONTRACT = "contract", _("购房合同")


class OwnerKind(TextChoices):
    NATURAL = "natural", _("自然人")
    LEGAL = "legal", _("单位")


class ResidencyKind(TextChoices):
    TENANT = "tenant", _("租户")
    FAMILY = "family", _("家庭成员")


class BindingStatus(TextChoices):
    PENDING = "pending", _("待社区核对")
    APPROVED = "approved", _("已绑定")
    REFUSED = "refused", _("未通过")
    WITHDRAWN = "withdrawn", _("已撤回")


class BindingCapacity(TextChoices):
    """As what a person asks to be bound to a unit."""

    OWNER = "owner", _("业主")
    TENANT = "tenant", _("租户")
    FAMILY = "family", _("家庭成员")


class SeatPosition(TextChoices):
    CHAIR = "chair", _("主任")
    VICE_CHAIR = "vice-chair", _("副主任")
    MEMBER = "member", _("委员")


class SeatEndReason(TextChoices):
    """Why a seat ends before its term, other than by a vote (《指导规则》第四十三、四十四条)."""

    RESIGNED = "resigned", _("本人书面辞职")
    NOT_OWNER = "not-owner", _("不再是本小区业主")
    INCAPABLE = "incapable", _("丧失民事行为能力")
    CONVICTED = "convicted", _("被追究刑事责任")
    DIED = "died", _("去世")
    OTHER = "other", _("其他法定情形")


class ImportStatus(TextChoices):
    PREVIEW = "preview", _("待确认")
    COMMITTED = "committed", _("已导入")
    DISCARDED = "discarded", _("已放弃")


class WitnessKind(TextChoices):
    EMAIL = "email", _("电子邮件")
    WEBHOOK = "webhook", _("系统对接")


class ReserveStage(TextChoices):
    """储备人选: from a first proposal to a seat or away."""

    PROPOSED = "proposed", _("推荐")
    TALKED = "talked", _("已谈话")
    RESERVED = "reserved", _("列入储备")
    STOOD = "stood", _("已参选")
    LEFT = "left", _("已退出")


class Grade(TextChoices):
    """Of a yearly assessment of a committee or one of its members."""

    GOOD = "good", _("好")
    FAIR = "fair", _("较好")
    PASS = "pass", _("一般")
    POOR = "poor", _("差")


class HandoverKind(TextChoices):
    """What an outgoing committee or member hands over."""

    SEAL = "seal", _("印章")
    RECORDS = "records", _("档案资料")
    ACCOUNTS = "accounts", _("财务账簿和凭证")
    MONEY = "money", _("业主共有资金")
    PROPERTY = "property", _("共有财物")
    OTHER = "other", _("其他")


class KeyPurpose(TextChoices):
    SEAL = "seal", _("封存日志")
    RECEIPT = "receipt", _("签发回执")
