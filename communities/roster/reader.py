"""The whole way from a file to a :class:`Roster`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from communities.values.area import format_area_plain

from .delimited import read_delimited
from .entries import Corrections, Entry, read_entries
from .errors import RosterUnreadable, UnreadableCode
from .fields import CellAddress, Field
from .grid import Sheet
from .headers import Header, find_header
from .judging import judge
from .model import Problem, ProblemCode, Roster, RosterUnit, UnitUse
from .workbook import read_workbook

MAX_BYTES = 10 * 1024 * 1024

_ZIP = b"PK"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


def read_roster(name: str, data: bytes, *, corrections: Mapping[CellAddress, str] | None = None) -> Roster:
    """Read the owners' roster in ``data``, an .xlsx or delimited text file called ``name``.

    ``corrections`` take the place of what the addressed cells say, before
    anything is judged. A row with an error is left out; of rows that describe
    one unit the first stands, a contradicting one is an error and an identical
    one a warning. Areas are exact, in 0.01 m².

    Raises :class:`RosterUnreadable` when the file cannot be judged at all.
    """
    sheets = _open(name, data)
    reading = _Reading(corrections or {})
    headers = [None if sheet.hidden else find_header(sheet.rows) for sheet in sheets]
    if not any(headers):
        raise RosterUnreadable(UnreadableCode.HEADER_MISSING)
    for sheet, header in zip(sheets, headers, strict=True):
        reading.add(sheet, header)
    return reading.roster()


def _open(name: str, data: bytes) -> list[Sheet]:
    # Decided by what the bytes are: files with the wrong ending are common.
    if len(data) > MAX_BYTES:
        raise RosterUnreadable(UnreadableCode.TOO_LARGE)
    if data.startswith(_OLE):
        encrypted = _ENCRYPTED_STREAM in data
        raise RosterUnreadable(UnreadableCode.ENCRYPTED if encrypted else UnreadableCode.OLD_FORMAT)
    if data.startswith(_ZIP):
        return read_workbook(data)
    if not data.strip():
        raise RosterUnreadable(UnreadableCode.EMPTY)
    return [read_delimited(name, data)]


@dataclass
class _Reading:
    """What has been read so far, sheet by sheet."""

    corrections: Corrections
    units: dict[tuple[str, str, str], RosterUnit] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    entries: dict[tuple[str, int], Entry] = field(default_factory=dict)
    sheets: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def add(self, sheet: Sheet, header: Header | None) -> None:
        self.sheets.append(sheet.name)
        if header is None:
            row = None if sheet.hidden else sheet.table_row()
            if row is None:
                self.skipped.append(sheet.name)
            else:
                message = "这张工作表没有表头，未导入。请加上一行列名；如果不是名册，请删去这张工作表。"
                self.problems.append(Problem(sheet.name, row, "", ProblemCode.HEADER_MISSING, message))
        elif header.missing:
            self.problems.append(_columns_missing(sheet, header, header.missing))
        else:
            self._add_entries(sheet, header)

    def _add_entries(self, sheet: Sheet, header: Header) -> None:
        entries = read_entries(sheet, header, self.corrections)
        verdicts = [judge(entry) for entry in entries]
        if Field.BUILDING not in header.columns and verdicts and all(v.building_unknown for v in verdicts):
            # One missing column, not as many mistakes as there are rows.
            self.problems.append(_columns_missing(sheet, header, [Field.BUILDING]))
            return
        for entry, verdict in zip(entries, verdicts, strict=True):
            self.entries[entry.sheet, entry.row] = entry
            clash = None if verdict.unit is None else self._clash(verdict.unit)
            self.problems += verdict.problems if clash is None else (clash,)

    def _clash(self, unit: RosterUnit) -> Problem | None:
        """The problem ``unit`` has with an earlier row; without one it is accepted."""
        key = (unit.building, unit.staircase, unit.room)
        earlier = self.units.setdefault(key, unit)
        if earlier is unit:
            return None
        where = (
            f"第 {earlier.row} 行" if earlier.sheet == unit.sheet else f"“{earlier.sheet}”第 {earlier.row} 行"
        )
        differing = _difference(earlier, unit)
        if differing is None:
            message = f"{unit.label}与{where}重复，只计一次。请删去多余的一行。"
            return Problem(unit.sheet, unit.row, Field.ROOM.value, ProblemCode.UNIT_DUPLICATE, message)
        message = (
            f"{unit.label}与{where}的{differing.label}不一致，以前一行为准。"
            "请核对后改正或删去其中一行；共有人请写在同一格，用“、”隔开。"
        )
        return Problem(unit.sheet, unit.row, differing.value, ProblemCode.UNIT_CONFLICT, message)

    def roster(self) -> Roster:
        units = tuple(self.units.values())
        places = {name: place for place, name in enumerate(self.sheets)}
        problems = sorted(
            (*self.problems, *_outliers(units)), key=lambda problem: (places[problem.sheet], problem.row)
        )
        rows = {(problem.sheet, problem.row) for problem in problems} & self.entries.keys()
        texts = {place: entry.texts() for place, entry in self.entries.items() if place in rows}
        return Roster(units, tuple(problems), texts, tuple(self.skipped))


def _columns_missing(sheet: Sheet, header: Header, missing: Iterable[Field]) -> Problem:
    names = "、".join(f"“{column.label}”" for column in missing)
    hint = "，或把工作表改名为楼栋名（如“1幢”）" if Field.BUILDING in missing else ""
    message = f"表头缺少{names}列，整张工作表未导入。请补上这一列{hint}。"
    return Problem(sheet.name, header.row, "", ProblemCode.HEADER_MISSING, message)


def _difference(one: RosterUnit, other: RosterUnit) -> Field | None:
    """The first field in which two rows of one unit contradict each other. Phones and remarks never do."""
    if one.area != other.area:
        return Field.AREA
    if {(owner.identity, owner.name) for owner in one.owners} != {
        (owner.identity, owner.name) for owner in other.owners
    }:
        return Field.OWNERS if one.owner_set == other.owner_set else Field.IDENTITIES
    if one.use is not other.use:
        return Field.USE
    return None if one.developer_held == other.developer_held else Field.DELIVERY


def _outliers(units: tuple[RosterUnit, ...]) -> Iterator[Problem]:
    """Units over five times or under a fifth of the median area of their use."""
    for use in UnitUse:
        alike = [unit for unit in units if unit.use is use]
        if not alike:
            continue
        areas = sorted(unit.area for unit in alike)
        # Twice the median is an integer, so that nothing is rounded.
        twice_median = areas[(len(areas) - 1) // 2] + areas[len(areas) // 2]
        for unit in alike:
            if 2 * unit.area > 5 * twice_median or 10 * unit.area < twice_median:
                message = (
                    f"{unit.label}的面积 {format_area_plain(unit.area)} ㎡ 与同类房屋的中位数"
                    f" {format_area_plain(twice_median // 2)} ㎡ 相差五倍以上。请照不动产权证书核对。"
                )
                yield Problem(unit.sheet, unit.row, Field.AREA.value, ProblemCode.AREA_OUTLIER, message)
