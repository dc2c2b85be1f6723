from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from communities.models import CommitteeSeat
from votes.enums import AttachmentKind, MotionKind, MotionOption

from .assembly import Assembly


def usual_options() -> list[str]:
    return [MotionOption.FOR.value, MotionOption.AGAINST.value, MotionOption.ABSTAIN.value]


class Motion(models.Model):
    """表决事项: one question. Its text, item and options cannot change once posted."""

    assembly = models.ForeignKey(Assembly, on_delete=models.CASCADE, related_name="motions")
    #: Place on the ballot, from 1; the motion's mark is letter ``position`` of ``Ballot.choices``.
    position = models.PositiveSmallIntegerField(_("序号"))
    kind = models.CharField(_("类型"), max_length=10, choices=MotionKind.choices, default=MotionKind.MATTER)
    #: Whose seat a recall is about.
    seat = models.ForeignKey(
        CommitteeSeat, on_delete=models.PROTECT, null=True, blank=True, related_name="recalls"
    )
    title = models.CharField(_("表决事项"), max_length=200)
    text = models.TextField(_("内容"), blank=True, default="")
    #: Which announced topic it belongs to: one of ``Assembly.topics``.
    topic = models.CharField(_("对应的公告议题"), max_length=200, blank=True, default="")
    #: 《民法典》第二百七十八条第一款第（一）至（九）项.
    item = models.PositiveSmallIntegerField(
        _("法定事项"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    item_reason = models.CharField(_("归入该项的理由"), max_length=500, blank=True, default="")
    options = models.JSONField(_("选项"), default=usual_options)
    changes_fee = models.BooleanField(_("涉及调整物业收费标准"), default=False)
    #: What it costs, in 0.01 yuan, where it costs anything.
    amount = models.PositiveBigIntegerField(_("金额（分）"), null=True, blank=True)

    class Meta:
        verbose_name = _("表决事项")
        verbose_name_plural = _("表决事项")
        ordering = ["assembly", "position"]
        constraints = [
            models.UniqueConstraint(fields=["assembly", "position"], name="motion_position_once"),
            models.CheckConstraint(condition=Q(position__gte=1), name="motion_position_from_one"),
            models.CheckConstraint(
                condition=Q(item__isnull=True) | Q(item__gte=1, item__lte=9), name="motion_item_is_statutory"
            ),
            models.CheckConstraint(
                condition=Q(kind=MotionKind.RECALL, seat__isnull=False)
                | ~Q(kind=MotionKind.RECALL) & Q(seat__isnull=True),
                name="recall_names_a_seat",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class MotionAttachment(models.Model):
    """A paper the owners may read before they vote: plan, budget, audit, contract."""

    motion = models.ForeignKey(Motion, on_delete=models.CASCADE, related_name="attachments")
    kind = models.CharField(_("类别"), max_length=10, choices=AttachmentKind.choices)
    name = models.CharField(_("名称"), max_length=120)
    file = models.FileField(_("文件"), upload_to="motions/%Y/%m/")
    sha256 = models.CharField(_("哈希"), max_length=64)
    size = models.PositiveIntegerField(_("字节数"))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name = _("附件")
        verbose_name_plural = _("附件")
        ordering = ["motion", "pk"]

    def __str__(self) -> str:
        return self.name
