"""What the party a ticket lies with does: answers, assigns, stops the clock, hands over, fixes."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from communities.clock import database_now
from communities.errors import need_reason
from communities.models import User
from communities.workdays import add_working_days
from governance.enums import Party, PauseReason, TicketAct, TicketStatus
from governance.errors.tickets import NoContract, NotStaff, NotSupervised, PauseNeedsReason, TicketMoved
from governance.models import Ticket
from governance.models.ticket import RUNNING
from governance.rules import parties_of
from governance.text import clean_text, letters

from .attachments import attach_to_ticket
from .journal import judge
from .tickets import has_contract, lock_ticket, run_clock, take_step

S, A = TicketStatus, TicketAct


def _held(ticket: Ticket, actor: User, *statuses: TicketStatus) -> tuple[Ticket, datetime]:
    """The ticket under lock, for whoever works for its party."""
    ticket = lock_ticket(ticket.pk)
    judge("governance.handle_ticket", actor, ticket)
    if ticket.status not in statuses:
        raise TicketMoved
    return ticket, database_now()


def _answered(ticket: Ticket, moment: datetime) -> None:
    """Whatever the party says first is its answer."""
    if ticket.answered_at is None:
        ticket.answered_at = moment
    if ticket.status == S.OPEN:
        ticket.status = S.WORKING
    run_clock(ticket)


@transaction.atomic
def accept_ticket(
    *, ticket: Ticket, actor: User, text: str = "", scheduled_at: datetime | None = None
) -> Ticket:
    """Take it on, and say when somebody comes; that is the first answer."""
    ticket, moment = _held(ticket, actor, S.OPEN, S.WORKING)
    _answered(ticket, moment)
    ticket.scheduled_at = scheduled_at or ticket.scheduled_at
    ticket.save()
    take_step(
        ticket,
        A.ACCEPTED,
        actor=actor,
        moment=moment,
        party=ticket.party,
        text=clean_text(text),
        due_at=scheduled_at,
    )
    return ticket


@transaction.atomic
def assign_ticket(*, ticket: Ticket, to: User, actor: User) -> Ticket:
    """Give it to somebody of one's own party. Raises :class:`NotStaff`."""
    ticket, moment = _held(ticket, actor, *RUNNING, S.PAUSED)
    if ticket.party not in parties_of(to, ticket.estate):
        raise NotStaff
    if ticket.status != S.PAUSED:
        _answered(ticket, moment)
    ticket.assignee = to
    ticket.save()
    take_step(ticket, A.ASSIGNED, actor=actor, moment=moment, party=ticket.party, text=str(to.display_name))
    return ticket


@transaction.atomic
def note_on_ticket(*, ticket: Ticket, text: str, actor: User) -> Ticket:
    """Tell the reporter something, or ask; the first such word is the answer."""
    ticket, moment = _held(ticket, actor, *RUNNING, S.PAUSED, S.FIXED)
    text = need_reason(clean_text(text), at_least=2)
    if ticket.status in RUNNING:
        _answered(ticket, moment)
        ticket.save()
    take_step(ticket, A.NOTED, actor=actor, moment=moment, party=ticket.party, text=text)
    return ticket


@transaction.atomic
def pause_ticket(*, ticket: Ticket, reason: str, text: str, actor: User) -> Ticket:
    """Stop the clock for one of the allowed reasons, and say what is waited for.

    Raises :class:`PauseNeedsReason`.
    """
    ticket, moment = _held(ticket, actor, S.OPEN, S.WORKING)
    text = clean_text(text)
    if reason not in PauseReason.values or len(letters(text)) < 4:
        raise PauseNeedsReason
    if ticket.answered_at is None:
        ticket.answered_at = moment
    ticket.status, ticket.paused_at, ticket.pause_reason = S.PAUSED, moment, reason
    run_clock(ticket)
    ticket.save()
    said = f"{PauseReason(reason).label}：{text}"
    take_step(ticket, A.PAUSED, actor=actor, moment=moment, party=ticket.party, text=said)
    return ticket


@transaction.atomic
def resume_ticket(*, ticket: Ticket, actor: User) -> Ticket:
    """Let the clock run on; the time it stood is added to the deadline."""
    ticket, moment = _held(ticket, actor, S.PAUSED)
    _run_on(ticket, moment)
    ticket.save()
    take_step(ticket, A.RESUMED, actor=actor, moment=moment, party=ticket.party, due_at=ticket.fix_due_at)
    return ticket


def _run_on(ticket: Ticket, moment: datetime) -> None:
    assert ticket.paused_at is not None
    stood = moment - ticket.paused_at
    ticket.fix_due_at += stood
    ticket.paused_seconds += int(stood.total_seconds())
    ticket.status, ticket.paused_at, ticket.pause_reason = S.WORKING, None, ""
    run_clock(ticket)


@transaction.atomic
def fix_ticket(
    *, ticket: Ticket, text: str, actor: User, files: Sequence[UploadedFile[bytes]] = ()
) -> Ticket:
    """Say that it is fixed, how, and show it; the reporter confirms or not."""
    ticket, moment = _held(ticket, actor, *RUNNING, S.PAUSED)
    text = need_reason(clean_text(text), at_least=4)
    if ticket.status == S.PAUSED:
        _run_on(ticket, moment)
    if ticket.answered_at is None:
        ticket.answered_at = moment
    for file in files:
        attach_to_ticket(ticket=ticket, file=file, actor=actor)
    ticket.status, ticket.fixed_at = S.FIXED, moment
    run_clock(ticket)
    ticket.save()
    take_step(ticket, A.FIXED, actor=actor, moment=moment, party=ticket.party, text=text)
    return ticket


@transaction.atomic
def hand_over_ticket(*, ticket: Ticket, to: str, text: str, actor: User) -> Ticket:
    """Give it to the party that should deal with it; its deadlines stay. Raises :class:`NoContract`.

    Whom it lies with may, and the community and the subdistrict may always (派单).
    """
    ticket = lock_ticket(ticket.pk)
    may_dispatch = bool({Party.COMMUNITY, Party.SUBDISTRICT} & set(parties_of(actor, ticket.estate)))
    judge("governance.dispatch_ticket" if may_dispatch else "governance.handle_ticket", actor, ticket)
    moment, party = database_now(), Party(to)
    if ticket.status not in RUNNING or party == ticket.party or party in (Party.RESIDENTS, Party.OTHER):
        raise TicketMoved
    if party == Party.FIRM and not has_contract(ticket.estate, moment):
        raise NoContract
    text = need_reason(clean_text(text), at_least=4)
    ticket.party, ticket.assignee = party, None
    ticket.save()
    by = parties_of(actor, ticket.estate)[0]
    said = f"转交{party.label}：{text}"
    take_step(ticket, A.HANDED, actor=actor, moment=moment, party=by, text=said, due_at=ticket.due_at)
    return ticket


@transaction.atomic
def supervise_ticket(*, ticket: Ticket, text: str, days: int, actor: User) -> Ticket:
    """督办: ask the party for a reply within so many working days."""
    ticket = lock_ticket(ticket.pk)
    judge("governance.dispatch_ticket", actor, ticket)
    if ticket.status not in (*RUNNING, S.PAUSED):
        raise TicketMoved
    moment, text = database_now(), need_reason(clean_text(text))
    ticket.supervised_at, ticket.supervise_due_at = moment, add_working_days(moment, max(1, min(days, 10)))
    ticket.save()
    by = parties_of(actor, ticket.estate)[0]
    take_step(
        ticket,
        A.SUPERVISED,
        actor=actor,
        moment=moment,
        party=by,
        text=text,
        due_at=ticket.supervise_due_at,
    )
    return ticket


@transaction.atomic
def reply_to_supervision(*, ticket: Ticket, text: str, actor: User) -> Ticket:
    """What the party says to it. Raises :class:`NotSupervised`."""
    ticket, moment = _held(ticket, actor, *RUNNING, S.PAUSED, S.FIXED)
    if ticket.supervise_due_at is None:
        raise NotSupervised
    ticket.supervise_due_at = None
    ticket.save()
    text = need_reason(clean_text(text), at_least=4)
    take_step(ticket, A.REPLIED, actor=actor, moment=moment, party=ticket.party, text=text)
    return ticket
