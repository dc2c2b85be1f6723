"""A term begins, is filed with the subdistrict, reports its end, and is followed by the next."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from communities.clock import database_now, local_day
from communities.models import CommitteeSeat, CommitteeTerm, Estate, Owner, User
from communities.services.outbox import tell

from .filling import give_seats
from .handover import prepare_handover
from .locks import enter, judge, lock_estate, lock_term, need_day
from .refusals import FilingNumberMissing, TermFiled, TermReported, TermUnfit
from .roles import follow_seats

LONGEST_FILING_NUMBER = 40


def begin_term(
    *,
    estate: Estate,
    starts_on: date,
    ends_on: date,
    members: Sequence[Owner],
    alternates: Sequence[Owner],
    moment: datetime,
    actor: User | None,
) -> CommitteeTerm:
    """Begin the term that a certified election filled, in the caller's transaction.

    ``members`` and ``alternates`` in the order of their votes. The term before ends when
    this one starts, and its members owe the handover from then on. Roles change on that
    day: at once where it is today, else by :func:`follow_due_seats`. Raises
    :class:`TermUnfit`, :class:`NotAnOwnerHere`.
    """
    estate = lock_estate(estate.pk)
    newest = CommitteeTerm.objects.filter(estate=estate).aggregate(number=Max("number"))["number"] or 0
    term = _begin(
        estate, newest + 1, starts_on, ends_on, from_papers=False, moment=moment, actor=actor, event="begun"
    )
    for is_alternate, owners in ((False, members), (True, alternates)):
        give_seats(
            term=term, owners=owners, is_alternate=is_alternate, begins=starts_on, ends=None, moment=moment
        )
    follow_seats(estate=estate, day=local_day(moment))
    return term


@transaction.atomic
def enter_term(*, estate: Estate, number: int, starts_on: date, ends_on: date, actor: User) -> CommitteeTerm:
    """Enter a term from its papers, for a committee that was not elected here. Its members follow one by one.

    Raises :class:`NotPermitted`, :class:`TermUnfit`.
    """
    estate = lock_estate(estate.pk)
    judge("communities.enter_term", actor, estate)
    moment = database_now()
    term = _begin(
        estate, number, starts_on, ends_on, from_papers=True, moment=moment, actor=actor, event="entered"
    )
    follow_seats(estate=estate, day=local_day(moment))
    return term


def _begin(
    estate: Estate,
    number: int,
    starts_on: date,
    ends_on: date,
    *,
    from_papers: bool,
    moment: datetime,
    actor: User | None,
    event: str,
) -> CommitteeTerm:
    before = CommitteeTerm.objects.filter(estate=estate).order_by("-number").first()
    fits = before is None or (number > before.number and starts_on > before.starts_on)
    if not from_papers and before is not None:
        # An election held again, after the term it follows was revoked, begins when that one would have.
        fits = starts_on >= before.starts_on
    if not (fits and starts_on < ends_on and (starts_on <= local_day(moment) or not from_papers)):
        raise TermUnfit
    term = CommitteeTerm.objects.create(
        estate=estate, number=number, starts_on=starts_on, ends_on=ends_on, from_papers=from_papers
    )
    entry = enter(
        term,
        event,
        actor=actor,
        moment=moment,
        payload={"number": number, "starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()},
    )
    _end_earlier(term, moment=moment, actor=actor)
    tell(estate=estate, topic="communities.committee-begun", subject=f"{term.pk}:{entry}")
    return term


def _end_earlier(term: CommitteeTerm, *, moment: datetime, actor: User | None) -> None:
    """End what came before the term on its first day: seats, the time in office, and list the handover."""
    starts_on = term.starts_on
    CommitteeSeat.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=starts_on),
        term__estate=term.estate,
        term__number__lt=term.number,
    ).update(valid_to=starts_on, end_reason=_("新一届已经选出"))
    outgoing = (
        CommitteeTerm.objects.filter(estate=term.estate, number__lt=term.number, starts_on__lt=starts_on)
        .order_by("-starts_on", "-number")
        .first()
    )
    if outgoing is None:
        return
    outgoing.estate = term.estate
    if outgoing.ends_on > starts_on:
        outgoing.ends_on = starts_on
        outgoing.save(update_fields=["ends_on"])
    prepare_handover(term=outgoing, since=starts_on, moment=moment, actor=actor)


@transaction.atomic
def file_term(*, term: CommitteeTerm, filed_on: date, number: str, actor: User) -> CommitteeTerm:
    """Note that the subdistrict took the filing, with the number it gave (《物业管理条例》第十六条).

    Raises :class:`NotPermitted`, :class:`TermFiled`, :class:`DayUnfit`, :class:`FilingNumberMissing`.
    """
    term = lock_term(term.pk)
    judge("communities.file_committee", actor, term.estate)
    if term.filed_on is not None:
        raise TermFiled
    moment = database_now()
    term.filed_on = need_day(filed_on, since=term.starts_on, moment=moment)
    term.filing_number = number.strip()[:LONGEST_FILING_NUMBER]
    if not term.filing_number:
        raise FilingNumberMissing
    term.save(update_fields=["filed_on", "filing_number"])
    entry = enter(
        term,
        "filed",
        actor=actor,
        moment=moment,
        payload={"filed_on": filed_on.isoformat(), "number": term.filing_number},
    )
    tell(estate=term.estate, topic="communities.committee-filed", subject=f"{term.pk}:{entry}")
    return term


@transaction.atomic
def report_term(*, term: CommitteeTerm, reported_on: date, actor: User) -> CommitteeTerm:
    """Note that the committee told the subdistrict of its coming end (《杭州市物业管理条例》第三十三条).

    Raises :class:`NotPermitted`, :class:`TermReported`, :class:`DayUnfit`.
    """
    term = lock_term(term.pk)
    judge("communities.hand_over", actor, term.estate)
    if term.reported_on is not None:
        raise TermReported
    moment = database_now()
    term.reported_on = need_day(reported_on, since=term.starts_on, moment=moment)
    term.save(update_fields=["reported_on"])
    enter(term, "reported", actor=actor, moment=moment, payload={"reported_on": reported_on.isoformat()})
    return term
