"""报事: reported, joined, confirmed or not, reopened and rated by the people whose trouble it is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, Max

from communities.clock import database_now, local_day
from communities.errors import NotPermitted, TooOften, need_reason
from communities.live import announce
from communities.models import Building, Estate, ServiceContract, User
from communities.services.limits import Limit
from communities.services.outbox import tell
from communities.workdays import add_working_days
from governance.enums import Party, TicketAct, TicketCategory, TicketStatus
from governance.errors.tickets import (
    AlreadySupported,
    NoContract,
    NotReporter,
    ReopenedTooLate,
    TicketIncomplete,
    TicketMoved,
    TicketTooLong,
)
from governance.models import Proposal, Ticket, TicketStep, TicketSupport
from governance.models.ticket import RUNNING, UNSETTLED
from governance.text import clean_line, clean_text, letters

from .attachments import attach_to_ticket
from .journal import enter, judge, rules_of_deliberation

S, A = TicketStatus, TicketAct
LONGEST = 2000
#: Of one person in one estate.
REPORTED = Limit("ticket", 20, timedelta(days=1))
#: What the firm has no hand in.
FOR_COMMUNITY = (TicketCategory.NEIGHBOURS,)
#: What concerns one home only unless its reporter says otherwise.
PRIVATE = (TicketCategory.FEES, TicketCategory.NEIGHBOURS)


def has_contract(estate: Estate, moment: datetime) -> bool:
    """Whether a service contract of the estate is in force at ``moment``."""
    day = local_day(moment)
    begun = ServiceContract.objects.filter(estate=estate, starts_on__lte=day)
    return begun.exclude(ends_on__lte=day).exists()


@transaction.atomic
def report_ticket(
    *,
    estate: Estate,
    category: str,
    text: str,
    actor: User,
    building: Building | None = None,
    place: str = "",
    is_anonymous: bool = False,
    is_public: bool = True,
    files: Sequence[UploadedFile[bytes]] = (),
    moment: datetime | None = None,
) -> Ticket:
    """Report a matter, to the firm, or to the community where no firm serves or may deal with it.

    ``moment`` is when it came, where that was before it is written down. The clock of its category
    is frozen into it. Raises :class:`NotPermitted`, :class:`TicketIncomplete`,
    :class:`TicketTooLong`, :class:`TooOften`, and what photos are refused for.
    """
    judge("governance.report_ticket", actor, estate)
    moment = moment or database_now()
    text, kind = clean_text(text), TicketCategory(category)
    if len(letters(text)) < 4:
        raise TicketIncomplete
    if len(text) > LONGEST:
        raise TicketTooLong
    if building is not None and building.estate_id != estate.pk:
        raise NotPermitted
    if not REPORTED.allows(f"{estate.pk}:{actor.pk}", moment=moment):
        raise TooOften
    ticket = _create(
        estate,
        kind,
        text,
        reporter=actor,
        moment=moment,
        building=building,
        place=place,
        party=_first_party(estate, kind, moment),
        is_anonymous=is_anonymous,
        is_public=is_public,
        actor=actor,
    )
    for file in files:
        attach_to_ticket(ticket=ticket, file=file, actor=actor)
    return ticket


def _create(
    estate: Estate,
    kind: TicketCategory,
    text: str,
    *,
    reporter: User,
    moment: datetime,
    building: Building | None,
    place: str,
    party: Party,
    actor: User,
    is_anonymous: bool = False,
    is_public: bool = True,
    proposal: Proposal | None = None,
    fix_due_at: datetime | None = None,
) -> Ticket:
    rules = rules_of_deliberation(estate, moment)
    frozen = {key: rules[key] for key in rules if key.startswith("ticket-")}
    answer_days, fix_days = frozen["ticket-working-days"]["value"][kind]
    # Two reported at once take their numbers one after the other.
    Estate.objects.select_for_update(no_key=True).get(pk=estate.pk)
    newest = Ticket.objects.filter(estate=estate).aggregate(number=Max("number"))["number"] or 0
    fix_due = fix_due_at or add_working_days(moment, fix_days)
    answer_due = min(add_working_days(moment, answer_days), fix_due)
    ticket = Ticket.objects.create(
        estate=estate,
        number=newest + 1,
        reporter=reporter,
        category=kind,
        text=text,
        building=building,
        place=clean_line(place)[:60],
        is_anonymous=is_anonymous,
        is_public=is_public,
        party=party,
        rules=frozen,
        reported_at=moment,
        answer_due_at=answer_due,
        fix_due_at=fix_due,
        due_at=answer_due,
        proposal=proposal,
    )
    take_step(ticket, A.REPORTED, actor=actor, moment=moment, due_at=answer_due)
    return ticket


def _first_party(estate: Estate, kind: TicketCategory, moment: datetime) -> Party:
    return Party.COMMUNITY if kind in FOR_COMMUNITY or not has_contract(estate, moment) else Party.FIRM


#: A category of proposals and what its ticket is one of; the others are suggestions.
KINDS_OF_PROPOSALS = {
    "repair": TicketCategory.REPAIR,
    "safety": TicketCategory.SAFETY,
    "parking": TicketCategory.PARKING,
    "hygiene": TicketCategory.HYGIENE,
    "greening": TicketCategory.HYGIENE,
    "fees": TicketCategory.FEES,
    "neighbours": TicketCategory.NEIGHBOURS,
}


@transaction.atomic
def ticket_of_proposal(*, proposal: Proposal, party: str, fix_due_at: datetime, actor: User) -> Ticket:
    """A ticket for what a proposal asks, with the deadline it was handed over under; its author confirms.

    ``actor`` has judged it as reviewer. Raises :class:`NoContract` for a firm that does not serve.
    """
    estate, moment = proposal.estate, database_now()
    if party == Party.FIRM and not has_contract(estate, moment):
        raise NoContract
    return _create(
        estate,
        KINDS_OF_PROPOSALS.get(proposal.category, TicketCategory.SUGGESTION),
        f"{proposal.title}\n{proposal.body}"[:LONGEST],
        reporter=proposal.author,
        moment=moment,
        building=proposal.building,
        place=proposal.place,
        party=Party(party),
        proposal=proposal,
        fix_due_at=fix_due_at,
        actor=actor,
    )


def lock_ticket(pk: int) -> Ticket:
    """The ticket, locked until the transaction ends."""
    found = Ticket.objects.select_related("estate__community", "reporter")
    return found.select_for_update(of=("self",)).get(pk=pk)


def take_step(
    ticket: Ticket,
    act: TicketAct,
    *,
    actor: User | None,
    moment: datetime,
    party: str = "",
    text: str = "",
    due_at: datetime | None = None,
) -> TicketStep:
    """Write down what happened, in the ticket's way and in the log, and tell who should know."""
    step = TicketStep.objects.create(
        ticket=ticket, act=act, actor=actor, party=party, text=text[:1000], due_at=due_at, taken_at=moment
    )
    payload: dict[str, Any] = {"number": ticket.number, "status": ticket.status, "party": ticket.party}
    enter(
        estate=ticket.estate,
        verb=f"ticket.{act.value}",
        subject=ticket,
        actor=actor,
        moment=moment,
        payload=payload,
    )
    tell(estate=ticket.estate, topic="governance.ticket-moved", subject=f"{ticket.pk}:{step.pk}")
    group = f"ticket.{ticket.pk}"
    transaction.on_commit(lambda: announce(group))
    return step


def run_clock(ticket: Ticket) -> None:
    """Set the next deadline from what was answered and fixed."""
    running = ticket.status in RUNNING
    waits = ticket.answer_due_at if ticket.answered_at is None else ticket.fix_due_at
    ticket.due_at = waits if running else None


def _own(ticket: Ticket, actor: User, *statuses: TicketStatus) -> tuple[Ticket, datetime]:
    ticket = lock_ticket(ticket.pk)
    if ticket.reporter_id != actor.pk:
        raise NotReporter
    if ticket.status not in statuses:
        raise TicketMoved
    return ticket, database_now()


@transaction.atomic
def confirm_fixed(*, ticket: Ticket, actor: User) -> Ticket:
    """The reporter says it is fixed, and only that closes it before the silent days are over."""
    ticket, moment = _own(ticket, actor, S.FIXED)
    ticket.status, ticket.closed_at = S.CLOSED, moment
    ticket.save()
    take_step(ticket, A.CONFIRMED, actor=actor, moment=moment, party=Party.RESIDENTS)
    return ticket


@transaction.atomic
def reject_fix(*, ticket: Ticket, text: str, actor: User) -> Ticket:
    """The reporter says what is still wrong; the clock of the category begins anew."""
    ticket, moment = _own(ticket, actor, S.FIXED)
    return _again(ticket, A.REJECTED, need_reason(clean_text(text), at_least=4), actor, moment)


@transaction.atomic
def reopen_ticket(*, ticket: Ticket, text: str, actor: User) -> Ticket:
    """Open a closed one again within the days the rules give. Raises :class:`ReopenedTooLate`."""
    ticket, moment = _own(ticket, actor, S.CLOSED)
    assert ticket.closed_at is not None
    if moment >= reopens_until(ticket):
        raise ReopenedTooLate
    ticket.closed_at = None
    ticket.rating = None
    return _again(ticket, A.REOPENED, need_reason(clean_text(text), at_least=4), actor, moment)


def reopens_until(ticket: Ticket) -> datetime:
    """First instant at which a closed ticket stays closed."""
    assert ticket.closed_at is not None
    return ticket.closed_at + timedelta(days=int(ticket.rules["ticket-silent-days"]["value"]))


def _again(ticket: Ticket, act: TicketAct, text: str, actor: User, moment: datetime) -> Ticket:
    days = ticket.rules["ticket-working-days"]["value"][ticket.category][1]
    ticket.status, ticket.fixed_at = S.WORKING, None
    ticket.fix_due_at = add_working_days(moment, days)
    ticket.reopened += 1
    ticket.escalation, ticket.escalated_at, ticket.escalates_at = 0, None, None
    run_clock(ticket)
    ticket.save()
    take_step(
        ticket, act, actor=actor, moment=moment, party=Party.RESIDENTS, text=text, due_at=ticket.fix_due_at
    )
    return ticket


@transaction.atomic
def rate_ticket(*, ticket: Ticket, rating: int, actor: User, text: str = "") -> Ticket:
    """One to five for how it was dealt with, once it is closed; may be said anew, the last counts."""
    ticket, moment = _own(ticket, actor, S.CLOSED)
    if not 1 <= rating <= 5:
        raise TicketMoved
    ticket.rating = rating
    ticket.save(update_fields=["rating"])
    said = f"{rating} 分。{clean_text(text)}".rstrip("。")
    take_step(ticket, A.RATED, actor=actor, moment=moment, party=Party.RESIDENTS, text=said)
    return ticket


@transaction.atomic
def withdraw_ticket(*, ticket: Ticket, actor: User, into: Ticket | None = None) -> Ticket:
    """Take it back; ``into`` names the one of somebody else that says the same, which is then supported."""
    ticket, moment = _own(ticket, actor, *UNSETTLED)
    ticket.status, ticket.due_at, ticket.joined = S.WITHDRAWN, None, into
    ticket.paused_at, ticket.pause_reason = None, ""
    ticket.save()
    if into is not None:
        if into.estate_id != ticket.estate_id or into.pk == ticket.pk:
            raise NotPermitted
        support_ticket(ticket=into, actor=actor)
    act = A.JOINED if into is not None else A.WITHDRAWN
    said = f"第 {into.number} 号" if into is not None else ""
    take_step(ticket, act, actor=actor, moment=moment, party=Party.RESIDENTS, text=said)
    return ticket


@transaction.atomic
def support_ticket(*, ticket: Ticket, actor: User) -> TicketSupport:
    """Say that one has the same trouble. Raises :class:`AlreadySupported`, :class:`TicketMoved`."""
    ticket = lock_ticket(ticket.pk)
    judge("governance.report_ticket", actor, ticket.estate)
    if ticket.status not in UNSETTLED:
        raise TicketMoved
    if ticket.reporter_id == actor.pk or ticket.supports.filter(user=actor).exists():
        raise AlreadySupported
    support = TicketSupport.objects.create(ticket=ticket, user=actor, supported_at=database_now())
    Ticket.objects.filter(pk=ticket.pk).update(supporters=F("supporters") + 1)
    return support
