"""An assembly opens and closes by itself; at the close it is counted and certified at once."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from communities.clock import database_now
from communities.ledger.canonical import Plain, canonical
from communities.ledger.hashing import sha256
from communities.ledger.leaves import timestamp
from communities.live import announce
from communities.services.ledger import record
from communities.services.outbox import tell
from communities.services.sealing import seal_log
from communities.soundness import need_sound_database
from votes.counting import Decision, Finding, Judgement, Tally
from votes.enums import AssemblyStatus
from votes.models import Assembly, Certificate, Motion, MotionResult, PaperBallot
from votes.signals import assembly_certified
from votes.statutes import Statute, statute_by_code

from .assemblies import scope_named
from .awards import award_seats
from .seats import end_recalled_seats, fill_seats
from .secret_counting import marks_hash, secret_results
from .tallies import ballot_figures, count_assembly

logger = logging.getLogger(__name__)
RUNNING = (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN)


def open_due_assemblies() -> int:
    """Write down that assemblies have opened, and tell the owners. Ballots do not wait for this."""
    due = Assembly.objects.filter(status=AssemblyStatus.PUBLISHED, opens_at__lte=database_now())
    opened = 0
    for pk in due.values_list("pk", flat=True):
        try:
            opened += open_assembly(assembly_id=pk)
        except Exception:
            # Tried again at the next sweep.
            logger.exception("assembly %s could not be opened", pk)
    return opened


@transaction.atomic
def open_assembly(*, assembly_id: int) -> bool:
    """Note that the window of a posted assembly has begun. Returns whether this call did it.

    Raises :class:`DatabaseUnsound` while ballots would not be safe: nobody is called to vote then.
    """
    need_sound_database()
    assembly = Assembly.objects.select_for_update(of=("self",)).get(pk=assembly_id)
    moment = database_now()
    if assembly.status != AssemblyStatus.PUBLISHED or assembly.phase(moment) != AssemblyStatus.OPEN:
        return False
    assembly.open()
    assembly.save(update_fields=["status"])
    assert assembly.log is not None
    record(log=assembly.log, verb="votes.assembly.opened", subject=assembly, actor=None, moment=moment)
    tell(estate=assembly.estate, topic="votes.assembly-opened", subject=str(assembly.pk))
    transaction.on_commit(lambda: announce(f"assembly.{assembly_id}"))
    return True


def close_due_assemblies() -> int:
    """Close every assembly whose window has passed, and count those that only waited for paper.

    Safe to run twice or by several workers.
    """
    due = Assembly.objects.filter(status__in=RUNNING, closes_at__lte=database_now())
    closed = 0
    for pk in due.values_list("pk", flat=True):
        try:
            closed += close_assembly(assembly_id=pk)
        except Exception:
            # One assembly that cannot be counted must not keep the others open.
            logger.exception("assembly %s could not be closed", pk)
    return closed + certify_settled_assemblies()


@transaction.atomic
def close_assembly(*, assembly_id: int) -> bool:
    """Close, count and certify one assembly, in one transaction. Returns whether this call did it.

    The exclusive lock waits for every ballot that is being received and keeps
    any later one out; a ballot accepted before ``closes_at`` is always counted.
    Does nothing before ``closes_at`` or when it is done already.
    """
    assembly = Assembly.objects.select_for_update(of=("self",)).get(pk=assembly_id)
    moment = database_now()
    if assembly.status not in RUNNING or assembly.phase(moment) != AssemblyStatus.CLOSED:
        return False
    settle_assembly(assembly=assembly, moment=moment)
    return True


def papers_waiting(assembly: Assembly) -> QuerySet[PaperBallot]:
    """Sheets that were received in time and are not settled yet: the count waits for them."""
    return PaperBallot.objects.filter(
        assembly=assembly, received_at__isnull=False, settled_at__isnull=True, voided_at__isnull=True
    )


@transaction.atomic
def settle_assembly(*, assembly: Assembly, moment: datetime) -> None:
    """End the voting of an assembly that is locked and past its deadline, as of ``moment``.

    It is counted and certified at once, unless papers that were received in time
    still have to be entered; then :func:`certify_settled_assemblies` follows.
    """
    assembly.close()
    assembly.closed_at = moment
    assembly.save(update_fields=["status", "closed_at"])
    waiting = papers_waiting(assembly).count()
    if not waiting:
        certify_assembly(assembly=assembly, moment=moment)
        return
    assert assembly.log is not None
    record(
        log=assembly.log,
        verb="votes.assembly.voting-ended",
        subject=assembly,
        actor=None,
        payload={"papers_waiting": waiting},
        moment=moment,
    )
    transaction.on_commit(lambda: announce(f"assembly.{assembly.pk}"))


def certify_settled_assemblies() -> int:
    """Count every assembly whose last paper has been settled since it closed."""
    certified = 0
    for pk in Assembly.objects.filter(status=AssemblyStatus.CLOSED).values_list("pk", flat=True):
        try:
            certified += certify_settled_assembly(assembly_id=pk)
        except Exception:
            logger.exception("assembly %s could not be counted", pk)
    return certified


@transaction.atomic
def certify_settled_assembly(*, assembly_id: int) -> bool:
    """Count a closed assembly once no paper is waiting. Returns whether this call did it."""
    assembly = Assembly.objects.select_for_update(of=("self",)).get(pk=assembly_id)
    if assembly.status != AssemblyStatus.CLOSED or papers_waiting(assembly).exists():
        return False
    certify_assembly(assembly=assembly, moment=database_now())
    return True


@transaction.atomic
def certify_assembly(*, assembly: Assembly, moment: datetime) -> None:
    """Count and certify a closed assembly that is locked and whose every paper is settled.

    The log is sealed twice: before the count, so that the root of all ballots stands
    whatever is decided from it, and after it, with the certificate as its last leaf.
    """
    assert assembly.log is not None
    seal_log(log=assembly.log)
    results = secret_results(assembly) if assembly.is_secret else _results(assembly)
    MotionResult.objects.bulk_create(results)
    figures = ballot_figures(assembly)
    received, counted = int(str(figures["received"])), int(str(figures["counted"]))
    election = award_seats(assembly=assembly, results=results)
    certificate = _certificate(assembly, results, figures)
    body = canonical(certificate | ({"election": election} if election else {}))
    assembly.certify()
    assembly.certified_at = moment
    assembly.save(update_fields=["status", "certified_at"])
    Certificate.objects.create(
        assembly=assembly,
        body=body,
        sha256=sha256(body),
        received=received,
        counted=counted,
        certified_at=moment,
    )
    record(
        log=assembly.log,
        verb="votes.assembly.certified",
        subject=assembly,
        actor=None,
        payload={"certificate": sha256(body), "received": received, "counted": counted},
        moment=moment,
    )
    seal_log(log=assembly.log)
    fill_seats(assembly=assembly, moment=moment)
    end_recalled_seats(assembly=assembly, moment=moment)
    tell(estate=assembly.estate, topic="votes.assembly-certified", subject=str(assembly.pk))
    assembly_certified.send(sender=Assembly, assembly=assembly)
    transaction.on_commit(lambda: announce(f"assembly.{assembly.pk}"))


def _results(assembly: Assembly) -> list[MotionResult]:
    statute = statute_by_code(assembly.statute)
    motions = assembly.motions.order_by("position")
    return [
        _result(motion, decision, statute)
        for motion, decision in zip(motions, count_assembly(assembly), strict=True)
    ]


def _result(motion: Motion, decision: Decision, statute: Statute) -> MotionResult:
    assert motion.item is not None
    cast, counted = decision.tally, decision.counted
    silent = decision.silent
    return MotionResult(
        motion=motion,
        for_heads=counted.for_.heads,
        for_area=counted.for_.area,
        against_heads=counted.against.heads,
        against_area=counted.against.area,
        abstain_heads=counted.abstain.heads,
        abstain_area=counted.abstain.area,
        follow_heads=cast.follow.heads,
        follow_area=cast.follow.area,
        invalid_heads=cast.invalid.heads + cast.unmarked.heads,
        invalid_area=cast.invalid.area + cast.unmarked.area,
        participating_heads=counted.participating.heads,
        participating_area=counted.participating.area,
        verdict=decision.verdict.value,
        tests=_proof(decision.cast),
        article=statute.item(motion.item).article,
        with_silent=silent
        and {
            "clause": silent.clause,
            "added": {"heads": silent.added.heads, "area": silent.added.area},
            "withheld": silent.withheld and silent.withheld.value,
            "figures": _figures(silent.tally),
            "verdict": silent.judgement.verdict.value,
            "tests": _proof(silent.judgement),
        },
    )


def _proof(judgement: Judgement) -> list[dict[str, object]]:
    """Each test with its figures; areas stay integers of 0.01 m²."""
    return [_test(test) for test in judgement.tests]


def _test(test: Finding) -> dict[str, object]:
    return {
        "name": test.name,
        "dimension": test.dimension.value,
        "have": test.have,
        "of": test.of,
        "need": test.threshold.need,
        "comparison": test.threshold.comparison.value,
        "met": test.met,
        "article": test.threshold.article,
    }


def _figures(tally: Tally) -> dict[str, dict[str, int]]:
    return {
        name: {"heads": measure.heads, "area": measure.area}
        for name, measure in (("for", tally.for_), ("against", tally.against), ("abstain", tally.abstain))
    }


def _certificate(
    assembly: Assembly, results: list[MotionResult], figures: dict[str, Plain]
) -> dict[str, Plain]:
    """The result as it is hashed: who was asked, what was received, and each verdict with its proof."""
    assert assembly.opens_at is not None
    assert assembly.closes_at is not None
    assert assembly.closed_at is not None
    return {
        "v": 1,
        "assembly": assembly.pk,
        "title": assembly.title,
        "window": [timestamp(assembly.opens_at), timestamp(assembly.closes_at)],
        "closed_at": timestamp(assembly.closed_at),
        "statute": assembly.statute,
        **scope_named(assembly),
        "roll": {
            "heads": assembly.total_heads,
            "area": assembly.total_area,
            "sha256": assembly.roll_hash,
        },
        "secrecy": assembly.secrecy.value,
        **({"marks": marks_hash(assembly)} if assembly.is_secret else {}),
        "ballots": figures,
        "motions": [
            {
                "position": result.motion.position,
                "title": result.motion.title,
                "item": result.motion.item,
                "article": result.article,
                "for": [result.for_heads, result.for_area],
                "against": [result.against_heads, result.against_area],
                "abstain": [result.abstain_heads, result.abstain_area],
                "follow": [result.follow_heads, result.follow_area],
                "invalid": [result.invalid_heads, result.invalid_area],
                "participating": [result.participating_heads, result.participating_area],
                "verdict": result.verdict,
                "tests": result.tests,
                "with_silent": result.with_silent,
            }
            for result in results
        ],
    }
