"""Headers under any name, titles, totals, merged cells, several sheets, corrections."""

import io
from collections.abc import Callable, Sequence
from zipfile import ZipFile

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from communities.roster import CellAddress, Field, Roster, read_roster
from communities.roster.fields import field_of

from .files import HEADER, Rows, book, delimited, found, identity, phone, rooms, unit, units, with_part, xlsx

SYNONYMS = {
    Field.BUILDING: "幢 栋 楼栋 楼号 幢号",
    Field.STAIRCASE: "单元 单元号",
    Field.ROOM: "室 室号 房号 门牌",
    Field.AREA: (
        "建筑面积 面积 专有部分面积 建筑面积(㎡) 建筑面积（平方米） 面积/㎡ 面积m2"
        " 面积（m²） 专有部分面积[平米] 面积㎡"
    ),
    Field.USE: "用途 性质 房屋用途",
    Field.OWNERS: "业主姓名 产权人 权利人 业主姓名* 产权人/权利人",
    Field.IDENTITIES: "证件号码 身份证号 证件号 身份证号码 证件号码（身份证） 身份证号/统一社会信用代码",
    Field.PHONES: "手机 联系电话 电话号码 联系电话：",
    Field.REMARK: "备注",
    Field.DELIVERY: "交付状态 销售状态",
}
PLACES = {field: place for place, field in enumerate(Field) if field is not Field.DELIVERY}


def read(*rows: Sequence[object], arrange: Callable[[Worksheet], None] = lambda worksheet: None) -> Roster:
    return read_roster("名册.xlsx", xlsx(rows, arrange=arrange))


@pytest.mark.parametrize(
    ("field", "name"), [(field, name) for field, names in SYNONYMS.items() for name in names.split()]
)
def test_a_column_is_known_under_each_of_its_names(field, name):
    header: list[object] = list(HEADER)
    row = unit(1)
    if field is Field.DELIVERY:
        header.append(name)
        row.append("未售")
    else:
        header[PLACES[field]] = name
    roster = read(header, row)

    assert found(roster) == []
    assert rooms(roster) == [("1幢", "1单元", "001")]
    assert roster.area == 10001
    assert roster.units[0].developer_held == (field is Field.DELIVERY)


@pytest.mark.parametrize(
    "name", ["套内面积", "套内建筑面积(㎡)", "公摊面积", "序号", "证件类型", "单元数", ""]
)
def test_a_column_of_something_else_is_left_alone(name):
    assert field_of(name) is None


def test_spaces_and_line_breaks_in_a_header_do_not_matter():
    assert read(["楼 栋", "单元", "房　号", "建筑面积\n(㎡)", "用途", *HEADER[5:]], unit(1)).area == 10001


def test_the_registered_area_wins_over_other_area_columns_even_where_it_is_blank():
    header = [*HEADER, "面积", "套内面积"]
    roster = read(header, [*unit(1), 1, 2], [*unit(2, 建筑面积=None), 3, 4])

    assert [row.area for row in roster.units] == [10001]
    assert found(roster) == [(3, "area", "area-missing")]


def test_a_second_phone_column_serves_where_the_first_is_blank():
    header = [*HEADER[:7], "手机", "备注", "联系电话"]
    roster = read(header, [*unit(1), "0571-88888888"], [*unit(2, 联系电话=None), phone(22)])

    assert [row.owners[0].phone for row in roster.units] == ["+86" + phone(1), "+86" + phone(22)]


def test_titles_above_the_header_and_blank_lines_are_passed_over():
    title = ["和睦家园业主信息登记表"]
    roster = read(title, ["填表日期：2026年3月"], [], HEADER, [], unit(1), [], unit(2))

    assert [row.row for row in roster.units] == [6, 8]


def test_a_header_of_two_rows_is_read_together():
    upper = ["楼栋", "单元", "房号", "面积", None, "业主信息", None, None, "备注"]
    lower = [None, None, None, "套内面积", "建筑面积", "姓名", "身份证号", "电话", None]
    row = ["1幢", "1单元", "101", 80, 99.5, "住户甲", identity(1), phone(1), None]

    def merge(worksheet: Worksheet) -> None:
        for cells in ("A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:H1", "I1:I2"):
            worksheet.merge_cells(cells)

    roster = read(upper, lower, row, arrange=merge)

    assert found(roster) == []
    assert [(unit.row, unit.area) for unit in roster.units] == [(3, 9950)]


def test_a_header_repeated_on_every_page_is_no_unit():
    moved = ["序号", *HEADER]
    roster = read(HEADER, unit(1), ["和睦家园"], moved, [1, *unit(2)])

    assert found(roster) == []
    assert [row.room for row in roster.units] == ["001", "002"]


@pytest.mark.parametrize(
    "word", ["合计", "小计", "总计", "合 计：", "1幢小计", "合计：2户", "总计（平方米）"]
)
def test_totals_are_no_units(word):
    total: list[object] = [word, None, None, "=SUM(D2:D3)"]
    roster = read(HEADER, *units(1, 2), total, unit(3))

    assert found(roster) == []
    assert roster.report()["units"] == 3


def test_lines_of_signatures_are_no_units():
    footer: list[object] = ["制表人：某某", None, None, "审核：", None, "日期：2026年3月"]

    assert found(read(HEADER, *units(1, 2), footer, ["注：以上面积以产权证书为准"])) == []


def test_a_unit_lacking_its_owner_is_no_total_whatever_its_remark():
    assert found(read(HEADER, unit(1, 证件号码=None, 备注="含车位合计2户"))) == [
        (2, "identities", "id-missing")
    ]


def test_merged_buildings_and_staircases_hold_for_all_their_rows():
    rows = [
        unit(1),
        unit(2, 楼栋=None, 单元=None),
        unit(3, 楼栋=None, 单元="2单元"),
        unit(4, 楼栋=None, 单元=None),
        unit(5, 楼栋=None, 单元=None),
        unit(6, 楼栋="2幢", 单元=None),
    ]

    def merge(worksheet: Worksheet) -> None:
        for cells in ("A2:A6", "B2:B3", "B4:B5"):
            worksheet.merge_cells(cells)

    assert rooms(read(HEADER, *rows, arrange=merge)) == [
        ("1幢", "1单元", "001"),
        ("1幢", "1单元", "002"),
        ("1幢", "2单元", "003"),
        ("1幢", "2单元", "004"),
        ("1幢", "", "005"),
        ("2幢", "", "006"),
    ]


def test_blank_staircases_without_merges_mean_the_one_above():
    blank = {"楼栋": None, "单元": None}
    rows = [unit(1), unit(2, **blank), unit(3, **blank, 用途="商业"), unit(4, 楼栋="2幢", 单元=None)]

    assert rooms(read_roster("名册.csv", delimited([HEADER, *rows]))) == [
        ("1幢", "1单元", "001"),
        ("1幢", "1单元", "002"),
        ("1幢", "", "003"),
        ("2幢", "", "004"),
    ]


def test_an_owner_merged_over_several_units_owns_them_all():
    rows = [unit(1), unit(2, 业主姓名=None, 证件号码=None, 联系电话=None), unit(3)]

    def merge(worksheet: Worksheet) -> None:
        for cells in ("F2:F3", "G2:G3", "H2:H3"):
            worksheet.merge_cells(cells)

    roster = read(HEADER, *rows, arrange=merge)

    assert found(roster) == []
    assert (roster.heads, [row.owners[0].identity for row in roster.units]) == (
        2,
        [identity(1), identity(1), identity(3)],
    )


def test_owners_on_rows_of_their_own_under_a_merged_room_share_it():
    second = unit(2, 楼栋=None, 单元=None, 房号=None, 建筑面积=None, 用途=None)

    def merge(worksheet: Worksheet) -> None:
        for column in "ABCDE":
            worksheet.merge_cells(f"{column}2:{column}3")

    roster = read(HEADER, unit(1), second, unit(3), arrange=merge)

    assert found(roster) == []
    assert [[owner.identity for owner in row.owners] for row in roster.units] == [
        [identity(1), identity(2)],
        [identity(3)],
    ]
    assert roster.units[0].owners[1].phone == "+86" + phone(2)


def test_a_merged_area_is_never_counted_for_two_units():
    def merge(worksheet: Worksheet) -> None:
        worksheet.merge_cells("D2:D3")

    roster = read(HEADER, unit(1), unit(2, 建筑面积=None), arrange=merge)

    assert found(roster) == [(3, "area", "area-missing")]
    assert roster.area == 10001


def test_each_sheet_may_be_a_building():
    header, rows = HEADER[1:], [unit(1)[1:], unit(2)[1:]]
    names = ["3号楼", "4栋业主名册", "A座", "商铺", "５"]
    roster = read_roster("名册.xlsx", book({name: [header, *rows] for name in names}))

    assert found(roster) == []
    assert [building for building, _, room in rooms(roster) if room == "001"] == [
        "3幢",
        "4幢",
        "A座",
        "商铺",
        "5幢",
    ]


def test_a_csv_file_may_be_a_building():
    data = delimited([HEADER[1:], unit(1)[1:]])

    assert rooms(read_roster("upload/3号楼.csv", data)) == [("3幢", "1单元", "001")]


def test_the_building_may_stand_in_the_title_or_on_a_line_of_its_own():
    header, row = HEADER[1:], unit(1)[1:]
    rows = [["和睦家园（2号楼）业主名册"], header, row, ["3号楼"], row]

    assert rooms(read(*rows)) == [("2幢", "1单元", "001"), ("3幢", "1单元", "001")]


def test_a_room_may_hold_the_whole_address():
    header = ["房号", *HEADER[3:]]
    rows = [[address, *unit(1)[3:]] for address in ("1号楼2单元301室", "2-1-101", "3-102", "A座1201")]

    assert rooms(read(header, *rows)) == [
        ("1幢", "2单元", "301"),
        ("2幢", "1单元", "101"),
        ("3幢", "", "102"),
        ("A座", "", "1201"),
    ]


def test_rooms_keep_their_zeros():
    def pad(worksheet: Worksheet) -> None:
        worksheet["C4"].number_format = "0000"

    rows = [unit(1, 房号="0101"), unit(2, 房号=101), unit(3, 房号=102), unit(4, 房号="Ｓ１室")]

    assert [row.room for row in read(HEADER, *rows, arrange=pad).units] == ["0101", "101", "0102", "S1"]


def test_a_wrong_dimension_in_the_file_hides_no_rows():
    data = xlsx([HEADER, *units(1, 2)])
    part = "xl/worksheets/sheet1.xml"
    content = ZipFile(io.BytesIO(data)).read(part)
    lying = content.replace(b'<dimension ref="A1:I3"', b'<dimension ref="A1:A1"')
    assert lying != content

    assert read_roster("名册.xlsx", with_part(data, part, lying)).report()["units"] == 2


def test_sheets_of_remarks_and_hidden_sheets_are_skipped_and_named():
    def hide(worksheet: Worksheet) -> None:
        if worksheet.title == "旧表":
            worksheet.sheet_state = "hidden"

    sheets: dict[str, Rows] = {
        "名册": [HEADER, unit(1)],
        "填写说明": [["请填写"], ["谢谢"]],
        "旧表": [HEADER, unit(2)],
    }
    roster = read_roster("名册.xlsx", book(sheets, arrange=hide))

    assert roster.skipped_sheets == ("填写说明", "旧表")
    assert found(roster) == []
    assert roster.report()["units"] == 1


def test_a_table_without_header_is_an_error_of_its_sheet():
    roster = read_roster("名册.xlsx", book({"1幢": [HEADER, unit(1)], "2幢": [[], unit(2), unit(3)]}))

    assert [(problem.sheet, problem.row, problem.code) for problem in roster.problems] == [
        ("2幢", 2, "header-missing")
    ]
    assert roster.report()["units"] == 1


def test_a_header_without_a_needed_column_is_an_error_of_its_sheet():
    header: list[object] = [*HEADER]
    header[3] = "套内面积"
    roster = read(["名册"], header, *units(1, 2))

    assert found(roster) == [(2, "", "header-missing")]
    assert "“建筑面积”" in roster.problems[0].message


def test_no_building_anywhere_is_one_error_and_not_one_for_every_row():
    roster = read(HEADER[1:], unit(1)[1:], unit(2)[1:])

    assert found(roster) == [(1, "", "header-missing")]
    assert "“楼栋”" in roster.problems[0].message


def test_a_missing_building_in_a_building_column_is_an_error_of_the_row():
    roster = read(HEADER, unit(1, 楼栋=None), unit(2))

    assert found(roster) == [(2, "building", "unit-missing")]


def corrected(rows: list[list[object]], changes: dict[tuple[int, str], str]) -> Roster:
    corrections = {CellAddress("业主名册", row, column): text for (row, column), text in changes.items()}
    return read_roster("名册.xlsx", xlsx([HEADER, *rows]), corrections=corrections)


def test_corrections_are_judged_in_place_of_the_cells():
    rows = [unit(1, 建筑面积="约90"), unit(2, 证件号码=9.9e17), unit(3, 房号=None), unit(4, 联系电话="1")]
    changes = {
        (2, "area"): "９０.5㎡",
        (3, "identities"): identity(2),
        (4, "room"): "003室",
        (5, "phones"): phone(4),
    }
    roster = corrected(rows, changes)

    assert found(corrected(rows, {})) == [
        (2, "area", "area-invalid"),
        (3, "identities", "id-precision-lost"),
        (4, "room", "unit-missing"),
        (5, "phones", "phone-invalid"),
    ]
    assert found(roster) == []
    assert [(row.room, row.area, row.owners[0].phone) for row in roster.units] == [
        ("001", 9050, "+86" + phone(1)),
        ("002", 10002, "+86" + phone(2)),
        ("003", 10003, "+86" + phone(3)),
        ("004", 10004, "+86" + phone(4)),
    ]


def test_a_correction_may_be_wrong_too_and_is_shown_again():
    roster = corrected([unit(1)], {(2, "area"): "很大"})

    assert found(roster) == [(2, "area", "area-invalid")]
    assert roster.problem_rows["业主名册", 2][Field.AREA] == "很大"


def test_sending_back_a_row_unchanged_changes_nothing():
    rows = [unit(1), unit(2, 楼栋=None, 证件号码=9.901011998032704e17), unit(3, 楼栋=None)]
    first = corrected(rows, {})
    again = corrected(
        rows, {(3, field.value): text for field, text in first.problem_rows["业主名册", 3].items()}
    )

    assert again == first
    assert found(again) == [(3, "identities", "id-precision-lost")]


def test_a_corrected_blank_building_holds_for_its_row_only():
    rows = [unit(1), unit(2, 楼栋=None), unit(3, 楼栋=None)]

    assert [building for building, _, _ in rooms(corrected(rows, {(3, "building"): "7栋"}))] == [
        "1幢",
        "7幢",
        "1幢",
    ]


def test_a_corrected_written_building_holds_for_the_blank_rows_below():
    rows = [unit(1), unit(2, 楼栋=None), unit(3, 楼栋="2幢")]

    assert [building for building, _, _ in rooms(corrected(rows, {(2, "building"): "7栋"}))] == [
        "7幢",
        "7幢",
        "2幢",
    ]
