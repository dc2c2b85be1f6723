"""How many may be elected, who stands on the ballot, and what of it is published."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from communities.clock import local_day
from communities.ledger.canonical import Plain
from communities.ledger.hashing import sha256
from communities.models import CommitteeTerm, Estate
from communities.queries import policies_in_force
from votes.candidacies import vacancies
from votes.elections import fewest_members
from votes.enums import CandidateStatus, ElectionPurpose, MotionKind
from votes.errors import LotSeedMissing, SeatsUnlawful
from votes.models import Assembly, Candidate, Election, Motion
from votes.models.motion import usual_options

from .rolls import counted_units

#: The item of the law under which committee members are elected and replaced.
ELECTION_ITEM = 3


def households(estate: Estate) -> int:
    """How many homes count, car spaces and storage aside."""
    return counted_units(estate, count_parking=False).count()


def lawful_seats(estate: Estate, moment: datetime) -> tuple[int, int]:
    """The fewest and the most members a committee of this estate may have."""
    policies = policies_in_force(estate, on=local_day(moment))
    fewest = fewest_members(
        households(estate),
        usual=policies["committee-seats-min"].value,
        small=policies["committee-seats-small"].value,
    )
    return fewest, policies["committee-seats-max"].value


def check_seats(
    *, estate: Estate, purpose: str, seats: int, term: CommitteeTerm | None, on: datetime
) -> None:
    """Raise :class:`SeatsUnlawful` unless so many seats may be filled.

    A committee has an odd number of members between the lawful bounds; a by-election
    fills no more seats than are vacant.
    """
    if purpose == ElectionPurpose.BY_ELECTION:
        vacant = vacancies(term, local_day(on)) if term else 0
        if not 1 <= seats <= vacant:
            raise SeatsUnlawful(
                _("补选的人数要在 1 到现在空缺的 %(vacant)s 席之间。") % {"vacant": vacant}
                if vacant
                else _("现在没有空缺的席位，不需要补选。")
            )
        return
    fewest, most = lawful_seats(estate, on)
    if seats % 2 == 0 or not fewest <= seats <= most:
        raise SeatsUnlawful(
            _("应选人数要在 %(fewest)s 到 %(most)s 人之间，而且是单数。") % {"fewest": fewest, "most": most}
        )


def topic_of(assembly: Assembly) -> str:
    """The announced topic the candidates stand under; empty where none says so."""
    return next((topic for topic in assembly.topics if "选举" in topic or "补选" in topic), "")


def eligible_candidates(election: Election) -> QuerySet[Candidate]:
    """Who was found fit to stand, by number."""
    return Candidate.objects.filter(election=election, status=CandidateStatus.ELIGIBLE).order_by("number")


@transaction.atomic
def fill_ballot(*, election: Election) -> None:
    """Make the ballot say who stands: a motion for each eligible candidate, by number, after all others.

    The assembly is a locked draft. Doing it again changes nothing, so that signatures under
    a motion's warnings stay.
    """
    assembly = election.assembly
    candidates = list(eligible_candidates(election).select_related("motion"))
    kept = [candidate.motion_id for candidate in candidates if candidate.motion_id]
    assembly.motions.filter(kind=MotionKind.CANDIDATE).exclude(pk__in=kept).delete()
    names = [candidate.name for candidate in candidates]
    place = assembly.motions.count()
    for candidate in candidates:
        motion = candidate.motion
        if motion is None:
            place += 1
            # Far behind whatever a gap among the places left; put in order below.
            aside = place + len(names) + 100
            motion = Motion(assembly=assembly, kind=MotionKind.CANDIDATE, position=aside)
        same = names.count(candidate.name) > 1
        motion.title = f"选举 {candidate.name}（{candidate.home}）" if same else f"选举 {candidate.name}"
        motion.text = (
            f"候选人 {candidate.number} 号，{candidate.home}，{candidate.get_nomination_display()}。"
        )
        motion.topic, motion.item = topic_of(assembly), ELECTION_ITEM
        motion.item_reason = "选举业主委员会成员，属第（三）项"
        motion.options = usual_options()
        motion.save()
        if candidate.motion_id != motion.pk:
            candidate.motion = motion
            candidate.save(update_fields=["motion"])
    _put_in_order(assembly, candidates)


def _put_in_order(assembly: Assembly, candidates: list[Candidate]) -> None:
    """Matters first, as they stood; then the candidates by number; places 1 … n without a gap."""
    others = assembly.motions.exclude(kind=MotionKind.CANDIDATE).order_by("position")
    standing = [candidate.motion_id for candidate in candidates if candidate.motion_id is not None]
    order = [*others.values_list("pk", flat=True), *standing]
    stands = list(assembly.motions.order_by("position").values_list("pk", "position"))
    if stands == list(zip(order, range(1, len(order) + 1), strict=True)):
        return
    # Aside first: the constraint on places holds after every statement.
    for number, pk in enumerate(order, start=1):
        Motion.objects.filter(pk=pk).update(position=10_000 + number)
    for number, pk in enumerate(order, start=1):
        Motion.objects.filter(pk=pk).update(position=number)


@transaction.atomic
def settle_ballot(*, assembly: Assembly) -> None:
    """Before a draft is posted: the ballot as it will stand. Raises :class:`LotSeedMissing`."""
    election = Election.objects.filter(assembly=assembly).first()
    if election is None:
        return
    if not election.lot_seed:
        raise LotSeedMissing
    election.assembly = assembly
    fill_ballot(election=election)


def election_published(assembly: Assembly) -> dict[str, Plain] | None:
    """What of an election is fixed with the notice, for leaf 0: seats, seed, who stands where. No names."""
    election = Election.objects.filter(assembly=assembly).first()
    if election is None:
        return None
    standing = election.candidates.filter(motion__isnull=False).select_related("motion")
    return {
        "purpose": election.purpose,
        "seats": election.seats,
        "alternates": election.alternates,
        "term_years": election.term_years,
        "seed": election.lot_seed,
        "candidates": [
            {
                "number": candidate.number,
                "position": candidate.motion.position if candidate.motion else 0,
                "statement": sha256(candidate.statement),
            }
            for candidate in standing.order_by("number")
        ],
    }
