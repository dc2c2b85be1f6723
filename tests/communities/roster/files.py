"""Rosters of invented people, made in memory."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from communities.roster import Roster
from communities.values.identity import natural_check_character

HEADER = ("楼栋", "单元", "房号", "建筑面积", "用途", "业主姓名", "证件号码", "联系电话", "备注")

Rows = Sequence[Sequence[object]]


def identity(order: int) -> str:
    """The identity number of the invented person number ``order``."""
    first_17 = f"9901011980{1 + order // 28 % 12:02}{1 + order % 28:02}{order:03}"
    return first_17 + natural_check_character(first_17)


def phone(order: int) -> str:
    return f"199{order:08}"


def unit(order: int, **changes: object) -> list[object]:
    """A row under :data:`HEADER` for person ``order`` in room ``order``, faultless but for ``changes``."""
    row: dict[str, object] = {
        "楼栋": "1幢",
        "单元": "1单元",
        "房号": f"{order:03}",
        "建筑面积": 100 + order / 100,
        "用途": "住宅",
        "业主姓名": f"住户{'甲乙丙丁戊己庚辛壬癸'[order % 10]}{order}",
        "证件号码": identity(order),
        "联系电话": phone(order),
        "备注": None,
    }
    return list((row | changes).values())


def units(*orders: int) -> list[list[object]]:
    return [unit(order) for order in orders]


def xlsx(
    rows: Rows, *, sheet: str = "业主名册", arrange: Callable[[Worksheet], Any] = lambda worksheet: None
) -> bytes:
    """One sheet with ``rows``; ``arrange`` may merge or format cells."""
    return book({sheet: rows}, arrange=arrange)


def book(sheets: dict[str, Rows], *, arrange: Callable[[Worksheet], Any] = lambda worksheet: None) -> bytes:
    workbook = Workbook()
    assert workbook.active is not None
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        worksheet = workbook.create_sheet(name)
        for row in rows:
            worksheet.append(list(row))
        arrange(worksheet)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def delimited(rows: Rows, *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def with_part(data: bytes, part: str, content: bytes) -> bytes:
    """The package ``data`` with one part added or replaced."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, content)
    return out.getvalue()


def found(roster: Roster) -> list[tuple[int, str, str]]:
    """Row, column and code of every problem."""
    return [(problem.row, problem.column, problem.code.value) for problem in roster.problems]


def rooms(roster: Roster) -> list[tuple[str, str, str]]:
    return [(unit.building, unit.staircase, unit.room) for unit in roster.units]
