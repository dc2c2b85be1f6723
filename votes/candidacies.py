"""Reading elections: who stands where, what is still to be done, which seats are vacant."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet

from communities.clock import local_day
from communities.enums import OwnerKind, RoleCode
from communities.models import CommitteeSeat, CommitteeTerm, Estate, Owner, Ownership, Role, User
from communities.values.identity import is_natural_identity
from communities.values.text import without_space
from votes.elections import MarkGroup
from votes.enums import CandidateStatus, Criterion, ElectionPurpose, MotionKind, Nomination, ScreeningFinding
from votes.models import Assembly, Candidate, Election

FULL_AGE = 18
#: What must have been found before anybody may stand; the rest may stay open with a reason.
INDISPENSABLE = (Criterion.ON_ROSTER, Criterion.FULL_AGE, Criterion.NO_FIRM_TIE)


def election_of(assembly: Assembly) -> Election | None:
    """The election an assembly holds, if it holds one."""
    return Election.objects.filter(assembly=assembly).select_related("term").first()


def candidate_group(assembly: Assembly) -> MarkGroup | None:
    """The candidates on a ballot and how many may be marked for; None without an election."""
    election = Election.objects.filter(assembly=assembly).only("seats").first()
    if election is None:
        return None
    places = assembly.motions.filter(kind=MotionKind.CANDIDATE).order_by("position")
    return MarkGroup(tuple(places.values_list("position", flat=True)), election.seats)


def withdrawn_positions(assembly_id: int) -> list[int]:
    """Places on the ballot of candidates who have withdrawn since it was posted."""
    gone = Candidate.objects.filter(
        election__assembly=assembly_id, status=CandidateStatus.WITHDRAWN, motion__isnull=False
    )
    return list(gone.order_by("motion__position").values_list("motion__position", flat=True))


def shown_candidates(election: Election, user: User, *, at_desk: bool) -> list[Candidate]:
    """The candidates that ``user`` is shown, by number.

    Everybody sees who stands or is being nominated. Who was found unfit, or left before the
    candidates were posted, is the business of the desk, the candidate and who nominated.
    """
    found = election.candidates.select_related("owner", "nominated_by", "motion", "result").order_by("number")
    if not at_desk:
        public = Q(status__in=[CandidateStatus.NOMINATED, CandidateStatus.ELIGIBLE]) | Q(motion__isnull=False)
        found = found.filter(public | Q(owner__user=user) | Q(nominated_by=user))
    candidates = list(found)
    for candidate in candidates:
        candidate.election = election
    return candidates


def shown_name(candidate: Candidate, *, in_full: bool = False) -> str:
    """In full once the candidate agreed to stand in public, or to who may know; until then masked."""
    return candidate.name if candidate.accepted_at or in_full else candidate.owner.masked_name


def current_owner(user: User, estate: Estate, on: date) -> Owner | None:
    """The owner of ``estate`` that this account is, if a title of theirs holds on that day."""
    titled = Ownership.objects.on(on).filter(unit__estate=estate).values("owner")
    return Owner.objects.filter(user=user, estate=estate, pk__in=titled).order_by("pk").first()


def find_nominee(
    estate: Estate, *, name: str, building: str, staircase: str, room: str, on: date
) -> Owner | None:
    """The natural person of that name who owns that home on a day. The roster itself is not shown."""
    titles = (
        Ownership.objects.on(on)
        .filter(unit__estate=estate, unit__building__name=building, owner__kind=OwnerKind.NATURAL)
        .select_related("owner", "unit")
    )
    wanted = (_bare(staircase), _bare(room))
    for title in titles:
        if (_bare(title.unit.staircase), _bare(title.unit.room)) == wanted and without_space(
            title.owner.name
        ) == without_space(name):
            return title.owner
    return None


def _bare(text: str) -> str:
    """ "0502", "502室" and "502" are one room; "1单元" and "1" one staircase."""
    return without_space(text).removesuffix("室").removesuffix("单元").lstrip("0")


def home_of(owner: Owner, on: date) -> str:
    """The label of the first home the owner holds on a day; empty without one."""
    title = (
        Ownership.objects.on(on)
        .filter(owner=owner)
        .select_related("unit__building")
        .order_by("unit__building__position", "unit__staircase", "unit__room")
        .first()
    )
    return title.unit.label if title else ""


def works_for_firm(user: User | None, estate: Estate, on: date) -> bool:
    """Whether an account holds a role of the firm that serves this estate."""
    if user is None:
        return False
    return Role.objects.on(on).filter(user=user, code=RoleCode.FIRM, contract__estate=estate).exists()


def suggested_screening(candidate: Candidate, on: date) -> dict[str, str]:
    """What roster and roles already tell about a candidate; everything else is unknown."""
    found = dict.fromkeys(Criterion.values, ScreeningFinding.UNKNOWN.value)
    titled = Ownership.objects.on(on).filter(owner=candidate.owner).exists()
    found[Criterion.ON_ROSTER] = (ScreeningFinding.MET if titled else ScreeningFinding.FAILED).value
    age = age_of(candidate.owner.identity, on)
    if age is not None:
        found[Criterion.FULL_AGE] = (
            ScreeningFinding.MET if age >= FULL_AGE else ScreeningFinding.FAILED
        ).value
    if works_for_firm(candidate.owner.user, candidate.election.assembly.estate, on):
        found[Criterion.NO_FIRM_TIE] = ScreeningFinding.FAILED.value
    return found


def age_of(identity: str, on: date) -> int | None:
    """Full years on a day, from an identity number that shows the day of birth; None from any other."""
    if not is_natural_identity(identity):
        return None
    born = date(int(identity[6:10]), int(identity[10:12]), int(identity[12:14]))
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def supports_needed(candidate: Candidate, needed: int) -> int:
    """How many more owners must sign a joint nomination; 0 for the other kinds."""
    if candidate.nomination != Nomination.JOINT:
        return 0
    return max(0, needed - candidate.supports.count())


def planned_seats(term: CommitteeTerm) -> int:
    """How many members the term was elected with: of its election, else of those who began with it."""
    election = term.elections.filter(purpose=ElectionPurpose.TERM).order_by("pk").first()
    if election is not None:
        return election.seats
    return term.seats.filter(is_alternate=False, valid_from__lte=term.starts_on).count()


def vacancies(term: CommitteeTerm, on: date) -> int:
    """Seats of the term that nobody holds on a day."""
    held = term.seats.filter(is_alternate=False, valid_from__lte=on).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    )
    return max(0, planned_seats(term) - held.count())


def term_on(estate: Estate, on: date) -> CommitteeTerm | None:
    """The term in office on a day, the newest where two overlap."""
    return (
        CommitteeTerm.objects.filter(estate=estate, starts_on__lte=on, ends_on__gt=on)
        .order_by("-number")
        .first()
    )


def alternates_of(term: CommitteeTerm) -> QuerySet[CommitteeSeat]:
    """Those who would move up, in the order of the vote."""
    return (
        term.seats.filter(is_alternate=True, valid_to__isnull=True)
        .select_related("owner", "user")
        .order_by("valid_from", "pk")
    )


def recallable_seats(estate: Estate, moment: datetime) -> list[CommitteeSeat]:
    """Seats that somebody holds now, alternates aside, in the order of the committee."""
    term = term_on(estate, local_day(moment))
    if term is None:
        return []
    held = term.seats.filter(is_alternate=False, valid_to__isnull=True).select_related("owner", "user")
    return list(held.order_by("pk"))


def vacant_terms(estates: Iterable[Estate], on: date) -> list[tuple[CommitteeTerm, int]]:
    """Each term in office with vacant seats, no alternate to move up, and no by-election under way."""
    terms = CommitteeTerm.objects.filter(
        estate__in=list(estates), starts_on__lte=on, ends_on__gt=on
    ).prefetch_related("seats", "elections__assembly")
    found = []
    for term in terms:
        elections = list(term.elections.all())
        planned = [one.seats for one in elections if one.purpose == ElectionPurpose.TERM]
        seats = list(term.seats.all())
        members = [seat for seat in seats if not seat.is_alternate]
        held = [seat for seat in members if seat.valid_to is None or seat.valid_to > on]
        began = [seat for seat in members if seat.valid_from <= term.starts_on]
        lacking = (planned[0] if planned else len(began)) - len(held)
        under_way = any(
            one.purpose == ElectionPurpose.BY_ELECTION
            and one.assembly.status not in ("certified", "cancelled", "void")
            for one in elections
        )
        if lacking > 0 and not under_way:
            found.append((term, lacking))
    return found
