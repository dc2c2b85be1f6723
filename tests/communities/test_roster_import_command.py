"""``import_roster`` on the server's command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from communities.enums import ImportStatus, RoleCode
from communities.models import LedgerEntry, Ownership, RosterImport, Unit
from communities.roster import read_roster
from tests.factories.communities import EstateFactory, UserFactory, appoint
from tests.factories.rosters import Row, as_csv, rows

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def file(tmp_path):
    def write(lines, name="roster.csv") -> str:
        path = tmp_path / name
        path.write_bytes(lines if isinstance(lines, bytes) else as_csv(lines))
        return str(path)

    return write


def run(*args: str, **options: object) -> str:
    out = StringIO()
    call_command("import_roster", *args, stdout=out, **options)
    return out.getvalue()


def refused(*args: str, **options: object) -> tuple[int, str, str]:
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("import_roster", *args, stdout=out, **options)
    return error.value.returncode, str(error.value), out.getvalue()


# --- dry run -----------------------------------------------------------------------------


def test_dry_run_prints_the_report_exactly_and_needs_no_database(file):
    lines = [*rows(3), Row(room="999", area="")]

    shown = run(file(lines), dry_run=True, format="json")

    assert json.loads(shown) == read_roster("roster.csv", as_csv(lines)).report()


def test_dry_run_starts_where_no_database_answers(file):
    environment = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}

    found = subprocess.run(
        [sys.executable, "manage.py", "import_roster", file(rows(2)), "--dry-run", "--format", "json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
    )

    assert (found.returncode, json.loads(found.stdout)["units"]) == (0, 2)


def test_dry_run_speaks_chinese(file):
    shown = run(file([*rows(2), Row(room="999", area="")]), dry_run=True)

    assert "计票房屋 2 套，业主 2 人（按业主组合计），面积 176.00 m²。" in shown
    assert "错误（这些行不导入） 1" in shown
    assert "roster 第 4 行 [area-missing]" in shown


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", "你好".encode()])
def test_file_that_cannot_be_read_ends_with_two(file, content):
    code, sentence, _out = refused(file(content), dry_run=True)

    assert code == 2
    assert sentence.endswith("。")


def test_file_that_is_not_there_ends_with_two(tmp_path):
    assert refused(str(tmp_path / "none.xlsx"), dry_run=True)[0] == 2


def test_unreadable_file_is_json_too(file):
    code, sentence, out = refused(file(b""), dry_run=True, format="json")

    assert (code, json.loads(out)) == (2, {"code": "empty", "message": sentence})


def test_without_dry_run_an_estate_must_be_named(file):
    assert refused(file(rows(1)))[0] == 1


# --- import ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_import_enters_the_accepted_rows_and_reports_them(file):
    estate = EstateFactory(slug="qinghe")
    lines = [*rows(2), Row(room="999", area="")]

    shown = run(file(lines), estate="qinghe", format="json")

    assert json.loads(shown)["units"] == 2
    assert Unit.objects.filter(estate=estate).count() == 2
    entry = LedgerEntry.objects.get(verb="communities.roster.committed")
    assert (entry.actor, json.loads(entry.body)["payload"]["left_out"]) == (None, 1)


@pytest.mark.django_db
def test_import_of_an_unknown_estate_is_refused(file):
    assert refused(file(rows(1)), estate="nowhere")[0] == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "again",
    [[Row(area="99")], [Row(names="陈立")], [Row(phones="13900009999")]],
    ids=["unit", "name", "phone"],
)
def test_changes_of_what_stands_are_shown_and_refused_until_accepted(file, again):
    EstateFactory(slug="qinghe")
    run(file([Row()]), estate="qinghe")
    before = list(Unit.objects.values()), list(Ownership.objects.values())

    code, _sentence, shown = refused(file(again), estate="qinghe")

    assert code == 1
    assert "与现有名册相比" in shown
    assert (list(Unit.objects.values()), list(Ownership.objects.values())) == before
    assert RosterImport.objects.order_by("pk").last().status == ImportStatus.DISCARDED
    run(file(again), estate="qinghe", accept_changes=True)
    assert RosterImport.objects.order_by("pk").last().status == ImportStatus.COMMITTED


@pytest.mark.django_db
def test_gone_home_is_taken_off_only_when_accepted(file):
    EstateFactory(slug="qinghe")
    run(file(rows(2)), estate="qinghe")

    assert refused(file(rows(1)), estate="qinghe", format="json")[0] == 1
    assert Unit.objects.standing().count() == 2
    run(file(rows(1)), "--yes", estate="qinghe")
    assert Unit.objects.standing().count() == 1


@pytest.mark.django_db
def test_added_homes_need_no_acceptance(file):
    EstateFactory(slug="qinghe")
    run(file(rows(1)), estate="qinghe")
    run(file(rows(3)), estate="qinghe")

    assert Unit.objects.standing().count() == 3


@pytest.mark.django_db
def test_import_in_somebodys_name_asks_for_their_permission(file):
    estate = EstateFactory(slug="qinghe")
    nobody, secretary = UserFactory(), appoint(RoleCode.SECRETARY, estate)

    assert refused(file(rows(1)), estate="qinghe", actor=nobody.phone)[0] == 1
    assert refused(file(rows(1)), estate="qinghe", actor="13900000009")[0] == 1
    assert Unit.objects.count() == 0
    run(file(rows(1)), estate="qinghe", actor=secretary.phone)
    assert RosterImport.objects.get().committed_by == secretary


@pytest.mark.django_db
def test_roster_without_a_readable_row_is_refused_and_keeps_no_file(file):
    EstateFactory(slug="qinghe")

    assert refused(file([Row(area="")]), estate="qinghe")[0] == 1
    assert list(RosterImport.objects.values_list("status", flat=True)) == [ImportStatus.DISCARDED]
    assert RosterImport.objects.get().content == b""
