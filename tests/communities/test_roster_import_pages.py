"""The roster at the desk: who sees it, what it shows, what can be taken away."""

from __future__ import annotations

import io

import pytest
from django.db import connection
from django.urls import reverse
from openpyxl import load_workbook

from communities.enums import RoleCode
from communities.models import LedgerEntry, Owner, Ownership, Unit
from communities.services.rosters import set_representative, upload_roster
from tests.factories.communities import EstateFactory, OwnershipFactory, UserFactory, appoint
from tests.factories.rosters import Row, enter, identity_number, phone_number, preview, rows

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


# --- who sees the roster ---------------------------------------------------------------

IMPORTERS = {RoleCode.SECRETARY, RoleCode.COMMITTEE_CHAIR, RoleCode.PREPARATORY_GROUP}
READERS = IMPORTERS | {RoleCode.COMMITTEE}


@pytest.mark.parametrize("code", list(RoleCode))
def test_each_role_sees_its_part_of_the_roster_and_nothing_else_exists_for_it(
    client, estate, secretary, code
):
    roster_import = preview(estate, secretary, rows(1))
    enter(estate, secretary, rows(2))
    unit = Unit.objects.first()
    client.force_login(appoint(code, estate))

    for name, args, allowed in [
        ("roster", [], READERS),
        ("roster-owners", [], READERS),
        ("roster-unit", [unit.pk], READERS),
        ("roster-template", [], READERS),
        ("roster-import", [], IMPORTERS),
        ("roster-preview", [roster_import.pk], IMPORTERS),
        ("roster-commit", [roster_import.pk], IMPORTERS),
        ("roster-discard", [roster_import.pk], IMPORTERS),
    ]:
        assert client.get(page(estate, name, *args)).status_code == (200 if code in allowed else 404), name
    exported = client.post(page(estate, "roster-export"))
    assert exported.status_code == (200 if code in READERS else 404)


def test_owner_and_stranger_cannot_tell_the_roster_exists(client, estate, secretary):
    owner = OwnershipFactory(unit__building__estate=estate).owner.user
    for person in (owner, UserFactory(), appoint(RoleCode.SECRETARY, EstateFactory())):
        client.force_login(person)
        assert client.get(page(estate, "roster")).status_code == 404
        assert client.post(page(estate, "roster-import")).status_code == 404
    client.force_login(secretary)
    assert client.get(page(estate, "roster")).status_code == 200


def test_roster_pages_ask_to_log_in(client, estate):
    response = client.get(page(estate, "roster"))

    assert (response.status_code, response.url.partition("?")[0]) == (302, reverse("communities:login"))


def test_import_of_another_estate_does_not_exist_here(desk, estate, secretary):
    other = EstateFactory(community=estate.community)
    roster_import = preview(other, secretary, rows(1))

    assert desk.get(page(estate, "roster-preview", roster_import.pk)).status_code == 404
    assert desk.get(page(other, "roster-preview", roster_import.pk)).status_code == 200


# --- the list ------------------------------------------------------------------------------


def test_list_shows_homes_with_numbers_and_phones_masked(desk, estate, secretary):
    enter(estate, secretary, [couple(), Row(room="车位1", use="车位", identities=identity_number(1))])

    shown = text(desk.get(page(estate, "roster")))

    assert "1幢1单元101" in shown
    assert "王秀英<br>李建国" in shown
    assert "139****0001" in shown
    assert identity_number(1)[-4:] in shown
    for secret in (identity_number(1), identity_number(2), phone_number(1), phone_number(2)):
        assert secret not in shown


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_database_as_often_for_one_home_as_for_three(
    desk, estate, secretary, django_assert_num_queries, count
):
    enter(estate, secretary, [couple(room=f"{number}01") for number in range(count)])
    with django_assert_num_queries(29 + CLOCK):
        desk.get(page(estate, "roster"))


@pytest.mark.parametrize("count", [1, 3])
def test_owners_list_asks_the_database_as_often_for_one_owner_as_for_three(
    desk, estate, secretary, django_assert_num_queries, count
):
    enter(estate, secretary, rows(count))
    with django_assert_num_queries(29 + CLOCK):
        desk.get(page(estate, "roster-owners"))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("2幢", ["2幢1单元101", "2幢1单元201"]),
        ("1幢1单元301", ["1幢1单元301"]),
        ("1幢 301室", ["1幢1单元301"]),
        ("王秀11", ["2幢1单元101"]),
        ("王秀", []),
        ("９９幢", []),
    ],
)
def test_search_finds_by_place_or_by_whole_name_and_leaves_no_trace_in_the_address(
    desk, estate, secretary, words, found
):
    enter(estate, secretary, rows(12))

    response = desk.post(page(estate, "roster"), {"words": words})

    assert [unit.label for unit in response.context["units"]] == found
    assert response.status_code == 200


def test_search_for_nothing_says_what_to_write(desk, estate):
    response = desk.post(page(estate, "roster"), {"words": " "})

    assert response.status_code == 422
    assert "请写楼幢房号" in text(response)


def test_search_stays_in_its_estate(desk, estate, secretary):
    other = EstateFactory()
    enter(other, appoint(RoleCode.SECRETARY, other), rows(1))

    assert desk.post(page(estate, "roster"), {"words": "王秀1"}).context["units"] == []


def test_filter_leaves_co_owned_homes_without_representative(desk, estate, secretary):
    enter(
        estate,
        secretary,
        [
            couple(),
            couple(room="102"),
            Row(room="103"),
            couple(room="104", delivery="未售"),
            couple(room="车位9", use="车位"),
        ],
    )
    named = Unit.objects.get(room="102")
    set_representative(unit=named, owner=Owner.objects.first(), actor=secretary)

    response = desk.get(page(estate, "roster"), {"unnamed": "yes"})

    assert [unit.room for unit in response.context["units"]] == ["101"]
    assert response.context["unnamed_count"] == 1


def test_figures_count_owner_sets_and_leave_parking_out(desk, estate, secretary):
    enter(
        estate,
        secretary,
        [
            Row(area="100"),
            Row(room="102", area="50.5"),
            couple(room="103", area="80"),
            Row(room="104", delivery="未售", identities=identity_number(8), area="10"),
            Row(room="105", delivery="未售", identities=identity_number(9), area="10"),
            Row(room="车位1", use="车位", area="12.3"),
        ],
    )

    kpis = [kpi["value"] for kpi in desk.get(page(estate, "roster")).context["kpis"]]

    assert kpis == ["5", "3", "250.50", "1"]


# --- one home ---------------------------------------------------------------------------------


def test_representative_is_named_and_taken_back_on_the_page_of_the_home(desk, estate, secretary):
    enter(estate, secretary, [couple()])
    unit, owner = Unit.objects.get(), Owner.objects.last()
    url = page(estate, "roster-unit", unit.pk)

    assert desk.post(url, {"owner": owner.pk}).status_code == 302
    assert list(Ownership.objects.order_by("pk").values_list("is_representative", flat=True)) == [False, True]
    assert desk.post(url, {"owner": "none"}).status_code == 302
    assert not Ownership.objects.filter(is_representative=True).exists()


@pytest.mark.parametrize("code", [RoleCode.COMMITTEE, RoleCode.SECRETARY])
def test_committee_member_reads_the_home_and_names_nobody(client, estate, secretary, code):
    enter(estate, secretary, [couple()])
    url = page(estate, "roster-unit", Unit.objects.get().pk)
    client.force_login(appoint(code, estate))
    allowed = code == RoleCode.SECRETARY

    assert ("登记代表" in text(client.get(url))) is allowed
    assert client.post(url, {"owner": Owner.objects.first().pk}).status_code == (302 if allowed else 403)
    assert Ownership.objects.filter(is_representative=True).exists() is allowed


@pytest.mark.parametrize("owner", ["", "999999", "abc"])
def test_only_a_current_co_owner_can_be_named(desk, estate, secretary, owner):
    enter(estate, secretary, [couple()])

    response = desk.post(page(estate, "roster-unit", Unit.objects.get().pk), {"owner": owner})

    assert response.status_code == 422
    assert not Ownership.objects.filter(is_representative=True).exists()


# --- files to take away --------------------------------------------------------------------------


def sheet(response):
    return list(load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True))


def test_template_is_a_roster_that_reads_without_a_problem(desk, estate, secretary):
    response = desk.get(page(estate, "roster-template"))

    roster_import = upload_roster(
        estate=estate, file_name="template.xlsx", content=response.content, actor=secretary
    )
    report = roster_import.report
    assert (report["units"], report["errors"], report["warnings"]) == (1, [], [])


def test_export_masks_numbers_and_phones_and_is_kept_in_the_ledger(desk, estate, secretary):
    enter(estate, secretary, [couple(area="88.5")])

    response = desk.post(page(estate, "roster-export"))

    header, line = sheet(response)
    assert header[:4] == ("楼栋", "单元", "房号", "建筑面积")
    assert line[:6] == ("1幢", "1单元", "101", "88.50", "住宅", "王秀英、李建国")
    assert line[7] == "139****0001、139****0002"
    assert identity_number(1) not in line[6]
    assert line[6].count("*") >= 16
    assert LedgerEntry.objects.get(verb="communities.roster.exported").actor == secretary


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1", "@x", "＝cmd()"])
def test_exported_name_cannot_act_as_a_formula(desk, estate, secretary, name):
    enter(estate, secretary, [Row()])
    Owner.objects.update(name=name)

    book = load_workbook(io.BytesIO(desk.post(page(estate, "roster-export")).content))

    cell = book.active["F2"]
    assert (cell.data_type, cell.value) == ("s", f"'{name}")


def test_export_needs_a_post(desk, estate):
    assert desk.get(page(estate, "roster-export")).status_code == 405
