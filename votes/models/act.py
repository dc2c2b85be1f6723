from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from votes.enums import ActKind

from .assembly import Assembly


class TwoPersonAct(models.Model):
    """An act on a posted assembly that one person proposes and another confirms."""

    assembly = models.ForeignKey(Assembly, on_delete=models.PROTECT, related_name="acts")
    kind = models.CharField(_("事项"), max_length=16, choices=ActKind.choices)
    reason = models.CharField(_("理由"), max_length=500)
    #: What exactly is to be done: a new deadline, the hash of a corrected roll, a ballot.
    payload = models.JSONField(_("内容"), default=dict, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("提出时间"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    #: When what was confirmed had been carried out. A frozen roll opens only between the two.
    applied_at = models.DateTimeField(_("执行时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("双人操作")
        verbose_name_plural = _("双人操作")
        ordering = ["-proposed_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="two_different_people_act",
            ),
            models.UniqueConstraint(
                fields=["assembly", "kind"],
                condition=Q(confirmed_at__isnull=True, withdrawn_at__isnull=True),
                name="one_pending_act_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assembly_id} {self.kind}"
