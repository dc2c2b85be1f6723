"""Files that cannot be judged at all: refused at once, with a sentence that says what to do."""

import io
import struct
import zipfile
import zlib

import pytest

from communities.roster import CellAddress, RosterUnreadable, read_roster
from communities.roster.errors import UnreadableCode
from communities.roster.grid import MAX_ROWS
from communities.roster.reader import MAX_BYTES

from .files import HEADER, Rows, book, delimited, unit, units, with_part, xlsx

SHEET = "xl/worksheets/sheet1.xml"
GOOD = xlsx([HEADER, unit(1)])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def package(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet_xml(rows: bytes) -> bytes:
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<worksheet xmlns="' + namespace + b'"><sheetData>' + rows + b"</sheetData></worksheet>"


def zip_encrypted() -> bytes:
    """The package with the "encrypted" flag of its first entry set, in both of its headers."""
    data = bytearray(GOOD)
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def png() -> bytes:
    body = struct.pack(">II5B", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + body + struct.pack(">I", zlib.crc32(body))


BAD_FILES = {
    "nothing": (b"", UnreadableCode.EMPTY),
    "blank lines": (b" \r\n\r\n", UnreadableCode.EMPTY),
    "100 MB": (b"0" * 100_000_000, UnreadableCode.TOO_LARGE),
    "one byte too many": (b"," * (MAX_BYTES + 1), UnreadableCode.TOO_LARGE),
    "a picture": (png(), UnreadableCode.NOT_A_SPREADSHEET),
    "a PDF": (b"%PDF-1.7\n%text", UnreadableCode.NOT_A_SPREADSHEET),
    "a web page": (b"<html><table><tr><td>1</td></tr></table></html>", UnreadableCode.NOT_A_SPREADSHEET),
    "a Word document": (package(**{"word/document.xml": b"<w/>"}), UnreadableCode.NOT_A_SPREADSHEET),
    "an empty zip": (package(), UnreadableCode.NOT_A_SPREADSHEET),
    "an encrypted workbook": (
        OLE + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le"),
        UnreadableCode.ENCRYPTED,
    ),
    "an encrypted zip": (zip_encrypted(), UnreadableCode.ENCRYPTED),
    "an old .xls": (OLE + b"\0" * 504 + "Workbook".encode("utf-16-le"), UnreadableCode.OLD_FORMAT),
    "half a workbook": (GOOD[: len(GOOD) // 2], UnreadableCode.DAMAGED),
    "broken XML": (with_part(GOOD, SHEET, b"<worksheet><row>"), UnreadableCode.DAMAGED),
    "no workbook part": (package(**{SHEET: b"<worksheet/>"}), UnreadableCode.DAMAGED),
    "entities": (
        with_part(GOOD, SHEET, b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + sheet_xml(b"")),
        UnreadableCode.DAMAGED,
    ),
    "a zip bomb": (with_part(GOOD, SHEET, b" " * 200_000_000), UnreadableCode.UNPACKS_TOO_LARGE),
    "a bomb of shared strings": (
        with_part(GOOD, "xl/sharedStrings.xml", b"<sst>" + b"<si/>" * 600_000 + b"</sst>"),
        UnreadableCode.UNPACKS_TOO_LARGE,
    ),
    "a bomb of cells": (
        with_part(GOOD, SHEET, sheet_xml(b'<row r="1">' + b"<c/>" * 1_600_000 + b"</row>")),
        UnreadableCode.UNPACKS_TOO_LARGE,
    ),
    "a bomb of merges": (
        with_part(GOOD, SHEET, b'<mergeCell ref="A1:A9"/>' * 60_000),
        UnreadableCode.UNPACKS_TOO_LARGE,
    ),
    "a bomb of parts": (
        package(**{f"xl/{order}.xml": b"" for order in range(3000)}),
        UnreadableCode.UNPACKS_TOO_LARGE,
    ),
    "too many rows": (b"1,2\n" * (MAX_ROWS + 1), UnreadableCode.TOO_MANY_ROWS),
    "no header": (xlsx([unit(1), unit(2)]), UnreadableCode.HEADER_MISSING),
    "no header in a CSV": (delimited([unit(1), unit(2)]), UnreadableCode.HEADER_MISSING),
    "an empty workbook": (book({"Sheet1": []}), UnreadableCode.HEADER_MISSING),
    "an unknown encoding": ("楼栋,房号\n".encode() + b"\xff\xff\xff", UnreadableCode.ENCODING),
    "half a UTF-16 file": (b"\xff\xfe\x00", UnreadableCode.ENCODING),
    "an endless field": (b'"' + b"1" * 200_000 + b'",2', UnreadableCode.DAMAGED),
}


@pytest.mark.parametrize(("data", "code"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_bad_file_is_refused_with_what_to_do(data, code):
    with pytest.raises(RosterUnreadable) as refusal:
        read_roster("名册.xlsx", data)

    assert refusal.value.code is code
    assert "请" in str(refusal.value)
    assert str(refusal.value).endswith("。")


@pytest.mark.parametrize(
    ("column", "label"),
    [
        ("楼栋", "楼栋"),
        ("房号", "房号"),
        ("建筑面积", "建筑面积"),
        ("业主姓名", "业主姓名"),
        ("证件号码", "证件号码"),
        ("联系电话", "联系电话"),
    ],
)
def test_a_formula_in_a_cell_that_matters_is_refused_and_named(column, label):
    data = xlsx([HEADER, unit(1), unit(2, **{column: "=A1"}), unit(3, **{column: "=A1"})])

    with pytest.raises(RosterUnreadable) as refusal:
        read_roster("名册.xlsx", data)

    assert refusal.value.code is UnreadableCode.FORMULAS
    assert refusal.value.message.startswith(f"工作表“业主名册”第 3 行“{label}”：")


def test_a_formula_is_refused_even_where_its_result_is_stored():
    data = xlsx([HEADER, unit(1, 建筑面积="=50+9.16")])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read(SHEET)
    stored = content.replace(b"<v />", b"<v>59.16</v>").replace(b"<v></v>", b"<v>59.16</v>")
    assert stored != content

    with pytest.raises(RosterUnreadable) as refusal:
        read_roster("名册.xlsx", with_part(data, SHEET, stored))

    assert refusal.value.code is UnreadableCode.FORMULAS


def test_formulas_elsewhere_do_no_harm():
    rows: Rows = [
        ["=TODAY()"],
        ["序号", *HEADER],
        ["=ROW()-2", *unit(1)],
        ["=ROW()-2", *unit(2)],
        ["合计", None, None, None, "=SUM(E3:E4)"],
    ]
    roster = read_roster("名册.xlsx", xlsx(rows))

    assert roster.report()["area"] == "200.03"
    assert roster.problems == ()


def test_a_formula_may_be_corrected_away():
    data = xlsx([HEADER, unit(1, 建筑面积="=50+9.16")])
    roster = read_roster("名册.xlsx", data, corrections={CellAddress("业主名册", 2, "area"): "59.16"})

    assert roster.area == 5916


def test_what_the_file_is_decides_and_not_its_name():
    assert read_roster("名册.csv", GOOD).report()["units"] == 1
    assert read_roster("名册.xlsx", delimited([HEADER, unit(1)])).report()["units"] == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_text_file_is_read_in_any_encoding_and_with_any_delimiter(encoding, delimiter):
    data = delimited([["业主名册"], HEADER, *units(1, 2)], encoding=encoding, delimiter=delimiter)
    roster = read_roster("名册.csv", data)

    assert [(row.building, row.owners[0].name) for row in roster.units] == [
        ("1幢", "住户乙1"),
        ("1幢", "住户丙2"),
    ]


def test_characters_beyond_gbk_are_read_from_gb18030():
    data = delimited([HEADER, unit(1, 业主姓名="㐂𠮷𬭎")], encoding="gb18030")

    assert read_roster("名册.csv", data).units[0].owners[0].name == "㐂𠮷𬭎"


def test_texts_kept_from_becoming_numbers_are_read_without_their_wrapping():
    wrapped = [f'="{cell}"' if cell else cell for cell in unit(1)]
    quoted = [f"'{cell}" if cell else cell for cell in unit(2)]
    tabbed = [f"\t{cell}" if cell else cell for cell in unit(3)]
    roster = read_roster("名册.csv", delimited([HEADER, wrapped, quoted, tabbed]))

    assert roster.problems == ()
    assert [(row.room, row.area) for row in roster.units] == [("001", 10001), ("002", 10002), ("003", 10003)]
