from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from communities.enums import BindingCapacity, BindingStatus
from communities.fields import EncryptedTextField

from .ownership import Owner
from .places import Estate, Unit


class BindingRequest(models.Model):
    """Somebody asks to be bound to a unit where the roster alone could not decide.

    The secretary approves it, or refuses it with a reason that the person reads.
    """

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="binding_requests")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="binding_requests")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="binding_requests"
    )
    capacity = models.CharField(_("身份"), max_length=8, choices=BindingCapacity.choices)
    name = EncryptedTextField(_("姓名"))
    note = models.CharField(_("说明"), max_length=500, blank=True, default="")
    status = models.CharField(
        _("状态"), max_length=10, choices=BindingStatus.choices, default=BindingStatus.PENDING
    )
    owner = models.ForeignKey(Owner, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("提出时间"))
    due_at = models.DateTimeField(_("答复期限"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("绑定申请")
        verbose_name_plural = _("绑定申请")
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "user"],
                condition=Q(status=BindingStatus.PENDING),
                name="one_pending_binding_per_unit_and_user",
            ),
            models.CheckConstraint(
                condition=~Q(status=BindingStatus.REFUSED) | ~Q(reason=""), name="binding_refusal_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["estate", "status"], name="binding_by_estate_and_status")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.status}"
