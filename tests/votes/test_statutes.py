from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from votes.statutes import (
    CIVIL_CODE_2021,
    PROPERTY_LAW_2007,
    STATUTES,
    Comparison,
    Kind,
    Quantity,
    Statute,
    Threshold,
    UnknownItem,
    UnknownStatute,
    statute_by_code,
    statute_for,
)

CHINESE_NUMBERS = "一二三四五六七八九"


def kinds(statute: Statute) -> dict[int, str]:
    return {item.number: item.kind.value for item in statute.items}


def rules(thresholds: tuple[Threshold, ...]) -> list[tuple[str, str, str, str]]:
    return [(t.have.value, t.comparison.value, t.need, t.of.value) for t in thresholds]


def test_civil_code_reserves_three_quarters_for_items_six_to_eight():
    assert kinds(CIVIL_CODE_2021) == {
        1: "ordinary",
        2: "ordinary",
        3: "ordinary",
        4: "ordinary",
        5: "ordinary",
        6: "special",
        7: "special",
        8: "special",
        9: "ordinary",
    }


def test_items_carry_the_words_of_the_law():
    assert [item.name for item in CIVIL_CODE_2021.items] == [
        "制定和修改业主大会议事规则",
        "制定和修改管理规约",
        "选举业主委员会或者更换业主委员会成员",
        "选聘和解聘物业服务企业或者其他管理人",
        "使用建筑物及其附属设施的维修资金",
        "筹集建筑物及其附属设施的维修资金",
        "改建、重建建筑物及其附属设施",
        "改变共有部分的用途或者利用共有部分从事经营活动",
        "有关共有和共同管理权利的其他重大事项",
    ]
    assert [item.name for item in PROPERTY_LAW_2007.items] == [
        "制定和修改业主大会议事规则",
        "制定和修改建筑物及其附属设施的管理规约",
        "选举业主委员会或者更换业主委员会成员",
        "选聘和解聘物业服务企业或者其他管理人",
        "筹集和使用建筑物及其附属设施的维修资金",
        "改建、重建建筑物及其附属设施",
        "有关共有和共同管理权利的其他重大事项",
    ]


def test_using_the_fund_is_ordinary_and_raising_it_is_special_under_the_civil_code():
    assert (CIVIL_CODE_2021.item(5).name, CIVIL_CODE_2021.item(5).kind) == (
        "使用建筑物及其附属设施的维修资金",
        Kind.ORDINARY,
    )
    assert (CIVIL_CODE_2021.item(6).name, CIVIL_CODE_2021.item(6).kind) == (
        "筹集建筑物及其附属设施的维修资金",
        Kind.SPECIAL,
    )


def test_property_law_numbers_seven_items_and_reserves_the_fund_and_rebuilding():
    assert kinds(PROPERTY_LAW_2007) == {
        1: "ordinary",
        2: "ordinary",
        3: "ordinary",
        4: "ordinary",
        5: "special",
        6: "special",
        7: "ordinary",
    }
    assert PROPERTY_LAW_2007.item(5).name == "筹集和使用建筑物及其附属设施的维修资金"
    assert PROPERTY_LAW_2007.item(6).name == "改建、重建建筑物及其附属设施"


@pytest.mark.parametrize(
    ("statute", "kind", "expected"),
    [
        (
            CIVIL_CODE_2021,
            Kind.ORDINARY,
            [("participating", ">=", "2/3", "total"), ("for", ">", "1/2", "participating")],
        ),
        (
            CIVIL_CODE_2021,
            Kind.SPECIAL,
            [("participating", ">=", "2/3", "total"), ("for", ">=", "3/4", "participating")],
        ),
        (PROPERTY_LAW_2007, Kind.ORDINARY, [("for", ">", "1/2", "total")]),
        (PROPERTY_LAW_2007, Kind.SPECIAL, [("for", ">=", "2/3", "total")]),
    ],
)
def test_thresholds_are_those_of_the_article(statute, kind, expected):
    assert rules(statute.thresholds(kind)) == expected


@pytest.mark.parametrize(
    ("statute", "law", "article"),
    [
        (CIVIL_CODE_2021, "《民法典》", "《民法典》第二百七十八条"),
        (PROPERTY_LAW_2007, "《物权法》", "《物权法》第七十六条"),
    ],
)
def test_every_item_and_threshold_cites_its_paragraph(statute, law, article):
    assert statute.article == article
    assert [item.article for item in statute.items] == [
        f"{article}第一款第（{CHINESE_NUMBERS[item.number - 1]}）项" for item in statute.items
    ]
    assert {t.article for kind in Kind for t in statute.thresholds(kind)} == {f"{article}第二款"}


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2007, 10, 1), "property-law-2007"),
        (date(2020, 12, 31), "property-law-2007"),
        (date(2021, 1, 1), "civil-code-2021"),
        (date(2026, 11, 22), "civil-code-2021"),
    ],
)
def test_the_day_of_the_decision_selects_the_statute(day, code):
    assert statute_for(day).code == code


def test_each_statute_takes_over_on_the_day_the_other_ends():
    assert [(statute.name, statute.in_force_from, statute.in_force_to) for statute in STATUTES.values()] == [
        ("《中华人民共和国民法典》第二百七十八条", date(2021, 1, 1), None),
        ("《中华人民共和国物权法》第七十六条（已废止）", date(2007, 10, 1), date(2021, 1, 1)),
    ]


def test_before_the_property_law_there_is_no_statute():
    with pytest.raises(UnknownStatute, match="2007-09-30"):
        statute_for(date(2007, 9, 30))


def test_statutes_are_found_by_their_code():
    assert list(STATUTES) == ["civil-code-2021", "property-law-2007"]
    assert statute_by_code("property-law-2007") is PROPERTY_LAW_2007


def test_unknown_code_is_refused():
    with pytest.raises(UnknownStatute, match="civil-code-2020"):
        statute_by_code("civil-code-2020")


@pytest.mark.parametrize(
    ("statute", "number"), [(CIVIL_CODE_2021, 0), (CIVIL_CODE_2021, 10), (PROPERTY_LAW_2007, 8)]
)
def test_unknown_item_is_refused(statute, number):
    with pytest.raises(UnknownItem, match=f"第{number}项"):
        statute.item(number)


def test_statutes_cannot_be_altered():
    with pytest.raises(FrozenInstanceError):
        CIVIL_CODE_2021.special = ()  # type: ignore[misc]
    with pytest.raises(TypeError):
        STATUTES["civil-code-2021"] = PROPERTY_LAW_2007


@pytest.mark.parametrize("comparison", list(Comparison))
def test_least_is_the_first_figure_that_meets_the_threshold(comparison):
    for numerator, denominator in [(1, 2), (2, 3), (3, 4)]:
        threshold = Threshold("t", Quantity.FOR, Quantity.TOTAL, numerator, denominator, comparison, "")
        for of in range(60):
            least = threshold.least(of)
            assert threshold.is_met(least, of)
            assert not threshold.is_met(least - 1, of)
