"""The roster through the API: reading it, and a file on its way in."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from communities.enums import ImportStatus, RoleCode
from communities.models import LedgerEntry, Owner, Ownership, RosterImport, Unit
from tests.api import Api, fields_at_fault, refusal
from tests.factories.communities import EstateFactory, OwnershipFactory, appoint
from tests.factories.rosters import Row, as_csv, identity_number, phone_number, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def estate():
    return EstateFactory()


@pytest.fixture
def api(estate) -> Api:
    return Api(appoint(RoleCode.SECRETARY, estate))


def upload(api: Api, estate, lines, name: str = "roster.csv"):
    file = SimpleUploadedFile(name, as_csv(lines), content_type="text/csv")
    return api.upload(f"estates/{estate.slug}/roster/imports/", file=file)


def entered(api: Api, estate, lines) -> None:
    made = upload(api, estate, lines).json()
    body = {"digest": made["diff"]["digest"], "accept_warnings": True, "leave_out": True, "take_off": True}
    answer = api.post(f"estates/{estate.slug}/roster/imports/{made['id']}/commit/", body)
    assert answer.status_code == 200, answer.content


def path(estate, made, act: str = "") -> str:
    return f"estates/{estate.slug}/roster/imports/{made['id']}/{act}"


def test_the_report_is_the_command_s_word_for_word(api, estate, tmp_path, capsys):
    lines = [*rows(3), Row(room="999", area="-")]
    file = tmp_path / "roster.csv"
    file.write_bytes(as_csv(lines))
    call_command("import_roster", str(file), "--dry-run", "--format", "json")
    printed = json.loads(capsys.readouterr().out)

    response = upload(api, estate, lines)

    assert response.status_code == 201
    assert response.json()["report"] == printed
    assert response.json()["diff"]["counts"]["added"] == 3
    assert not Unit.objects.exists()


def test_a_commit_enters_what_was_looked_at(api, estate):
    made = upload(api, estate, rows(3)).json()

    done = api.post(path(estate, made, "commit/"), {"digest": made["diff"]["digest"]})

    assert done.json()["status"] == "committed"
    assert Unit.objects.filter(estate=estate).count() == 3
    again = api.post(path(estate, made, "commit/"), {"digest": made["diff"]["digest"]})
    assert refusal(again) == (409, "roster-import-closed")


def test_another_digest_than_the_one_shown_enters_nothing(api, estate):
    made = upload(api, estate, rows(3)).json()
    assert refusal(api.post(path(estate, made, "commit/"), {"digest": "0" * 64})) == (409, "roster-changed")
    assert not Unit.objects.exists()


def test_rows_with_errors_are_left_out_only_when_somebody_says_so(api, estate):
    made = upload(api, estate, [*rows(2), Row(room="999", area="-")]).json()
    digest = {"digest": made["diff"]["digest"]}

    assert fields_at_fault(api.post(path(estate, made, "commit/"), digest)) == ["leave_out"]
    assert not Unit.objects.exists()
    assert api.post(path(estate, made, "commit/"), digest | {"leave_out": True}).status_code == 200
    assert Unit.objects.count() == 2


def test_a_cell_is_put_right_and_the_file_judged_again(api, estate):
    made = upload(api, estate, [*rows(2), Row(room="999", area="-", identities=identity_number(99))]).json()
    (row,) = api.get(path(estate, made, "problem-rows/")).json()["results"]
    assert row["cells"]["area"] == "-"

    cell = {"sheet": row["sheet"], "row": row["row"], "column": "area", "text": "88.06"}
    mended = api.post(path(estate, made, "corrections/"), {"corrections": [cell]}).json()

    assert mended["report"]["errors"] == []
    assert mended["diff"]["counts"]["added"] == 3


def test_only_rows_with_a_problem_can_be_put_right(api, estate):
    made = upload(api, estate, rows(2)).json()
    cell = {"sheet": "roster.csv", "row": 2, "column": "area", "text": "1"}

    answer = api.post(path(estate, made, "corrections/"), {"corrections": [cell]})

    assert fields_at_fault(answer) == ["corrections.0"]
    assert RosterImport.objects.get().corrections == b""


def test_giving_up_forgets_the_file(api, estate):
    made = upload(api, estate, rows(2)).json()
    assert api.post(path(estate, made, "discard/")).json()["status"] == "discarded"
    assert RosterImport.objects.get().content == b""
    assert refusal(api.get(path(estate, made, "problem-rows/"))) == (409, "roster-import-closed")


def test_what_is_no_roster_is_refused_and_not_kept(api, estate):
    file = SimpleUploadedFile("roster.xls", b"\xd0\xcf\x11\xe0", content_type="application/vnd.ms-excel")
    answer = api.upload(f"estates/{estate.slug}/roster/imports/", file=file)
    assert refusal(answer) == (422, "roster-unreadable")
    assert answer.json()["reason"]
    assert fields_at_fault(api.upload(f"estates/{estate.slug}/roster/imports/")) == ["file"]
    assert not RosterImport.objects.exists()


@pytest.mark.parametrize(
    ("code", "may"),
    [
        (RoleCode.SECRETARY, True),
        (RoleCode.COMMITTEE_CHAIR, True),
        (RoleCode.COMMITTEE, False),
        (RoleCode.SUBDISTRICT, False),
        (RoleCode.FIRM, False),
    ],
)
def test_who_may_import(estate, code, may):
    answer = upload(Api(appoint(code, estate)), estate, rows(1))
    assert answer.status_code == (201 if may else 404)
    assert RosterImport.objects.exists() == may


@pytest.mark.parametrize(
    ("code", "may"),
    [
        (RoleCode.SECRETARY, True),
        (RoleCode.COMMITTEE, True),
        (RoleCode.SUBDISTRICT, False),
        (RoleCode.FIRM, False),
        (RoleCode.SCRUTINEER, False),
    ],
)
def test_who_may_read(api, estate, code, may):
    entered(api, estate, rows(2))
    reader = Api(appoint(code, estate))
    for place in ("roster/", "roster/units/", "roster/owners/"):
        assert reader.get(f"estates/{estate.slug}/{place}").status_code == (200 if may else 404)
    assert reader.post(f"estates/{estate.slug}/roster/search/", {"words": "101"}).status_code == (
        200 if may else 404
    )
    assert reader.post(f"estates/{estate.slug}/roster/export/").status_code == (200 if may else 404)


def test_numbers_and_phones_are_masked_everywhere(api, estate):
    entered(api, estate, rows(2))
    unit = Unit.objects.first()
    assert unit is not None
    texts = [
        api.get(f"estates/{estate.slug}/{place}").content.decode()
        for place in ("roster/units/", "roster/owners/", f"roster/units/{unit.pk}/")
    ]
    for text in texts:
        assert "王秀1" in text
        assert identity_number(1) not in text
        assert phone_number(1) not in text


def test_figures_are_exact(api, estate):
    entered(api, estate, [*rows(2), Row(room="车1", use="车位", area="12.50", identities=identity_number(1))])
    assert api.get(f"estates/{estate.slug}/roster/").json() == {
        "units": 2,
        "heads": 2,
        "area": "176.00",
        "parking_units": 1,
        "parking_area": "12.50",
    }


def test_a_search_finds_places_and_whole_names(api, estate):
    entered(api, estate, rows(3))

    def found(words: str) -> list[str]:
        answer = api.post(f"estates/{estate.slug}/roster/search/", {"words": words})
        return [unit["label"] for unit in answer.json()["results"]]

    assert found("王秀2") == ["1幢1单元201"]
    assert found("1幢 301") == ["1幢1单元301"]
    assert found("王秀") == []


def test_the_export_is_a_workbook_and_the_ledger_keeps_who_took_it(api, estate):
    entered(api, estate, rows(2))
    answer = api.post(f"estates/{estate.slug}/roster/export/")
    assert answer.content[:2] == b"PK"
    assert answer["Content-Disposition"].startswith(f'attachment; filename="{estate.slug}-roster-')
    assert LedgerEntry.objects.filter(verb="communities.roster.exported").count() == 1
    assert api.get(f"estates/{estate.slug}/roster/template/").getvalue()[:2] == b"PK"


@pytest.fixture
def couple(estate):
    first = OwnershipFactory(unit__building__estate=estate)
    OwnershipFactory(unit=first.unit, owner__estate=estate)
    return first


def test_co_owners_name_one_of_themselves(api, estate, couple):
    place = f"estates/{estate.slug}/roster/units/{couple.unit.pk}/representative/"

    shown = api.put(place, {"owner": couple.owner.pk}).json()

    assert [title["is_representative"] for title in shown["owners"]] == [True, False]
    stranger = OwnershipFactory(unit__building__estate=estate).owner
    elsewhere = OwnershipFactory().owner
    for owner in (stranger, elsewhere):
        assert refusal(api.put(place, {"owner": owner.pk})) == (422, "not-a-co-owner")
    assert Ownership.objects.get(is_representative=True).owner == couple.owner
    api.put(place, {"owner": None})
    assert not Ownership.objects.filter(is_representative=True).exists()


def test_a_committee_member_reads_but_names_nobody(estate, couple):
    member = Api(appoint(RoleCode.COMMITTEE, estate))
    answer = member.put(
        f"estates/{estate.slug}/roster/units/{couple.unit.pk}/representative/", {"owner": couple.owner.pk}
    )
    assert refusal(answer) == (403, "not-permitted")
    assert not Ownership.objects.filter(is_representative=True).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_ask_the_database_as_often_for_many(api, estate, count, django_assert_max_num_queries):
    entered(api, estate, rows(count))
    for place in ("roster/units/", "roster/owners/"):
        with django_assert_max_num_queries(9):
            assert api.get(f"estates/{estate.slug}/{place}").json()["count"] == count
    assert Owner.objects.count() == count
    assert RosterImport.objects.get().status == ImportStatus.COMMITTED
