"""Lists of tickets, who works on them, and how they were dealt with."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet

from communities.models import Estate, Role, User
from communities.rules import today
from governance.enums import Party, TicketCategory, TicketStatus
from governance.models import Ticket
from governance.models.ticket import RUNNING, UNSETTLED
from governance.rules import PARTY_OF_ROLE
from governance.text import bigrams, likeness

S = TicketStatus
#: Reported so long ago at most to be taken for the same thing, and so many are shown.
ALIKE_WITHIN, COMPARED, MOST_ALIKE = timedelta(days=30), 100, 3
#: Texts less alike than this are about something else.
ALIKE = 0.2
#: Nothing is said of the opinion of fewer.
LEAST_RATED = 10


def similar_tickets(ticket: Ticket, found: QuerySet[Ticket]) -> list[Ticket]:
    """Others of ``found`` that are not settled, of the same kind and place, that say much the same."""
    near = found.filter(
        estate=ticket.estate_id,
        category=ticket.category,
        building=ticket.building_id,
        status__in=UNSETTLED,
        is_public=True,
        reported_at__gt=ticket.reported_at - ALIKE_WITHIN,
    )
    others = near.exclude(pk=ticket.pk).exclude(reporter=ticket.reporter_id)[:COMPARED]
    said = set(bigrams(f"{ticket.place}{ticket.text}"))
    scored = [(likeness(said, set(bigrams(f"{one.place}{one.text}"))), one) for one in others]
    alike = sorted((pair for pair in scored if pair[0] >= ALIKE), key=lambda pair: -pair[0])
    return [one for _likeness, one in alike[:MOST_ALIKE]]


def staff_of(estate: Estate, party: str) -> QuerySet[User]:
    """Accounts of those who work for a party of the estate today."""
    codes = [code for code, of in PARTY_OF_ROLE.items() if of == party]
    held = Role.objects.on(today()).covering(estate).filter(code__in=codes)
    return User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("display_name", "pk")


def narrowed(found: QuerySet[Ticket], *, show: str, category: str, moment: datetime) -> QuerySet[Ticket]:
    """A list as a page asks for it; anything unknown narrows nothing."""
    if show == "open":
        found = found.filter(status__in=UNSETTLED)
    elif show == "late":
        found = found.filter(status__in=RUNNING, due_at__lte=moment)
    elif show == "done":
        found = found.filter(status=S.CLOSED)
    if category in TicketCategory.values:
        found = found.filter(category=category)
    return found


def ticket_figures(estate: Estate, moment: datetime, *, days: int = 180) -> dict[str, Any]:
    """What everybody may know of how tickets are dealt with: counts and satisfaction."""
    since = Ticket.objects.filter(estate=estate, reported_at__gt=moment - timedelta(days=days))
    counted = since.exclude(status=S.WITHDRAWN).aggregate(
        all=Count("pk"),
        open=Count("pk", filter=Q(status__in=UNSETTLED)),
        late=Count("pk", filter=Q(status__in=RUNNING, due_at__lte=moment)),
        closed=Count("pk", filter=Q(status=S.CLOSED)),
        reopened=Count("pk", filter=Q(reopened__gt=0)),
        rated=Count("rating"),
        rating=Avg("rating"),
    )
    if counted["rated"] < LEAST_RATED:
        counted["rating"] = None
    return counted


def waiting_tickets(estate: Estate, parties: list[Party]) -> QuerySet[Ticket]:
    """What lies with one of ``parties``, the least time left first."""
    found = Ticket.objects.filter(estate=estate, party__in=parties, status__in=RUNNING)
    return found.order_by("due_at", "pk")
