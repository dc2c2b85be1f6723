from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.enums import Opinion, StatementStatus

from .proposal import Proposal


class Statement(models.Model):
    """观点: one idea about a proposal, to be agreed or disagreed with. Public once moderated."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="statements")
    #: From 1 within the proposal.
    number = models.PositiveIntegerField(_("编号"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(_("观点"), max_length=140)
    status = models.CharField(
        _("状态"), max_length=10, choices=StatementStatus.choices, default=StatementStatus.PENDING
    )
    written_at = models.DateTimeField(_("时间"))
    moderated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    moderated_at = models.DateTimeField(_("审核时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("观点")
        verbose_name_plural = _("观点")
        ordering = ["proposal", "number"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="statement_number_once"),
            models.UniqueConstraint(fields=["proposal", "text"], name="statement_said_once"),
            models.CheckConstraint(condition=~Q(text=""), name="statement_has_text"),
        ]

    def __str__(self) -> str:
        return self.text


class StatementOpinion(models.Model):
    """What one person says to one statement. May be changed; shown to nobody one by one."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="opinions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    value = models.SmallIntegerField(_("表态"), choices=Opinion.choices)
    given_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("观点表态")
        verbose_name_plural = _("观点表态")
        constraints = [
            models.UniqueConstraint(fields=["statement", "user"], name="one_opinion_per_person"),
            models.CheckConstraint(condition=Q(value__in=Opinion.values), name="opinion_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.user_id}"


class OpinionMap(models.Model):
    """最大公约数: what the answers to a proposal's statements showed at one moment. Never changed.

    ``result`` holds no account: points carry a group, groups under five people are left out.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="opinion_maps")
    #: How many answers there were, and of how many people; the same answers give the same map.
    answers = models.PositiveIntegerField(_("表态数"))
    people = models.PositiveIntegerField(_("人数"))
    result = models.JSONField(_("结果"))
    drawn_at = models.DateTimeField(_("计算时间"))

    class Meta:
        verbose_name = _("意见分布")
        verbose_name_plural = _("意见分布")
        ordering = ["proposal", "-drawn_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.answers}"
