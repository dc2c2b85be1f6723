"""停用公告: one notice that answers many tickets at once."""

from datetime import datetime

from django.db import transaction

from communities.clock import database_now
from communities.errors import NotPermitted
from communities.models import Building, Estate, User
from communities.services.outbox import tell
from communities.templatetags.linyi import moment as moment_words
from governance.enums import Party, TicketAct, TicketCategory, TicketStatus
from governance.errors.tickets import OutageIncomplete
from governance.models import Outage, Ticket
from governance.models.ticket import RUNNING
from governance.rules import parties_of
from governance.text import clean_line, clean_text, letters

from .journal import enter, judge
from .tickets import run_clock, take_step

#: Who may announce one.
ANNOUNCERS = (Party.FIRM, Party.COMMITTEE, Party.COMMUNITY)


def tickets_answered_by(
    estate: Estate, party: str, category: str, building: Building | None
) -> "list[Ticket]":
    """Running tickets of the party that an outage of this kind and place explains."""
    found = Ticket.objects.filter(estate=estate, party=party, category=category, status__in=RUNNING)
    if building is not None:
        found = found.filter(building=building)
    return list(found.order_by("pk"))


@transaction.atomic
def announce_outage(
    *,
    estate: Estate,
    category: str,
    title: str,
    text: str,
    begins_at: datetime,
    ends_at: datetime,
    actor: User,
    building: Building | None = None,
) -> Outage:
    """Tell the estate, and reply to each ticket it explains: that is their first answer.

    Raises :class:`NotPermitted`, :class:`OutageIncomplete`.
    """
    judge("governance.announce_outage", actor, estate)
    party = next((one for one in parties_of(actor, estate) if one in ANNOUNCERS), None)
    if party is None or (building is not None and building.estate_id != estate.pk):
        raise NotPermitted
    moment, title, text = database_now(), clean_line(title)[:60], clean_text(text)[:1000]
    if len(letters(title)) < 4 or len(letters(text)) < 4 or ends_at <= begins_at or ends_at <= moment:
        raise OutageIncomplete
    waiting = tickets_answered_by(estate, party, TicketCategory(category), building)
    outage = Outage.objects.create(
        estate=estate,
        category=category,
        building=building,
        title=title,
        text=text,
        begins_at=begins_at,
        ends_at=ends_at,
        party=party,
        announced_by=actor,
        announced_at=moment,
        answered=len(waiting),
    )
    said = f"{title}（{moment_words(begins_at)} 至 {moment_words(ends_at)}）：{text}"
    locked = Ticket.objects.select_for_update(of=("self",)).filter(
        pk__in=[one.pk for one in waiting], status__in=RUNNING
    )
    for ticket in locked.select_related("estate"):
        if ticket.answered_at is None:
            ticket.answered_at = moment
        ticket.status = TicketStatus.WORKING
        run_clock(ticket)
        ticket.save()
        take_step(ticket, TicketAct.NOTED, actor=actor, moment=moment, party=party, text=said)
    enter(
        estate=estate,
        verb="outage.announced",
        subject=outage,
        actor=actor,
        moment=moment,
        payload={"category": str(category), "answered": len(waiting)},
    )
    tell(estate=estate, topic="governance.outage-announced", subject=outage.pk)
    return outage
