"""Roll and ballots in, verdict out. No storage and no clock.

Areas are integers of 0.01 m². Every comparison is a cross-multiplication of
integers; no percentage and no float takes part. Published figures and ballots of
our own are judged by the same :func:`judge`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from votes.bounds import Column
from votes.statutes import Kind, Quantity, Statute, Threshold


class CountRefused(ValueError):
    """The figures contradict one another, so there is nothing to count."""


class Mark(StrEnum):
    """What one ballot says on one motion: one character of its marks."""

    FOR = "F"
    AGAINST = "A"
    ABSTAIN = "N"
    FOLLOW = "M"
    INVALID = "X"
    UNMARKED = "-"


class Verdict(StrEnum):
    """The outcome of one motion. ``not-passed`` is no decision, never the opposite decision."""

    PASSED = "passed"
    NOT_PASSED = "not-passed"
    QUORUM_NOT_MET = "quorum-not-met"
    INSUFFICIENT_DATA = "insufficient-data"


class Dimension(StrEnum):
    """Every threshold is tested twice, in each of these."""

    AREA = "area"
    HEADS = "heads"


class Side(StrEnum):
    """The side that those who follow, or stay silent, are added to."""

    FOR = "for"
    AGAINST = "against"


class Withheld(StrEnum):
    """Why silent owners were added to neither side."""

    NO_MAJORITY = "no-majority"
    NOT_HALF_OF_ALL = "not-half-of-all"


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of heads and their area in 0.01 m². Raises :class:`CountRefused` below zero."""

    heads: int = 0
    area: int = 0

    def __post_init__(self) -> None:
        if self.heads < 0 or self.area < 0:
            raise CountRefused(f"人数和面积不能为负：{self.heads}，{self.area}")

    def __add__(self, other: "Measure") -> "Measure":
        return Measure(self.heads + other.heads, self.area + other.area)

    def exceeds(self, other: "Measure") -> bool:
        """More heads *and* more area."""
        return self.heads > other.heads and self.area > other.area


@dataclass(frozen=True, slots=True)
class PartialMeasure:
    """Heads and area as far as they are known; None is unknown, never zero."""

    heads: int | None = None
    area: int | None = None


ZERO = Measure()
UNKNOWN = PartialMeasure()
AnyMeasure: TypeAlias = Measure | PartialMeasure


@dataclass(frozen=True, slots=True)
class CountedBallot:
    """The one ballot of an elector that counts. ``area`` in 0.01 m², one :class:`Mark` a motion."""

    heads: int
    area: int
    marks: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What the counted ballots say on one motion, before anything is added to a side.

    ``invalid`` and ``unmarked`` do not participate in this motion.
    """

    for_: Measure = ZERO
    against: Measure = ZERO
    abstain: Measure = ZERO
    follow: Measure = ZERO
    invalid: Measure = ZERO
    unmarked: Measure = ZERO

    @property
    def participating(self) -> Measure:
        """Everyone who expressed a choice: for, against, abstaining, or with the majority."""
        return self.for_ + self.against + self.abstain + self.follow

    @property
    def received(self) -> Measure:
        """Everyone whose ballot was counted, valid for this motion or not."""
        return self.participating + self.invalid + self.unmarked

    @property
    def majority(self) -> Side | None:
        """The side with more heads and more area among those who named a side, else None."""
        if self.for_.exceeds(self.against):
            return Side.FOR
        return Side.AGAINST if self.against.exceeds(self.for_) else None

    def with_side(self, side: Side, added: Measure) -> "Tally":
        """This tally with ``added`` on one side."""
        if side is Side.FOR:
            return replace(self, for_=self.for_ + added)
        return replace(self, against=self.against + added)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of one motion. Without ``participating`` it is for + against + abstain."""

    total: AnyMeasure = UNKNOWN
    for_: AnyMeasure = UNKNOWN
    against: AnyMeasure = UNKNOWN
    abstain: AnyMeasure = UNKNOWN
    invalid: AnyMeasure = UNKNOWN
    participating: AnyMeasure | None = None

    def column(self, dimension: Dimension) -> Column:
        """The figures in one dimension."""

        def figure(measure: AnyMeasure) -> int | None:
            return measure.area if dimension is Dimension.AREA else measure.heads

        return Column(
            total=figure(self.total),
            participating=None if self.participating is None else figure(self.participating),
            for_=figure(self.for_),
            against=figure(self.against),
            abstain=figure(self.abstain),
            invalid=figure(self.invalid),
            sum_only=self.participating is None,
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One threshold tested in one dimension; area in 0.01 m². ``met`` is None where it is not certain."""

    threshold: Threshold
    dimension: Dimension
    have: int | None
    of: int | None
    met: bool | None

    @property
    def name(self) -> str:
        """Such as ``participation-area``."""
        return f"{self.threshold.name}-{self.dimension}"

    @property
    def is_quorum(self) -> bool:
        """Whether it is about how many took part, not how many were for."""
        return self.threshold.have is Quantity.PARTICIPATING


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, the tests it rests on, and the fields that would have to be known to reach one."""

    verdict: Verdict
    tests: tuple[Finding, ...]
    missing: tuple[str, ...] = ()

    @property
    def quorum_uncertain(self) -> bool:
        """The motion certainly does not pass, yet whether for want of a quorum cannot be told."""
        return self.verdict is Verdict.NOT_PASSED and any(
            test.is_quorum and not test.met for test in self.tests
        )


def judge(statute: Statute, kind: Kind, figures: Figures) -> Judgement:
    """Decide one motion by ``statute`` from what is known, and only what is certain from it.

    ``passed``: every test is met whatever the unknown figures are.
    ``quorum-not-met``: some participation test fails whatever they are.
    ``not-passed``: no completion passes; the quorum is met, or whether it is cannot be told.
    ``insufficient-data``: some completion passes and some other does not.

    Raises :class:`CountRefused` where no completion exists, or the roll is empty.
    """
    thresholds = statute.thresholds(kind)
    columns = {dimension: figures.column(dimension) for dimension in Dimension}
    for dimension, column in columns.items():
        conflict = column.conflict()
        if conflict is not None:
            exceeded = f"{conflict.limit_field}.{dimension} {conflict.limit}"
            raise CountRefused(f"{conflict.field}.{dimension} {conflict.have} > {exceeded}")
        if column.total is not None and column.total < 1:
            raise CountRefused(f"denominator.{dimension} {column.total} < 1")

    tests: list[Finding] = []
    missing: list[str] = []
    for threshold in thresholds:
        for dimension, column in columns.items():
            met = column.is_met(threshold)
            have, of = column.value(threshold.have), column.value(threshold.of)
            tests.append(Finding(threshold, dimension, have, of, met))
            if met is None:
                lacking = column.lacking(threshold.have) + column.lacking(threshold.of)
                missing += [f"{field}.{dimension}" for field in lacking]

    if any(test.is_quorum and test.met is False for test in tests):
        return Judgement(Verdict.QUORUM_NOT_MET, tuple(tests))
    if all(test.met for test in tests):
        return Judgement(Verdict.PASSED, tuple(tests))
    if not all(column.can_meet(thresholds) for column in columns.values()):
        return Judgement(Verdict.NOT_PASSED, tuple(tests))
    return Judgement(Verdict.INSUFFICIENT_DATA, tuple(tests), tuple(dict.fromkeys(missing)))


@dataclass(frozen=True, slots=True)
class SilenceRule:
    """The clause by which an estate adds owners who were served and stayed silent to the majority.

    ``served`` is the heads and area of those with evidence of delivery and no
    ballot. With ``majority_of_all`` (《浙江省物业管理条例》2009 第十条) the side
    expressed must itself be more than half of all heads and all area.
    """

    clause: str
    served: Measure
    majority_of_all: bool = False


@dataclass(frozen=True, slots=True)
class SilentCount:
    """The second tally, after the rule of silence; ``added`` is zero where it was withheld."""

    clause: str
    added: Measure
    withheld: Withheld | None
    tally: Tally
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Decision:
    """The count of one motion.

    ``tally`` is the marks as cast; ``counted`` has the express followers on
    ``side`` (on neither where there is no majority), and is what ``cast`` judges.
    """

    tally: Tally
    side: Side | None
    counted: Tally
    cast: Judgement
    silent: SilentCount | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict that stands: after the rule of silence where the estate has one."""
        return self.cast.verdict if self.silent is None else self.silent.judgement.verdict


def tally_ballots(ballots: Iterable[CountedBallot], slots: int) -> list[Tally]:
    """Add up the marks of each of ``slots`` motions, in their order on the ballot.

    Raises :class:`CountRefused` for a ballot without exactly ``slots`` known marks, or of negative size.
    """
    heads = [dict.fromkeys(Mark, 0) for _ in range(slots)]
    areas = [dict.fromkeys(Mark, 0) for _ in range(slots)]
    for ballot in ballots:
        if len(ballot.marks) != slots:
            raise CountRefused(f"表决票应有 {slots} 个选择，实有 {len(ballot.marks)} 个")
        if ballot.heads < 0 or ballot.area < 0:
            raise CountRefused("表决票的人数和面积不能为负")
        for slot, letter in enumerate(ballot.marks):
            try:
                mark = Mark(letter)
            except ValueError:
                raise CountRefused(f"表决票上有无法识别的选择“{letter}”") from None
            heads[slot][mark] += ballot.heads
            areas[slot][mark] += ballot.area
    return [
        Tally(
            for_=Measure(head[Mark.FOR], area[Mark.FOR]),
            against=Measure(head[Mark.AGAINST], area[Mark.AGAINST]),
            abstain=Measure(head[Mark.ABSTAIN], area[Mark.ABSTAIN]),
            follow=Measure(head[Mark.FOLLOW], area[Mark.FOLLOW]),
            invalid=Measure(head[Mark.INVALID], area[Mark.INVALID]),
            unmarked=Measure(head[Mark.UNMARKED], area[Mark.UNMARKED]),
        )
        for head, area in zip(heads, areas, strict=True)
    ]


def decide(
    *, statute: Statute, kind: Kind, total: Measure, tally: Tally, silence: SilenceRule | None = None
) -> Decision:
    """Judge one motion of our own: as cast, and after the rule of silence where there is one.

    Raises :class:`CountRefused` where more was received, or served and silent, than is on the roll.
    """
    served = ZERO if silence is None else silence.served
    accounted = tally.received + served
    if accounted.heads > total.heads or accounted.area > total.area:
        raise CountRefused("收到的表决票与送达未表决的业主之和超过名册总数")

    side = tally.majority
    counted = tally if side is None else replace(tally, follow=ZERO).with_side(side, tally.follow)
    cast = judge(statute, kind, _figures(total, counted))
    if silence is None:
        return Decision(tally, side, counted, cast)

    withheld = _withheld(silence, total, tally)
    added = silence.served if withheld is None else ZERO
    after = counted if side is None else counted.with_side(side, added)
    judgement = judge(statute, kind, _figures(total, after))
    return Decision(
        tally, side, counted, cast, SilentCount(silence.clause, added, withheld, after, judgement)
    )


def count(
    *,
    statute: Statute,
    total: Measure,
    ballots: Iterable[CountedBallot],
    kinds: Sequence[Kind],
    silence: SilenceRule | None = None,
) -> list[Decision]:
    """Count a whole assembly: one kind a motion, in their order on the ballot.

    ``total`` is the frozen roll. Raises :class:`CountRefused` as
    :func:`tally_ballots` and :func:`decide` do.
    """
    tallies = tally_ballots(ballots, len(kinds))
    return [
        decide(statute=statute, kind=kind, total=total, tally=tally, silence=silence)
        for kind, tally in zip(kinds, tallies, strict=True)
    ]


def _withheld(silence: SilenceRule, total: Measure, tally: Tally) -> Withheld | None:
    if tally.majority is None:
        return Withheld.NO_MAJORITY
    expressed = tally.for_ if tally.majority is Side.FOR else tally.against
    if silence.majority_of_all and not (expressed + expressed).exceeds(total):
        return Withheld.NOT_HALF_OF_ALL
    return None


def _figures(total: Measure, tally: Tally) -> Figures:
    return Figures(
        total=total,
        for_=tally.for_,
        against=tally.against,
        abstain=tally.abstain,
        invalid=tally.invalid + tally.unmarked,
        participating=tally.participating,
    )
