"""Who owns a unit, and how many heads a roster has."""

import pytest

from communities.roster import Roster, read_roster

from .files import HEADER, found, identity, phone, unit, xlsx

COMPANY = "91990101MA00TE0T05"


def read(*rows: list[object]) -> Roster:
    return read_roster("名册.xlsx", xlsx([HEADER, *rows]))


def owners(roster: Roster) -> list[list[tuple[str, str, str | None]]]:
    return [[(owner.name, owner.identity, owner.phone) for owner in unit.owners] for unit in roster.units]


@pytest.mark.parametrize("separator", ["、", ",", "/", "；", ";", "，", "／", "\n", " 、 "])
def test_co_owners_in_one_cell_are_told_apart(separator):
    roster = read(
        unit(
            1,
            业主姓名=f"住户甲{separator}住户乙",
            证件号码=f"{identity(1)}{separator}{identity(2)}",
            联系电话=f"{phone(1)}{separator}{phone(2)}",
        )
    )

    assert found(roster) == []
    assert owners(roster) == [
        [("住户甲", identity(1), "+86" + phone(1)), ("住户乙", identity(2), "+86" + phone(2))]
    ]


def test_co_owners_apart_by_space_only_are_told_apart_by_their_numbers():
    roster = read(
        unit(
            1,
            业主姓名="住户甲 住户乙",
            证件号码=f"{identity(1)} {identity(2)}",
            联系电话=f"{phone(1)}  {phone(2)}",
        )
    )

    assert owners(roster) == [
        [("住户甲", identity(1), "+86" + phone(1)), ("住户乙", identity(2), "+86" + phone(2))]
    ]


def test_a_name_written_wide_is_one_name():
    assert owners(read(unit(1, 业主姓名="李　明")))[0][0][0] == "李明"
    assert owners(read(unit(1, 业主姓名=" John  Smith ")))[0][0][0] == "John Smith"


def test_one_phone_of_two_owners_is_the_first_owners():
    roster = read(
        unit(1, 业主姓名="住户甲、住户乙", 证件号码=f"{identity(1)}、{identity(2)}", 联系电话=phone(1))
    )

    assert found(roster) == []
    assert [owner.phone for owner in roster.units[0].owners] == ["+86" + phone(1), None]


def test_an_owner_with_a_good_and_a_bad_number_keeps_the_good_one():
    roster = read(unit(1, 联系电话=f"0571-88888888/{phone(1)}"))

    assert found(roster) == [(2, "phones", "phone-invalid")]
    assert roster.units[0].owners[0].phone == "+86" + phone(1)


def test_a_phone_stored_as_a_number_is_fine():
    roster = read(unit(1, 联系电话=int(phone(1))), unit(2, 联系电话=float(phone(2))))

    assert found(roster) == []
    assert [row.owners[0].phone for row in roster.units] == ["+86" + phone(1), "+86" + phone(2)]


def test_a_person_written_twice_in_one_cell_is_one_owner():
    roster = read(unit(1, 业主姓名="住户甲、住户甲", 证件号码=f"{identity(1)}、{identity(1)}"))

    assert owners(roster) == [[("住户甲", identity(1), "+86" + phone(1))]]


def test_a_company_is_a_legal_person():
    roster = read(unit(1, 业主姓名="杭州（临湖）置业有限公司", 证件号码=COMPANY.lower()), unit(2))

    assert [(row.owners[0].kind.value, row.owners[0].identity) for row in roster.units] == [
        ("legal", COMPANY),
        ("natural", identity(2)),
    ]


def test_two_people_of_one_name_are_two_heads():
    assert read(unit(1, 业主姓名="王芳"), unit(2, 业主姓名="王芳")).heads == 2


def test_one_person_in_either_case_of_x_is_one_head():
    rows = [unit(1, 证件号码="99010119960105412x"), unit(2, 证件号码="990101 19960105 412X")]

    assert read(*rows).heads == 1


def test_a_couple_is_a_head_of_its_own_whatever_the_order():
    both, swapped = f"{identity(1)}、{identity(2)}", f"{identity(2)}、{identity(1)}"
    roster = read(
        unit(1, 业主姓名="住户甲", 证件号码=identity(1)),
        unit(2, 业主姓名="住户甲、住户乙", 证件号码=both),
        unit(3, 业主姓名="住户乙、住户甲", 证件号码=swapped),
        unit(4, 业主姓名="住户乙", 证件号码=identity(2)),
    )

    assert (roster.heads, roster.report()["units"]) == (3, 4)


@pytest.mark.parametrize("use", ["车位", "产权车位", "地下车库", "储藏室", "储藏间"])
def test_parking_and_storage_are_kept_but_counted_apart(use):
    roster = read(unit(1), unit(2, 用途=use, 建筑面积=12.5))

    assert roster.report() == {
        "units": 1,
        "heads": 1,
        "area": "100.01",
        "parking_units": 1,
        "parking_area": "12.50",
        "errors": [],
        "warnings": [],
    }
    assert len(roster.units) == 2


@pytest.mark.parametrize("state", ["未售", "未交付", "未出售", "未交房"])
def test_the_delivery_column_tells_what_the_developer_holds(state):
    rows = [[*HEADER, "交付状态"], [*unit(1), state], [*unit(2), "已交付"], [*unit(3), None]]
    roster = read_roster("名册.xlsx", xlsx(rows))

    assert [row.developer_held for row in roster.units] == [True, False, False]


def test_a_remark_tells_it_only_when_it_says_nothing_else():
    roster = read(unit(1, 备注="未售"), unit(2, 备注="已售，原登记未售有误"))

    assert [(row.developer_held, row.remark) for row in roster.units] == [
        (True, "未售"),
        (False, "已售,原登记未售有误"),
    ]
