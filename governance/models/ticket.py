from datetime import datetime

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from communities.models import Building, Estate
from governance.enums import Party, PauseReason, TicketAct, TicketCategory, TicketStatus

from .proposal import Proposal

S = TicketStatus
#: Its clock runs.
RUNNING = (S.OPEN, S.WORKING)
#: Somebody has still to do something.
UNSETTLED = (*RUNNING, S.PAUSED, S.FIXED)


class Ticket(models.Model):
    """诉求（报事）: a matter reported for somebody to set right, with a clock frozen when it came."""

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="tickets")
    #: From 1 within the estate.
    number = models.PositiveIntegerField(_("编号"))
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tickets")
    category = models.CharField(_("类别"), max_length=12, choices=TicketCategory.choices)
    text = models.TextField(_("情况"), max_length=2000)
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets"
    )
    place = models.CharField(_("位置"), max_length=60, blank=True, default="")
    #: The firm does not learn who reported it.
    is_anonymous = models.BooleanField(_("对物业匿名"), default=False)
    #: Everybody of the estate may read it; else the reporter and who deals with it.
    is_public = models.BooleanField(_("公开"), default=True)
    status = models.CharField(_("状态"), max_length=10, choices=S.choices, default=S.OPEN)
    party = models.CharField(_("责任方"), max_length=12, choices=Party.choices, default=Party.FIRM)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_tickets",
    )
    #: When somebody comes.
    scheduled_at = models.DateTimeField(_("上门时间"), null=True, blank=True)
    #: The rules on the day it was reported: working days of its category with their source.
    rules = models.JSONField(_("时限"), encoder=DjangoJSONEncoder)
    reported_at = models.DateTimeField(_("报事时间"))
    answered_at = models.DateTimeField(_("首次回复时间"), null=True, blank=True)
    fixed_at = models.DateTimeField(_("处理完毕时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    #: First instants that are too late.
    answer_due_at = models.DateTimeField(_("首次回复期限"))
    fix_due_at = models.DateTimeField(_("处理期限"))
    #: The one of both that is next; none while nothing runs.
    due_at = models.DateTimeField(_("期限"), null=True, blank=True)
    paused_at = models.DateTimeField(_("暂停时间"), null=True, blank=True)
    pause_reason = models.CharField(
        _("暂停原因"), max_length=10, choices=PauseReason.choices, blank=True, default=""
    )
    paused_seconds = models.PositiveIntegerField(_("累计暂停（秒）"), default=0)
    #: 0: with the party; 1: reported to the community; 2: to the subdistrict.
    escalation = models.PositiveSmallIntegerField(_("上报级别"), default=0)
    escalated_at = models.DateTimeField(_("上报时间"), null=True, blank=True)
    #: When it goes on to the subdistrict unless it is settled.
    escalates_at = models.DateTimeField(_("再上报时间"), null=True, blank=True)
    supervised_at = models.DateTimeField(_("督办时间"), null=True, blank=True)
    supervise_due_at = models.DateTimeField(_("督办回复期限"), null=True, blank=True)
    reopened = models.PositiveSmallIntegerField(_("重新打开次数"), default=0)
    supporters = models.PositiveIntegerField(_("同报人数"), default=0)
    rating = models.PositiveSmallIntegerField(_("评分"), null=True, blank=True)
    #: What it became part of.
    joined = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="joiners"
    )
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets"
    )

    class Meta:
        verbose_name = _("报事")
        verbose_name_plural = _("报事")
        ordering = ["-reported_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="ticket_number_once"),
            models.CheckConstraint(condition=~Q(text=""), name="ticket_has_text"),
            models.CheckConstraint(
                condition=Q(status=S.PAUSED, paused_at__isnull=False) & ~Q(pause_reason="")
                | ~Q(status=S.PAUSED) & Q(paused_at__isnull=True, pause_reason=""),
                name="paused_ticket_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(status=S.CLOSED, closed_at__isnull=False, fixed_at__isnull=False)
                | ~Q(status=S.CLOSED) & Q(closed_at__isnull=True),
                name="closed_ticket_was_fixed",
            ),
            models.CheckConstraint(
                condition=Q(status__in=RUNNING, due_at__isnull=False)
                | ~Q(status__in=RUNNING) & Q(due_at__isnull=True),
                name="running_ticket_has_due",
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5, status=S.CLOSED),
                name="rating_of_closed_ticket",
            ),
            models.CheckConstraint(condition=Q(escalation__lte=2), name="escalation_ends_at_subdistrict"),
            models.CheckConstraint(
                condition=Q(joined__isnull=True) | ~Q(joined=F("pk")) & Q(status=S.WITHDRAWN),
                name="joined_ticket_is_withdrawn",
            ),
        ]
        indexes = [
            models.Index(fields=["estate", "party", "status", "due_at"], name="ticket_inbox"),
            # Lists begin with the first two; all figures of an estate are read from the index alone.
            models.Index(
                fields=[
                    *("estate", "-reported_at", "status", "due_at", "escalation", "reopened"),
                    *("rating", "answered_at", "fixed_at", "id"),
                ],
                name="ticket_by_estate",
            ),
            models.Index(
                fields=["escalation", "due_at"], condition=Q(status__in=RUNNING), name="ticket_by_due"
            ),
            models.Index(fields=["fixed_at"], condition=Q(status=S.FIXED), name="ticket_unconfirmed"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.get_category_display()}"

    def is_late(self, moment: datetime) -> bool:
        """Whether its next deadline is over; what waits for somebody else is never late."""
        return self.status in RUNNING and self.due_at is not None and self.due_at <= moment


class TicketStep(models.Model):
    """One thing that happened to a ticket. Never changed."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(_("动作"), max_length=12, choices=TicketAct.choices)
    #: None where the clock did it.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    party = models.CharField(_("以何身份"), max_length=12, choices=Party.choices, blank=True, default="")
    text = models.TextField(_("说明"), max_length=1000, blank=True, default="")
    #: Until when, where the step says so.
    due_at = models.DateTimeField(_("期限"), null=True, blank=True)
    taken_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("报事经过")
        verbose_name_plural = _("报事经过")
        ordering = ["ticket", "taken_at", "pk"]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.act}"


class TicketSupport(models.Model):
    """同报: somebody else has the same trouble. Once a person."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="supports")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    supported_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("同报")
        verbose_name_plural = _("同报")
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="one_support_per_person")]

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.user_id}"
