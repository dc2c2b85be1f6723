"""A paper ballot becomes a counted ballot, or is kept uncounted with the reason. docs/casting.md."""

import uuid
from datetime import datetime

from django.db import transaction

from communities.clock import database_now
from communities.live import announce
from communities.models import User
from communities.services.outbox import tell
from votes.enums import AssemblyStatus, Channel, UncountedReason
from votes.errors import (
    AssemblyAlreadyClosed,
    AssemblyCancelled,
    AssemblyNotOpen,
    ChoicesInvalid,
    PaperNotSecret,
)
from votes.models import Assembly, Ballot, PaperBallot, UncountedBallot

from .assemblies import lock_assembly
from .ballot_forms import ballot_form
from .ballot_writing import earlier_ballots, received_of, write_ballot
from .uncounted import keep_uncounted

TAKES_PAPER = (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN, AssemblyStatus.CLOSED)


@transaction.atomic
def admit_paper_ballot(*, paper: PaperBallot, choices: str, actor: User) -> Ballot | UncountedBallot:
    """Settle a paper that was received and read: a ballot as of ``received_at``, or an uncounted one.

    ``choices`` has one letter of :class:`votes.enums.Mark` per motion; X where a line
    carries two marks, - where it carries none. The precedence published with the
    assembly decides between this and what the elector cast by another way; what does
    not count is kept with its reason. Settling it again returns what it became.
    The service that enters papers calls this and judges who may. Raises
    :class:`AssemblyNotOpen` (or the more exact kind) once the result is certified or the
    assembly cancelled, :class:`PaperNotSecret`, and :class:`ChoicesInvalid`.
    """
    assembly, paper = _lock(paper)
    if settled := _settled(paper):
        return settled
    received_at = paper.received_at
    assert received_at is not None
    if len(choices) != assembly.slots or not ballot_form(assembly.pk).takes_on_paper(choices):
        raise ChoicesInvalid
    if paper.voided_at is not None:
        return _set_aside(assembly, paper, UncountedReason.PAPER_REPLACED, "", actor)
    assert assembly.closes_at is not None
    if received_at >= assembly.closes_at:
        return _set_aside(assembly, paper, UncountedReason.LATE, "", actor)
    earlier = earlier_ballots(paper.elector_id)
    precedence = ballot_form(assembly.pk).precedence
    why_not = precedence.why_not(Channel.PAPER, received_at, received_of(earlier))
    if why_not is not None:
        return _set_aside(assembly, paper, why_not, "", actor)
    return write_ballot(
        assembly=assembly,
        elector=paper.elector,
        choices=choices,
        key=uuid.uuid4(),
        accepted_at=received_at,
        recorded_at=_settle(paper),
        newest=earlier[-1] if earlier else None,
        paper=paper,
    )


@transaction.atomic
def set_paper_aside(*, paper: PaperBallot, reason: str, actor: User, detail: str = "") -> UncountedBallot:
    """Settle a paper that cannot count whatever it says: unsigned, unreadable, of another assembly.

    ``reason`` is one of :class:`votes.enums.UncountedReason`. Raises as
    :func:`admit_paper_ballot`, and :class:`AssemblyNotOpen` where it counts already.
    """
    assembly, paper = _lock(paper)
    settled = _settled(paper)
    if isinstance(settled, Ballot):
        raise AssemblyNotOpen
    return settled or _set_aside(assembly, paper, UncountedReason(reason), detail, actor)


def _lock(paper: PaperBallot) -> tuple[Assembly, PaperBallot]:
    assembly = lock_assembly(paper.assembly_id)
    if assembly.status == AssemblyStatus.CANCELLED:
        raise AssemblyCancelled
    if assembly.status not in TAKES_PAPER:
        raise AssemblyAlreadyClosed
    if assembly.is_secret:
        raise PaperNotSecret
    return assembly, PaperBallot.objects.select_for_update(of=("self",)).select_related("elector").get(
        pk=paper.pk
    )


def _settled(paper: PaperBallot) -> Ballot | UncountedBallot | None:
    if paper.settled_at is None:
        return None
    return Ballot.objects.filter(paper=paper).first() or UncountedBallot.objects.get(paper=paper)


def _set_aside(
    assembly: Assembly, paper: PaperBallot, reason: UncountedReason, detail: str, actor: User
) -> UncountedBallot:
    """The leaf tells neither the elector nor what the paper says."""
    assert paper.received_at is not None
    kept = keep_uncounted(
        assembly=assembly,
        # What lies on the scan is a sheet of another vote, so it is nobody's here.
        elector=None if reason == UncountedReason.OTHER_ASSEMBLY else paper.elector,
        channel=Channel.PAPER,
        reason=reason,
        received_at=paper.received_at,
        moment=_settle(paper),
        actor=actor,
        paper=paper,
        detail=detail,
    )
    tell(estate=assembly.estate, topic="votes.paper-not-counted", subject=str(paper.pk))
    transaction.on_commit(lambda: announce(f"assembly.{assembly.pk}"))
    return kept


def _settle(paper: PaperBallot) -> datetime:
    moment = database_now()
    paper.settled_at = moment
    paper.save(update_fields=["settled_at"])
    return moment
