"""Each rule of the checks before publication: when it speaks, when it is silent, and what it says."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from communities.clock import LOCAL_ZONE
from communities.enums import OwnerKind, RoleCode
from communities.models import CommitteeTerm, Estate, Policy, RosterImport
from tests.factories.communities import (
    BuildingFactory,
    EstateFactory,
    OwnerFactory,
    OwnershipFactory,
    UnitFactory,
    appoint,
)
from tests.factories.votes import MotionFactory, draft_assembly, owned_units
from votes.linting import CATALOGUE, Finding, Severity, lint, words
from votes.models import Assembly, MotionAttachment

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=LOCAL_ZONE)
OPENS = datetime(2026, 12, 10, 8, 0, tzinfo=LOCAL_ZONE)
TOPIC = "修改管理规约"


@pytest.fixture
def estate(db: None) -> Estate:
    """In Hangzhou, with three owners and a chair: nothing to say against it."""
    estate = EstateFactory()
    owned_units(estate, 3)
    appoint(RoleCode.COMMITTEE_CHAIR, estate)
    return estate


def assembly_with(estate: Estate, *motions: dict[str, Any], **fields: Any) -> Assembly:
    """A draft that is clean but for what is given."""
    fields = {
        "posted_topics": TOPIC,
        "opens_at": OPENS,
        "closes_at": OPENS + timedelta(days=10),
        **fields,
    }
    assembly = draft_assembly(estate, motions=0, **fields)
    for position, motion in enumerate(motions, start=1):
        MotionFactory(assembly=assembly, position=position, **motion)
    return assembly


def found(assembly: Assembly, moment: datetime = NOW) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.about) for finding in lint(assembly, moment)]


def only(assembly: Assembly, moment: datetime = NOW) -> Finding:
    (finding,) = lint(assembly, moment)
    return finding


def attach(assembly: Assembly, *kinds: str) -> None:
    for kind in kinds:
        MotionAttachment.objects.create(
            motion=assembly.motions.get(),
            kind=kind,
            name="a.pdf",
            file="motions/a.pdf",
            sha256="0" * 64,
            size=1,
            added_by=assembly.created_by,
            added_at=NOW,
        )


def test_a_complete_draft_has_no_findings(estate: Estate) -> None:
    assert found(assembly_with(estate, {})) == []


# --- motions --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["for", "against", "abstain"], []),
        (["for", "against", "abstain", "follow"], []),
        (["for", "abstain"], [("no-against-option", 1)]),
        (["against", "abstain"], [("no-for-option", 1)]),
        (["for", "against"], [("no-abstain-option", 1)]),
        (["for"], [("no-against-option", 1), ("no-abstain-option", 1)]),
        ([], [("no-against-option", 1), ("no-for-option", 1), ("no-abstain-option", 1)]),
    ],
)
def test_options_must_let_owners_say_yes_and_no(
    estate: Estate, options: list[str], expected: list[tuple[str, int]]
) -> None:
    assert found(assembly_with(estate, {"options": options})) == expected


def test_a_missing_no_is_an_error_and_a_missing_abstention_a_warning(estate: Estate) -> None:
    assert only(assembly_with(estate, {"options": ["for", "abstain"]})).severity == Severity.ERROR
    assert only(assembly_with(estate, {"options": ["for", "against"]})).severity == Severity.WARNING


def test_there_must_be_a_motion(estate: Estate) -> None:
    assert found(assembly_with(estate)) == [("no-motions", None)]


def test_the_item_must_be_chosen_and_reasoned(estate: Estate) -> None:
    assert found(assembly_with(estate, {"item": None, "item_reason": ""})) == [("item-missing", 1)]
    assert found(assembly_with(estate, {"item_reason": "管理规约属第二项了吧"})) == []
    assert found(assembly_with(estate, {"item_reason": " 管理规约属第二项的  "})) == [
        ("item-reason-missing", 1)
    ]


@pytest.mark.parametrize(
    ("title", "chosen", "fits"),
    [
        ("使用维修资金修缮屋面", 5, True),
        ("使用维修资金修缮屋面", 6, False),
        ("续筹住宅专项维修资金", 6, True),
        ("续筹住宅专项维修资金", 5, False),
        ("3幢1单元加装电梯", 7, True),
        ("3幢1单元加装电梯", 8, True),
        ("3幢1单元加装电梯", 9, False),
        ("选聘物业服务企业", 4, True),
        ("选聘物业服务企业", 9, False),
        ("补选业主委员会委员", 3, True),
        ("补选业主委员会委员", 9, False),
        ("修改业主大会议事规则", 1, True),
        ("修改业主大会议事规则", 2, False),
        ("改变架空层用途", 8, True),
        ("改变架空层用途", 9, False),
        ("调整物业服务费标准", 9, True),
        ("调整物业服务费标准", 7, False),
        ("设立议事厅开放日", 9, True),
    ],
)
def test_an_item_that_contradicts_the_words_is_questioned(
    estate: Estate, title: str, chosen: int, fits: bool
) -> None:
    codes = {code for code, _ in found(assembly_with(estate, {"title": title, "item": chosen}))}
    assert ("item-contradicts-text" not in codes) is fits


def test_the_question_says_which_majority_would_be_right(estate: Estate) -> None:
    assembly = assembly_with(estate, {"title": "使用维修资金修缮屋面", "item": 6})
    assert [finding.message for finding in lint(assembly, NOW)] == [
        "选的是第（六）项，但文字像是另一项：使用维修资金属第（五）项，过半数同意即可；筹集才属第（六）项。请核对。"
    ]


@pytest.mark.parametrize("chosen", [5, 7, 9])
def test_replacing_a_lift_is_questioned_whatever_the_item(estate: Estate, chosen: int) -> None:
    assembly = assembly_with(estate, {"title": "更换3幢1单元电梯", "item": chosen})
    assert ("lift-replacement", 1) in found(assembly)


def test_fitting_a_new_lift_is_not_replacing_one(estate: Estate) -> None:
    assert found(assembly_with(estate, {"title": "3幢1单元加装电梯", "item": 7})) == []


def test_a_dwelling_turned_into_business_is_not_decided_by_majority(estate: Estate) -> None:
    assembly = assembly_with(estate, {"title": "同意2幢101室住宅改为经营性用房", "item": 9})
    assert found(assembly) == [("dwelling-into-business", 1)]


TWO_MATTERS = [
    "修改管理规约并选聘物业服务企业",
    "续聘绿波物业三年，物业费调整为2.45元",
    "解聘绿波物业并选聘新的物业服务企业",
    "购买门禁及改建西门岗亭",
    "用公共收益12万元更换门禁、30万元翻新大堂",
    "修改管理规约、使用公共收益修路",
    "罢免第二届业委会委员并补选三名委员",
]
ONE_MATTER = [
    "制定和修改业主大会议事规则",
    "选举和更换业主委员会成员",
    "维修、更换2号楼消防水泵",
    "使用维修资金更换消防水泵",
    "更换小区监控系统及大门",
    "购买监控设备并安装",
    "使用建筑物及其附属设施的维修资金修缮屋面",
    "改建、重建自行车棚",
    "设立公共收益账户",
    "选聘物业服务企业",
    "物业服务费由每平方米2.20元/月调整为2.45元/月",
]


@pytest.mark.parametrize("title", TWO_MATTERS)
def test_two_matters_in_one_motion_are_questioned(estate: Estate, title: str) -> None:
    assembly = assembly_with(estate, {"title": title, "item": 9})
    assert ("two-matters", 1) in found(assembly)


@pytest.mark.parametrize("title", ONE_MATTER)
def test_one_matter_is_left_alone(estate: Estate, title: str) -> None:
    assembly = assembly_with(estate, {"title": title, "item": 9})
    assert ("two-matters", 1) not in found(assembly)


def test_running_text_is_not_taken_for_a_second_matter(estate: Estate) -> None:
    text = "现有水泵使用已满十六年，检验机构建议更换。"
    assembly = assembly_with(estate, {"title": "修缮泵房", "text": text, "item": 9})
    assert found(assembly) == []


def test_sums_are_read_in_hundredths_and_prices_per_unit_left_out() -> None:
    assert words.amounts("总价12.5万元，其中定金3,000元，每米80元/米") == [12_500_000, 300_000]


def test_the_same_title_twice_is_an_error_however_it_is_spaced(estate: Estate) -> None:
    assembly = assembly_with(estate, {"title": "修改管理规约第三条"}, {"title": " 修改管理规约 第三条"})
    finding = only(assembly)
    assert (finding.code, finding.about, finding.severity) == ("duplicate-motion", 2, Severity.ERROR)


# --- notice ---------------------------------------------------------------------------


def test_an_empty_notice_and_empty_topics_are_errors(estate: Estate) -> None:
    assembly = assembly_with(estate, {"topic": ""}, notice=" \n", posted_topics="\n \n")
    assert found(assembly) == [("notice-empty", None), ("topics-empty", None)]


def test_a_motion_outside_the_posted_topics_is_an_error(estate: Estate) -> None:
    finding = only(assembly_with(estate, {}, {"topic": "别的议题", "title": "别的"}))
    assert (finding.code, finding.about, finding.severity) == ("motion-not-announced", 2, Severity.ERROR)


def test_a_motion_without_a_topic_is_an_error(estate: Estate) -> None:
    assert found(assembly_with(estate, {}, {"topic": "", "title": "别的"})) == [("motion-not-announced", 2)]


def test_a_topic_nobody_asks_about_is_questioned(estate: Estate) -> None:
    assembly = assembly_with(estate, {}, posted_topics=f"{TOPIC}\n选举委员\n公共收益")
    findings = lint(assembly, NOW)
    assert [finding.code for finding in findings] == ["topic-without-motion"] * 2
    assert len({finding.key for finding in findings}) == 2


@pytest.mark.django_db
def test_who_convenes_must_be_in_office() -> None:
    estate = EstateFactory()
    owned_units(estate, 1)
    assert found(assembly_with(estate, {})) == [("convener-without-committee", None)]
    assert found(assembly_with(estate, {}, convener="residents-committee")) == []
    appoint(RoleCode.COMMITTEE, estate)
    assert found(assembly_with(estate, {})) == []
    CommitteeTerm.objects.create(
        estate=estate, number=1, starts_on=date(2021, 1, 1), ends_on=date(2026, 1, 1)
    )
    assert found(assembly_with(estate, {})) == [("convener-without-committee", None)]
    CommitteeTerm.objects.create(
        estate=estate, number=2, starts_on=date(2026, 1, 1), ends_on=date(2031, 1, 1)
    )
    assert found(assembly_with(estate, {})) == []


# --- window ---------------------------------------------------------------------------


def test_the_window_must_be_set(estate: Estate) -> None:
    assembly = assembly_with(estate, {}, opens_at=None, closes_at=None)
    assert [(finding.code, finding.field) for finding in lint(assembly, NOW)] == [
        ("no-window", "opens_at"),
        ("no-window", "closes_at"),
    ]


def test_a_window_does_not_begin_in_the_past(estate: Estate) -> None:
    assembly = assembly_with(estate, {}, opens_at=NOW, closes_at=NOW + timedelta(days=7))
    assert found(assembly) == [("opens-in-the-past", None)]


@pytest.mark.parametrize(
    ("kind", "days", "enough"),
    [("regular", 15, True), ("regular", 14, False), ("extra", 7, True), ("extra", 6, False)],
)
def test_notice_is_counted_in_whole_days_from_the_moment(
    estate: Estate, kind: str, days: int, enough: bool
) -> None:
    opens_at = NOW + timedelta(days=days)
    fields = {"kind": kind, "opens_at": opens_at, "closes_at": opens_at + timedelta(days=7)}
    assert found(assembly_with(estate, {}, **fields)) == ([] if enough else [("notice-too-short", None)])


def test_one_second_less_than_fifteen_days_is_fourteen(estate: Estate) -> None:
    opens_at = NOW + timedelta(days=15)
    assembly = assembly_with(estate, {}, opens_at=opens_at, closes_at=opens_at + timedelta(days=7))
    assert found(assembly) == []
    finding = only(assembly, NOW + timedelta(seconds=1))
    assert finding.code == "notice-too-short"
    assert "只有 14 个整日" in finding.message
    assert finding.source == "《杭州市物业管理条例》第十九条"


@pytest.mark.django_db
def test_the_notice_of_another_city_follows_the_national_rule() -> None:
    estate = EstateFactory(community__subdistrict__region="510107")
    owned_units(estate, 1)
    appoint(RoleCode.COMMITTEE_CHAIR, estate)
    opens_at = NOW + timedelta(days=14)
    fields = {"kind": "extra", "opens_at": opens_at, "closes_at": opens_at + timedelta(days=7)}
    finding = only(assembly_with(estate, {}, **fields))
    assert (finding.code, finding.source) == ("notice-too-short", "《物业管理条例》第十四条")


@pytest.mark.parametrize(
    ("span", "code"),
    [
        (timedelta(days=5), None),
        (timedelta(days=5, seconds=-1), "window-too-short"),
        (timedelta(days=60), None),
        (timedelta(days=60, seconds=1), "window-too-long"),
    ],
)
def test_the_window_is_as_long_as_the_policy_allows(
    estate: Estate, span: timedelta, code: str | None
) -> None:
    assembly = assembly_with(estate, {}, closes_at=OPENS + span)
    assert found(assembly) == ([(code, None)] if code else [])


def test_the_estates_own_window_goes_before_the_citys(estate: Estate) -> None:
    Policy.objects.create(
        estate=estate,
        key="window-days-min",
        value=14,
        article="本小区议事规则第九条",
        valid_from=date(2026, 1, 1),
    )
    finding = only(assembly_with(estate, {}))
    assert (finding.code, finding.source) == ("window-too-short", "本小区议事规则第九条")


# --- papers ---------------------------------------------------------------------------

FEE = {"title": "调整物业服务费标准", "item": 9, "changes_fee": True}
LONG_NOTICE = {"opens_at": NOW + timedelta(days=30), "closes_at": NOW + timedelta(days=40)}


def test_a_fee_change_needs_the_audit(estate: Estate) -> None:
    assembly = assembly_with(estate, FEE, **LONG_NOTICE)
    finding = only(assembly)
    assert (finding.code, finding.severity) == ("fee-change-without-audit", Severity.ERROR)
    attach(assembly, "plan")
    assert found(assembly) == [("fee-change-without-audit", 1)]
    attach(assembly, "audit")
    assert found(assembly) == []


def test_a_fee_change_in_hangzhou_is_posted_thirty_days(estate: Estate) -> None:
    assembly = assembly_with(estate, FEE)
    attach(assembly, "audit")
    finding = only(assembly)
    assert (finding.code, finding.severity) == ("fee-change-notice", Severity.WARNING)


def test_a_fee_change_that_is_not_marked_is_questioned(estate: Estate) -> None:
    assembly = assembly_with(estate, FEE | {"changes_fee": False})
    assert found(assembly) == [("fee-change-not-marked", 1)]


def test_choosing_a_firm_needs_the_plan(estate: Estate) -> None:
    assembly = assembly_with(estate, {"title": "选聘物业服务企业", "item": 4})
    finding = only(assembly)
    assert (finding.code, finding.severity) == ("selection-without-plan", Severity.ERROR)
    attach(assembly, "plan")
    assert found(assembly) == []


@pytest.mark.parametrize("kind", ["plan", "contract"])
def test_keeping_a_firm_wants_the_contract(estate: Estate, kind: str) -> None:
    assembly = assembly_with(estate, {"title": "续聘绿波物业服务有限公司三年", "item": 4})
    finding = only(assembly)
    assert (finding.code, finding.severity) == ("contract-not-attached", Severity.WARNING)
    attach(assembly, kind)
    assert found(assembly) == []


def test_using_the_fund_wants_plan_and_budget(estate: Estate) -> None:
    assembly = assembly_with(estate, {"title": "使用维修资金修缮屋面", "item": 5})
    finding = only(assembly)
    assert (finding.code, finding.severity) == ("fund-use-without-papers", Severity.WARNING)
    assert "方案和预算" in finding.message
    attach(assembly, "budget")
    assert "还没有附方案，" in only(assembly).message
    attach(assembly, "plan")
    assert found(assembly) == []


# --- roll -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_estate_without_units_has_no_roll() -> None:
    estate = EstateFactory()
    appoint(RoleCode.COMMITTEE_CHAIR, estate)
    assert found(assembly_with(estate, {})) == [("roll-empty", None)]


def test_units_without_an_owner_are_an_error_that_names_some(estate: Estate) -> None:
    building = BuildingFactory(estate=estate, name="9幢", position=999)
    for room in range(1, 5):
        UnitFactory(building=building, room=f"010{room}")
    finding = only(assembly_with(estate, {}))
    assert (finding.code, finding.severity) == ("unit-without-owner", Severity.ERROR)
    assert finding.message.startswith("4 套房屋没有登记业主（9幢1单元0101、9幢1单元0102、9幢1单元0103等）")


def test_a_title_that_has_ended_is_no_owner(estate: Estate) -> None:
    OwnershipFactory(unit__building__estate=estate, valid_to=NOW.date())
    assert found(assembly_with(estate, {})) == [("unit-without-owner", None)]


def test_parking_without_an_owner_does_not_matter_where_it_is_not_counted(estate: Estate) -> None:
    UnitFactory(building__estate=estate, use="parking")
    assembly = assembly_with(estate, {})
    assert found(assembly) == []
    Policy.objects.create(
        estate=estate,
        key="count-parking",
        value=True,
        article="本小区议事规则第八条",
        valid_from=date(2026, 1, 1),
    )
    assert found(assembly) == [("unit-without-owner", None)]


def test_co_owned_units_without_a_representative_are_counted(estate: Estate) -> None:
    assembly = assembly_with(estate, {})
    for representative in (False, False, True):
        unit = OwnershipFactory(unit__building__estate=estate, is_representative=representative).unit
        OwnershipFactory(unit=unit)
    finding = only(assembly)
    assert (finding.code, finding.severity) == ("co-owners-without-representative", Severity.WARNING)
    assert finding.message.startswith("2 套共有房屋")


def test_a_signature_for_two_units_does_not_cover_three(estate: Estate) -> None:
    assembly = assembly_with(estate, {})
    keys = set()
    for _ in range(2):
        unit = OwnershipFactory(unit__building__estate=estate).unit
        OwnershipFactory(unit=unit)
        keys.add(only(assembly).key)
    assert len(keys) == 2


def test_a_developer_nobody_registered_is_questioned(estate: Estate) -> None:
    held = UnitFactory(building__estate=estate, developer_held=True)
    assembly = assembly_with(estate, {})
    assert found(assembly) == [("developer-cannot-vote", None)]
    OwnershipFactory(unit=held, owner=OwnerFactory(estate=estate, kind=OwnerKind.LEGAL))
    assert found(assembly) == []


def test_areas_from_different_sources_are_questioned(estate: Estate) -> None:
    OwnershipFactory(unit__building__estate=estate, unit__area_basis="contract")
    finding = only(assembly_with(estate, {}))
    assert finding.code == "mixed-area-basis"
    assert "不动产登记 3、购房合同 1" in finding.message


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ({"units": 3, "area": "264.00"}, []),
        ({"units": 4, "area": "264.00"}, [("roster-differs-from-import", None)]),
        ({"units": 3, "area": "264.01"}, [("roster-differs-from-import", None)]),
    ],
)
def test_a_roster_that_left_its_last_import_is_questioned(
    estate: Estate, report: dict[str, Any], expected: list[tuple[str, None]]
) -> None:
    assembly = assembly_with(estate, {})
    RosterImport.objects.create(
        estate=estate,
        uploaded_by=assembly.created_by,
        uploaded_at=NOW,
        file_name="a.xlsx",
        sha256="0" * 64,
        report=report,
        status="committed",
        committed_at=NOW,
    )
    assert found(assembly) == expected


# --- the list itself ------------------------------------------------------------------


def test_errors_come_first_then_the_order_of_the_ballot(estate: Estate) -> None:
    assembly = assembly_with(
        estate,
        {"title": "甲", "options": ["for", "against"]},
        {"title": "乙", "options": ["for", "abstain"]},
        {"title": "丙", "options": ["for"]},
    )
    assert found(assembly) == [
        ("no-against-option", 2),
        ("no-against-option", 3),
        ("no-abstain-option", 1),
        ("no-abstain-option", 3),
    ]


def test_every_finding_says_why_and_by_what_source() -> None:
    for rule in CATALOGUE.values():
        assert str(rule.reason).endswith("。"), rule.code
        assert str(rule.source), rule.code


def test_the_documentation_lists_every_rule_with_its_severity() -> None:
    page = Path("docs/linting.md").read_text()
    for rule in CATALOGUE.values():
        assert f"| `{rule.code}` | {rule.severity.value} |" in page
    assert page.count("| error |") + page.count("| warning |") == len(CATALOGUE)


@pytest.mark.parametrize("motions", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_motions(
    estate: Estate, motions: int, django_assert_max_num_queries: Any
) -> None:
    assembly = assembly_with(estate, *({"title": f"第{number}件"} for number in range(motions)))
    assembly = Assembly.objects.select_related("estate__community__subdistrict").get(pk=assembly.pk)
    with django_assert_max_num_queries(14):
        lint(assembly, timezone.now())
