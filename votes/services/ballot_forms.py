"""What a posted assembly asks, read once by each process."""

from dataclasses import dataclass
from functools import lru_cache

from votes.candidacies import candidate_group, withdrawn_positions
from votes.elections import MarkGroup
from votes.enums import MARK_OF_OPTION, AssemblyStatus, Mark, MotionOption
from votes.errors import AssemblyNotOpen, CandidateHasWithdrawn, ChoicesInvalid, TooManyMarks
from votes.models import Assembly
from votes.precedence import Precedence


@dataclass(frozen=True, slots=True)
class BallotForm:
    """What a posted assembly asks: the marks each motion allows, and which of several ballots counts."""

    #: The motions by their numbers, in order of position.
    motions: tuple[int, ...]
    marks: tuple[frozenset[str], ...]
    precedence: Precedence
    #: Participation and marks are kept apart (:mod:`votes.services.secret_casting`).
    is_secret: bool = False
    #: The candidates of an election and how many may be marked for.
    group: MarkGroup | None = None

    @property
    def revisable(self) -> bool:
        return self.precedence.revisable

    def check(self, choices: str) -> None:
        """Raise :class:`ChoicesInvalid` unless every motion has exactly one allowed mark.

        With more candidates marked for than there are seats, :class:`TooManyMarks`.
        """
        if len(choices) != len(self.marks):
            raise ChoicesInvalid
        unmarked = [
            position
            for position, (mark, allowed) in enumerate(zip(choices, self.marks, strict=True), 1)
            if mark not in allowed
        ]
        if unmarked:
            raise ChoicesInvalid(positions=unmarked)
        if self.group and self.group.is_exceeded(choices):
            raise TooManyMarks(limit=self.group.limit, marked=self.group.marked(choices))

    def takes_on_paper(self, choices: str) -> bool:
        """Whether this can be read off a sheet: an offered mark, two marks or none for each motion."""
        return len(choices) == len(self.marks) and all(
            mark in allowed or mark in (Mark.INVALID, Mark.UNMARKED)
            for mark, allowed in zip(choices, self.marks, strict=True)
        )


@lru_cache(maxsize=256)
def ballot_form(assembly_id: int) -> BallotForm:
    """The form of a posted assembly. It never changes again, so each process reads it once."""
    assembly = Assembly.objects.filter(pk=assembly_id).exclude(status=AssemblyStatus.DRAFT).first()
    if assembly is None:
        raise AssemblyNotOpen
    motions = list(assembly.motions.order_by("position").values_list("pk", "options"))
    return BallotForm(
        motions=tuple(pk for pk, _ in motions),
        marks=tuple(
            frozenset(MARK_OF_OPTION[MotionOption(option)].value for option in options)
            for _, options in motions
        ),
        precedence=Precedence.of(assembly.rules),
        is_secret=assembly.is_secret,
        group=candidate_group(assembly),
    )


def check_withdrawn(assembly_id: int, choices: str) -> None:
    """Whoever withdrew cannot be marked any more; asked under the lock that a withdrawal waits for."""
    if ballot_form(assembly_id).group is None:
        return
    gone = [place for place in withdrawn_positions(assembly_id) if choices[place - 1] != Mark.ABSTAIN]
    if gone:
        raise CandidateHasWithdrawn(positions=gone)
