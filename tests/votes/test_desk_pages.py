"""The desk's pages of an assembly, as a browser without script uses them."""

import csv
import io
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from communities.clock import LOCAL_ZONE
from communities.enums import RoleCode
from communities.models import Estate, User
from tests.factories.communities import (
    BuildingFactory,
    EstateFactory,
    OwnerFactory,
    OwnershipFactory,
    UnitFactory,
    UserFactory,
    appoint,
)
from tests.factories.votes import MotionFactory, draft_assembly, elector_of, owned_units, posted_assembly
from votes.models import Assembly, LintOverride, Motion, MotionAttachment, TwoPersonAct
from votes.services.acts import propose_act
from votes.services.assemblies import publish_assembly
from votes.services.attachments import add_attachment
from votes.services.casting import cast_ballot

from .test_preparing import PDF, everybody

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def estate() -> Estate:
    return EstateFactory()


@pytest.fixture
def chair(estate: Estate) -> User:
    return appoint(RoleCode.COMMITTEE_CHAIR, estate)


@pytest.fixture
def desk(client: Client, chair: User) -> Client:
    """A browser in which the chair is logged in."""
    client.force_login(chair, backend="communities.accounts.AccountBackend")
    return client


def as_person(person: User | None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person, backend="communities.accounts.AccountBackend")
    return client


def at(name: str, assembly: Assembly, *more: int) -> str:
    return reverse(f"votes:{name}", args=[assembly.estate.slug, assembly.pk, *more])


def words(response: Any) -> str:
    """The page's text with the space squeezed."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- who sees what ---------------------------------------------------------------------

DESK = {"chair", "secretary", "member", "subdistrict", "scrutineer"}
PREPARES = {"chair", "secretary"}


def statuses(estate: Estate, url: str, method: str = "get", data: Any = None) -> dict[str, int]:
    people: dict[str, User | None] = {**everybody(estate), "logged out": None}
    return {
        standing: getattr(as_person(person), method)(url, data or {}).status_code
        for standing, person in people.items()
    }


def let_in(found: dict[str, int]) -> set[str]:
    return {standing for standing, status in found.items() if status == 200}


def test_the_list_is_for_those_who_work_for_the_estate(estate: Estate) -> None:
    found = statuses(estate, reverse("votes:desk-assemblies", args=[estate.slug]))
    assert let_in(found) == DESK
    assert found["logged out"] == 302
    assert {found[standing] for standing in ("owner", "tenant", "firm", "other estate's chair")} == {404}


def test_a_draft_is_seen_by_those_who_prepare_and_the_committee(estate: Estate) -> None:
    found = statuses(estate, at("desk-assembly", draft_assembly(estate)))
    assert let_in(found) == {"chair", "secretary", "member"}
    assert found["subdistrict"] == 404


def test_a_posted_assembly_is_seen_by_the_whole_desk(estate: Estate) -> None:
    owned_units(estate, 1)
    assert let_in(statuses(estate, at("desk-assembly", posted_assembly(estate)))) == DESK


@pytest.mark.parametrize(
    "name", ["desk-assembly-edit", "desk-motion-new", "desk-assembly-delete", "desk-assembly-publish"]
)
def test_forms_open_for_those_who_prepare(estate: Estate, name: str) -> None:
    found = statuses(estate, at(name, draft_assembly(estate)))
    refused = {standing for standing, status in found.items() if status in (403, 404)}
    assert refused == set(found) - PREPARES - {"logged out"}
    assert found["member"] == 403


@pytest.mark.parametrize("name", ["roll", "roll-csv", "roll-print"])
def test_the_roll_is_for_the_desk_and_the_scrutineers(estate: Estate, name: str) -> None:
    owned_units(estate, 1)
    found = statuses(estate, at(name, posted_assembly(estate)))
    assert let_in(found) == DESK
    assert {found[standing] for standing in ("owner", "tenant", "firm", "operator")} == {404}


def test_an_assembly_is_not_reached_through_another_estate(desk: Client, chair: User, estate: Estate) -> None:
    other = EstateFactory()
    appoint(RoleCode.COMMITTEE_CHAIR, other, chair)
    assembly = draft_assembly(other)
    wrong = reverse("votes:desk-assembly", args=[estate.slug, assembly.pk])
    assert desk.get(wrong).status_code == 404
    assert desk.get(at("desk-assembly", assembly)).status_code == 200


def test_a_motion_is_not_reached_through_another_assembly(desk: Client, estate: Estate) -> None:
    first, second = draft_assembly(estate), draft_assembly(estate)
    motion = second.motions.get()
    assert desk.get(at("desk-motion", first, motion.pk)).status_code == 404
    assert desk.post(at("desk-motion-remove", first, motion.pk)).status_code == 404
    assert Motion.objects.filter(pk=motion.pk).exists()


def test_a_member_reads_a_draft_and_finds_nothing_to_press(estate: Estate) -> None:
    assembly = draft_assembly(estate)
    page = as_person(appoint(RoleCode.COMMITTEE, estate)).get(at("desk-assembly", assembly)).content.decode()
    main = page[page.index("<main") :]
    assert "<form" not in main
    assert at("desk-assembly-edit", assembly) not in main


# --- the list --------------------------------------------------------------------------


def listed(desk: Client, estate: Estate, query: str = "") -> list[str]:
    response = desk.get(reverse("votes:desk-assemblies", args=[estate.slug]) + query)
    return [assembly.title for assembly, _, _ in response.context["rows"]]


def test_the_list_filters_by_what_is_true_now_not_by_what_a_task_wrote(desk: Client, estate: Estate) -> None:
    owned_units(estate, 1)
    draft_assembly(estate, title="草稿")
    posted_assembly(estate, title="未开始", opens_in=timedelta(days=3))
    posted_assembly(estate, title="进行中")
    posted_assembly(estate, title="已过截止", opens_in=timedelta(days=-9), closes_in=timedelta(hours=-1))
    found = {
        stage: listed(desk, estate, f"?stage={stage}")
        for stage in ("draft", "published", "open", "ended", "stopped")
    }
    assert found == {
        "draft": ["草稿"],
        "published": ["未开始"],
        "open": ["进行中"],
        "ended": ["已过截止"],
        "stopped": [],
    }
    assert len(listed(desk, estate)) == 4
    assert listed(desk, estate, "?q=进行") == ["进行中"]


def queries_of(desk: Client, url: str) -> int:
    """How many the page needs once it has been looked at before."""
    desk.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert desk.get(url).status_code == 200
    return len(queries)


def test_the_list_costs_the_same_however_long(desk: Client, estate: Estate) -> None:
    owned_units(estate, 2)
    url = reverse("votes:desk-assemblies", args=[estate.slug])
    posted_assembly(estate)
    one = queries_of(desk, url)
    for _ in range(2):
        posted_assembly(estate)
    assert queries_of(desk, url) == one


@pytest.mark.parametrize("name", ["desk-assembly", "desk-assembly-preview"])
def test_a_draft_costs_the_same_however_many_motions(desk: Client, estate: Estate, name: str) -> None:
    owned_units(estate, 2)
    assembly = draft_assembly(estate, motions=1)
    one = queries_of(desk, at(name, assembly))
    for position in (2, 3):
        MotionFactory(assembly=assembly, position=position)
    assert queries_of(desk, at(name, assembly)) == one


# --- drafting --------------------------------------------------------------------------

FIELDS = {
    "title": "2026年第一次业主大会会议",
    "kind": "regular",
    "convener": "committee",
    "opens_on": "2026-12-10",
    "opens_time": "08:00",
    "closes_on": "2026-12-20",
    "closes_time": "24:00",
    "posted_topics": "修改管理规约",
    "notice": "请各位业主参加表决。",
}


def test_a_new_draft_suggests_title_and_a_lawful_window(desk: Client, estate: Estate) -> None:
    form = desk.get(reverse("votes:desk-assembly-new", args=[estate.slug])).context["form"]
    year = timezone.localdate().year
    assert form.initial["title"] == f"{year}年第一次业主大会会议"
    assert form.initial["opens_on"] - timezone.localdate() == timedelta(days=17)
    assert form.initial["closes_time"] == "24:00"


def test_a_window_until_24_00_closes_with_the_first_instant_of_the_next_day(
    desk: Client, estate: Estate
) -> None:
    response = desk.post(reverse("votes:desk-assembly-new", args=[estate.slug]), FIELDS)
    assembly = Assembly.objects.get()
    assert response.status_code == 302
    assert response["Location"] == at("desk-assembly", assembly)
    assert assembly.opens_at == datetime(2026, 12, 10, 8, tzinfo=LOCAL_ZONE)
    assert assembly.closes_at == datetime(2026, 12, 21, tzinfo=LOCAL_ZONE)
    form = desk.get(at("desk-assembly-edit", assembly)).context["form"]
    assert (str(form.initial["closes_on"]), form.initial["closes_time"]) == ("2026-12-20", "24:00")


def test_a_time_set_elsewhere_survives_editing(desk: Client, estate: Estate) -> None:
    opens = datetime(2026, 12, 10, 10, 17, tzinfo=LOCAL_ZONE)
    assembly = draft_assembly(estate, opens_at=opens, closes_at=opens + timedelta(days=6))
    form = desk.get(at("desk-assembly-edit", assembly)).context["form"]
    assert ("10:17", "10:17") in form.fields["opens_time"].choices
    kept = FIELDS | {"opens_time": "10:17", "closes_on": "2026-12-16", "closes_time": "10:17"}
    assert desk.post(at("desk-assembly-edit", assembly), kept).status_code == 302
    assert Assembly.objects.get().opens_at == opens


def test_an_end_before_the_beginning_is_refused_and_nothing_typed_is_lost(
    desk: Client, estate: Estate
) -> None:
    response = desk.post(
        reverse("votes:desk-assembly-new", args=[estate.slug]), FIELDS | {"closes_on": "2026-12-09"}
    )
    assert response.status_code == 422
    assert "表决截止必须晚于表决开始" in words(response)
    assert "请各位业主参加表决。" in response.content.decode()
    assert not Assembly.objects.exists()


def test_a_draft_may_be_saved_with_only_a_title(desk: Client, estate: Estate) -> None:
    few = {"title": "先写个名字", "kind": "regular", "convener": "committee"}
    assert desk.post(reverse("votes:desk-assembly-new", args=[estate.slug]), few).status_code == 302
    assert Assembly.objects.get().opens_at is None


MOTION = {
    "title": "修改管理规约第三条",
    "text": "附后。",
    "topic": "修改管理规约",
    "item": "2",
    "item_reason": "修改的是管理规约的条文",
    "options": ["for", "against", "abstain"],
    "amount": "128600.50",
}


def test_a_motion_is_added_with_its_paper_in_one_go(desk: Client, estate: Estate) -> None:
    assembly = draft_assembly(estate, motions=1)
    paper = SimpleUploadedFile("方案.pdf", PDF)
    response = desk.post(
        at("desk-motion-new", assembly), MOTION | {"paper": paper, "paper_kind": "plan", "stay": "yes"}
    )
    motion = Motion.objects.get(assembly=assembly, position=2)
    assert response["Location"] == at("desk-motion", assembly, motion.pk)
    assert (motion.item, motion.amount, motion.options) == (2, 12_860_050, ["for", "against", "abstain"])
    assert list(motion.attachments.values_list("name", "kind")) == [("方案.pdf", "plan")]


def test_a_refused_paper_keeps_the_words_and_saves_nothing(desk: Client, estate: Estate) -> None:
    assembly = draft_assembly(estate, motions=0)
    paper = SimpleUploadedFile("方案.docx", b"PK\x03\x04" + b"\x00" * 40)
    response = desk.post(at("desk-motion-new", assembly), MOTION | {"paper": paper, "paper_kind": "plan"})
    assert response.status_code == 422
    assert "只能上传 PDF 文件或 JPG、PNG、WebP 图片" in words(response)
    assert 'value="修改管理规约第三条"' in response.content.decode()
    assert not Motion.objects.exists()
    assert not MotionAttachment.objects.exists()


def test_a_topic_that_left_the_notice_is_shown_and_not_lost(desk: Client, estate: Estate) -> None:
    assembly = draft_assembly(estate, posted_topics="别的议题")
    response = desk.get(at("desk-motion", assembly, assembly.motions.get().pk))
    assert "修改管理规约（已不在公告里）" in words(response)


def test_items_are_offered_with_the_majority_they_need(desk: Client, estate: Estate) -> None:
    shown = words(desk.get(at("desk-motion-new", draft_assembly(estate))))
    assert "（五）使用建筑物及其附属设施的维修资金：参与者过半数同意" in shown
    assert "（六）筹集建筑物及其附属设施的维修资金：参与者四分之三以上同意" in shown


def test_motions_move_and_go(desk: Client, estate: Estate) -> None:
    assembly = draft_assembly(estate, motions=0)
    for position, title in enumerate("甲乙丙", start=1):
        MotionFactory(assembly=assembly, position=position, title=title)
    last = assembly.motions.get(title="丙")
    desk.post(at("desk-motion-move", assembly, last.pk), {"to": "up"})
    assert list(assembly.motions.order_by("position").values_list("title", flat=True)) == ["甲", "丙", "乙"]
    assert desk.get(at("desk-motion-remove", assembly, last.pk)).status_code == 200
    assert assembly.motions.count() == 3
    desk.post(at("desk-motion-remove", assembly, last.pk), {"confirmed": "yes"})
    assert list(assembly.motions.order_by("position").values_list("title", flat=True)) == ["甲", "乙"]


def test_what_a_person_types_is_never_markup(desk: Client, estate: Estate) -> None:
    evil = '"><script>alert(1)</script>'
    assembly = draft_assembly(estate, motions=0, title=evil, notice=evil, posted_topics=evil)
    MotionFactory(assembly=assembly, title=evil, text=evil, topic=evil, item_reason=evil)
    for name in ("desk-assembly", "desk-assembly-preview", "notice-print", "desk-assembly-edit"):
        assert "<script>alert" not in desk.get(at(name, assembly)).content.decode()


# --- findings, signatures, publication ---------------------------------------------------


@pytest.fixture
def warned(estate: Estate, chair: User) -> Assembly:
    """A draft with one warning and nothing else."""
    owned_units(estate, 2)
    assembly = draft_assembly(estate, motions=0, posted_topics="修改管理规约")
    MotionFactory(assembly=assembly, options=["for", "against"])
    return assembly


def finding_of(desk: Client, assembly: Assembly) -> str:
    (row,) = desk.get(at("desk-assembly", assembly)).context["rows"]
    return str(row["finding"].key)


def test_each_finding_leads_to_its_input(desk: Client, warned: Assembly) -> None:
    motion = warned.motions.get()
    page = desk.get(at("desk-assembly", warned)).content.decode()
    assert f'href="{at("desk-motion", warned, motion.pk)}#id_options"' in page
    assert "没有“弃权”选项" in page


def test_a_short_reason_is_refused_in_place_with_what_was_typed(desk: Client, warned: Assembly) -> None:
    key = finding_of(desk, warned)
    response = desk.post(at("desk-override-sign", warned), {"finding": key, "reason": "太短"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "<details open>" in page
    assert ">太短</textarea>" in page
    assert "至少十个字" in page
    assert not LintOverride.objects.exists()


def test_signing_opens_the_way_and_withdrawing_closes_it(desk: Client, warned: Assembly, chair: User) -> None:
    key = finding_of(desk, warned)
    assert desk.get(at("desk-assembly-publish", warned)).status_code == 302
    desk.post(at("desk-override-sign", warned), {"finding": key, "reason": "议事规则规定只设同意与反对"})
    override = LintOverride.objects.get()
    page = desk.get(at("desk-assembly", warned))
    assert page.context["ready"]
    assert "议事规则规定只设同意与反对" in words(page)
    desk.post(at("desk-override-withdraw", warned, override.pk))
    assert not LintOverride.objects.exists()
    assert not desk.get(at("desk-assembly", warned)).context["ready"]


def test_the_confirm_page_says_what_will_be_frozen_and_changes_nothing(desk: Client, estate: Estate) -> None:
    owned_units(estate, 2, area=8812)
    UnitFactory(building__estate=estate, area=10000, developer_held=True)
    OwnershipFactory(
        unit=estate.units.get(developer_held=True), owner=OwnerFactory(estate=estate, kind="legal")
    )
    assembly = draft_assembly(estate, posted_topics="修改管理规约")
    shown = words(desk.get(at("desk-assembly-publish", assembly)))
    for fact in ("表决人数 3 人", "276.24 m²", "3 套，其中未售或未交付 1 套，合计一人", "现在起 15 个整日"):
        assert fact in shown, fact
    assert Assembly.objects.get().status == "draft"


def test_publishing_by_the_page(desk: Client, estate: Estate, chair: User) -> None:
    owned_units(estate, 2)
    assembly = draft_assembly(estate, posted_topics="修改管理规约")
    assert desk.post(at("desk-assembly-publish", assembly), {"confirmed": "yes"}).status_code == 302
    after = Assembly.objects.get()
    assert (after.status, after.published_by, after.total_heads) == ("published", chair, 2)
    again = desk.get(at("desk-assembly-publish", assembly))
    assert again.status_code == 302
    assert desk.post(at("desk-assembly-edit", assembly), FIELDS).status_code == 409
    assert Assembly.objects.get().title == assembly.title


def test_publishing_with_a_standing_error_shows_the_findings(desk: Client, warned: Assembly) -> None:
    response = desk.post(at("desk-assembly-publish", warned), {"confirmed": "yes"})
    assert response.status_code == 422
    assert "还有问题没有处理，不能公示" in words(response)
    assert Assembly.objects.get().status == "draft"


def test_the_preview_offers_the_choices_and_no_way_to_send_them(desk: Client, estate: Estate) -> None:
    page = desk.get(at("desk-assembly-preview", draft_assembly(estate, motions=2))).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert main.count('type="radio"') == 6
    assert "<form" not in main
    assert "这是预览" in main


# --- papers ------------------------------------------------------------------------------


@pytest.fixture
def paper(estate: Estate, chair: User) -> MotionAttachment:
    owned_units(estate, 1)
    motion = draft_assembly(estate, posted_topics="修改管理规约").motions.get()
    return add_attachment(
        motion=motion, file=SimpleUploadedFile("方案 终稿.pdf", PDF), kind="plan", actor=chair
    )


def test_a_paper_is_downloaded_and_can_do_nothing(desk: Client, paper: MotionAttachment) -> None:
    response: Any = desk.get(reverse("votes:attachment", args=[paper.pk]))
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"


def test_a_drafts_paper_is_for_those_who_may_see_the_draft(estate: Estate, paper: MotionAttachment) -> None:
    found = statuses(estate, reverse("votes:attachment", args=[paper.pk]))
    assert let_in(found) == {"chair", "secretary", "member"}
    assert found["logged out"] == 302


def test_a_posted_paper_is_for_everybody_of_the_estate(
    estate: Estate, paper: MotionAttachment, chair: User
) -> None:
    publish_assembly(assembly=paper.motion.assembly, actor=chair)
    found = statuses(estate, reverse("votes:attachment", args=[paper.pk]))
    assert let_in(found) == {
        *("chair", "secretary", "member", "subdistrict", "scrutineer", "firm", "owner", "tenant")
    }
    assert {found["other estate's chair"], found["operator"], found["former chair"]} == {404}


def test_a_paper_is_removed_from_the_motions_page(desk: Client, paper: MotionAttachment) -> None:
    assembly = paper.motion.assembly
    desk.post(
        reverse(
            "votes:desk-motion-paper-remove",
            args=[assembly.estate.slug, assembly.pk, paper.motion_id, paper.pk],
        )
    )
    assert not MotionAttachment.objects.exists()


# --- roll and notice ---------------------------------------------------------------------


def test_the_roll_is_searched_by_place_number_and_building(desk: Client, estate: Estate) -> None:
    one, two = BuildingFactory(estate=estate, name="1幢"), BuildingFactory(estate=estate, name="2幢")
    for building in (one, two):
        for room in ("0101", "0102"):
            OwnershipFactory(unit=UnitFactory(building=building, room=room))
    assembly = posted_assembly(estate)

    def labels(query: str) -> list[str]:
        page = desk.get(at("roll", assembly) + query).context["page_obj"]
        return [elector.label for elector in page]

    assert labels("") == ["1幢1单元0101", "1幢1单元0102", "2幢1单元0101", "2幢1单元0102"]
    assert labels("?q=0102") == ["1幢1单元0102", "2幢1单元0102"]
    assert labels("?q=2幢 1单元 0101") == ["2幢1单元0101"]
    assert labels("?building=1幢") == ["1幢1单元0101", "1幢1单元0102"]
    assert labels("?building=1幢&q=0101") == ["1幢1单元0101"]
    assert labels("?q=4") == ["2幢1单元0102"]
    assert labels("?q=9幢") == []


def test_the_roll_names_nobody(desk: Client, estate: Estate) -> None:
    owned_units(estate, 2)
    assembly = posted_assembly(estate)
    names = [owner.name for owner in estate.owners.all()]
    for name in ("roll", "roll-csv", "roll-print"):
        response = desk.get(at(name, assembly))
        content = b"".join(response) if response.streaming else response.content
        assert not [who for who in names if who in content.decode()]


def test_the_csv_has_a_line_a_unit_and_no_live_cell(desk: Client, estate: Estate) -> None:
    building = BuildingFactory(estate=estate, name="=HYPERLINK(1)")
    wang = OwnerFactory(estate=estate)
    for room, staircase in (("0101", "+1"), ("＠0102", "-2"), ("\t0103", "@3")):
        OwnershipFactory(unit=UnitFactory(building=building, room=room, staircase=staircase), owner=wang)
    assembly = posted_assembly(estate)

    content = b"".join(desk.get(at("roll-csv", assembly)).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    header, *rows = csv.reader(io.StringIO(content))

    assert header == ["编号", "幢", "单元", "室", "面积（平方米）", "面积依据", "产权人数", "建设单位"]
    assert sorted(rows) == sorted(
        [
            ["1", "'=HYPERLINK(1)", "'+1", "0101", "88.00", "不动产登记", "1", ""],
            ["1", "'=HYPERLINK(1)", "'-2", "'＠0102", "88.00", "不动产登记", "1", ""],
            ["1", "'=HYPERLINK(1)", "'@3", "'\t0103", "88.00", "不动产登记", "1", ""],
        ]
    )


@pytest.mark.parametrize("name", ["roll", "roll-print"])
def test_the_roll_costs_the_same_however_long(desk: Client, name: str) -> None:
    costs = set()
    for owners in (1, 3):
        estate = EstateFactory()
        owned_units(estate, owners)
        assembly = posted_assembly(estate)
        person = as_person(appoint(RoleCode.COMMITTEE_CHAIR, estate))
        costs.add(queries_of(person, at(name, assembly)))
    assert len(costs) == 1


def test_a_drafts_roll_is_a_preview_or_says_what_is_missing(desk: Client, estate: Estate) -> None:
    owned_units(estate, 2)
    assembly = draft_assembly(estate)
    assert desk.get(at("roll", assembly)).context["preview"].heads == 2
    UnitFactory(building__estate=estate)
    assert "名册中还有房屋没有登记业主" in words(desk.get(at("roll", assembly)))


def test_the_notice_on_paper_says_when_what_and_by_which_majority(desk: Client, estate: Estate) -> None:
    owned_units(estate, 2)
    assembly = posted_assembly(estate)
    shown = words(desk.get(at("notice-print", assembly)))
    for part in (
        f"{estate.name}业主委员会",
        f"关于召开{assembly.title}的公告",
        "全体业主：",
        "表决人共 2 人，专有部分面积共 176.00 平方米",
        "1. 续聘物业服务企业",
        "（一）修改管理规约",
        "《民法典》第二百七十八条第一款第（二）项",
        "参与者过半数同意",
    ):
        assert part in shown, part


# --- after publication ---------------------------------------------------------------------


def test_turnout_is_shown_and_small_buildings_are_not(desk: Client, estate: Estate) -> None:
    large, small = BuildingFactory(estate=estate, name="1幢"), BuildingFactory(estate=estate, name="2幢")
    people = [
        OwnershipFactory(unit=UnitFactory(building=building, room=f"{room:04d}")).owner.user
        for building, rooms in ((large, 5), (small, 4))
        for room in range(rooms)
    ]
    assembly = posted_assembly(estate)
    for person in (people[0], people[5]):
        elector = elector_of(assembly, person)
        cast_ballot(
            assembly_id=assembly.pk,
            elector_id=elector.pk,
            choices="A",
            idempotency_key=uuid.uuid4(),
            user_id=person.pk,
        )
    response = desk.get(at("desk-assembly", assembly))
    assert (response.context["turnout"].heads, response.context["turnout"].area) == (2, 17600)
    assert response.context["buildings"] == [("1幢", 1, 5)]
    assert response.context["hidden_buildings"] == ["2幢"]
    assert "2幢不足五套，不显示" in words(response)
    page = response.content.decode()
    assert elector_of(assembly, people[0]).label not in page


def test_an_act_goes_from_one_person_to_another(desk: Client, estate: Estate, chair: User) -> None:
    owned_units(estate, 1)
    assembly = posted_assembly(estate)
    url = at("desk-act-propose", assembly)
    refused = desk.post(url, {"kind": "cancel", "reason": "太短"})
    assert refused.status_code == 422
    assert ">太短</textarea>" in refused.content.decode().replace("\n", "")
    assert not TwoPersonAct.objects.exists()

    assert desk.post(url, {"kind": "cancel", "reason": "公告中的金额写错了，应重新公示"}).status_code == 302
    act = TwoPersonAct.objects.get()
    assert (
        at("desk-act-confirm", assembly, act.pk)
        not in desk.get(at("desk-assembly", assembly)).content.decode()
    )
    assert desk.post(at("desk-act-confirm", assembly, act.pk)).status_code == 403
    assert Assembly.objects.get().status == "published"

    other = as_person(appoint(RoleCode.SECRETARY, estate))
    assert other.get(at("desk-act-confirm", assembly, act.pk)).status_code == 200
    assert Assembly.objects.get().status == "published"
    assert other.post(at("desk-act-confirm", assembly, act.pk)).status_code == 302
    assert Assembly.objects.get().status == "cancelled"
    assert "已生效" in words(desk.get(at("desk-assembly", assembly)))


def test_the_proposer_withdraws_by_the_page(desk: Client, estate: Estate, chair: User) -> None:
    owned_units(estate, 1)
    assembly = posted_assembly(estate)
    act = propose_act(assembly=assembly, kind="cancel", reason="公告中的金额写错了，应重新公示", actor=chair)
    desk.post(at("desk-act-withdraw", assembly, act.pk))
    assert TwoPersonAct.objects.get().withdrawn_at is not None


def test_nonsense_for_a_kind_is_refused(desk: Client, estate: Estate) -> None:
    owned_units(estate, 1)
    assembly = posted_assembly(estate)
    response = desk.post(
        at("desk-act-propose", assembly), {"kind": "explode", "reason": "公告中的金额写错了，应重新公示"}
    )
    assert response.status_code == 422
    assert not TwoPersonAct.objects.exists()


@pytest.mark.parametrize("name", ["desk-assembly-copy", "desk-override-sign", "desk-act-propose"])
def test_what_changes_something_is_not_got(desk: Client, estate: Estate, name: str) -> None:
    assert desk.get(at(name, draft_assembly(estate))).status_code == 405


def test_a_forged_form_is_refused(estate: Estate, chair: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(chair, backend="communities.accounts.AccountBackend")
    assembly = draft_assembly(estate)
    assert strict.post(at("desk-assembly-delete", assembly)).status_code == 403
    assert Assembly.objects.exists()


def test_copying_leads_to_the_new_draft(desk: Client, estate: Estate) -> None:
    owned_units(estate, 1)
    old = posted_assembly(estate, motions=2)
    response = desk.post(at("desk-assembly-copy", old))
    copy = Assembly.objects.exclude(pk=old.pk).get()
    assert response["Location"] == at("desk-assembly", copy)
    assert copy.motions.count() == 2


def test_deleting_asks_first(desk: Client, estate: Estate) -> None:
    assembly = draft_assembly(estate)
    assert desk.get(at("desk-assembly-delete", assembly)).status_code == 200
    assert Assembly.objects.exists()
    desk.post(at("desk-assembly-delete", assembly), {"confirmed": "yes"})
    assert not Assembly.objects.exists()


def test_somebody_new_has_no_desk() -> None:
    estate = EstateFactory()
    url = reverse("votes:desk-assemblies", args=[estate.slug])
    assert as_person(UserFactory()).get(url).status_code == 404
