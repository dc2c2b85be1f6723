"""Every code a row can earn, and that the rest of the roster is read all the same."""

import re
from datetime import date

import pytest

from communities.roster import Roster, read_roster
from communities.roster.model import ProblemCode

from .files import HEADER, book, delimited, found, identity, phone, rooms, unit, units, xlsx


def read(*rows: list[object]) -> Roster:
    return read_roster("名册.xlsx", xlsx([HEADER, *rows]))


def test_a_faultless_roster_has_no_problems():
    roster = read(*units(1, 2, 3))

    assert roster.report() == {
        "units": 3,
        "heads": 3,
        "area": "300.06",
        "parking_units": 0,
        "parking_area": "0",
        "errors": [],
        "warnings": [],
    }
    assert roster.problem_rows == {}


ERRORS: list[tuple[dict[str, object], str, str]] = [
    ({"建筑面积": None}, "area", "area-missing"),
    ({"建筑面积": "无"}, "area", "area-missing"),
    ({"建筑面积": "#N/A"}, "area", "area-missing"),
    ({"建筑面积": "约90"}, "area", "area-invalid"),
    ({"建筑面积": -88.2}, "area", "area-invalid"),
    ({"建筑面积": 0}, "area", "area-invalid"),
    ({"建筑面积": 59.163}, "area", "area-invalid"),
    ({"业主姓名": None}, "owners", "owner-missing"),
    ({"业主姓名": "/"}, "owners", "owner-missing"),
    ({"业主姓名": "住户甲", "证件号码": f"{identity(2)}、{identity(3)}"}, "owners", "owner-missing"),
    ({"证件号码": None}, "identities", "id-missing"),
    ({"证件号码": "无"}, "identities", "id-missing"),
    ({"业主姓名": "住户甲、住户乙"}, "identities", "id-missing"),
    ({"业主姓名": "住户甲、住户乙", "证件号码": f"{identity(2)}、{identity(2)}"}, "identities", "id-missing"),
    ({"证件号码": "990101199411230381"}, "identities", "id-checksum"),
    ({"证件号码": "990101940112308"}, "identities", "id-checksum"),
    ({"证件号码": "91990101MA00TE0T06"}, "identities", "id-checksum"),
    ({"证件号码": 990101199803270432}, "identities", "id-precision-lost"),
    ({"证件号码": 9.901011998032704e17}, "identities", "id-precision-lost"),
    ({"证件号码": 990101940112308}, "identities", "id-precision-lost"),
    ({"证件号码": "9.90101E+17"}, "identities", "id-precision-lost"),
    ({"房号": None}, "room", "unit-missing"),
    ({"房号": "无"}, "room", "unit-missing"),
]


@pytest.mark.parametrize(("change", "column", "code"), ERRORS)
def test_an_error_keeps_out_its_own_row_only(change, column, code):
    roster = read(unit(1), unit(2, **change), unit(3))

    assert found(roster) == [(3, column, code)]
    assert [row.room for row in roster.units] == ["001", "003"]
    assert roster.report()["area"] == "200.04"


def test_all_errors_of_a_row_are_told_at_once_and_none_of_its_warnings():
    roster = read(unit(1), unit(2, 房号=None, 建筑面积="?", 证件号码=None, 联系电话="12345"))

    assert found(roster) == [
        (3, "room", "unit-missing"),
        (3, "area", "area-invalid"),
        (3, "identities", "id-missing"),
    ]


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"联系电话": "12345"}, "phones", "phone-invalid"),
        ({"联系电话": "0571-88888888"}, "phones", "phone-invalid"),
        ({"联系电话": f"{phone(2)}/12345"}, "phones", "phone-invalid"),
        ({"联系电话": None}, "phones", "phone-missing"),
        ({"联系电话": "无"}, "phones", "phone-missing"),
        ({"建筑面积": 505.04}, "area", "area-outlier"),
        ({"建筑面积": 20.00}, "area", "area-outlier"),
    ],
)
def test_a_warning_lets_its_row_in(change, column, code):
    roster = read(unit(1), unit(2, **change), unit(3))

    assert found(roster) == [(3, column, code)]
    assert [row.room for row in roster.units] == ["001", "002", "003"]


@pytest.mark.parametrize("area", [500, 20])
def test_five_times_and_a_fifth_of_the_median_are_still_ordinary(area):
    roster = read(*(unit(order, 建筑面积=100) for order in (1, 2)), unit(3, 建筑面积=area))

    assert found(roster) == []


def test_an_area_is_compared_within_its_use():
    roster = read(*units(1, 2, 3), *(unit(order, 用途="车位", 建筑面积=12.5) for order in (4, 5)))

    assert found(roster) == []


def test_the_median_of_an_even_number_lies_between_the_middle_two():
    # Between 100 and 110 it is 105.00, so 525.00 is ordinary and 525.01 is not.
    rows = [unit(order, 建筑面积=area) for order, area in ((1, 90), (2, 100), (3, 110))]

    assert found(read(*rows, unit(4, 建筑面积=525))) == []
    assert found(read(*rows, unit(4, 建筑面积=525.01))) == [(5, "area", "area-outlier")]


def test_an_identical_later_row_counts_once():
    roster = read(unit(1), unit(1), unit(2))

    assert found(roster) == [(3, "room", "unit-duplicate")]
    assert roster.report()["units"] == 2


def test_a_phone_or_a_remark_does_not_make_a_row_contradict_another():
    roster = read(unit(1), unit(1, 联系电话=phone(9), 备注="新号码"))

    assert found(roster) == [(3, "room", "unit-duplicate")]
    assert roster.units[0].owners[0].phone == "+86" + phone(1)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"建筑面积": 12.34}, "area"),
        ({"业主姓名": "住户癸"}, "owners"),
        ({"业主姓名": "住户癸", "证件号码": identity(9)}, "identities"),
        ({"用途": "商业"}, "use"),
        ({"备注": "未售"}, "delivery"),
    ],
)
def test_a_contradicting_later_row_is_the_error_and_the_earlier_stands(change, column):
    roster = read(unit(1), unit(2), unit(1, **change))

    assert found(roster) == [(4, column, "unit-conflict")]
    assert roster.units[0].area == 10001
    assert [owner.identity for owner in roster.units[0].owners] == [identity(1)]


def test_one_unit_under_two_spellings_is_one():
    roster = read(unit(1), unit(1, 楼栋="１号楼", 单元=1, 房号="００１室"), unit(1, 楼栋="1#", 单元="1#"))

    assert found(roster) == [(3, "room", "unit-duplicate"), (4, "room", "unit-duplicate")]


def test_a_row_in_error_does_not_stand_in_the_way_of_a_later_one():
    roster = read(unit(1, 建筑面积=None), unit(1))

    assert found(roster) == [(2, "area", "area-missing")]
    assert [row.row for row in roster.units] == [3]


def test_units_conflict_across_sheets():
    data = book({"甲": [HEADER, unit(1)], "乙": [HEADER, unit(1, 建筑面积=50)]})
    roster = read_roster("名册.xlsx", data)

    assert [(problem.sheet, problem.row, problem.code) for problem in roster.problems] == [
        ("乙", 2, "unit-conflict")
    ]
    assert "“甲”第 2 行" in roster.problems[0].message


def test_a_room_that_became_a_date_is_asked_for_again():
    roster = read(unit(1), unit(2, 房号=date(2026, 1, 10)))

    assert found(roster) == [(3, "room", "unit-missing")]
    assert "日期" in roster.problems[0].message


def test_numbers_lost_in_a_csv_are_recognised():
    data = delimited([HEADER, unit(1, 证件号码="9.90101E+17"), unit(2, 证件号码="9.90101198003E+17")])

    assert found(read_roster("名册.csv", data)) == [
        (2, "identities", "id-precision-lost"),
        (3, "identities", "id-precision-lost"),
    ]


def test_messages_never_quote_a_number():
    wrong = [
        unit(order, **change)
        for order, (change, _, _) in enumerate(ERRORS, 1)
        if not isinstance(change.get("房号"), str)
    ]
    conflict = [unit(90), unit(90, 业主姓名="住户癸", 证件号码=identity(91)), unit(92, 联系电话="12345678")]
    roster = read(*wrong, *conflict)

    assert {problem.code for problem in roster.problems} >= {
        ProblemCode.ID_CHECKSUM,
        ProblemCode.ID_PRECISION_LOST,
        ProblemCode.UNIT_CONFLICT,
        ProblemCode.PHONE_INVALID,
    }
    for problem in roster.problems:
        assert not re.search(r"\d{6}", problem.message)
        assert problem.message.endswith("。")


def test_an_owners_number_and_phone_stay_out_of_its_repr():
    text = repr(read(unit(1)).units)

    assert identity(1) not in text
    assert phone(1) not in text


def test_problem_rows_show_what_the_row_says():
    roster = read(unit(1), unit(2, 建筑面积="约90"))

    assert roster.problem_rows == {
        ("业主名册", 3): {
            "building": "1幢",
            "staircase": "1单元",
            "room": "002",
            "area": "约90",
            "use": "住宅",
            "owners": "住户丙2",
            "identities": identity(2),
            "phones": phone(2),
            "remark": "",
            "delivery": "",
        }
    }


def test_problems_come_in_file_order_and_rooms_too():
    data = book(
        {
            "乙": [HEADER, unit(1, 联系电话=None), unit(2, 建筑面积=None)],
            "甲": [HEADER, unit(3, 房号=None), unit(4, 建筑面积=3)],
        }
    )
    roster = read_roster("名册.xlsx", data)

    assert [(problem.sheet, problem.row) for problem in roster.problems] == [
        ("乙", 2),
        ("乙", 3),
        ("甲", 2),
        ("甲", 3),
    ]
    assert rooms(roster) == [("1幢", "1单元", "001"), ("1幢", "1单元", "004")]
