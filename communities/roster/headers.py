"""Finding the header among titles, dates and group headings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .fields import REQUIRED, Field, field_of
from .grid import Row

_DEPTH = 50
_ENOUGH_FIELDS = 3
_ENOUGH_IN_LOWER_ROW = 2


@dataclass(frozen=True, slots=True)
class Header:
    """Where a table's columns are, counted from 0. ``last_row`` is the lower row of a header of two."""

    row: int
    last_row: int
    columns: Mapping[Field, tuple[int, ...]]

    @property
    def missing(self) -> list[Field]:
        """The columns no unit can do without and this header does not name."""
        return [field for field in REQUIRED if field not in self.columns]


def find_header(rows: Sequence[Row]) -> Header | None:
    """The first header within the first fifty rows that are not blank."""
    found = (header_at(rows, index) for index in range(min(_DEPTH, len(rows))))
    return next((header for header in found if header is not None), None)


def header_at(rows: Sequence[Row], index: int) -> Header | None:
    """The header that begins at ``rows[index]``, possibly with group headings above the names proper."""
    upper = rows[index]
    names = _names(upper)
    if not names:
        return None
    last_row = upper.number
    if index + 1 < len(rows) and rows[index + 1].number == upper.number + 1:
        lower = rows[index + 1]
        lower_names = _names(lower)
        if len(lower_names) >= _ENOUGH_IN_LOWER_ROW:
            # 面积 over 套内面积 and 建筑面积: the lower word is exact, even where it names no field.
            kept = {column: name for column, name in names.items() if not lower.cell(column).text.strip()}
            names = kept | lower_names
            last_row = lower.number
    columns = _columns(names)
    if len(columns) < _ENOUGH_FIELDS or not (Field.ROOM in columns or Field.OWNERS in columns):
        return None
    return Header(upper.number, last_row, columns)


def _names(row: Row) -> dict[int, tuple[Field, int]]:
    found = ((column, field_of(cell.text)) for column, cell in enumerate(row.cells) if cell.text)
    return {column: name for column, name in found if name is not None}


def _columns(names: Mapping[int, tuple[Field, int]]) -> dict[Field, tuple[int, ...]]:
    ranked: dict[Field, list[tuple[int, int]]] = {}
    for column, (field, rank) in names.items():
        ranked.setdefault(field, []).append((rank, column))
    columns = {field: tuple(column for _, column in sorted(places)) for field, places in ranked.items()}
    # A second phone column helps where the first is blank. A second area column must never do that.
    return {field: places if field is Field.PHONES else places[:1] for field, places in columns.items()}
