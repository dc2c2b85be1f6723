"""Roster files for tests, as an office would save them. All invented; identity region 990101."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from openpyxl import Workbook

from communities.models import Estate, RosterImport, Unit, User
from communities.services.rosters import commit_roster, upload_roster
from communities.values.identity import natural_check_character

HEADER = ("楼栋", "单元", "房号", "建筑面积", "用途", "业主姓名", "证件号码", "联系电话", "交付状态")


def identity_number(serial: int) -> str:
    """A valid number of an invented person; a different one for each ``serial``."""
    first = f"990101{1940 + serial // 1000 % 60}0101{serial % 1000:03d}"
    return first + natural_check_character(first)


def phone_number(serial: int) -> str:
    return f"139{serial:08d}"


@dataclass(frozen=True)
class Row:
    """One line of a roster, in the office's own words."""

    building: str = "1幢"
    staircase: str = "1单元"
    room: str = "101"
    area: str = "88.00"
    use: str = "住宅"
    names: str = "王秀英"
    identities: str = identity_number(1)
    phones: str = phone_number(1)
    delivery: str = ""

    def but(self, **fields: str) -> Row:
        return replace(self, **fields)

    def cells(self) -> tuple[str, ...]:
        return (
            self.building,
            self.staircase,
            self.room,
            self.area,
            self.use,
            self.names,
            self.identities,
            self.phones,
            self.delivery,
        )


def rows(count: int, *, start: int = 1) -> list[Row]:
    """``count`` homes of one owner each, ten to a building."""
    return [
        Row(
            building=f"{(serial - 1) // 10 + 1}幢",
            room=f"{(serial - 1) % 10 + 1}01",
            names=f"王秀{serial}",
            identities=identity_number(serial),
            phones=phone_number(serial),
        )
        for serial in range(start, start + count)
    ]


def as_csv(lines: Iterable[Row], header: Sequence[str] = HEADER) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(line.cells() for line in lines)
    return text.getvalue().encode()


def as_xlsx(lines: Iterable[Row], sheet: str = "业主名册") -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    page.append(HEADER)
    for line in lines:
        page.append(line.cells())
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def preview(estate: Estate, actor: User, lines: Iterable[Row], name: str = "roster.csv") -> RosterImport:
    """An uploaded roster of these lines, not yet committed."""
    return upload_roster(estate=estate, file_name=name, content=as_csv(lines), actor=actor)


def enter(estate: Estate, actor: User, lines: Iterable[Row]) -> RosterImport:
    """A roster of these lines, committed."""
    return commit_roster(roster_import=preview(estate, actor, lines), actor=actor)


def standing(estate: Estate) -> dict[str, tuple[int, str, list[str]]]:
    """The roster as a reader sees it: place, area, use, owners' names in order."""
    return {
        unit.label: (
            unit.area,
            unit.use,
            [
                title.owner.name
                for title in unit.ownerships.filter(valid_to__isnull=True).select_related("owner")
            ],
        )
        for unit in Unit.objects.filter(estate=estate).standing().select_related("building")
    }
