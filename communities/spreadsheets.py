"""Writing spreadsheets that nothing in them can make act."""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: A text beginning with one of these becomes a formula in some program, some day.
_ACTIVE = tuple("=+-@\t\r\n\0＝＋－＠")


def inert(text: str) -> str:
    """``text`` behind an apostrophe where a spreadsheet might take it for a formula."""
    return f"'{text}" if text.startswith(_ACTIVE) else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file in UTF-8 with its mark: Excel takes one without it for the system's old encoding."""
    file = StringIO()
    writer = csv.writer(file)
    for row in (header, *rows):
        writer.writerow([inert(text) for text in row])
    return file.getvalue().encode("utf-8-sig")


def write_workbook(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """An .xlsx file of one sheet. Every cell is text: no room turns into a date, no name into a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for position, name in enumerate(header):
        sheet.column_dimensions[get_column_letter(position + 1)].width = 22 if len(name) > 3 else 12
    for row in (header, *rows):
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", inert(text)))
            cell.number_format = "@"
            cells.append(cell)
        sheet.append(cells)
    file = BytesIO()
    book.save(file)
    return file.getvalue()
