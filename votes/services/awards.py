"""What the count of an election comes to: ranks, the lot where one has to decide, and the record of both."""

from django.db import transaction

from communities.ledger.canonical import Plain
from votes.elections import Counted, Outcome, award
from votes.enums import CandidateStatus, Verdict
from votes.models import Assembly, Candidate, Election, MotionResult, SeatResult


@transaction.atomic
def award_seats(*, assembly: Assembly, results: list[MotionResult]) -> dict[str, Plain] | None:
    """Write down who is elected, after the motions were counted and before the certificate.

    Returns the part of the certificate that says so; None where the assembly elects nobody.
    The lot's root is that of the head that was sealed just before the count.
    """
    election = Election.objects.filter(assembly=assembly).first()
    if election is None:
        return None
    assert assembly.log is not None
    head = assembly.log.heads.order_by("-size").first()
    assert head is not None
    by_motion = {result.motion_id: result for result in results}
    candidates = {
        candidate.number: candidate
        for candidate in Candidate.objects.filter(election=election, motion__isnull=False)
    }
    counted = [_counted(candidate, by_motion) for candidate in candidates.values()]
    outcomes = award(
        counted,
        seats=election.seats,
        alternates=election.alternates,
        seed=election.lot_seed,
        root=head.root,
    )
    election.lot_root = head.root
    election.save(update_fields=["lot_root"])
    figures = {one.number: one for one in counted}
    SeatResult.objects.bulk_create(
        SeatResult(
            candidate=candidates[one.number],
            outcome=one.place.value,
            rank=one.rank,
            for_heads=figures[one.number].for_heads,
            for_area=figures[one.number].for_area,
            lot=one.lot,
        )
        for one in outcomes
    )
    return {
        "purpose": election.purpose,
        "seats": election.seats,
        "alternates": election.alternates,
        "seed": election.lot_seed,
        "root": head.root,
        "candidates": [_line(one, figures[one.number]) for one in outcomes],
    }


def _counted(candidate: Candidate, by_motion: dict[int, MotionResult]) -> Counted:
    assert candidate.motion_id is not None
    result = by_motion[candidate.motion_id]
    return Counted(
        number=candidate.number,
        for_heads=result.for_heads,
        for_area=result.for_area,
        passed=result.verdict == Verdict.PASSED,
        withdrawn=candidate.status == CandidateStatus.WITHDRAWN,
    )


def _line(outcome: Outcome, figures: Counted) -> dict[str, Plain]:
    return {
        "number": outcome.number,
        "outcome": outcome.place.value,
        "rank": outcome.rank,
        "for": [figures.for_heads, figures.for_area],
        "passed": figures.passed,
        "lot": outcome.lot,
    }
