from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .places import Estate


class Policy(models.Model):
    """A rule an estate gave itself: what it changes, from when, and the clause that says so.

    The rules of law that hold without any such row are dated data of their own
    (:mod:`communities.policies`); a row here takes their place for one estate.
    """

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="policies")
    key = models.CharField(_("规则"), max_length=60)
    value = models.JSONField(_("取值"))
    article = models.CharField(_("依据"), max_length=200)
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("小区规则")
        verbose_name_plural = _("小区规则")
        ordering = ["estate", "key", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["estate", "key", "valid_from"], name="policy_once_a_day"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="policy_ends_after_start",
            ),
            models.CheckConstraint(condition=~Q(article=""), name="policy_names_its_article"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.valid_from}"
