"""What scrutineers read off a returned sheet: two of them apart, a third where they differ.

Whoever received the sheet may be one of the two: the law asks that two different
people enter it, and the scan shows both what was on it.
"""

from datetime import datetime

from django.db import transaction

from communities.clock import database_now
from communities.live import announce
from communities.models import User
from communities.services.ledger import record
from votes.enums import AssemblyStatus, Mark, MotionKind, UncountedReason
from votes.errors import (
    AssemblyCancelled,
    PaperEnteredByYou,
    PaperMarksMissing,
    PaperNotReceived,
    PaperSettled,
)
from votes.models import Assembly, Ballot, Election, PaperBallot, PaperEntry, UncountedBallot

from .assemblies import judge, lock_assembly
from .ballot_forms import ballot_form
from .casting import admit_paper_ballot, set_paper_aside

#: Why a whole sheet cannot count, as far as a reader can tell.
DEFECTS = (
    UncountedReason.UNSIGNED,
    UncountedReason.UNREADABLE,
    UncountedReason.OTHER_ASSEMBLY,
    UncountedReason.PAPER_REPLACED,
)
#: On paper a line may also carry two marks or none.
PAPER_MARKS = frozenset({Mark.INVALID.value, Mark.UNMARKED.value})
#: Entered from when it was received until the count.
ENTERED_IN = (AssemblyStatus.OPEN, AssemblyStatus.CLOSED)


@transaction.atomic
def enter_paper(*, paper: PaperBallot, choices: str, defect: str, actor: User) -> PaperEntry:
    """Write down one look at a sheet; settle it when two agree or the third has decided.

    ``choices`` has one :class:`votes.enums.Mark` a motion, X for a line with two marks
    and - for one without; it is empty where ``defect`` names what is wrong with the whole
    sheet. Raises :class:`NotPermitted`, :class:`PaperNotReceived`, :class:`PaperSettled`,
    :class:`PaperEnteredByYou`, :class:`PaperMarksMissing`, :class:`AssemblyCancelled`.
    """
    assembly = lock_assembly(paper.assembly_id)
    judge("votes.handle_papers", actor, assembly)
    paper = PaperBallot.objects.select_for_update().get(pk=paper.pk)
    moment = database_now()
    _need_entry(assembly, paper, moment)
    earlier = list(paper.entries.order_by("look"))
    if any(entry.entered_by_id == actor.pk for entry in earlier):
        raise PaperEnteredByYou
    choices, defect = read_marks(assembly, choices, defect)
    entry = PaperEntry.objects.create(
        paper=paper,
        look=len(earlier) + 1,
        entered_by=actor,
        choices=choices,
        defect=defect,
        entered_at=moment,
    )
    assert assembly.log is not None
    record(
        log=assembly.log,
        verb="votes.paper.entered",
        subject=paper,
        actor=actor,
        payload={"look": entry.look},
        moment=moment,
    )
    if entry.look == 3 or (entry.look == 2 and _agree(earlier[0], entry)):
        _settle(assembly, paper, entry, actor, moment)
    transaction.on_commit(lambda: announce(f"assembly.{assembly.pk}"))
    return entry


def _need_entry(assembly: Assembly, paper: PaperBallot, moment: datetime) -> None:
    if paper.received_at is None:
        raise PaperNotReceived
    if paper.settled_at is not None or paper.voided_at is not None:
        raise PaperSettled
    phase = assembly.phase(moment)
    if phase not in ENTERED_IN:
        raise AssemblyCancelled if phase != AssemblyStatus.CERTIFIED else PaperSettled


def read_marks(assembly: Assembly, choices: str, defect: str) -> tuple[str, str]:
    """Marks and defect as they are stored. Raises :class:`PaperMarksMissing` for anything else."""
    if defect:
        if defect not in DEFECTS:
            raise PaperMarksMissing
        return "", str(UncountedReason(defect).value)
    allowed = ballot_form(assembly.pk).marks
    if len(choices) != len(allowed) or any(
        mark not in marks | PAPER_MARKS for mark, marks in zip(choices, allowed, strict=True)
    ):
        raise PaperMarksMissing
    return choices, ""


def _agree(one: PaperEntry, other: PaperEntry) -> bool:
    return (one.choices, one.defect) == (other.choices, other.defect)


def _settle(
    assembly: Assembly, paper: PaperBallot, entry: PaperEntry, actor: User, moment: datetime
) -> Ballot | UncountedBallot:
    if entry.defect:
        return set_paper_aside(paper=paper, reason=entry.defect, actor=actor)
    return admit_paper_ballot(paper=paper, choices=counted_marks(assembly, entry.choices), actor=actor)


def counted_marks(assembly: Assembly, choices: str) -> str:
    """Marks as they count: with more candidates marked for than seats, no candidate's line counts."""
    election = Election.objects.filter(assembly=assembly).first()
    if election is None:
        return choices
    kinds = list(assembly.motions.order_by("position").values_list("kind", flat=True))
    candidates = [place for place, kind in enumerate(kinds) if kind == MotionKind.CANDIDATE]
    chosen = sum(choices[place] == Mark.FOR.value for place in candidates)
    if chosen <= election.seats:
        return choices
    return "".join(Mark.INVALID.value if place in candidates else mark for place, mark in enumerate(choices))
