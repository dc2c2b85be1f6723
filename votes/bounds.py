"""What is certain of one motion when some of its figures are not known.

A column holds one dimension, area or heads. The figures of a column hang together:
for + against + abstain <= participating, and participating + invalid <= total.
Everything below follows from those two lines and from nothing else; in particular
nothing is inferred from heads about area, because where a count is split by
building an owner's head may be counted in another part than some of his area.
"""

from dataclasses import dataclass, replace

from votes.statutes import Quantity, Threshold


@dataclass(frozen=True, slots=True)
class Conflict:
    """Figures that cannot all be true: the one to look at first, what it exceeds, and both values."""

    field: str
    have: int
    limit_field: str
    limit: int


@dataclass(frozen=True, slots=True)
class Column:
    """One motion's figures in one dimension: heads, or area in 0.01 m². None is unknown, never zero."""

    total: int | None
    participating: int | None
    for_: int | None
    against: int | None
    abstain: int | None
    invalid: int | None
    #: Nobody participates but those for, against and abstaining.
    sum_only: bool

    @property
    def participants(self) -> int | None:
        """The participating figure, given or added up."""
        parts = (self.for_, self.against, self.abstain)
        if self.participating is None and self.sum_only and None not in parts:
            return sum(part for part in parts if part is not None)
        return self.participating

    def value(self, quantity: Quantity) -> int | None:
        """The figure a threshold compares, where it is known."""
        if quantity is Quantity.FOR:
            return self.for_
        return self.participants if quantity is Quantity.PARTICIPATING else self.total

    def lacking(self, quantity: Quantity) -> list[str]:
        """The fields that, filled in, would make ``quantity`` known."""
        if self.value(quantity) is not None:
            return []
        if quantity is Quantity.FOR:
            return ["for"]
        if quantity is Quantity.TOTAL:
            return ["denominator"]
        if not self.sum_only:
            return ["participating"]
        parts = {"for": self.for_, "against": self.against, "abstain": self.abstain}
        return [name for name, figure in parts.items() if figure is None]

    def conflict(self) -> Conflict | None:
        """The first figure that no completion of this column can contain, or None."""
        limits = [("participating", self.participating), ("denominator", self.total)]
        if self.participating is not None and self.total is not None and self.participating > self.total:
            return Conflict("participating", self.participating, "denominator", self.total)
        for limit_field, limit in limits:
            if limit is None:
                continue
            running = 0
            for field, figure in (("for", self.for_), ("against", self.against), ("abstain", self.abstain)):
                running += figure or 0
                if figure is not None and running > limit:
                    return Conflict(field, running, limit_field, limit)
        if self.invalid is not None and self.total is not None:
            everyone = self._least_participants() + self.invalid
            if everyone > self.total:
                return Conflict("invalid", everyone, "denominator", self.total)
        return None

    def is_met(self, threshold: Threshold) -> bool | None:
        """True or False where every completion of the column agrees, else None."""
        have, of = self.value(threshold.have), self.value(threshold.of)
        if have is not None and of is not None:
            return threshold.is_met(have, of)
        low, high = self._span(threshold.have)
        most = self._span_beside(threshold, low)[1]
        if most is not None and threshold.is_met(low, most):
            return True
        # A larger ``have`` lifts ``of`` by as much at most, so with no upper end any fraction is reached.
        if high is None or threshold.is_met(high, self._span_beside(threshold, high)[0]):
            return None
        return False

    def can_meet(self, thresholds: tuple[Threshold, ...]) -> bool:
        """Whether one completion meets all of ``thresholds`` together.

        That each can be met alone is not enough: a quorum may need more
        participants than the votes for can be a majority of.
        """
        ceiling = self._most_participants()
        if self.for_ is None:
            if ceiling is None:
                return True
            part = ceiling
            for_ = part - self._others()
        else:
            quorums = [self._least_for(t) for t in thresholds if t.have is Quantity.PARTICIPATING]
            part = max([self._least_participants(), *quorums])
            if ceiling is not None and part > ceiling:
                return False
            for_ = self.for_
        total = self._least_total(part)
        values = {Quantity.FOR: for_, Quantity.PARTICIPATING: part, Quantity.TOTAL: total}
        return all(threshold.is_met(values[threshold.have], values[threshold.of]) for threshold in thresholds)

    def _others(self) -> int:
        return (self.against or 0) + (self.abstain or 0)

    def _least_participants(self) -> int:
        known = self.participants
        return (self.for_ or 0) + self._others() if known is None else known

    def _most_participants(self) -> int | None:
        known = self.participants
        if known is not None or self.total is None:
            return known
        return self.total - (self.invalid or 0)

    def _least_total(self, part: int) -> int:
        # A roll without anybody on it decides nothing, hence at least 1.
        return max(1, part + (self.invalid or 0)) if self.total is None else self.total

    def _span(self, quantity: Quantity) -> tuple[int, int | None]:
        most = self._most_participants()
        if quantity is Quantity.PARTICIPATING:
            return self._least_participants(), most
        if self.for_ is not None:
            return self.for_, self.for_
        return 0, None if most is None else most - self._others()

    def _span_beside(self, threshold: Threshold, have: int) -> tuple[int, int | None]:
        """Least and most of ``threshold.of`` once ``threshold.have`` is ``have``."""
        if threshold.have is Quantity.PARTICIPATING:
            return self._least_total(have), self.total
        beside = replace(self, for_=have)
        if threshold.of is Quantity.PARTICIPATING:
            return beside._least_participants(), beside._most_participants()
        return beside._least_total(beside._least_participants()), self.total

    def _least_for(self, quorum: Threshold) -> int:
        """The fewest participants that meet ``quorum`` in some completion."""
        if self.total is not None:
            return quorum.least(self.total)
        # d*p >= n*(p + invalid) is (d - n)*p >= n*invalid.
        return max(
            1, replace(quorum, denominator=quorum.denominator - quorum.numerator).least(self.invalid or 0)
        )
