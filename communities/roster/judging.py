"""One entry at a time: is it a unit, and if not, what must be put right?"""

from collections.abc import Iterator
from dataclasses import dataclass

from communities.values.area import InvalidArea, parse_area
from communities.values.text import half_width, without_space

from .entries import Entry
from .errors import RosterUnreadable, UnreadableCode
from .fields import Field
from .labels import Address, canonical_building, canonical_room, canonical_staircase, parse_use, split_address
from .model import Problem, ProblemCode, RosterUnit, Severity
from .owners import Finding, is_blank, read_owners

_UNSOLD = ("未售", "未出售", "待售", "未交付", "未交房")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an entry came to: a unit, or the errors that keep it out; warnings go with the unit."""

    unit: RosterUnit | None
    problems: tuple[Problem, ...]

    @property
    def building_unknown(self) -> bool:
        """Whether the row does not even say which building it is about."""
        return any(
            problem.code is ProblemCode.UNIT_MISSING and problem.column == Field.BUILDING
            for problem in self.problems
        )


def judge(entry: Entry) -> Verdict:
    """Judge one entry by itself.

    Raises :class:`RosterUnreadable` (``formulas``) when a cell that decides
    anything holds a formula: its stored result may be stale or missing, and
    an area is never taken on trust.
    """
    _refuse_formulas(entry)
    address = _address(entry)
    area, area_findings = _read_area(entry)
    owners = read_owners(*(entry.cell(field) for field in (Field.OWNERS, Field.IDENTITIES, Field.PHONES)))
    findings = (*_address_findings(entry, address), *area_findings, *owners.findings)
    problems = tuple(
        Problem(entry.sheet, entry.row, finding.field.value, finding.code, finding.message)
        for finding in findings
    )
    errors = tuple(problem for problem in problems if problem.severity is Severity.ERROR)
    if errors or area is None:
        return Verdict(None, errors)
    remark = half_width(entry.cell(Field.REMARK).text)
    unit = RosterUnit(
        building=address.building,
        staircase=address.staircase,
        room=address.room,
        area=area,
        use=parse_use(entry.cell(Field.USE).text, address.building, address.room, remark),
        owners=owners.owners,
        developer_held=_is_developer_held(entry),
        remark=remark,
        sheet=entry.sheet,
        row=entry.row,
    )
    return Verdict(unit, problems)


def _refuse_formulas(entry: Entry) -> None:
    for field in Field:
        if entry.cell(field).is_formula:
            where = f"工作表“{entry.sheet}”第 {entry.row} 行“{field.label}”"
            raise RosterUnreadable(UnreadableCode.FORMULAS, where=where)


def _address(entry: Entry) -> Address:
    """The unit's place; a part is empty where the row does not say it."""
    building, staircase, room = (
        "" if cell.is_date or is_blank(cell.text) else cell.text
        for cell in map(entry.cell, (Field.BUILDING, Field.STAIRCASE, Field.ROOM))
    )
    address = Address(canonical_building(building), canonical_staircase(staircase), canonical_room(room))
    split = split_address(room, address.building)
    if split is None:
        return address
    return split._replace(staircase=split.staircase or address.staircase)


def _address_findings(entry: Entry, address: Address) -> Iterator[Finding]:
    for field, part in ((Field.BUILDING, address.building), (Field.ROOM, address.room)):
        if part:
            continue
        if entry.cell(field).is_date:
            message = f"{field.label}被表格软件变成了日期。请把该列设为文本格式，重新填写{field.label}。"
        else:
            message = f"缺少{field.label}，无法确定是哪一户。请补上{field.label}。"
        yield Finding(field, ProblemCode.UNIT_MISSING, message)


def _read_area(entry: Entry) -> tuple[int | None, tuple[Finding, ...]]:
    text = entry.cell(Field.AREA).text
    if is_blank(text):
        missing = "缺少建筑面积。请照不动产权证书补上，单位为平方米。"
        return None, (Finding(Field.AREA, ProblemCode.AREA_MISSING, missing),)
    try:
        return parse_area(text), ()
    except InvalidArea:
        invalid = "建筑面积不是有效的数字。请照不动产权证书填写大于 0、最多两位小数的平方米数。"
        return None, (Finding(Field.AREA, ProblemCode.AREA_INVALID, invalid),)


def _is_developer_held(entry: Entry) -> bool:
    """Whether the delivery column, or a remark that says only this, calls it unsold or undelivered."""
    delivery = without_space(entry.cell(Field.DELIVERY).text)
    remark = without_space(entry.cell(Field.REMARK).text)
    return delivery.startswith(_UNSOLD) or remark in _UNSOLD
