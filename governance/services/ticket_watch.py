"""Sweeps over tickets: what is late goes up, what nobody answers to is closed. Safe to repeat."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import QuerySet

from communities.clock import database_now
from communities.models import Estate
from communities.services.outbox import tell_each
from communities.workdays import add_working_days
from governance.enums import Party, TicketAct, TicketStatus
from governance.models import Ticket, TicketStep
from governance.models.ticket import RUNNING

from .journal import enter

S, A = TicketStatus, TicketAct
Act = Callable[[Sequence[Ticket]], None]
#: Rows under lock at once.
BATCH = 500
#: To whom a ticket is reported at each level.
LADDER = {1: Party.COMMUNITY, 2: Party.SUBDISTRICT}


def escalate_overdue_tickets() -> int:
    """Report what is late to the community, and what stays late to the subdistrict; returns how many."""
    moment = database_now()
    running = Ticket.objects.filter(status__in=RUNNING, due_at__lte=moment)
    found = _sweep(running.filter(escalation=0), lambda rows: _escalate(rows, 1, moment))
    again = Ticket.objects.filter(status__in=RUNNING, escalation=1, escalates_at__lte=moment)
    return found + _sweep(again, lambda rows: _escalate(rows, 2, moment))


def close_silent_tickets() -> int:
    """Close what was said to be fixed and nobody answered to for the days frozen in it."""
    moment = database_now()
    waiting = Ticket.objects.filter(status=S.FIXED, fixed_at__lte=moment - timedelta(days=1))
    # The days are frozen in each ticket.
    due = [
        pk
        for pk, fixed_at, rules in waiting.values_list("pk", "fixed_at", "rules").iterator(chunk_size=2000)
        if fixed_at is not None
        and fixed_at + timedelta(days=int(rules["ticket-silent-days"]["value"])) <= moment
    ]
    closed = 0
    for begin in range(0, len(due), BATCH):
        some = Ticket.objects.filter(pk__in=due[begin : begin + BATCH], status=S.FIXED)
        closed += _batch(some, lambda rows: _close(rows, moment))
    return closed


def _sweep(rows: QuerySet[Ticket], act: Act) -> int:
    done = 0
    while found := _batch(rows, act):
        done += found
    return done


@transaction.atomic
def _batch(rows: QuerySet[Ticket], act: Act) -> int:
    """Lock some of ``rows`` that nobody else holds, change them and say so; returns how many."""
    locked = list(rows.select_for_update(skip_locked=True, of=("self",)).order_by("estate_id", "pk")[:BATCH])
    if locked:
        act(locked)
    return len(locked)


def _escalate(tickets: Sequence[Ticket], level: int, moment: datetime) -> None:
    for ticket in tickets:
        days = int(ticket.rules["ticket-escalation-working-days"]["value"])
        ticket.escalation, ticket.escalated_at = level, moment
        ticket.escalates_at = add_working_days(moment, days) if level == 1 else None
    Ticket.objects.bulk_update(tickets, ["escalation", "escalated_at", "escalates_at"])
    said = f"超期未处理，报告{LADDER[level].label}"
    _write(tickets, A.ESCALATED, said, moment, f"tickets.escalated-{level}")


def _close(tickets: Sequence[Ticket], moment: datetime) -> None:
    for ticket in tickets:
        ticket.status, ticket.closed_at = S.CLOSED, moment
    Ticket.objects.bulk_update(tickets, ["status", "closed_at"])
    _write(tickets, A.EXPIRED, "", moment, "tickets.expired")


def _write(tickets: Iterable[Ticket], act: TicketAct, text: str, moment: datetime, verb: str) -> None:
    """A step in each ticket's way; one entry in the log and one message for each estate."""
    for estate_pk, group in groupby(tickets, key=lambda ticket: ticket.estate_id):
        some = list(group)
        steps = TicketStep.objects.bulk_create(
            TicketStep(ticket=ticket, act=act, actor=None, text=text, taken_at=moment) for ticket in some
        )
        estate = Estate.objects.get(pk=estate_pk)
        numbers = [ticket.number for ticket in some]
        enter(
            estate=estate,
            verb=verb,
            subject=some[0],
            actor=None,
            moment=moment,
            payload={"numbers": numbers},
        )
        moved = [f"{step.ticket_id}:{step.pk}" for step in steps]
        tell_each(estate=estate, topic="governance.ticket-moved", subjects=moved)
