"""The scrutineers' pages, the owner's, and what a closed vote says while sheets are entered."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from communities.enums import RoleCode
from tests.factories.communities import EstateFactory, appoint
from tests.factories.papers import entered, photo, printed, received, scrutineers_of
from tests.factories.votes import owned_units, people_of, posted_assembly
from votes.forms.ballot import mark_field
from votes.models import Ballot, Motion, PaperBallot, PaperEntry, UncountedBallot
from votes.services.closing import certify_settled_assemblies, settle_assembly
from votes.services.papers import reprint_paper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def assembly():
    return posted_assembly(motions=2)


@pytest.fixture
def people(assembly):
    return scrutineers_of(assembly)


@pytest.fixture
def sheet(assembly, people):
    return printed(assembly, people[0])[0]


def at(name, assembly, *more):
    return reverse(f"votes:{name}", args=[assembly.estate.slug, assembly.pk, *more])


def text(response) -> str:
    return response.content.decode()


def marks(assembly, *letters):
    motions = Motion.objects.filter(assembly=assembly).order_by("position")
    return {mark_field(motion): letter for motion, letter in zip(motions, letters, strict=True)}


# --- the desk --------------------------------------------------------------------------


def test_the_desk_says_which_looks_are_mine(client, assembly, people, sheet):
    for one in assembly.papers.all():
        received(one, people[0])
    first, second, _ = assembly.papers.all()
    entered(first, people[0], "FA")
    entered(second, people[0], "FA")
    entered(second, people[1], "FN")

    def said(person):
        client.force_login(person)
        rows = client.get(reverse("governance:desk")).context["rows"]
        return {(step.text.split("：")[1], step.turn) for step, _ in rows if step.kind == "纸质票"}

    assert said(people[0]) == {
        ("1 张纸质票两次录入不一致", "另一位监票人"),
        ("1 张纸质票待第二次录入", "另一位监票人"),
        ("1 张纸质票待第一次录入", "您"),
    }
    assert said(people[2]) == {
        ("1 张纸质票两次录入不一致", "您"),
        ("1 张纸质票待第二次录入", "您"),
        ("1 张纸质票待第一次录入", "您"),
    }
    assert said(appoint(RoleCode.SECRETARY, assembly.estate)) == set()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_many_sheets(client, django_assert_num_queries, count):
    estate = EstateFactory()
    owned_units(estate, count)
    assembly = posted_assembly(estate)
    person = scrutineers_of(assembly, 1)[0]
    for sheet in printed(assembly, person):
        received(sheet, person)
    client.force_login(person)
    address = at("desk-papers", assembly)
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    assert len(asked) == 23 + int(connection.vendor == "postgresql") * 2


def test_the_list_is_searched_by_serial_room_and_state(client, assembly, people, sheet):
    received(sheet, people[0])
    client.force_login(people[0])
    address = at("desk-papers", assembly)

    def found(**query):
        return [paper.serial for paper, *_ in client.get(address, query).context["rows"]]

    assert found() == [1, 2, 3]
    assert found(state="first") == [1]
    assert found(state="printed") == [2, 3]
    assert 2 in found(q="2")
    assert found(q=sheet.elector.label) == [1]
    assert found(q="没有这样的") == []


# --- printing --------------------------------------------------------------------------


def test_sheets_are_numbered_for_whom_was_chosen(client, assembly, people):
    client.force_login(people[0])
    address = at("desk-papers-print", assembly)
    room = assembly.electors.last().label
    assert client.post(address, {"whose": "one", "room": room}).status_code == 302
    assert PaperBallot.objects.get().elector == assembly.electors.last()
    assert client.post(address, {"whose": "one", "room": "幢"}).status_code == 422
    assert client.post(address, {"whose": "one", "room": "没有"}).status_code == 422
    assert client.post(address, {"whose": "place"}).status_code == 422
    building = assembly.elector_units.first().building
    client.post(address, {"whose": "place", "place": building})
    assert PaperBallot.objects.count() == 3


def test_a_sheet_has_what_is_asked_and_no_name(client, assembly, people, sheet):
    client.force_login(people[0])
    page = text(client.get(at("desk-papers-sheets", assembly)))
    assert page.count("ballot-sheet") == 3
    for motion in assembly.motions.all():
        assert page.count(motion.title) == 3
    assert "票号 1<" in page
    assert "回执" in page
    assert not any(member.owner.name in page for member in sheet.elector.members.all())


@pytest.mark.pango
def test_the_sheets_are_one_pdf_and_each_begins_a_page(client, assembly, people, sheet):
    client.force_login(people[0])
    answer = client.get(at("desk-papers-pdf", assembly), {"from": "2", "to": "3"})
    pages = PdfReader(io.BytesIO(answer.content)).pages
    assert [f"票号 {number}" in (page.extract_text() or "") for number, page in enumerate(pages, 2)] == [
        True
    ] * 2
    assert answer["Content-Type"] == "application/pdf"


@pytest.mark.pango
def test_hundreds_of_sheets_become_one_pdf_piece_by_piece(client, assembly, people, sheet, monkeypatch):
    monkeypatch.setattr("votes.views.paper_booklet.SHEETS_A_PIECE", 2)
    client.force_login(people[0])
    page, file = at("desk-papers-booklet", assembly), at("desk-papers-booklet-pdf", assembly)
    assert client.get(file)["Location"] == page
    for done in (2, 3):
        assert client.post(page)["Location"] == page
        assert client.get(page).context["done"] == done
    pages = PdfReader(io.BytesIO(client.get(file).content)).pages
    assert [f"票号 {number}" in (page.extract_text() or "") for number, page in enumerate(pages, 1)] == [
        True
    ] * 3
    # Another sheet is another file; what is kept of the one before goes.
    client.post(at("desk-paper-reprint", assembly, sheet.pk))
    assert client.get(page).context["is_ready"] is False


def test_a_replaced_sheet_is_printed_no_more(client, assembly, people, sheet):
    client.force_login(people[0])
    answer = client.post(at("desk-paper-reprint", assembly, sheet.pk))
    assert answer["Location"].endswith("?from=4&to=4")
    assert "票号 1<" not in text(client.get(at("desk-papers-sheets", assembly)))


# --- receiving and entering ------------------------------------------------------------


def test_a_sheet_is_received_with_its_picture(client, assembly, people, sheet):
    client.force_login(people[0])
    answer = client.post(at("desk-papers-receive", assembly), {"code": "1", "file": photo()}, follow=True)
    assert "票号 1 已于" in text(answer)
    sheet.refresh_from_db()
    assert sheet.received_by == people[0]


@pytest.mark.parametrize(
    ("code", "file", "words", "status"),
    [
        ("99", photo, "查不到这张票", 422),
        ("", photo, "请扫码或输入票号", 422),
        ("1", lambda: photo("票.svg"), "只能上传", 422),
        ("1", lambda: "", "请拍照或选择扫描件", 422),
    ],
)
def test_what_is_refused_says_what_to_do_and_keeps_what_was_typed(
    client, assembly, people, sheet, code, file, words, status
):
    client.force_login(people[0])
    answer = client.post(at("desk-papers-receive", assembly), {"code": code, "file": file()})
    assert answer.status_code == status
    assert words in text(answer)
    assert f'value="{code}"' in text(answer) or not code
    assert not PaperBallot.objects.filter(received_at__isnull=False).exists()


def test_an_already_received_and_a_replaced_sheet_say_so(client, assembly, people, sheet):
    received(sheet, people[0])
    client.force_login(people[0])
    address = at("desk-papers-receive", assembly)
    again = client.post(address, {"code": "1", "file": photo()})
    assert (again.status_code, "已经登记收到" in text(again)) == (409, True)
    second = assembly.papers.get(serial=2)
    reprint_paper(paper=second, actor=people[0])
    told = client.post(address, {"code": "2", "file": photo()}, follow=True)
    assert "该编号已补发作废" in text(told)
    assert UncountedBallot.objects.get().paper == second


def test_the_code_on_a_sheet_leads_each_where_they_belong(client, assembly, people, sheet):
    address = reverse("votes:paper", args=[sheet.pk])
    client.force_login(people[0])
    assert client.get(address)["Location"] == at("desk-paper-receive", assembly, sheet.pk)
    received(sheet, people[0])
    assert client.get(address)["Location"] == at("desk-paper-enter", assembly, sheet.pk)
    client.force_login(people_of(assembly)[0])
    assert client.get(address)["Location"] == reverse("votes:assembly", args=[assembly.pk])
    client.force_login(people_of(assembly)[1])
    assert client.get(address).status_code == 404


def test_two_enter_a_sheet_without_seeing_the_other_s_entry(client, assembly, people, sheet):
    received(sheet, people[0])
    address = at("desk-paper-enter", assembly, sheet.pk)
    client.force_login(people[0])
    client.post(address, marks(assembly, "F", "X"))
    assert "轮到另一位监票人" in text(client.get(address))
    client.force_login(people[1])
    page = client.get(address)
    assert all(line["looks"] == [] for line in page.context["lines"])
    assert "checked" not in text(page)
    assert client.post(address, marks(assembly, "F", "X"))["Location"] == at("desk-papers-next", assembly)
    assert Ballot.objects.get().choices == "FX"


def test_the_third_sees_both_looks_and_not_whose_they_are(client, assembly, people, sheet):
    received(sheet, people[0])
    entered(sheet, people[0], "FA")
    entered(sheet, people[1], "", "unsigned")
    client.force_login(people[2])
    page = client.get(at("desk-paper-enter", assembly, sheet.pk))
    assert page.context["defects"] == ["没有问题", "没有签名"]
    assert page.context["lines"][0]["looks"] == ["同意", "—"]
    assert not any(str(person) in text(page).split("<main")[1] for person in people[:2])


def test_a_form_with_a_gap_comes_back_as_it_was(client, assembly, people, sheet):
    received(sheet, people[0])
    client.force_login(people[1])
    answer = client.post(at("desk-paper-enter", assembly, sheet.pk), marks(assembly, "F", ""))
    assert answer.status_code == 422
    assert "checked" in text(answer)
    assert not PaperEntry.objects.exists()


# --- the scan --------------------------------------------------------------------------


def test_a_scan_is_a_download_that_is_kept_nowhere(client, assembly, people, sheet):
    received(sheet, people[0])
    client.force_login(people[1])
    answer = client.get(at("desk-paper-scan", assembly, sheet.pk))
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_a_settled_scan_is_closed_until_the_result_and_in_a_confidential_vote_for_good(client):
    for secrecy, status in (("named", 200), ("confidential", 404)):
        assembly = posted_assembly(rules={"ballot-secrecy": secrecy})
        people = scrutineers_of(assembly)
        sheet = received(printed(assembly, people[0])[0], people[0])
        for person in people[:2]:
            entered(sheet, person)
        client.force_login(people[0])
        address = at("desk-paper-scan", assembly, sheet.pk)
        assert client.get(address).status_code == 404
        assert assembly.closes_at is not None
        settle_assembly(assembly=assembly, moment=assembly.closes_at)
        assert client.get(address).status_code == status


def test_nobody_looks_at_a_scan_of_a_vote_that_was_cancelled(client, assembly, people, sheet):
    received(sheet, people[0])
    assembly.cancel()
    assembly.save(update_fields=["status"])
    client.force_login(people[1])
    assert client.get(at("desk-paper-scan", assembly, sheet.pk)).status_code == 404
    answer = client.post(at("desk-paper-enter", assembly, sheet.pk), marks(assembly, "F", "F"))
    assert answer.status_code == 409
    assert not PaperEntry.objects.exists()


# --- the owner -------------------------------------------------------------------------


def test_an_owner_asks_on_the_phone_and_sees_where_the_sheet_stands(client, assembly, people):
    owner = people_of(assembly)[0]
    client.force_login(owner)
    page = reverse("votes:assembly", args=[assembly.pk])
    ask = reverse("votes:paper-request", args=[assembly.pk])
    assert "申领一张纸质票" in text(client.get(page))
    assert "先收到的一张有效" in text(client.get(ask))
    assert "已申领纸质票" in text(client.post(ask, follow=True))
    assert "已申领，等监票人打印" in text(client.get(page))
    printed(assembly, people[0])
    assert "没有交回以前，您仍可以在手机上表决" in text(client.get(page))
    sheet = received(PaperBallot.objects.get(serial=1), people[0])
    assert "两位监票人正在分别录入" in text(client.get(page))
    for person in people[:2]:
        entered(sheet, person, "", "unsigned")
    shown = text(client.get(page))
    assert "纸质票没有计票" in shown
    assert "没有签名" in shown


def test_no_sheet_is_offered_where_the_rules_have_none(client):
    assembly = posted_assembly(rules={"paper-on-request": False})
    client.force_login(people_of(assembly)[0])
    assert "纸质表决票" not in text(client.get(reverse("votes:assembly", args=[assembly.pk])))
    ask = reverse("votes:paper-request", args=[assembly.pk])
    assert client.post(ask).status_code == 409


# --- closed, and waiting ----------------------------------------------------------------


def test_a_closed_vote_says_that_sheets_are_being_entered_until_it_is_counted(
    client, assembly, people, sheet
):
    received(sheet, people[0])
    settle_assembly(assembly=assembly, moment=assembly.closes_at)
    words = "还有 1 张按时交回的纸质票在录入，轮到监票人"
    client.force_login(people_of(assembly)[1])
    pages = [reverse(f"votes:{name}", args=[assembly.pk]) for name in ("assembly", "result", "turnout")]
    assert all(words in text(client.get(page)) for page in pages)
    secretary = appoint(RoleCode.SECRETARY, assembly.estate)
    client.force_login(secretary)
    assert words in text(client.get(at("desk-assembly", assembly)))
    (step,) = [
        step for step, _ in client.get(reverse("governance:desk")).context["rows"] if step.kind == "计票"
    ]
    assert step.turn == "监票人"
    assert "还有 1 张纸质票在录入" in step.text
    for person in people[:2]:
        client.force_login(person)
        client.post(at("desk-paper-enter", assembly, sheet.pk), marks(assembly, "F", "A"))
    assert certify_settled_assemblies() == 1
    client.force_login(people_of(assembly)[1])
    assert words not in text(client.get(pages[1]))
    assert "1" in text(client.get(pages[1]))


def test_the_notice_says_how_to_get_paper_and_where_it_goes(client, assembly):
    client.force_login(appoint(RoleCode.SECRETARY, assembly.estate))
    assert "需要纸质表决票的" in text(client.get(at("notice-print", assembly)))
    without = posted_assembly(assembly.estate, rules={"paper-on-request": False})
    assert "需要纸质表决票的" not in text(client.get(at("notice-print", without)))
