"""From upload to commit at the desk, page by page."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from communities.enums import ImportStatus, RoleCode
from communities.models import LedgerEntry, RosterImport, Unit
from communities.roster import CellAddress
from communities.services.rosters import correct_roster
from tests.factories.communities import EstateFactory, appoint
from tests.factories.rosters import Row, as_xlsx, enter, identity_number, phone_number, preview, rows

pytestmark = pytest.mark.django_db

#: PostgreSQL is asked for its clock; SQLite has none.
CLOCK = int(connection.vendor == "postgresql")


@pytest.fixture
def estate():
    return EstateFactory()


@pytest.fixture
def secretary(estate):
    return appoint(RoleCode.SECRETARY, estate)


@pytest.fixture
def desk(client, secretary):
    client.force_login(secretary)
    return client


def page(estate, name, *args):
    return reverse(f"communities:{name}", args=[estate.slug, *args])


def couple(**fields: str) -> Row:
    line = Row(
        names="王秀英、李建国",
        identities=f"{identity_number(1)}、{identity_number(2)}",
        phones=f"{phone_number(1)}、{phone_number(2)}",
    )
    return line.but(**fields)


def text(response) -> str:
    return response.content.decode()


# --- upload, preview, commit ---------------------------------------------------------------------


def upload(desk, estate, content, name="名册.xlsx"):
    return desk.post(page(estate, "roster-import"), {"file": SimpleUploadedFile(name, content)})


def test_roster_is_uploaded_previewed_and_entered(desk, estate):
    response = upload(desk, estate, as_xlsx(rows(2)))
    roster_import = RosterImport.objects.get()
    assert response.url == page(estate, "roster-preview", roster_import.pk)

    shown = text(desk.get(response.url))
    assert "新增 2" in shown
    assert Unit.objects.count() == 0
    confirm = desk.get(page(estate, "roster-commit", roster_import.pk))
    response = desk.post(
        page(estate, "roster-commit", roster_import.pk),
        {"confirmed": "yes", "shown": confirm.context["confirm"]["form"]["shown"].value()},
    )

    assert response.url == page(estate, "roster")
    assert Unit.objects.count() == 2
    roster_import.refresh_from_db()
    assert roster_import.status == ImportStatus.COMMITTED


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("空.xlsx", b"", "文件是空的"),
        ("坏.xlsx", b"PK\x03\x04", "已损坏"),
        ("旧.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版"),
        ("图.png", b"\x89PNG\r\n\x1a\n\x00\x00", "不是 Excel"),
        ("大.csv", b"," * (10 * 1024 * 1024 + 1), "超过 10 MB"),
    ],
)
def test_bad_file_says_what_to_do_and_changes_nothing(desk, estate, name, content, words):
    response = upload(desk, estate, content, name)

    assert response.status_code == 422
    assert words in text(response)
    assert (RosterImport.objects.count(), LedgerEntry.objects.count()) == (0, 0)


def test_upload_without_a_file_asks_for_one(desk, estate):
    response = desk.post(page(estate, "roster-import"))

    assert response.status_code == 422
    assert "请先选择名册文件" in text(response)


def test_problem_rows_are_put_right_on_the_page(desk, estate, secretary):
    lines = [
        Row(),
        Row(room="102", identities=identity_number(2), area="八十八"),
        Row(room="103", phones="12"),
    ]
    roster_import = preview(estate, secretary, lines)
    url = page(estate, "roster-preview", roster_import.pk)
    form = desk.get(url).context["form"]
    assert [
        (line.row.row, line.row.is_left_out, [cell.label for cell in line.wrong]) for line in form.lines()
    ] == [(3, True, ["建筑面积"]), (4, False, ["联系电话"])]
    data = {name: field.initial for name, field in form.fields.items()}

    response = desk.post(url, data | {"cell:3:area:roster": "77.70"})

    assert response.status_code == 302
    roster_import.refresh_from_db()
    assert roster_import.report["errors"] == []
    assert (roster_import.report["units"], roster_import.report["area"]) == (3, "253.70")
    assert [problem["row"] for problem in roster_import.report["warnings"]] == [4]


def test_untouched_cells_are_no_corrections(desk, estate, secretary):
    roster_import = preview(estate, secretary, [couple(area="八十八")])
    url = page(estate, "roster-preview", roster_import.pk)
    form = desk.get(url).context["form"]

    desk.post(url, {name: field.initial for name, field in form.fields.items()})

    roster_import.refresh_from_db()
    assert roster_import.corrections == b"[]"


def test_errors_warnings_and_gone_homes_are_entered_only_when_said_so(desk, estate, secretary):
    enter(estate, secretary, rows(3))
    lines = [
        Row(identities=identity_number(1), names="王秀1", phones="12"),
        Row(room="201", area=""),
    ]
    roster_import = preview(estate, secretary, lines)
    url = page(estate, "roster-commit", roster_import.pk)
    said = {"leave_out": "on", "accept_warnings": "on", "take_off": "on"}

    for missing in said:
        response = desk.post(url, {key: value for key, value in said.items() if key != missing})
        assert response.status_code == 422
        assert Unit.objects.standing().count() == 3
    assert desk.post(url, said).status_code == 302
    assert sorted(Unit.objects.standing().values_list("room", flat=True)) == ["101", "201"]


def test_commit_after_a_change_leads_back_to_the_new_comparison(desk, estate, secretary):
    roster_import = preview(estate, secretary, rows(2))
    url = page(estate, "roster-commit", roster_import.pk)
    shown = desk.get(url).context["confirm"]["form"]["shown"].value()
    correct_roster(
        roster_import=roster_import, corrections={CellAddress("roster", 2, "area"): "99"}, actor=secretary
    )

    response = desk.post(url, {"shown": shown}, follow=True)

    assert response.redirect_chain == [(page(estate, "roster-preview", roster_import.pk), 302)]
    assert "请按新的差异再核对一遍" in text(response)
    assert Unit.objects.count() == 0


def test_discarded_import_changes_nothing_and_is_over(desk, estate, secretary):
    roster_import = preview(estate, secretary, rows(2))
    url = page(estate, "roster-discard", roster_import.pk)

    assert desk.get(url).status_code == 200
    assert desk.post(url).status_code == 302

    assert Unit.objects.count() == 0
    assert desk.post(url).status_code == 409
    assert desk.get(page(estate, "roster-preview", roster_import.pk)).status_code == 200


def test_changes_are_shown_page_by_page_and_kind_by_kind(desk, estate, secretary):
    lines = rows(60)
    enter(estate, secretary, lines)
    changed = [line.but(area="99.00") for line in lines[1:]] + [Row(building="6幢", room="901")]
    roster_import = preview(estate, secretary, changed)
    url = page(estate, "roster-preview", roster_import.pk)

    first, second = desk.get(url), desk.get(url, {"show": "changed", "page": 2})

    assert (first.context["shown"], len(first.context["changes"])) == ("changed", 50)
    assert len(second.context["changes"]) == 9
    assert first.context["changes"][0] == {
        "title": "1幢1单元201",
        "fields": [("面积", "88.00 m²", "99.00 m²")],
        "summary": "99.00 m²",
    }
    gone = desk.get(url, {"show": "gone"}).context["changes"]
    assert [change["title"] for change in gone] == ["1幢1单元101"]


@pytest.mark.parametrize("count", [1, 3])
def test_history_asks_the_database_as_often_for_one_import_as_for_three(
    desk, estate, secretary, django_assert_num_queries, count
):
    for _ in range(count):
        preview(estate, secretary, rows(1))
    with django_assert_num_queries(23 + CLOCK):
        desk.get(page(estate, "roster-import"))
