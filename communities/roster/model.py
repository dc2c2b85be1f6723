"""What a roster says once it has been read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypedDict

from communities.values.area import format_area_plain
from communities.values.identity import IdentityKind

from .fields import Field


class UnitUse(StrEnum):
    """What a unit is for. Parking and storage are kept but counted apart."""

    DWELLING = "dwelling"
    SHOP = "shop"
    OFFICE = "office"
    PARKING = "parking"
    STORAGE = "storage"
    OTHER = "other"

    @property
    def counted(self) -> bool:
        """Whether the unit's area and owners count among those who decide."""
        return self not in (UnitUse.PARKING, UnitUse.STORAGE)


class Severity(StrEnum):
    """Whether a row was kept out, or let in with a question."""

    ERROR = "error"
    WARNING = "warning"


class ProblemCode(StrEnum):
    """What is wrong with a row; stable, for machines."""

    HEADER_MISSING = "header-missing"
    AREA_MISSING = "area-missing"
    AREA_INVALID = "area-invalid"
    OWNER_MISSING = "owner-missing"
    ID_MISSING = "id-missing"
    ID_CHECKSUM = "id-checksum"
    ID_PRECISION_LOST = "id-precision-lost"
    UNIT_MISSING = "unit-missing"
    UNIT_CONFLICT = "unit-conflict"
    PHONE_INVALID = "phone-invalid"
    PHONE_MISSING = "phone-missing"
    UNIT_DUPLICATE = "unit-duplicate"
    AREA_OUTLIER = "area-outlier"

    @property
    def severity(self) -> Severity:
        """Errors keep a row out; warnings do not."""
        return Severity.WARNING if self in _WARNINGS else Severity.ERROR


_WARNINGS = frozenset(
    {
        ProblemCode.PHONE_INVALID,
        ProblemCode.PHONE_MISSING,
        ProblemCode.UNIT_DUPLICATE,
        ProblemCode.AREA_OUTLIER,
    }
)


@dataclass(frozen=True, slots=True)
class RosterOwner:
    """One owner of a unit. ``phone`` is E.164; number and phone stay out of ``repr``, hence out of logs."""

    name: str
    identity: str = field(repr=False)
    kind: IdentityKind
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RosterUnit:
    """One accepted row: a unit, its area in 0.01 m² and its owners in the order written."""

    building: str
    staircase: str
    room: str
    area: int
    use: UnitUse
    owners: tuple[RosterOwner, ...]
    developer_held: bool
    remark: str
    sheet: str
    row: int

    @property
    def label(self) -> str:
        """The unit as people say it: ``1幢1单元101室``."""
        room = f"{self.room}室" if self.room.isdigit() else self.room
        return f"{self.building}{self.staircase}{room}"

    @property
    def owner_set(self) -> frozenset[str]:
        """The identity numbers of the owners together: one such set is one head."""
        return frozenset(owner.identity for owner in self.owners)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a row, in words that say what to do and never quote a number or phone.

    ``column`` is a :class:`Field` key, empty when the whole row or sheet is meant.
    """

    sheet: str
    row: int
    column: str
    code: ProblemCode
    message: str

    @property
    def severity(self) -> Severity:
        """Whether the row was kept out."""
        return self.code.severity


class ProblemReport(TypedDict):
    """A problem as JSON."""

    sheet: str
    row: int
    column: str
    code: str
    message: str


class RosterReport(TypedDict):
    """A roster's figures and problems as JSON; areas are m² with two decimals, ``"0"`` for none."""

    units: int
    heads: int
    area: str
    parking_units: int
    parking_area: str
    errors: list[ProblemReport]
    warnings: list[ProblemReport]


@dataclass(frozen=True, slots=True)
class Roster:
    """A whole roster: the accepted units and everything found wrong, both in file order.

    ``problem_rows`` holds the texts of each row that has a problem, as they
    were judged, so that a page can show the row and let it be put right.
    ``skipped_sheets`` names hidden sheets and sheets that hold no table.
    """

    units: tuple[RosterUnit, ...]
    problems: tuple[Problem, ...]
    problem_rows: Mapping[tuple[str, int], Mapping[Field, str]] = field(repr=False)
    skipped_sheets: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that kept a row out."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Problems of rows that were let in."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.WARNING)

    @property
    def counted_units(self) -> tuple[RosterUnit, ...]:
        """The accepted units other than parking and storage."""
        return tuple(unit for unit in self.units if unit.use.counted)

    @property
    def heads(self) -> int:
        """How many distinct sets of owners hold the counted units."""
        return len({unit.owner_set for unit in self.counted_units})

    @property
    def area(self) -> int:
        """Total area of the counted units, in 0.01 m²."""
        return sum(unit.area for unit in self.counted_units)

    @property
    def parking_units(self) -> int:
        """How many accepted units are parking or storage."""
        return len(self.units) - len(self.counted_units)

    @property
    def parking_area(self) -> int:
        """Total area of parking and storage, in 0.01 m²."""
        return sum(unit.area for unit in self.units if not unit.use.counted)

    def report(self) -> RosterReport:
        """Figures and problems, ready for ``json.dumps``."""
        return {
            "units": len(self.counted_units),
            "heads": self.heads,
            "area": _figure(self.area),
            "parking_units": self.parking_units,
            "parking_area": _figure(self.parking_area),
            "errors": [_problem_report(problem) for problem in self.errors],
            "warnings": [_problem_report(problem) for problem in self.warnings],
        }


def _figure(area: int) -> str:
    return format_area_plain(area) if area else "0"


def _problem_report(problem: Problem) -> ProblemReport:
    return {
        "sheet": problem.sheet,
        "row": problem.row,
        "column": problem.column,
        "code": problem.code.value,
        "message": problem.message,
    }
