"""What every act on a committee begins with, and how it is entered in the log."""

from datetime import date, datetime

from communities.clock import local_day
from communities.errors import NotPermitted
from communities.ledger.canonical import Plain
from communities.models import CommitteeSeat, CommitteeTerm, Estate, User
from communities.rules import allows
from communities.services.ledger import log_of_estate, record

from .refusals import DayUnfit, SeatEnded


def judge(permission: str, actor: User, thing: object) -> None:
    """Raise :class:`NotPermitted` unless the rules allow it."""
    if not allows(permission, actor, thing):
        raise NotPermitted


def lock_estate(pk: int) -> Estate:
    """One change at a time to a committee: the estate is locked until the transaction ends.

    Rows that only name the estate are written meanwhile: a certification takes this lock late.
    """
    estates = Estate.objects.select_for_update(of=("self",), no_key=True)
    return estates.select_related("community__subdistrict").get(pk=pk)


def lock_term(pk: int) -> CommitteeTerm:
    """The term, with its estate locked."""
    estate = lock_estate(CommitteeTerm.objects.values_list("estate", flat=True).get(pk=pk))
    term = CommitteeTerm.objects.select_for_update(of=("self",)).get(pk=pk)
    term.estate = estate
    return term


def lock_seat(pk: int) -> CommitteeSeat:
    """The seat, with its estate locked."""
    term = lock_term(CommitteeSeat.objects.values_list("term", flat=True).get(pk=pk))
    seat = CommitteeSeat.objects.select_for_update(of=("self",)).select_related("owner", "user").get(pk=pk)
    seat.term = term
    return seat


def need_sitting(seat: CommitteeSeat, *, moment: datetime) -> None:
    """Raise :class:`SeatEnded` when the seat has ended. One that the next term ends is held until then."""
    if seat.valid_to is not None and seat.valid_to <= local_day(moment):
        raise SeatEnded


def need_day(day: date, *, since: date, moment: datetime) -> date:
    """``day``, when it lies between ``since`` and today; raises :class:`DayUnfit`."""
    if not since <= day <= local_day(moment):
        raise DayUnfit
    return day


def enter(
    thing: CommitteeTerm | CommitteeSeat,
    verb: str,
    *,
    actor: User | None,
    moment: datetime,
    payload: dict[str, Plain],
) -> int:
    """Enter one step in the estate's log; returns the entry's number, which notices are told apart by."""
    term = thing if isinstance(thing, CommitteeTerm) else thing.term
    entry = record(
        log=log_of_estate(term.estate),
        verb=f"communities.committee.{verb}",
        subject=thing,
        actor=actor,
        payload={"term": term.pk, **payload},
        moment=moment,
    )
    return entry.pk
