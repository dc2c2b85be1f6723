import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from votes.enums import ObjectionAbout, ObjectionKind, ObjectionStatus

from .assembly import Assembly
from .roll import Elector

#: An answer is still owed.
OPEN_STATUSES = (ObjectionStatus.FILED, ObjectionStatus.UNDER_REVIEW)


class Objection(models.Model):
    """异议: somebody on the roll disputes roll, procedure or result, within the window for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assembly = models.ForeignKey(Assembly, on_delete=models.PROTECT, related_name="objections")
    #: From 1 within the assembly, in the order of filing.
    number = models.PositiveIntegerField(_("编号"))
    kind = models.CharField(_("对什么有异议"), max_length=10, choices=ObjectionKind.choices)
    about = models.CharField(
        _("针对谁"), max_length=12, choices=ObjectionAbout.choices, blank=True, default=ObjectionAbout.NOBODY
    )
    #: The filer's own place on the roll; empty for an owner who says that the roll lacks it.
    elector = models.ForeignKey(Elector, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="objections"
    )
    text = models.TextField(_("异议内容"), max_length=2000)
    filed_at = models.DateTimeField(_("提出时间"))
    due_at = models.DateTimeField(_("答复期限"))
    status = models.CharField(
        _("状态"), max_length=12, choices=ObjectionStatus.choices, default=ObjectionStatus.FILED
    )
    answer = models.TextField(_("答复"), max_length=2000, blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    #: When the subdistrict was told that the answer is overdue.
    escalated_at = models.DateTimeField(_("报告街道时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("异议")
        verbose_name_plural = _("异议")
        ordering = ["-filed_at"]
        constraints = [
            models.UniqueConstraint(fields=["assembly", "number"], name="objection_number_once"),
            models.CheckConstraint(
                condition=~Q(status__in=[ObjectionStatus.UPHELD, ObjectionStatus.DISMISSED])
                | ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False),
                name="settled_objection_is_answered",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=models.F("filed_by")),
                name="nobody_answers_their_own_objection",
            ),
        ]
        indexes = [
            models.Index(fields=["assembly", "status"], name="objection_by_status"),
            models.Index(fields=["due_at"], name="objection_by_due"),
        ]

    def __str__(self) -> str:
        return f"{self.assembly_id} {self.kind}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES


class ObjectionStep(models.Model):
    """One step of handling an objection: taken up, a finding, a question, the answer. Never changed."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="steps")
    status = models.CharField(_("状态"), max_length=12, choices=ObjectionStatus.choices)
    text = models.TextField(_("说明"), max_length=2000, blank=True, default="")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("异议处理步骤")
        verbose_name_plural = _("异议处理步骤")
        ordering = ["objection", "taken_at", "pk"]

    def __str__(self) -> str:
        return f"{self.objection_id} {self.status}"
