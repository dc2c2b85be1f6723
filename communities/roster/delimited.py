"""Rosters saved as text: comma, tab or semicolon, in whichever encoding the office's software writes."""

import csv
import io
import re
from pathlib import PureWindowsPath

from .errors import RosterUnreadable, UnreadableCode
from .grid import BLANK, MAX_COLUMNS, MAX_ROWS, Cell, Row, Sheet, trimmed

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# Excel's way to keep a long number as text in a CSV; the formula only spells the text out.
_SPELLED_TEXT = re.compile(r'="([^"]*)"')


def read_delimited(name: str, data: bytes) -> Sheet:
    """The one sheet of a CSV file, named after the file as a spreadsheet program would name it.

    Raises :class:`RosterUnreadable`.
    """
    text = _decode(data)
    if text.lstrip()[:1] in ("<", "{") or text.startswith("%PDF"):
        raise RosterUnreadable(UnreadableCode.NOT_A_SPREADSHEET)
    rows: list[Row] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        for number, texts in enumerate(reader, 1):
            cells = trimmed([_cell(text) for text in texts[:MAX_COLUMNS]])
            if cells:
                rows.append(Row(number, cells))
            if len(rows) > MAX_ROWS:
                raise RosterUnreadable(UnreadableCode.TOO_MANY_ROWS)
    except csv.Error as error:
        raise RosterUnreadable(UnreadableCode.DAMAGED) from error
    return Sheet(PureWindowsPath(name).stem, rows)


def _decode(data: bytes) -> str:
    if data.startswith(_UTF16_MARKS):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\0" in data:
        raise RosterUnreadable(UnreadableCode.NOT_A_SPREADSHEET)
    else:
        # GB18030 contains GBK. It comes second: UTF-8 often passes for GB18030, hardly ever the reverse.
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RosterUnreadable(UnreadableCode.ENCODING)


def _delimiter(text: str) -> str:
    beginning = text[:20_000]
    return max(",\t;", key=beginning.count)


def _cell(text: str) -> Cell:
    stripped = text.strip()
    if not stripped:
        return BLANK
    spelled = _SPELLED_TEXT.fullmatch(stripped)
    return Cell(spelled[1] if spelled is not None else stripped.lstrip("'"))
