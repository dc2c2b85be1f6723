"""Who takes which seat: the candidates' results in, an order out. No storage and no clock.

First the dual majority: only a candidate whose motion passed can be elected at all. Those
are ranked by the heads that were for them, equal heads by area, and where both are equal
and the order decides something, by a lot that anybody can draw again:

    lot = SHA-256 of the text ["<seed>","<root>",<number>]      lowest first

The seed is published with the notice, before any ballot; the root is that of the last tree
head before the count, known to nobody before the close. docs/elections.md tells it in full.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from communities.ledger.canonical import canonical
from communities.ledger.hashing import sha256
from votes.counting import Mark


class LotRefused(ValueError):
    """A lot has to decide, and there is no published seed or no root to draw it with."""


class SlateRefused(ValueError):
    """The seats or the candidates contradict themselves, so that nothing can be awarded."""


class Place(StrEnum):
    """What became of a candidate."""

    ELECTED = "elected"
    ALTERNATE = "alternate"
    NOT_ELECTED = "not-elected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Counted:
    """What the count gave one candidate. ``for_area`` in 0.01 m²; ``passed`` is the dual majority."""

    number: int
    for_heads: int
    for_area: int
    passed: bool
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where one candidate ended. ``rank`` only for those who passed; ``lot`` where one was drawn."""

    number: int
    place: Place
    rank: int | None = None
    lot: str = ""


def draw_lot(seed: str, root: str, number: int) -> str:
    """The lot of one candidate, in hex. Raises :class:`LotRefused` without a seed or a root."""
    if not seed.strip() or not root:
        raise LotRefused("没有在会前公布抽签种子，不能抽签")
    return sha256(canonical([seed, root, number]))


def award(
    candidates: Iterable[Counted], *, seats: int, alternates: int, seed: str, root: str
) -> list[Outcome]:
    """The place of every candidate, in the order of rank; those without one follow by number.

    A tie that decides nothing (both elected, or both behind the last alternate) is left as
    a tie: equal rank, no lot. Raises :class:`LotRefused` where a lot is needed and cannot be
    drawn, :class:`SlateRefused` for seats below one or a number that stands twice.
    """
    candidates = list(candidates)
    if seats < 1 or alternates < 0:
        raise SlateRefused(f"应选 {seats} 人，候补 {alternates} 人")
    if len({candidate.number for candidate in candidates}) != len(candidates):
        raise SlateRefused("候选人编号重复")
    fit = [candidate for candidate in candidates if candidate.passed and not candidate.withdrawn]
    fit.sort(key=lambda candidate: (-candidate.for_heads, -candidate.for_area, candidate.number))
    outcomes: list[Outcome] = []
    for _, group in groupby(fit, key=lambda candidate: (candidate.for_heads, candidate.for_area)):
        outcomes += _placed(list(group), len(outcomes) + 1, seats, alternates, seed, root)
    rest = sorted(
        (candidate for candidate in candidates if candidate not in fit),
        key=lambda candidate: candidate.number,
    )
    return outcomes + [
        Outcome(candidate.number, Place.WITHDRAWN if candidate.withdrawn else Place.NOT_ELECTED)
        for candidate in rest
    ]


def _placed(
    equals: Sequence[Counted], first: int, seats: int, alternates: int, seed: str, root: str
) -> list[Outcome]:
    """Candidates of equal heads and area who together take the ranks from ``first`` on."""
    last = first + len(equals) - 1
    is_decisive = len(equals) > 1 and last > seats and first <= seats + alternates
    if not is_decisive:
        return [Outcome(one.number, _place(first, seats, alternates), first) for one in equals]
    drawn = sorted((draw_lot(seed, root, one.number), one.number) for one in equals)
    return [
        Outcome(number, _place(rank, seats, alternates), rank, lot)
        for rank, (lot, number) in enumerate(drawn, start=first)
    ]


def _place(rank: int, seats: int, alternates: int) -> Place:
    if rank <= seats:
        return Place.ELECTED
    return Place.ALTERNATE if rank <= seats + alternates else Place.NOT_ELECTED


def fewest_members(households: int, *, usual: int, small: int) -> int:
    """The fewest members a committee may have: ``small`` up to a hundred households (杭州例 第二十七条)."""
    return min(usual, small) if households <= 100 else usual


def is_formed(*, elected: int, planned: int, fewest: int) -> bool:
    """Whether a new committee stands though fewer were elected than planned.

    It must have the fewest lawful members, and more than half of the planned number
    (《杭州市物业管理条例》第二十七条).
    """
    return elected >= fewest and 2 * elected > planned


@dataclass(frozen=True, slots=True)
class MarkGroup:
    """The candidates of one ballot by their places on it, from 1, and how many may be marked for."""

    positions: tuple[int, ...]
    limit: int

    def marked(self, marks: str) -> int:
        """How many of the group these marks are for."""
        return sum(marks[position - 1] == Mark.FOR for position in self.positions if position <= len(marks))

    def is_exceeded(self, marks: str) -> bool:
        return self.marked(marks) > self.limit

    def as_counted(self, marks: str) -> str:
        """The marks as they count: with too many for the candidates, none of these marks is valid."""
        if not self.is_exceeded(marks):
            return marks
        return "".join(
            Mark.INVALID.value if place in self.positions else mark
            for place, mark in enumerate(marks, start=1)
        )
