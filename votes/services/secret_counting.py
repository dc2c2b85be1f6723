"""Counting a secret vote: heads only, from marks that nobody can be found by."""

from communities.ledger.canonical import canonical
from communities.ledger.hashing import sha256
from votes.counting import CountedBallot, Measure, tally_ballots
from votes.enums import Verdict
from votes.models import Assembly, MotionResult, SecretBallot
from votes.statutes import Comparison

#: What the verdict rests on. No article: an opinion is no decision under 第二百七十八条.
BASIS = "意见征询，按人数：同意的超过参与的一半"


def secret_results(assembly: Assembly) -> list[MotionResult]:
    """One unsaved result per motion; every area in it is zero because none was counted.

    Carried where more than half of the heads that expressed a choice are for it.
    """
    marks = SecretBallot.objects.filter(assembly=assembly).values_list("choices", flat=True)
    tallies = tally_ballots([CountedBallot(1, 0, one) for one in marks], assembly.slots)
    results = []
    for motion, tally in zip(assembly.motions.order_by("position"), tallies, strict=True):
        taking_part = tally.participating
        met = 2 * tally.for_.heads > taking_part.heads
        results.append(
            MotionResult(
                motion=motion,
                **_heads("for", tally.for_),
                **_heads("against", tally.against),
                **_heads("abstain", tally.abstain),
                **_heads("follow", tally.follow),
                **_heads("invalid", tally.invalid + tally.unmarked),
                **_heads("participating", taking_part),
                verdict=(Verdict.PASSED if met else Verdict.NOT_PASSED).value,
                tests=[
                    {
                        "name": "approval-heads",
                        "dimension": "heads",
                        "have": tally.for_.heads,
                        "of": taking_part.heads,
                        "need": "1/2",
                        "comparison": Comparison.MORE_THAN.value,
                        "met": met,
                        "article": BASIS,
                    }
                ],
                article=BASIS,
            )
        )
    return results


def marks_hash(assembly: Assembly) -> str:
    """SHA-256 over all marks in an order that only their random numbers give.

    Entered in the log at the close and not before: a leaf per mark would tell its time.
    """
    marks = SecretBallot.objects.filter(assembly=assembly).values_list("id", "choices")
    return sha256(canonical(sorted([str(number), choices] for number, choices in marks)))


def _heads(name: str, measure: Measure) -> dict[str, int]:
    return {f"{name}_heads": measure.heads, f"{name}_area": 0}
