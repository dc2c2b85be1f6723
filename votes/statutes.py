"""The dated rules of decision: which items owners decide together, and by which majority.

Nothing here computes an outcome; :mod:`votes.counting` does, and takes every
number and every article it shows from this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType


class UnknownStatute(LookupError):
    """No statute has this code, or none was in force on this day."""


class UnknownItem(LookupError):
    """The statute has no item of this number."""


class Kind(StrEnum):
    """Which of the statute's two majorities an item needs."""

    ORDINARY = "ordinary"
    SPECIAL = "special"


class Comparison(StrEnum):
    """``过半数`` leaves the half itself out, ``以上`` takes the figure in (《民法典》第一千二百五十九条)."""

    MORE_THAN = ">"
    AT_LEAST = ">="


class Quantity(StrEnum):
    """What a threshold compares; each is counted in area and in heads."""

    FOR = "for"
    PARTICIPATING = "participating"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Item:
    """One matter owners decide together, numbered as in its statute."""

    number: int
    name: str
    kind: Kind
    article: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """``have`` must reach ``numerator/denominator`` of ``of``, in area and again in heads."""

    name: str
    have: Quantity
    of: Quantity
    numerator: int
    denominator: int
    comparison: Comparison
    article: str

    @property
    def need(self) -> str:
        """The fraction as the law says it, such as ``2/3``."""
        return f"{self.numerator}/{self.denominator}"

    def is_met(self, have: int, of: int) -> bool:
        """Whether ``have`` reaches the fraction of ``of``: integers, cross-multiplied, never rounded."""
        left, right = have * self.denominator, of * self.numerator
        return left > right if self.comparison is Comparison.MORE_THAN else left >= right

    def least(self, of: int) -> int:
        """The smallest ``have`` that reaches the fraction of ``of``."""
        if self.comparison is Comparison.MORE_THAN:
            return of * self.numerator // self.denominator + 1
        return -(-of * self.numerator // self.denominator)


@dataclass(frozen=True, slots=True)
class Statute:
    """A rule of decision and the half-open span of days, ``from <= day < to``, in which it decides."""

    code: str
    name: str
    article: str
    in_force_from: date
    in_force_to: date | None
    items: tuple[Item, ...]
    #: Who must take part before anything is decided; empty where the statute asks for no quorum.
    participation: tuple[Threshold, ...]
    ordinary: tuple[Threshold, ...]
    special: tuple[Threshold, ...]

    def item(self, number: int) -> Item:
        """The item of that number.

        Raises :class:`UnknownItem` where the statute has none.
        """
        for item in self.items:
            if item.number == number:
                return item
        raise UnknownItem(f"{self.article}没有第{number}项")

    def thresholds(self, kind: Kind) -> tuple[Threshold, ...]:
        """Every threshold an item of ``kind`` must meet, participation first."""
        return (*self.participation, *(self.special if kind is Kind.SPECIAL else self.ordinary))


_O, _S = Kind.ORDINARY, Kind.SPECIAL

_CIVIL_CODE = "《民法典》第二百七十八条"
CIVIL_CODE_2021 = Statute(
    code="civil-code-2021",
    name="《中华人民共和国民法典》第二百七十八条",
    article=_CIVIL_CODE,
    in_force_from=date(2021, 1, 1),
    in_force_to=None,
    items=(
        Item(1, "制定和修改业主大会议事规则", _O, f"{_CIVIL_CODE}第一款第（一）项"),
        Item(2, "制定和修改管理规约", _O, f"{_CIVIL_CODE}第一款第（二）项"),
        Item(3, "选举业主委员会或者更换业主委员会成员", _O, f"{_CIVIL_CODE}第一款第（三）项"),
        Item(4, "选聘和解聘物业服务企业或者其他管理人", _O, f"{_CIVIL_CODE}第一款第（四）项"),
        Item(5, "使用建筑物及其附属设施的维修资金", _O, f"{_CIVIL_CODE}第一款第（五）项"),
        Item(6, "筹集建筑物及其附属设施的维修资金", _S, f"{_CIVIL_CODE}第一款第（六）项"),
        Item(7, "改建、重建建筑物及其附属设施", _S, f"{_CIVIL_CODE}第一款第（七）项"),
        Item(8, "改变共有部分的用途或者利用共有部分从事经营活动", _S, f"{_CIVIL_CODE}第一款第（八）项"),
        Item(9, "有关共有和共同管理权利的其他重大事项", _O, f"{_CIVIL_CODE}第一款第（九）项"),
    ),
    participation=(
        Threshold(
            "participation",
            have=Quantity.PARTICIPATING,
            of=Quantity.TOTAL,
            numerator=2,
            denominator=3,
            comparison=Comparison.AT_LEAST,
            article=f"{_CIVIL_CODE}第二款",
        ),
    ),
    ordinary=(
        Threshold(
            "approval",
            have=Quantity.FOR,
            of=Quantity.PARTICIPATING,
            numerator=1,
            denominator=2,
            comparison=Comparison.MORE_THAN,
            article=f"{_CIVIL_CODE}第二款",
        ),
    ),
    special=(
        Threshold(
            "approval",
            have=Quantity.FOR,
            of=Quantity.PARTICIPATING,
            numerator=3,
            denominator=4,
            comparison=Comparison.AT_LEAST,
            article=f"{_CIVIL_CODE}第二款",
        ),
    ),
)

_PROPERTY_LAW = "《物权法》第七十六条"
PROPERTY_LAW_2007 = Statute(
    code="property-law-2007",
    name="《中华人民共和国物权法》第七十六条（已废止）",
    article=_PROPERTY_LAW,
    in_force_from=date(2007, 10, 1),
    in_force_to=date(2021, 1, 1),
    items=(
        Item(1, "制定和修改业主大会议事规则", _O, f"{_PROPERTY_LAW}第一款第（一）项"),
        Item(2, "制定和修改建筑物及其附属设施的管理规约", _O, f"{_PROPERTY_LAW}第一款第（二）项"),
        Item(3, "选举业主委员会或者更换业主委员会成员", _O, f"{_PROPERTY_LAW}第一款第（三）项"),
        Item(4, "选聘和解聘物业服务企业或者其他管理人", _O, f"{_PROPERTY_LAW}第一款第（四）项"),
        Item(5, "筹集和使用建筑物及其附属设施的维修资金", _S, f"{_PROPERTY_LAW}第一款第（五）项"),
        Item(6, "改建、重建建筑物及其附属设施", _S, f"{_PROPERTY_LAW}第一款第（六）项"),
        Item(7, "有关共有和共同管理权利的其他重大事项", _O, f"{_PROPERTY_LAW}第一款第（七）项"),
    ),
    participation=(),
    ordinary=(
        Threshold(
            "approval",
            have=Quantity.FOR,
            of=Quantity.TOTAL,
            numerator=1,
            denominator=2,
            comparison=Comparison.MORE_THAN,
            article=f"{_PROPERTY_LAW}第二款",
        ),
    ),
    special=(
        Threshold(
            "approval",
            have=Quantity.FOR,
            of=Quantity.TOTAL,
            numerator=2,
            denominator=3,
            comparison=Comparison.AT_LEAST,
            article=f"{_PROPERTY_LAW}第二款",
        ),
    ),
)

STATUTES: Mapping[str, Statute] = MappingProxyType(
    {statute.code: statute for statute in (CIVIL_CODE_2021, PROPERTY_LAW_2007)}
)


def statute_by_code(code: str) -> Statute:
    """The statute of that code.

    Raises :class:`UnknownStatute` for any other code.
    """
    try:
        return STATUTES[code]
    except KeyError:
        raise UnknownStatute(f"没有代号为“{code}”的表决规则") from None


def statute_for(day: date) -> Statute:
    """The statute that decides a vote closing on ``day`` (a date in China, not a datetime).

    Raises :class:`UnknownStatute` for a day before the first statute was in force.
    """
    for statute in STATUTES.values():
        if statute.in_force_from <= day and (statute.in_force_to is None or day < statute.in_force_to):
            return statute
    raise UnknownStatute(f"{day:%Y-%m-%d} 尚无法定表决规则")
