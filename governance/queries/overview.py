"""All estates somebody oversees, each in one row, counted by the database."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from communities.models import Estate
from governance.enums import MeetingStatus, TicketStatus
from governance.models import Meeting, Ticket
from governance.models.ticket import RUNNING, UNSETTLED
from votes.enums import AssemblyStatus
from votes.models import Assembly

S = TicketStatus
DAYS = 180
#: Nothing is said of the opinion of fewer.
LEAST_RATED = 10


def overview(estates: list[Estate], moment: datetime) -> list[dict[str, Any]]:
    """Of each estate: open, late, gone up; hours to first answer and to fix (median); reopened, satisfaction.

    Times are of tickets reported within the last half year. One query for each kind of figure.
    """
    since = moment - timedelta(days=DAYS)
    recent = Ticket.objects.filter(estate__in=estates, reported_at__gt=since).exclude(status=S.WITHDRAWN)
    counted = {
        row["estate"]: row
        for row in recent.order_by()
        .values("estate")
        .annotate(
            all=Count("pk"),
            open=Count("pk", filter=Q(status__in=UNSETTLED)),
            late=Count("pk", filter=Q(status__in=RUNNING, due_at__lte=moment)),
            gone_up=Count("pk", filter=Q(status__in=RUNNING, escalation__gte=1)),
            reopened=Count("pk", filter=Q(reopened__gt=0)),
            rated=Count("rating"),
            rating=Avg("rating"),
        )
    }
    answered, repaired = middle(recent, "answered_at"), middle(recent, "fixed_at")
    assemblies = _by_estate(
        Assembly.objects.filter(
            estate__in=estates, status__in=[AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN]
        )
    )
    meetings = _by_estate(
        Meeting.objects.filter(
            estate__in=estates, status__in=[MeetingStatus.ANNOUNCED, MeetingStatus.RUNNING]
        )
    )
    rows = []
    for estate in estates:
        found: dict[str, Any] = counted.get(estate.pk, {})  # type: ignore[assignment]
        rated = found.get("rated", 0) >= LEAST_RATED
        rows.append(
            {
                "estate": estate,
                **{name: found.get(name, 0) for name in ("all", "open", "late", "gone_up", "reopened")},
                "answer_hours": answered.get(estate.pk),
                "fix_hours": repaired.get(estate.pk),
                "rating": found.get("rating") if rated else None,
                "assemblies": assemblies.get(estate.pk, 0),
                "meetings": meetings.get(estate.pk, 0),
            }
        )
    return rows


def middle(tickets: QuerySet[Ticket], until: str) -> dict[int, float]:
    """By estate the median (the lower middle one) of the hours from report to ``until``."""
    took = ExpressionWrapper(F(until) - F("reported_at"), output_field=DurationField())
    ranked = (
        tickets.filter(**{f"{until}__isnull": False})
        .order_by()
        .annotate(
            took=took,
            standing=Window(RowNumber(), partition_by=F("estate"), order_by=[took.asc(), F("pk").asc()]),
            among=Window(Count("pk"), partition_by=F("estate")),
        )
        .filter(standing=(F("among") + 1) / 2)
    )
    return {pk: took.total_seconds() / 3600 for pk, took in ranked.values_list("estate", "took")}


def _by_estate(rows: QuerySet[Any]) -> dict[int, int]:
    return dict(rows.order_by().values_list("estate").annotate(number=Count("pk")))
