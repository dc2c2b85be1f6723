"""Elections for tests: being prepared, or posted with candidates on the ballot."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from communities.models import CommitteeSeat, CommitteeTerm, Estate, Owner, User
from tests.factories.communities import EstateFactory, OwnershipFactory, UnitFactory
from tests.factories.votes import AssemblyFactory, MotionFactory, post_draft
from votes.enums import CandidateStatus, Criterion
from votes.models import Assembly, Candidate, Election
from votes.services.slates import fill_ballot

SEED = "清和里 2026 年换届 8f21-c07d"
MET = dict.fromkeys(Criterion.values, "met")


def owners_of(estate: Estate, areas: Sequence[int]) -> list[Owner]:
    """One owner with an account for each area (0.01 m²), in order."""
    return [OwnershipFactory(unit=UnitFactory(building__estate=estate, area=area)).owner for area in areas]


def election_draft(
    estate: Estate | None = None, *, seats: int = 5, alternates: int = 2, **fields: Any
) -> Election:
    """An election on a draft, nominations open for three days, the vote a month off. Twelve owners."""
    estate = estate or EstateFactory()
    if not Owner.objects.filter(estate=estate).exists():
        owners_of(estate, [8800] * 12)
    assembly = AssemblyFactory(
        estate=estate, posted_topics="选举业主委员会", opens_at=timezone.now() + timedelta(days=30)
    )
    values: dict[str, Any] = {"nomination_closes_at": timezone.now() + timedelta(days=3), "lot_seed": SEED}
    return Election.objects.create(assembly=assembly, seats=seats, alternates=alternates, **(values | fields))


def put_up(election: Election, owner: Owner, **fields: Any) -> Candidate:
    """``owner`` found eligible, with the next number; ``fields`` say otherwise."""
    now = timezone.now()
    screener = User.objects.order_by("pk").first()
    values: dict[str, Any] = {
        "name": owner.name,
        "home": "1幢0101",
        "statement": "愿意为大家做事。",
        "nomination": "self",
        "nominated_by": owner.user or screener,
        "nominated_at": now,
        "accepted_at": now,
        "status": CandidateStatus.ELIGIBLE,
        "screening": MET,
        "screening_reason": "查过名册和缴费，符合条件",
        "screened_by": screener,
        "screened_at": now,
    }
    values["number"] = election.candidates.count() + 1
    return Candidate.objects.create(election=election, owner=owner, **(values | fields))


def posted_election(
    estate: Estate | None = None,
    *,
    areas: Sequence[int] = (8800,) * 12,
    candidates: int = 8,
    matters: int = 0,
    seats: int = 5,
    alternates: int = 2,
    opens_in: timedelta = timedelta(hours=-1),
    closes_in: timedelta = timedelta(days=10),
    rules: dict[str, Any] | None = None,
    **fields: Any,
) -> Election:
    """An election being voted on; the first ``candidates`` owners stand, by number."""
    estate = estate or EstateFactory()
    owners = owners_of(estate, areas)
    now = timezone.now()
    assembly = AssemblyFactory(
        estate=estate,
        posted_topics="选举业主委员会\n修改管理规约",
        opens_at=now + opens_in,
        closes_at=now + closes_in,
    )
    posted = now + opens_in - timedelta(days=22)
    values: dict[str, Any] = {
        "nomination_closes_at": posted,
        "candidates_posted_at": posted,
        "candidates_posted_until": posted + timedelta(days=7),
        "lot_seed": SEED,
    }
    election = Election.objects.create(
        assembly=assembly, seats=seats, alternates=alternates, **(values | fields)
    )
    for owner in owners[:candidates]:
        put_up(election, owner)
    for position in range(1, matters + 1):
        MotionFactory(assembly=assembly, position=position)
    fill_ballot(election=election)
    post_draft(assembly, now=now, rules=rules)
    return reload(election)


def reload(election: Election) -> Election:
    return Election.objects.select_related("assembly__estate", "assembly__log", "term").get(pk=election.pk)


def term_of(estate: Estate, members: Sequence[Owner], *, alternates: Sequence[Owner] = ()) -> CommitteeTerm:
    """A term that began a year ago, with these members and alternates seated since."""
    today = timezone.localdate()
    begins = today - timedelta(days=365)
    term = CommitteeTerm.objects.create(
        estate=estate, number=1, starts_on=begins, ends_on=begins + timedelta(days=5 * 365)
    )
    for owner in [*members, *alternates]:
        CommitteeSeat.objects.create(
            term=term,
            owner=owner,
            user=owner.user,
            valid_from=begins,
            is_alternate=owner in alternates,
        )
    return term


def account_of(candidate: Candidate) -> User:
    """The account of the owner who stands."""
    assert candidate.owner.user is not None
    return candidate.owner.user


def candidate_of(election: Election, number: int) -> Candidate:
    return Candidate.objects.select_related("owner__user").get(election=election, number=number)


def results_of(assembly: Assembly) -> dict[int, tuple[str, int | None]]:
    """Outcome and rank of each candidate by number."""
    return {
        candidate.number: (candidate.result.outcome, candidate.result.rank)
        for candidate in Candidate.objects.filter(election__assembly=assembly).select_related("result")
        if hasattr(candidate, "result")
    }
