"""A spreadsheet as plain text cells, whatever kind of file it came from."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

# An estate of ten thousand homes with a parking space each.
MAX_ROWS = 20_000
MAX_COLUMNS = 50

_TABLE_WIDTH = 4


class Cell(NamedTuple):
    """What a person sees in a cell, and whether the file stores a number, a date or a formula there."""

    text: str
    is_number: bool = False
    is_date: bool = False
    is_formula: bool = False


BLANK = Cell("")


class Row(NamedTuple):
    """A row that is not blank: its number as the spreadsheet shows it, its cells from column A on."""

    number: int
    cells: Sequence[Cell]

    def cell(self, column: int) -> Cell:
        """The cell in ``column``, counted from 0; :data:`BLANK` beyond the last one."""
        return self.cells[column] if column < len(self.cells) else BLANK


class Merges:
    """Which cells of a sheet lie below the first cell of a vertical merge."""

    def __init__(self, ranges: Sequence[tuple[int, int, int]] = ()) -> None:
        """``ranges`` are (column counted from 0, first row, last row)."""
        self._by_column: dict[int, list[tuple[int, int]]] = {}
        for column, first, last in sorted(ranges):
            self._by_column.setdefault(column, []).append((first, last))

    def any_below(self, row: int) -> bool:
        """Whether cells are merged further down than ``row``."""
        return any(spans[-1][0] > row for spans in self._by_column.values())

    def first_row(self, column: int, row: int) -> int | None:
        """The row whose cell shows in this one; ``None`` when the cell stands for itself."""
        spans = self._by_column.get(column)
        if not spans:
            return None
        place = bisect_right(spans, (row, 0)) - 1
        if place < 0:
            return None
        first, last = spans[place]
        return first if first < row <= last else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows in order, blank ones left out."""

    name: str
    rows: Sequence[Row]
    merges: Merges = field(default_factory=Merges)
    hidden: bool = False

    def by_number(self) -> Mapping[int, Row]:
        """The rows by their number."""
        return {row.number: row for row in self.rows}

    def table_row(self) -> int | None:
        """The first row wide enough to belong to a table; ``None`` for a sheet of mere remarks."""
        wide = (row.number for row in self.rows if sum(bool(cell.text) for cell in row.cells) >= _TABLE_WIDTH)
        return next(wide, None)


def trimmed(cells: list[Cell]) -> list[Cell]:
    """``cells`` without the blank ones at the end."""
    while cells and not cells[-1].text.strip():
        cells.pop()
    return cells
