"""Rosters saved as .xlsx, opened with every size checked before anything is unpacked into memory."""

import re
import warnings
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from zipfile import ZipFile, ZipInfo

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell as BookCell
from openpyxl.cell.cell import MergedCell
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils import column_index_from_string

from .errors import RosterUnreadable, UnreadableCode
from .grid import BLANK, MAX_COLUMNS, MAX_ROWS, Cell, Merges, Row, Sheet, trimmed

_MIB = 1024 * 1024
MAX_PARTS = 2_000
MAX_UNPACKED = 128 * _MIB
# Sheets are streamed row by row; openpyxl holds any other part whole, at many times its size.
MAX_HELD_PART = 16 * _MIB
MAX_HELD_TAGS = 100_000
MAX_STRING_TAGS = 500_000
# Four tags make a filled cell: this is MAX_ROWS rows of nearly twenty.
MAX_TAGS = 1_500_000
MAX_MERGES = 50_000
_SHEETS = "xl/worksheets/"
_STRINGS = "xl/sharedStrings.xml"
_LAST_ROW = 1_048_576

_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_LONGEST_MERGE_TAG = 256
_ESCAPED_BREAK = re.compile(r"_x00(?:0[9AaDd])_")
_ZERO_PADDED = re.compile(r"0{2,12}")

# From here on a spreadsheet shows a number with an exponent, and has lost its last digits already.
_EXACT_INTEGERS = 10**15


def read_workbook(data: bytes) -> list[Sheet]:
    """All worksheets of an .xlsx file, hidden ones marked. Formulas are kept as formulas, never as values.

    Raises :class:`RosterUnreadable`.
    """
    try:
        merges = _inspect(data)
        # openpyxl warns of decorations it does not know; they do not matter to a roster.
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
            return _read_sheets(data, merges)
    except RosterUnreadable:
        raise
    except Exception as error:
        # A broken package surfaces as whatever the zip, XML or openpyxl layer happens to stumble on.
        raise RosterUnreadable(UnreadableCode.DAMAGED) from error


def _inspect(data: bytes) -> dict[str, Merges]:
    """Check the package against the limits; return the vertical merges of each part, by part name."""
    with ZipFile(BytesIO(data)) as package:
        parts = package.infolist()
        if any(part.flag_bits & 0x1 for part in parts):
            raise RosterUnreadable(UnreadableCode.ENCRYPTED)
        # zipfile never unpacks more than the stated size, so what is stated is a bound.
        if (
            len(parts) > MAX_PARTS
            or sum(part.file_size for part in parts) > MAX_UNPACKED
            or any(part.file_size > MAX_HELD_PART for part in parts if not part.filename.startswith(_SHEETS))
        ):
            raise RosterUnreadable(UnreadableCode.UNPACKS_TOO_LARGE)
        if not any(part.filename.startswith("xl/") for part in parts):
            raise RosterUnreadable(UnreadableCode.NOT_A_SPREADSHEET)
        merges: dict[str, Merges] = {}
        total = 0
        for part in parts:
            tags, found = _scan(package, part)
            total += tags
            if total > MAX_TAGS or tags > _most_tags(part):
                raise RosterUnreadable(UnreadableCode.UNPACKS_TOO_LARGE)
            merges[part.filename] = Merges(found)
        return merges


def _most_tags(part: ZipInfo) -> int:
    if part.filename.startswith(_SHEETS):
        return MAX_TAGS
    return MAX_STRING_TAGS if part.filename == _STRINGS else MAX_HELD_TAGS


def _scan(package: ZipFile, part: ZipInfo) -> tuple[int, list[tuple[int, int, int]]]:
    tags = 0
    merges: list[tuple[int, int, int]] = []
    tail = b""
    for chunk in _chunks(package, part):
        tags += chunk.count(b"<")
        window = tail + chunk
        if b"<!ENTITY" in window:
            raise RosterUnreadable(UnreadableCode.DAMAGED)
        end = 0
        for match in _MERGE.finditer(window):
            end = match.end()
            first, last = int(match[2]), int(match[4])
            if last > first:
                merges.append((column_index_from_string(match[1].decode()) - 1, first, last))
        if len(merges) > MAX_MERGES:
            raise RosterUnreadable(UnreadableCode.UNPACKS_TOO_LARGE)
        tail = window[max(end, len(window) - _LONGEST_MERGE_TAG) :]
    return tags, merges


def _chunks(package: ZipFile, part: ZipInfo) -> Iterator[bytes]:
    with package.open(part) as stream:
        while chunk := stream.read(_MIB):
            yield chunk


def _read_sheets(data: bytes, merges: dict[str, Merges]) -> list[Sheet]:
    sheets: list[Sheet] = []
    rows_left = MAX_ROWS
    book = load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        for worksheet in book.worksheets:
            rows: list[Row] = []
            # The stated dimension of a sheet is often wrong; the bounds given here replace it.
            cells_by_row = worksheet.iter_rows(min_row=1, max_row=_LAST_ROW, max_col=MAX_COLUMNS)
            blank: object = None
            for number, book_cells in enumerate(cells_by_row, 1):
                # A gap of a million rows is one tuple yielded a million times.
                if book_cells is blank:
                    continue
                cells = trimmed([_cell(cell) for cell in book_cells])
                if not cells:
                    blank = book_cells
                else:
                    rows.append(Row(number, cells))
                if len(rows) > rows_left:
                    raise RosterUnreadable(UnreadableCode.TOO_MANY_ROWS)
            rows_left -= len(rows)
            # openpyxl has no merges for a streamed sheet; the part's name leads to those found before.
            part = getattr(worksheet, "_worksheet_path", "")
            hidden = worksheet.sheet_state != "visible"
            sheets.append(Sheet(worksheet.title, rows, merges.get(part, Merges()), hidden))
    finally:
        book.close()
    return sheets


def _cell(cell: BookCell | MergedCell | ReadOnlyCell) -> Cell:
    value = cell.value
    if value is None or cell.data_type == "e":
        return BLANK
    if cell.data_type == "f":
        return Cell("=", is_formula=True)
    if isinstance(value, bool):
        return Cell("是" if value else "否")
    if isinstance(value, int | float):
        return Cell(_number_text(value, cell), is_number=True)
    if isinstance(value, date | datetime | time | timedelta):
        return Cell(str(value), is_date=True)
    text = _ESCAPED_BREAK.sub("\n", str(value))
    return Cell(text) if text.strip() else BLANK


def _number_text(value: float, cell: BookCell | MergedCell | ReadOnlyCell) -> str:
    if abs(value) >= _EXACT_INTEGERS:
        return f"{value:.14E}"
    if value != int(value):
        return repr(value)
    # A room shown as 0101 may be stored as 101 under the format 0000.
    padding = cell.number_format if _ZERO_PADDED.fullmatch(cell.number_format) else ""
    return str(int(value)).zfill(len(padding))
