from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from votes.enums import DeliveryMethod

from .assembly import Assembly
from .roll import Elector


class Delivery(models.Model):
    """送达记录: one attempt to give an elector the ballot and notice, with its evidence.

    Only a row that ``reached`` and was not taken back proves delivery. Inserted by
    :mod:`votes.services.deliveries`; a mistake is taken back with a reason, never deleted.
    """

    assembly = models.ForeignKey(Assembly, on_delete=models.PROTECT, related_name="deliveries")
    elector = models.ForeignKey(Elector, on_delete=models.PROTECT, related_name="deliveries")
    method = models.CharField(_("方式"), max_length=8, choices=DeliveryMethod.choices)
    reached = models.BooleanField(_("送达"), default=True)
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    evidence = models.FileField(_("凭证"), upload_to="deliveries/%Y/%m/", blank=True)
    evidence_sha256 = models.CharField(max_length=64, blank=True, default="")
    delivered_at = models.DateTimeField(_("送达时间"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("登记时间"))
    taken_back_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    taken_back_reason = models.CharField(_("撤回原因"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("送达记录")
        verbose_name_plural = _("送达记录")
        ordering = ["assembly", "elector", "-delivered_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True) | ~Q(taken_back_reason=""),
                name="delivery_taken_back_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["assembly", "elector"], name="delivery_by_elector")]

    def __str__(self) -> str:
        return f"{self.elector_id} {self.method}"
