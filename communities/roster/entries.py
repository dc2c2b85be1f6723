"""From a sheet to entries: which rows are units, and what their blank cells stand for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from communities.values.text import without_space

from .fields import CellAddress, Field, field_of
from .grid import BLANK, Cell, Row, Sheet
from .headers import Header, header_at
from .labels import building_from_sheet_name, building_in_title, canonical_building, parse_use
from .model import UnitUse

Corrections = Mapping[CellAddress, str]

# A row that leaves all of these blank is a title, a footer or a line kept free, not a unit.
_TELLING = (Field.ROOM, Field.AREA, Field.OWNERS, Field.IDENTITIES)
_OF_AN_OWNER = (Field.OWNERS, Field.IDENTITIES, Field.PHONES)
_FROM_ABOVE = (Field.BUILDING, Field.STAIRCASE)
# One area shown beside several rooms is the area of none of them.
_NEVER_FILLED = (Field.AREA, *_FROM_ABOVE)

_TOTAL = re.compile(r".{0,12}(?:合计|小计|总计|共计).{0,20}")
_FOOTNOTE = re.compile(r"(?:制表|填表|填报|经办|审核|复核|盖章|说明|备注|注)[^:]{0,6}:")


@dataclass(slots=True)
class Entry:
    """One row that describes a unit, its blank cells filled from merges and from above."""

    sheet: str
    row: int
    cells: dict[Field, Cell]

    def cell(self, field: Field) -> Cell:
        """The cell of a field, blank where the sheet has no such column."""
        return self.cells.get(field, BLANK)

    def texts(self) -> dict[Field, str]:
        """What each field's cell says, as a page would show it."""
        return {field: self.cell(field).text.strip() for field in Field}


def read_entries(sheet: Sheet, header: Header, corrections: Corrections) -> list[Entry]:
    """The units that ``sheet`` lists below ``header``, with ``corrections`` in place of what the cells say.

    A correction of a blank building or staircase cell holds for its own row
    only; a correction of a written one also holds for the blank rows below,
    exactly as the cell itself would.
    """
    return _Reader(sheet, header, corrections).entries()


class _Reader:
    def __init__(self, sheet: Sheet, header: Header, corrections: Corrections) -> None:
        self._sheet = sheet
        self._rows = sheet.by_number()
        self._header = header
        self._corrections = corrections
        self._staircases_merged = sheet.merges.any_below(header.last_row)
        self._above = {Field.BUILDING: Cell(self._building_of_sheet()), Field.STAIRCASE: BLANK}
        self._entries: dict[int, Entry] = {}

    def entries(self) -> list[Entry]:
        for index, row in enumerate(self._sheet.rows):
            if row.number <= self._header.last_row:
                continue
            # Printed rosters repeat the header on every page.
            repeated = (
                header_at(self._sheet.rows, index) if field_of(self._own(row, Field.ROOM).text) else None
            )
            if repeated is None:
                self._read(row)
            elif not repeated.missing:
                self._header = repeated
        for entry in self._entries.values():
            self._correct(entry)
        return list(self._entries.values())

    def _building_of_sheet(self) -> str:
        named = building_from_sheet_name(self._sheet.name)
        if named is not None:
            return named
        above = (row for row in self._sheet.rows if row.number < self._header.row)
        titles = (building_in_title(cell.text) for row in above for cell in row.cells)
        return next((title for title in titles if title is not None), "")

    def _read(self, row: Row) -> None:
        own = {field: self._own(row, field) for field in Field}
        if not any(own[field].text for field in _TELLING):
            self._read_heading(row)
        elif not (own[Field.IDENTITIES].text == "" and self._is_aside(row)) and not self._joins_above(
            row, own
        ):
            cells = {field: self._shown(row, field, cell) for field, cell in own.items()}
            cells |= self._fill_from_above(row, own, parse_use(cells[Field.USE].text))
            self._entries[row.number] = Entry(self._sheet.name, row.number, cells)

    def _own(self, row: Row, field: Field) -> Cell:
        cells = (row.cell(column) for column in self._header.columns.get(field, ()))
        return next((cell for cell in cells if cell.text), BLANK)

    def _shown(self, row: Row, field: Field, own: Cell) -> Cell:
        """The cell as it looks on the screen: a merge shows its first cell in every row."""
        if own.text or field in _NEVER_FILLED:
            return own
        return next((cell for cell in self._merged(row, field) if cell.text), BLANK)

    def _merged(self, row: Row, field: Field) -> list[Cell]:
        """The first cells of the merges that cover this row in the columns of ``field``."""
        columns = self._header.columns.get(field, ())
        firsts = ((column, self._sheet.merges.first_row(column, row.number)) for column in columns)
        return [
            self._rows[first].cell(column) if first in self._rows else BLANK
            for column, first in firsts
            if first is not None
        ]

    def _is_aside(self, row: Row) -> bool:
        """Whether a row without identity numbers is a total or a line of signatures."""
        remarks = self._header.columns.get(Field.REMARK, ())
        texts = [
            without_space(cell.text)
            for column, cell in enumerate(row.cells)
            if cell.text and column not in remarks
        ]
        return any(_TOTAL.fullmatch(text) for text in texts) or bool(texts and _FOOTNOTE.match(texts[0]))

    def _read_heading(self, row: Row) -> None:
        """Remember the building a line such as ``2号楼`` puts above the rows that follow."""
        texts = [cell.text for cell in row.cells if cell.text]
        if self._is_aside(row):
            return
        building = building_from_sheet_name(self._own(row, Field.BUILDING).text)
        if building is None and len(texts) == 1:
            building = building_in_title(texts[0])
        if building is not None:
            self._set_building(Cell(building))

    def _set_building(self, building: Cell) -> None:
        if canonical_building(building.text) != canonical_building(self._above[Field.BUILDING].text):
            self._above[Field.STAIRCASE] = BLANK
        self._above[Field.BUILDING] = building

    def _joins_above(self, row: Row, own: Mapping[Field, Cell]) -> bool:
        """Whether a row under a merged room only lists one more owner of it; if so, add them there."""
        columns = self._header.columns.get(Field.ROOM, ())
        first = self._sheet.merges.first_row(columns[0], row.number) if columns else None
        if first not in self._entries or own[Field.ROOM].text or own[Field.AREA].text:
            return False
        unit = self._entries[first].cells
        for field in _OF_AN_OWNER:
            unit[field] = _joined(unit[field], own[field])
        return True

    def _fill_from_above(self, row: Row, own: Mapping[Field, Cell], use: UnitUse) -> dict[Field, Cell]:
        building, building_here = self._corrected_own(row, own, Field.BUILDING)
        if building.text:
            self._set_building(building)
        staircase, staircase_here = self._corrected_own(row, own, Field.STAIRCASE)
        if staircase.text:
            self._above[Field.STAIRCASE] = staircase
        elif self._merged(row, Field.STAIRCASE) or self._continues(building, use):
            staircase = self._above[Field.STAIRCASE]
        return {
            Field.BUILDING: building_here or self._above[Field.BUILDING],
            Field.STAIRCASE: staircase_here or staircase,
        }

    def _continues(self, building: Cell, use: UnitUse) -> bool:
        """Whether a blank staircase means the one above.

        It does where nothing is merged and the building is left blank too, as
        when merged cells were saved to CSV. Shops and parking have none.
        """
        return not self._staircases_merged and not building.text and use in (UnitUse.DWELLING, UnitUse.OFFICE)

    def _corrected_own(self, row: Row, own: Mapping[Field, Cell], field: Field) -> tuple[Cell, Cell | None]:
        """The cell that also holds for the rows below, and the one that holds for this row only."""
        correction = self._corrections.get(CellAddress(self._sheet.name, row.number, field))
        if correction is None:
            return own[field], None
        return (Cell(correction), None) if own[field].text else (BLANK, Cell(correction))

    def _correct(self, entry: Entry) -> None:
        for field in Field:
            correction = self._corrections.get(CellAddress(entry.sheet, entry.row, field))
            if correction is not None and field not in _FROM_ABOVE:
                entry.cells[field] = Cell(correction)


def _joined(first: Cell, second: Cell) -> Cell:
    if not first.text or not second.text:
        return first if first.text else second
    return Cell(
        f"{first.text}、{second.text}",
        is_number=first.is_number or second.is_number,
        is_date=first.is_date or second.is_date,
        is_formula=first.is_formula or second.is_formula,
    )
