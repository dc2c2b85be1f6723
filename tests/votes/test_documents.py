"""The papers of an assembly: what stands on them, as page, PDF and spreadsheet, and who may have them."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from communities.enums import RoleCode
from communities.models import Estate, User
from communities.spreadsheets import inert, write_csv, write_workbook
from tests.factories.ballots import cast_for, open_with_areas, settled
from tests.factories.communities import EstateFactory, appoint
from tests.factories.records import SCAN_SHA256, delivered, objected
from tests.factories.votes import people_of, posted_assembly
from votes.models import Assembly, Elector, UncountedBallot
from votes.views.documents.catalogue import DOCUMENTS

from .test_desk_pages import as_person, at, words
from .test_preparing import everybody

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def estate() -> Estate:
    return EstateFactory(name="清和里", address="文三路1号")


@pytest.fixture
def chair(estate: Estate) -> User:
    return appoint(RoleCode.COMMITTEE_CHAIR, estate)


@pytest.fixture
def decided(estate: Estate) -> Assembly:
    """Passed by three of four; the second motion came to no decision."""
    assembly = open_with_areas([10_000, 20_000, 30_000, 40_000], estate=estate, items=[2, 2])
    return settled(assembly, ["FA", "FA", "FA"])


def page(assembly: Assembly, person: User, name: str) -> Any:
    return as_person(person).get(at("desk-document", assembly, name))  # type: ignore[arg-type]


def file(assembly: Assembly, person: User, name: str, file_type: str) -> Any:
    return as_person(person).get(at("desk-document-file", assembly, name, file_type))  # type: ignore[arg-type]


# --- what stands on them ------------------------------------------------------------------


def test_the_result_has_the_fields_a_notice_needs(decided: Assembly, chair: User) -> None:
    shown = words(page(decided, chair, "result"))
    for expected in (
        decided.title,
        "表决范围为清和里全体业主",
        "共 4 人",
        "1,000.00 平方米",
        "会议由业主委员会召集",
        "联系：清和里业主委员会",
        "文三路1号",
        "参与表决（占全体） 3 75.00% 600.00 60.00%",
        "结论：",
    ):
        assert expected in shown, expected


def test_the_decision_has_what_was_passed_in_full_and_only_that(estate: Estate, chair: User) -> None:
    assembly = open_with_areas([10_000, 20_000, 30_000], estate=estate, items=[2, 2])
    shown = words(page(settled(assembly, ["FA", "FA", "FA"]), chair, "decision"))
    passed, failed = assembly.motions.order_by("position")
    assert "作出如下决定" in shown
    assert f"一、{passed.title}" in shown
    assert passed.text in shown
    assert f"下列事项没有形成决定：{failed.title}" in shown
    assert f"二、{failed.title}" not in shown


def test_without_a_passed_motion_there_is_no_decision(estate: Estate, chair: User) -> None:
    none = settled(open_with_areas([10_000] * 3, estate=estate), ["A", "A", "A"])
    shown = words(page(none, chair, "decision"))
    assert "没有形成决定" in shown
    assert "作出如下决定" not in shown


def test_deliveries_are_proved_by_elector_and_counted_once(decided: Assembly, chair: User) -> None:
    first, second, third, _ = decided.electors.order_by("number")
    delivered(first)
    delivered(first, method="sms", note="")
    delivered(second, reached=False, note="家中无人")
    delivered(third, taken_back_at=decided.closed_at, taken_back_reason="登记错了")
    shown = words(page(decided, chair, "deliveries"))
    assert "有送达记录的 1 人，没有的 3 人" in shown
    assert "当面送交 1 人，短信 1 人" in shown
    assert SCAN_SHA256[:16] in shown
    assert "已撤回：登记错了" in shown
    header, *rows = csv.reader(
        io.StringIO(file(decided, chair, "deliveries", "csv").content.decode("utf-8-sig"))
    )
    assert header[:2] == ["编号", "房屋"]
    assert len(rows) == 4


def test_objections_stand_with_their_handling(decided: Assembly, chair: User) -> None:
    objected(decided, elector=decided.electors.get(number=2))
    shown = words(page(decided, chair, "objections"))
    assert "共提出 1 件" in shown
    assert "面积合计与公示的不一致" in shown
    assert "已调取名册核对" in shown
    assert "面积" in shown


def test_the_minutes_of_counting_add_up(estate: Estate, chair: User) -> None:
    appoint(RoleCode.SCRUTINEER, estate)
    assembly = open_with_areas([10_000, 20_000, 30_000], estate=estate, rules={"ballot-change": "revisable"})
    first, second, _ = people_of(assembly)
    for person, marks in ((first, "F"), (first, "A"), (second, "F")):
        cast_for(assembly, person, marks)
    for number, reason in enumerate(("late", "late", "unsigned")):
        UncountedBallot.objects.create(
            assembly=assembly,
            elector=Elector.objects.get(assembly=assembly, number=3),
            channel="paper",
            reason=reason,
            received_at=timezone.now(),
            recorded_at=timezone.now(),
            leaf_hash=f"{number:064d}",
        )
    done = settled(assembly)
    shown = words(page(done, chair, "counting"))
    assert "收到 6 张 = 计入 2 张 + 不计入 4 张" in shown
    assert "线上 3 2 1 被本人后来提交的一张取代 1 张" in shown
    assert "纸质 3 0 3 截止以后才收到 2 张；没有签名 1 张" in shown
    assert "监票人：监票人 用户" in shown
    log = done.log
    assert log is not None
    head = log.heads.order_by("-size").first()
    assert head is not None
    assert head.root in page(done, chair, "counting").content.decode()


def test_a_revoked_result_says_so_on_every_paper(estate: Estate, chair: User) -> None:
    from votes.services.acts import confirm_act, propose_act

    done = settled(open_with_areas([10_000] * 3, estate=estate), ["F", "F", "F"])
    reason = "会议通知的天数不足，程序违法"
    order = {"authority": "湖滨街道办事处", "document": "湖街责改〔2026〕3号"}
    act = propose_act(assembly=done, kind="void", reason=reason, actor=chair, payload=order)
    confirm_act(act=act, actor=appoint(RoleCode.SUBDISTRICT, estate))
    for name in ("result", "decision", "counting"):
        assert "撤销" in words(page(done, chair, name))
    assert "湖街责改〔2026〕3号" in words(page(done, chair, "decision"))


# --- as files -------------------------------------------------------------------------------


@pytest.mark.pango
@pytest.mark.parametrize("name", list(DOCUMENTS))
def test_each_paper_is_a_pdf(decided: Assembly, chair: User, name: str) -> None:
    delivered(decided.electors.get(number=1))
    objected(decided)
    response = file(decided, chair, name, "pdf")
    assert response["Content-Type"] == "application/pdf"
    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(response.content)).pages)
    assert decided.title in text.replace("\n", "")


def test_tables_come_as_csv_and_xlsx_with_the_same_cells(decided: Assembly, chair: User) -> None:
    delivered(decided.electors.get(number=1), note="=HYPERLINK(1)")
    objected(decided, text="+cmd|' /C calc'!A0")
    for name in ("result", "roll", "deliveries", "objections", "counting"):
        rows = list(csv.reader(io.StringIO(file(decided, chair, name, "csv").content.decode("utf-8-sig"))))
        sheet = load_workbook(io.BytesIO(file(decided, chair, name, "xlsx").content)).active
        assert sheet is not None
        cells = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
        assert cells == rows
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "inlineStr", "n"}
        assert not any(str(cell).startswith(("=", "+")) for row in rows for cell in row)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\0=1", "＝1", "＋1", "－1", "＠1"]
)
def test_no_cell_begins_as_a_formula(text: str) -> None:
    assert inert(text) == f"'{text}"
    (row,) = csv.reader(io.StringIO(write_csv([text], []).decode("utf-8-sig"), newline=""))
    assert row == [f"'{text}"]


def test_a_wide_sheet_has_more_columns_than_letters() -> None:
    header = [f"第{number}栏" for number in range(40)]
    sheet = load_workbook(io.BytesIO(write_workbook("表", header, [header]))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == header


@pytest.mark.parametrize(
    ("name", "file_type"),
    [("result", "docx"), ("notice", "csv"), ("decision", "xlsx"), ("nothing", "pdf"), ("nothing", "csv")],
)
def test_what_a_paper_does_not_come_as_is_not_there(
    decided: Assembly, chair: User, name: str, file_type: str
) -> None:
    assert file(decided, chair, name, file_type).status_code == 404


# --- who may have them ------------------------------------------------------------------------

READERS = {"chair", "secretary", "member", "subdistrict", "scrutineer"}


@pytest.mark.parametrize("name", ["documents", "desk-document", "desk-document-file", "archive-state"])
def test_papers_are_for_who_may_read_the_roll(decided: Assembly, estate: Estate, name: str) -> None:
    more: list[Any] = {"desk-document": ["deliveries"], "desk-document-file": ["deliveries", "csv"]}.get(
        name, []
    )
    address = at(name, decided, *more)
    found = {who: as_person(person).get(address).status_code for who, person in everybody(estate).items()}
    assert {who for who, status in found.items() if status == 200} == READERS
    assert {status for who, status in found.items() if who not in READERS} == {404}
    assert Client().get(address).status_code == 302


def test_everybody_of_the_estate_has_the_public_ones_only(decided: Assembly) -> None:
    owner = as_person(people_of(decided)[0])
    found = {
        name: owner.get(reverse("votes:document", args=[decided.pk, name])).status_code for name in DOCUMENTS
    }
    assert {name for name, status in found.items() if status == 200} == {"notice", "result", "decision"}
    assert owner.get(reverse("votes:document-file", args=[decided.pk, "roll", "csv"])).status_code == 404
    assert owner.get(reverse("votes:document-file", args=[decided.pk, "result", "csv"])).status_code == 200


def test_before_the_result_there_are_only_papers_without_one(estate: Estate, chair: User) -> None:
    voting = posted_assembly(estate, owners=2, closes_in=timedelta(days=1))
    found = {name: page(voting, chair, name).status_code for name in DOCUMENTS}
    assert {name for name, status in found.items() if status == 200} == {
        "notice",
        "roll",
        "deliveries",
        "objections",
    }
    assert "公布结果以后才有" in words(as_person(chair).get(at("documents", voting)))


def test_the_proof_of_delivery_costs_the_same_however_long(
    decided: Assembly, chair: User, django_assert_max_num_queries: Any
) -> None:
    for number in (1, 3):
        delivered(decided.electors.get(number=number))
        with django_assert_max_num_queries(24):
            page(decided, chair, "deliveries")


def test_a_pdf_that_would_take_minutes_is_refused_with_the_way_out(
    decided: Assembly, chair: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("votes.views.documents.pages.MOST_LINES_AT_ONCE", 3)
    response = file(decided, chair, "roll", "pdf")
    assert response.status_code == 422
    assert "请用打印页" in words(response)
    assert file(decided, chair, "roll", "csv").status_code == 200
