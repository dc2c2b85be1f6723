from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from communities.models import Estate
from governance.enums import ActionStatus, Party

from .meeting import AgendaItem
from .proposal import Proposal

#: Something is still to be done.
OPEN_ACTIONS = (ActionStatus.OPEN, ActionStatus.DOING)


class ActionItem(models.Model):
    """办理事项: who does what until when, agreed at a meeting or ordered on a proposal."""

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="action_items")
    #: From 1 within the estate.
    number = models.PositiveIntegerField(_("编号"))
    item = models.ForeignKey(
        AgendaItem, on_delete=models.PROTECT, null=True, blank=True, related_name="action_items"
    )
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="action_items"
    )
    text = models.CharField(_("办理内容"), max_length=300)
    party = models.CharField(_("责任方"), max_length=12, choices=Party.choices)
    #: Who answers for it, in words; and the account, where there is one.
    owner_name = models.CharField(_("责任人"), max_length=40, blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="action_items"
    )
    due_on = models.DateField(_("完成期限"))
    status = models.CharField(
        _("状态"), max_length=10, choices=ActionStatus.choices, default=ActionStatus.OPEN
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("登记时间"))
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("报告街道时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("办理事项")
        verbose_name_plural = _("办理事项")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="action_number_once"),
            models.CheckConstraint(
                condition=Q(item__isnull=False) | Q(proposal__isnull=False), name="action_has_a_source"
            ),
            models.CheckConstraint(
                condition=Q(status=ActionStatus.DONE, done_at__isnull=False)
                | ~Q(status=ActionStatus.DONE) & Q(done_at__isnull=True),
                name="done_action_says_when",
            ),
        ]
        indexes = [models.Index(fields=["estate", "status", "due_on"], name="action_by_due")]

    def __str__(self) -> str:
        return self.text

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_ACTIONS

    def is_overdue(self, day: date) -> bool:
        """Whether its last day is over; the day itself still counts."""
        return self.is_open and self.due_on < day


class ActionStep(models.Model):
    """One report on an action item: begun, how far, done, given up. Never changed."""

    action = models.ForeignKey(ActionItem, on_delete=models.PROTECT, related_name="steps")
    status = models.CharField(_("状态"), max_length=10, choices=ActionStatus.choices)
    note = models.TextField(_("说明"), max_length=1000, blank=True, default="")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("办理进展")
        verbose_name_plural = _("办理进展")
        ordering = ["action", "taken_at", "pk"]

    def __str__(self) -> str:
        return f"{self.action_id} {self.status}"
