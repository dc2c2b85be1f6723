import pytest

from communities.roster.labels import (
    building_from_sheet_name,
    canonical_building,
    canonical_room,
    canonical_staircase,
    parse_use,
    split_address,
)


@pytest.mark.parametrize(
    "written", ["1", "1幢", "1栋", "1号楼", "1#", "1#楼", "1楼", "1号", "01幢", "１幢", " 1 号 楼 "]
)
def test_one_building_has_one_name(written):
    assert canonical_building(written) == "1幢"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("10号楼", "10幢"),
        ("东区1栋", "东区1幢"),
        ("1-2号楼", "1-2幢"),
        ("a栋", "A幢"),
        ("A座", "A座"),
        ("商铺", "商铺"),
        ("主楼", "主楼"),
        ("一幢", "一幢"),
        ("", ""),
    ],
)
def test_other_buildings_keep_theirs(written, name):
    assert canonical_building(written) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("1单元", "1单元"),
        ("1", "1单元"),
        ("１单元", "1单元"),
        ("02单元", "2单元"),
        ("甲单元", "甲单元"),
        ("", ""),
    ],
)
def test_one_staircase_has_one_name(written, name):
    assert canonical_staircase(written) == name


@pytest.mark.parametrize(
    ("written", "name"), [("101室", "101"), ("０１０１", "0101"), (" 1 01 ", "101"), ("s1", "S1")]
)
def test_one_room_has_one_name(written, name):
    assert canonical_room(written) == name


@pytest.mark.parametrize(
    ("name", "building"),
    [
        ("1号楼", "1幢"),
        ("3号楼业主名册", "3幢"),
        ("业主名册（5栋）", "5幢"),
        ("12", "12幢"),
        ("和睦家园3号楼", "3幢"),
        ("东区3号楼", "东区3幢"),
        ("地下车库", "地下车库"),
        ("Sheet1", None),
        ("工作表1", None),
        ("业主名册", None),
        ("1号楼和2号楼", None),
    ],
)
def test_a_sheet_is_named_after_its_building_or_not(name, building):
    assert building_from_sheet_name(name) == building


def test_an_address_contradicting_its_building_is_left_alone():
    assert split_address("2幢1单元101室", "1幢") is None
    assert split_address("1-101", "1幢") is None
    assert split_address("1幢1单元101室", "1幢") == ("1幢", "1单元", "101")


@pytest.mark.parametrize(
    ("written", "use"),
    [
        ("住宅", "dwelling"),
        ("成套住宅", "dwelling"),
        ("商品房", "dwelling"),
        ("公寓", "dwelling"),
        ("商业", "shop"),
        ("商铺", "shop"),
        ("商业服务", "shop"),
        ("店面", "shop"),
        ("办公", "office"),
        ("写字楼", "office"),
        ("车位", "parking"),
        ("地下车库", "parking"),
        ("储藏室", "storage"),
        ("物业用房", "other"),
        ("非住宅", "other"),
        ("工业", "other"),
    ],
)
def test_a_use_is_known_by_its_word(written, use):
    assert parse_use(written, "地下车库").value == use


@pytest.mark.parametrize(
    ("hints", "use"),
    [
        (("1幢", "101", ""), "dwelling"),
        (("地下车库", "12", ""), "parking"),
        (("1幢", "车位A12", ""), "parking"),
        (("1幢", "101", "产权车位"), "parking"),
        (("商铺", "1", ""), "shop"),
        (("商城1幢", "101", "有车位一个"), "dwelling"),
    ],
)
def test_a_blank_use_is_told_by_the_place(hints, use):
    assert parse_use("", *hints).value == use
