"""What the owners decided about seats of the committee: who is elected, recalled, or leaves again.

Terms, seats and roles are written by :mod:`communities.services.committee`. Chair and vice-chair
are chosen by the committee itself in its first session; whoever is elected here is a member.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from communities.clock import local_day
from communities.committees import current_owner_ids, latest_term, seats_on, succeeded
from communities.ledger.canonical import Plain
from communities.models import CommitteeSeat, CommitteeTerm, Estate, Owner
from communities.services.committee import (
    begin_term,
    close_seat,
    fill_vacancies,
    lock_seat,
    seat_first_alternate,
)
from communities.services.ledger import log_of_estate, record
from votes.elections import is_formed
from votes.enums import ElectionPurpose, MotionKind, SeatOutcome, Verdict
from votes.models import Assembly, Candidate, Election, Motion, SeatResult

from .slates import lawful_seats

#: An election this long before the end of a term prepares the next one; one held earlier replaces it at once.
PREPARES_NEXT = timedelta(days=100)
SEATED = (SeatOutcome.ELECTED, SeatOutcome.ALTERNATE)


@transaction.atomic
def fill_seats(*, assembly: Assembly, moment: datetime) -> CommitteeTerm | None:
    """Seat those whom a certified election elected; a new term begins, or vacancies are filled.

    Whoever has sold since the vote is left out, and the first alternate takes that seat:
    nothing about a seat holds up a certification. Too few for a lawful committee
    (《杭州市物业管理条例》第二十七条) begin no term. Returns the term.
    """
    election = Election.objects.filter(assembly=assembly).select_related("term").first()
    if election is None:
        return None
    members, alternates, left_out = _chosen(election, moment)
    term = (
        _fill(election, members, alternates, moment)
        if election.purpose == ElectionPurpose.BY_ELECTION
        else _begin(election, members, alternates, moment)
    )
    if term is None and not left_out:
        return None
    payload: dict[str, Plain] = {"left_out": [*left_out]} if left_out else {}
    if term is not None:
        payload |= {"term": term.pk, "members": len(members), "alternates": len(alternates)}
    record(
        log=log_of_estate(assembly.estate),
        verb="votes.election.seated" if term is not None else "votes.election.not-seated",
        subject=election,
        actor=None,
        payload=payload,
        moment=moment,
    )
    return term


def _chosen(election: Election, moment: datetime) -> tuple[list[Owner], list[Owner], list[int]]:
    """Who takes a seat, who waits for one, and the numbers of the candidates who may take neither."""
    day, estate = local_day(moment), election.assembly.estate
    may = current_owner_ids(estate, on=day)
    if election.purpose == ElectionPurpose.BY_ELECTION and election.term is not None:
        may -= {seat.owner_id or 0 for seat in seats_on(election.term, on=day) if not seat.is_alternate}
    results = (
        SeatResult.objects.filter(candidate__election=election, outcome__in=SEATED)
        .select_related("candidate__owner")
        .order_by("rank", "candidate__number")
    )
    ranked: list[tuple[Candidate, str]] = [(one.candidate, one.outcome) for one in results]
    places = sum(outcome == SeatOutcome.ELECTED for _candidate, outcome in ranked)
    # The elected first, whatever their ranks: a lot decides between equals.
    ranked.sort(key=lambda pair: pair[1] != SeatOutcome.ELECTED)
    fit = [candidate.owner for candidate, _outcome in ranked if candidate.owner_id in may]
    left_out = [candidate.number for candidate, _outcome in ranked if candidate.owner_id not in may]
    return fit[:places], fit[places:], left_out


def _fill(
    election: Election, members: list[Owner], alternates: list[Owner], moment: datetime
) -> CommitteeTerm | None:
    term = election.term
    if term is None or not members or succeeded([term], begun_by=local_day(moment)):
        return None
    fill_vacancies(term=term, members=members, alternates=alternates, moment=moment, actor=None)
    return term


def _begin(
    election: Election, members: list[Owner], alternates: list[Owner], moment: datetime
) -> CommitteeTerm | None:
    estate = election.assembly.estate
    fewest, _most = lawful_seats(estate, moment)
    if not is_formed(elected=len(members), planned=election.seats, fewest=fewest):
        return None
    starts_on = _first_day(estate, local_day(moment))
    term = begin_term(
        estate=estate,
        starts_on=starts_on,
        ends_on=_years_later(starts_on, election.term_years),
        members=members,
        alternates=alternates,
        moment=moment,
        actor=None,
    )
    election.term = term
    election.save(update_fields=["term"])
    return term


def _first_day(estate: Estate, today: date) -> date:
    """When the term in office ends, if that is near, else today; never before a term elected already."""
    serving = latest_term(estate, on=today)
    newest = CommitteeTerm.objects.filter(estate=estate).order_by("-number").first()
    days = [today]
    if serving is not None and today < serving.ends_on <= today + PREPARES_NEXT:
        days.append(serving.ends_on)
    if newest is not None:
        days.append(newest.starts_on)
    return max(days)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)


@transaction.atomic
def end_recalled_seats(*, assembly: Assembly, moment: datetime) -> int:
    """Carry out the recalls that passed, each with the first alternate moving up; returns how many.

    A seat that ended before stays as it is. Where no alternate is left it stays vacant, and
    the desk proposes a by-election.
    """
    passed = Motion.objects.filter(
        assembly=assembly, kind=MotionKind.RECALL, result__verdict=Verdict.PASSED, seat__isnull=False
    )
    day, carried_out = local_day(moment), 0
    for motion in passed.order_by("position"):
        assert motion.seat_id is not None
        seat, taken = lock_seat(motion.seat_id), None
        if seat.valid_to is None or seat.valid_to > day:
            reason = f"业主大会会议决定罢免：{assembly.title}"
            close_seat(seat=seat, reason=reason, code="recalled", ended_on=day, moment=moment, actor=None)
            if not seat.is_alternate:
                taken = seat_first_alternate(term=seat.term, moved_on=day, moment=moment, actor=None)
        record(
            log=log_of_estate(assembly.estate),
            verb="votes.recall.carried-out",
            subject=motion,
            actor=None,
            payload={"seat": motion.seat_id, "taken_over_by": taken.pk if taken else None},
            moment=moment,
        )
        carried_out += 1
    return carried_out


@transaction.atomic
def unseat_elected(*, assembly: Assembly, moment: datetime) -> int:
    """A result was declared void: whoever it seated leaves again; returns how many seats ended.

    No alternate moves up. What ended by it before (the outgoing members, a recalled seat) does
    not come back by itself: who acts meanwhile is for the subdistrict to say.
    """
    election = Election.objects.filter(assembly=assembly).first()
    if election is None or election.term_id is None or assembly.certified_at is None:
        return 0
    # A clock may have been put back since; the seats were given by then at the latest.
    moment = max(moment, assembly.certified_at)
    day = local_day(moment)
    results = SeatResult.objects.filter(candidate__election=election, outcome__in=SEATED)
    seats = CommitteeSeat.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day),
        term=election.term_id,
        owner__in=results.values("candidate__owner"),
        # Whoever sat there before a by-election was not seated by it.
        valid_from__gte=local_day(assembly.certified_at),
    )
    ended = 0
    for pk in list(seats.order_by("pk").values_list("pk", flat=True)):
        seat = lock_seat(pk)
        close_seat(
            seat=seat,
            reason="选举结果被撤销",
            code="void",
            ended_on=max(day, seat.valid_from),
            moment=moment,
            actor=None,
        )
        ended += 1
    return ended
