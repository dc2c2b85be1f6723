"""Reading a committee: who sits on it, what it owes until when, what was done. Changes nothing."""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from communities.clock import LOCAL_ZONE
from communities.enums import RoleCode, SeatPosition
from communities.models import (
    CommitteeSeat,
    CommitteeTerm,
    Estate,
    HandoverItem,
    Owner,
    Ownership,
    PositionDecision,
    Role,
    TrainingRecord,
    User,
)
from communities.queries import PolicyInForce

_ORDER = [position.value for position in SeatPosition]


def end_of(day: date) -> datetime:
    """The first instant after ``day`` where the estates are: when what was due on it is overdue."""
    return datetime.combine(day + timedelta(days=1), time(), LOCAL_ZONE)


def months_before(day: date, months: int) -> date:
    """The same day ``months`` earlier, or the last day of that month where it has no such day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def latest_terms(estates: Iterable[Estate], *, on: date) -> list[CommitteeTerm]:
    """Of each estate the newest term that has begun; the one before serves on until the next begins."""
    found: dict[int, CommitteeTerm] = {}
    begun = CommitteeTerm.objects.filter(estate__in=list(estates), starts_on__lte=on)
    for term in begun.order_by("starts_on", "number"):
        found[term.estate_id] = term
    return list(found.values())


def latest_term(estate: Estate, *, on: date) -> CommitteeTerm | None:
    return next(iter(latest_terms([estate], on=on)), None)


def sitting(term: CommitteeTerm, *, on: date) -> list[CommitteeSeat]:
    """Members of the term on a day: chair, vice chairs, members, in the order they were entered."""
    return [seat for seat in seats_on(term, on=on) if not seat.is_alternate]


def seats_on(term: CommitteeTerm, *, on: date) -> list[CommitteeSeat]:
    """Members, then alternates in the order of their votes."""
    seats = (
        CommitteeSeat.objects.filter(term=term, valid_from__lte=on)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
        .select_related("owner", "user")
    )
    return sorted(seats, key=lambda seat: (seat.is_alternate, _ORDER.index(seat.position), seat.pk))


def ended_seats(term: CommitteeTerm, *, on: date) -> QuerySet[CommitteeSeat]:
    """Seats that ended, the last first."""
    return (
        CommitteeSeat.objects.filter(term=term, valid_to__lte=on)
        .select_related("owner", "user")
        .order_by("-valid_to", "-pk")
    )


def seats_without_title(terms: Iterable[CommitteeTerm], *, on: date) -> QuerySet[CommitteeSeat]:
    """Open seats whose owner holds no home any more: by law they have ended (《指导规则》第四十三条)."""
    titled = Ownership.objects.on(on).values("owner")
    return (
        CommitteeSeat.objects.filter(term__in=list(terms), owner__isnull=False, valid_to__isnull=True)
        .exclude(owner__in=titled)
        .select_related("owner", "term")
    )


@dataclass(frozen=True, slots=True)
class TermDeadline:
    """One thing a term owes: what, by which day, by which article, and when it was done."""

    key: str
    text: str
    due_on: date
    article: str
    turn: str
    done_on: date | None = None
    is_done: bool = False

    @property
    def due(self) -> datetime:
        return end_of(self.due_on)

    def is_overdue(self, on: date) -> bool:
        return not self.is_done and on > self.due_on


def term_deadlines(
    term: CommitteeTerm,
    *,
    policies: Mapping[str, PolicyInForce],
    first_session: date | None,
    has_successor: bool,
) -> list[TermDeadline]:
    """What the term owes by law, in order of time. It counts from ``starts_on``, the day of the election."""
    session, filing = policies["first-session-days"], policies["committee-filing-days"]
    report = policies["term-report-months"]
    committee = _("业主委员会")
    return [
        TermDeadline(
            "first-session",
            _("召开首次会议，推选主任、副主任"),
            term.starts_on + timedelta(days=session.value),
            session.article,
            committee,
            first_session,
            first_session is not None,
        ),
        TermDeadline(
            "filing",
            _("向街道备案"),
            term.starts_on + timedelta(days=filing.value),
            filing.article,
            committee,
            term.filed_on,
            term.filed_on is not None,
        ),
        TermDeadline(
            "report",
            _("任期将满，向街道报告并筹备换届"),
            months_before(term.ends_on, report.value),
            report.article,
            committee,
            term.reported_on,
            term.reported_on is not None or has_successor,
        ),
        TermDeadline(
            "renewal", _("任期届满前选出新一届"), term.ends_on, report.article, committee, None, has_successor
        ),
    ]


def first_sessions(terms: Iterable[CommitteeTerm]) -> dict[int, date]:
    """The day of the first session that chose a position, by number of the term."""
    decisions = PositionDecision.objects.filter(seat__term__in=list(terms)).order_by("-session_on")
    # The earliest comes last, and stays.
    return dict(decisions.values_list("seat__term", "session_on"))


def succeeded(terms: Iterable[CommitteeTerm], *, begun_by: date | None = None) -> set[int]:
    """Which of these terms another one follows, elected already; with a day, one that has begun by then."""
    terms = list(terms)
    newest: dict[int, int] = {}
    others = CommitteeTerm.objects.filter(estate__in=[term.estate_id for term in terms])
    if begun_by is not None:
        others = others.filter(starts_on__lte=begun_by)
    for estate, number in others.values_list("estate", "number"):
        newest[estate] = max(number, newest.get(estate, 0))
    return {term.pk for term in terms if newest.get(term.estate_id, 0) > term.number}


def handover_figures(term: CommitteeTerm, *, on: date) -> dict[str, int]:
    """How many items of the term are handed over, open, and of these overdue."""
    return HandoverItem.objects.filter(term=term).aggregate(
        done=Count("pk", filter=Q(handed_on__isnull=False)),
        open=Count("pk", filter=Q(handed_on__isnull=True)),
        overdue=Count("pk", filter=Q(handed_on__isnull=True, due_on__lt=on)),
    )


def training_half_hours(term: CommitteeTerm) -> dict[int, int]:
    """Half hours of training of each seat of the term, by its number."""
    rows = TrainingRecord.objects.filter(seats__term=term).order_by().values_list("seats")
    return dict(rows.annotate(total=Sum("half_hours")))


def receivers_of(term: CommitteeTerm, *, on: date) -> list[User]:
    """To whom may be handed over: the members who serve now, and the community."""
    estate = term.estate
    held = (
        Role.objects.on(on)
        .covering(estate)
        .filter(
            code__in=[RoleCode.COMMITTEE, RoleCode.COMMITTEE_CHAIR, RoleCode.SECRETARY], user__is_active=True
        )
    )
    return list(User.objects.filter(pk__in=held.values("user")).order_by("pk"))


def current_owner_ids(estate: Estate, *, on: date) -> set[int]:
    """Numbers of those who hold title to a home of the estate on a day."""
    return set(Ownership.objects.on(on).filter(unit__estate=estate).values_list("owner", flat=True))


def homes_in_words(owners: Iterable[Owner], *, on: date) -> dict[int, str]:
    """Each owner's homes in one text, by number of the owner. One query."""
    found: dict[int, list[str]] = {}
    titles = (
        Ownership.objects.on(on)
        .filter(owner__in=list(owners))
        .select_related("unit__building")
        .order_by("unit__building__position", "unit__staircase", "unit__room")
    )
    for title in titles:
        found.setdefault(title.owner_id, []).append(title.unit.label)
    return {owner: "、".join(labels) for owner, labels in found.items()}
