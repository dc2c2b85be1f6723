from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .places import Estate


class PropertyFirm(models.Model):
    """物业服务企业."""

    name = models.CharField(_("名称"), max_length=80)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, unique=True)

    class Meta:
        verbose_name = _("物业服务企业")
        verbose_name_plural = _("物业服务企业")

    def __str__(self) -> str:
        return self.name


class ServiceContract(models.Model):
    """物业服务合同: a firm serves an estate for a time at a fee."""

    firm = models.ForeignKey(PropertyFirm, on_delete=models.PROTECT, related_name="contracts")
    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="contracts")
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"), null=True, blank=True)
    #: Fee for dwellings, in 0.01 yuan per m² and month.
    monthly_fee = models.PositiveIntegerField(_("住宅物业费（分/平方米·月）"), null=True, blank=True)

    class Meta:
        verbose_name = _("物业服务合同")
        verbose_name_plural = _("物业服务合同")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="contract_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.firm} · {self.estate}"
