"""Seats of the committee after the owners decided: filled, ended, and taken over by alternates.

Chair and vice-chair are chosen by the committee itself in its first session; whoever is
elected here is a member.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from communities.clock import local_day
from communities.enums import RoleCode
from communities.models import CommitteeSeat, CommitteeTerm, Estate, Owner, Role, User
from communities.queries import policies_in_force
from communities.services.ledger import log_of_estate, record
from communities.services.outbox import tell
from votes.candidacies import alternates_of
from votes.elections import is_formed
from votes.enums import ElectionPurpose, MotionKind, SeatOutcome, Verdict
from votes.models import Assembly, Election, Motion, SeatResult

from .slates import lawful_seats

#: An election this long before the end of a term prepares the next one; one held earlier replaces it at once.
PREPARES_NEXT = timedelta(days=100)
ON_COMMITTEE = (RoleCode.COMMITTEE_CHAIR, RoleCode.COMMITTEE)


@transaction.atomic
def fill_seats(*, assembly: Assembly, moment: datetime) -> CommitteeTerm | None:
    """Seat those whom a certified election elected; a new term begins, or vacancies are filled.

    Too few for a lawful committee (《杭州市物业管理条例》第二十七条) begin no term. Returns the term.
    """
    election = Election.objects.filter(assembly=assembly).select_related("term").first()
    if election is None:
        return None
    results = SeatResult.objects.filter(candidate__election=election).select_related("candidate__owner__user")
    elected = [one.candidate.owner for one in _in_order(results, SeatOutcome.ELECTED)]
    alternates = [one.candidate.owner for one in _in_order(results, SeatOutcome.ALTERNATE)]
    today = local_day(moment)
    if election.purpose == ElectionPurpose.BY_ELECTION:
        term, begins = election.term, today
        if term is None or not elected:
            return None
    else:
        fewest, _most = lawful_seats(assembly.estate, moment)
        if not is_formed(elected=len(elected), planned=election.seats, fewest=fewest):
            return None
        term = begin_term(estate=assembly.estate, years=election.term_years, today=today, staying=elected)
        begins = term.starts_on
        election.term = term
        election.save(update_fields=["term"])
    for owner in elected:
        seat_owner(term=term, owner=owner, begins=begins)
    for owner in alternates:
        seat_owner(term=term, owner=owner, begins=begins, is_alternate=True)
    record(
        log=log_of_estate(assembly.estate),
        verb="votes.election.seated",
        subject=election,
        actor=None,
        payload={"term": term.pk, "members": len(elected), "alternates": len(alternates)},
        moment=moment,
    )
    return term


def _in_order(results: QuerySet[SeatResult], outcome: SeatOutcome) -> list[SeatResult]:
    return list(results.filter(outcome=outcome).order_by("rank", "candidate__number"))


@transaction.atomic
def begin_term(*, estate: Estate, years: int, today: date, staying: list[Owner]) -> CommitteeTerm:
    """The next term, and the end of the one before it.

    It begins when the term in office ends, if that is near, else today; the outgoing
    members keep their roles for the days of the handover, those elected again
    (``staying``) without a break.
    """
    before = CommitteeTerm.objects.filter(estate=estate).order_by("-number").first()
    begins = today
    if before and today < before.ends_on <= today + PREPARES_NEXT:
        begins = before.ends_on
    term = CommitteeTerm.objects.create(
        estate=estate,
        number=(before.number if before else 0) + 1,
        starts_on=begins,
        ends_on=_years_later(begins, years),
    )
    if before and before.starts_on < begins < before.ends_on:
        before.ends_on = begins
        before.save(update_fields=["ends_on"])
    CommitteeSeat.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=begins), term__estate=estate, valid_from__lt=begins
    ).exclude(term=term).update(valid_to=begins, end_reason="换届")
    handover = policies_in_force(estate, on=today)["handover-days-committee"].value
    outgoing = Role.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=begins), estate=estate, code__in=ON_COMMITTEE
    )
    again = [owner.user_id for owner in staying if owner.user_id]
    outgoing.exclude(code=RoleCode.COMMITTEE, user__in=again).update(
        valid_to=begins + timedelta(days=handover)
    )
    return term


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)


@transaction.atomic
def seat_owner(
    *, term: CommitteeTerm, owner: Owner, begins: date, is_alternate: bool = False
) -> CommitteeSeat:
    """Give an owner a seat of the term from a day on; a member with an account gets the role with it."""
    term.seats.filter(owner=owner, valid_to__isnull=True).update(valid_to=begins, end_reason="转任")
    if owner.user_id:
        term.seats.filter(user=owner.user_id, valid_to__isnull=True).update(
            valid_to=begins, end_reason="转任"
        )
    seat = CommitteeSeat.objects.create(
        term=term, owner=owner, user=owner.user, valid_from=begins, is_alternate=is_alternate
    )
    if owner.user is not None and not is_alternate:
        _appoint(owner.user, term.estate, begins)
    return seat


def _appoint(user: User, estate: Estate, begins: date) -> None:
    """The role of a member, unless the account holds it on that day and on."""
    held = Role.objects.filter(user=user, code=RoleCode.COMMITTEE, estate=estate, valid_to__isnull=True)
    if not held.filter(valid_from__lte=begins).exists():
        Role.objects.create(user=user, code=RoleCode.COMMITTEE, estate=estate, valid_from=begins)


@transaction.atomic
def end_seat(*, seat: CommitteeSeat, day: date, reason: str) -> CommitteeSeat | None:
    """End a seat and its role as of ``day`` and seat the first alternate; returns the alternate's new seat.

    Where no alternate is left the seat stays vacant, and the desk proposes a by-election.
    A seat that ended before stays as it is.
    """
    seat = (
        CommitteeSeat.objects.select_for_update(of=("self",)).select_related("term__estate").get(pk=seat.pk)
    )
    if seat.valid_to is not None and seat.valid_to <= day:
        return None
    estate = seat.term.estate
    seat.valid_to, seat.end_reason = day, reason[:200]
    seat.save(update_fields=["valid_to", "end_reason"])
    if seat.user_id and not _sits_elsewhere(seat, day):
        Role.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
            user=seat.user_id,
            estate=estate,
            code__in=ON_COMMITTEE,
        ).update(valid_to=day)
    tell(estate=estate, topic="votes.seat-ended", subject=seat.pk)
    if seat.is_alternate:
        return None
    alternate = alternates_of(seat.term).first()
    if alternate is None or alternate.owner is None:
        return None
    taken = seat_owner(term=seat.term, owner=alternate.owner, begins=day)
    CommitteeSeat.objects.filter(pk=alternate.pk).update(end_reason="递补为委员")
    tell(estate=estate, topic="votes.alternate-seated", subject=taken.pk)
    return taken


def _sits_elsewhere(seat: CommitteeSeat, day: date) -> bool:
    """Whether the account holds another seat of this estate's committee on that day."""
    return (
        CommitteeSeat.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
            term__estate=seat.term.estate_id,
            user=seat.user_id,
            is_alternate=False,
        )
        .exclude(pk=seat.pk)
        .exists()
    )


@transaction.atomic
def end_recalled_seats(*, assembly: Assembly, moment: datetime) -> int:
    """Carry out the recalls that passed; returns how many seats ended."""
    passed = Motion.objects.filter(
        assembly=assembly, kind=MotionKind.RECALL, result__verdict=Verdict.PASSED
    ).select_related("seat")
    ended = 0
    for motion in passed.order_by("position"):
        assert motion.seat is not None
        reason = f"业主大会会议决定罢免：{assembly.title}"
        taken = end_seat(seat=motion.seat, day=local_day(moment), reason=reason)
        record(
            log=log_of_estate(assembly.estate),
            verb="votes.recall.carried-out",
            subject=motion,
            actor=None,
            payload={"seat": motion.seat_id, "taken_over_by": taken.pk if taken else None},
            moment=moment,
        )
        ended += 1
    return ended


@transaction.atomic
def unseat_elected(*, assembly: Assembly, moment: datetime) -> int:
    """A result was declared void: whoever it seated leaves again; returns how many seats ended.

    What ended by it before (the outgoing members, a recalled seat) does not come back by
    itself: who acts meanwhile is for the subdistrict to say.
    """
    election = Election.objects.filter(assembly=assembly).first()
    if election is None or election.term_id is None:
        return 0
    day = local_day(moment)
    owners = SeatResult.objects.filter(candidate__election=election).values("candidate__owner")
    seats = CommitteeSeat.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day), term=election.term_id, owner__in=owners
    )
    ended = 0
    # Alternates first, so that none of them moves up on the way.
    for seat in seats.order_by("-is_alternate", "pk"):
        end_seat(seat=seat, day=max(day, seat.valid_from), reason="选举结果被撤销")
        ended += 1
    return ended
