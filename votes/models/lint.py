from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .assembly import Assembly


class LintOverride(models.Model):
    """Somebody takes responsibility for publishing in spite of one warning."""

    assembly = models.ForeignKey(Assembly, on_delete=models.CASCADE, related_name="lint_overrides")
    #: ``Finding.key``: the warning's code and what it is about.
    finding = models.CharField(_("提示"), max_length=120)
    reason = models.CharField(_("理由"), max_length=500)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(_("签署时间"))

    class Meta:
        verbose_name = _("提示豁免")
        verbose_name_plural = _("提示豁免")
        constraints = [
            models.UniqueConstraint(fields=["assembly", "finding"], name="one_override_per_finding"),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.assembly_id} {self.finding}"
