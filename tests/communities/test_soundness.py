"""The database is looked at before anything new is staked on it, and every weakness is named."""

import io
import json
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse

from communities import soundness
from communities.enums import RoleCode
from communities.privileges import WALLS, declared, tables, undeclared
from communities.soundness import DatabaseUnsound, guards, look_at_database
from tests.factories.communities import EstateFactory, appoint
from tests.factories.votes import draft_assembly, owned_units, posted_assembly
from votes.models import Elector
from votes.services.assemblies import publish_assembly
from votes.services.closing import open_assembly, open_due_assemblies

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked_afresh() -> Iterator[None]:
    soundness.forget()
    yield
    soundness.forget()


def errors() -> set[str]:
    return {flaw.code for flaw in look_at_database() if flaw.is_error}


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def take_off(guard: str, table: str) -> None:
    execute(f"DROP TRIGGER {guard}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))


# --- what is declared --------------------------------------------------------------


def test_every_table_has_exactly_one_entry() -> None:
    listed = [table for wall in WALLS for table in wall.tables]
    assert undeclared() == set()
    assert sorted(listed) == sorted(tables())


def test_what_the_guards_keep_whole_nobody_may_change() -> None:
    kept = {
        guard.table
        for name, guard in guards().items()
        if name == f"{guard.table}_no_update" and guard.table != "communities_log"
    }
    assert kept >= {"votes_ballot", "votes_certificate", "communities_ledgerentry", "communities_treehead"}
    for sealer in (False, True):
        assert {table for table in kept if declared(sealer=sealer)[table] - {"SELECT", "INSERT"}} == set()


def test_only_the_sealer_adds_to_the_tree() -> None:
    for table in ("communities_sealedleaf", "communities_treehead", "communities_signingkey"):
        assert declared(sealer=False)[table] == {"SELECT"}
        assert declared(sealer=True)[table] == {"SELECT", "INSERT"}


# --- what is found -----------------------------------------------------------------


def test_a_migrated_database_has_no_error() -> None:
    assert errors() == set()


@pytest.mark.parametrize(
    ("guard", "table"),
    [("votes_ballot_no_update", "votes_ballot"), ("communities_treehead_grows", "communities_treehead")],
)
def test_a_guard_taken_off_is_named(guard: str, table: str) -> None:
    take_off(guard, table)
    found = [flaw for flaw in look_at_database() if flaw.is_error]
    assert [(flaw.code, guard in flaw.text) for flaw in found] == [("guard-missing", True)]


def test_a_guard_that_lets_through_is_named() -> None:
    if connection.vendor == "postgresql":
        execute(
            "CREATE OR REPLACE FUNCTION votes_ballot_no_delete() RETURNS trigger"
            " LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'"
        )
    else:
        execute(
            "DROP TRIGGER votes_ballot_no_delete",
            "CREATE TRIGGER votes_ballot_no_delete BEFORE DELETE ON votes_ballot BEGIN SELECT 1; END",
        )
    assert errors() == {"guard-changed"}


@pytest.mark.postgres
@pytest.mark.parametrize("state", ["DISABLE TRIGGER", "ENABLE TRIGGER", "ENABLE REPLICA TRIGGER"])
def test_a_guard_that_is_not_always_there_is_named(state: str) -> None:
    execute(f"ALTER TABLE votes_certificate {state} votes_certificate_no_update")
    assert errors() == {"guard-not-always"}


@pytest.mark.postgres
def test_a_session_that_does_not_wait_for_the_disk_is_named(settings) -> None:
    assert errors() == set()  # tests may forget what they wrote
    settings.DATABASE_MAY_FORGET = False
    execute("SET LOCAL synchronous_commit = off")
    assert errors() == {"synchronous-commit-off"}
    execute("SET LOCAL synchronous_commit = on")
    assert errors() == set()


@pytest.mark.parametrize("name", ["fsync", "full_page_writes", "synchronous_commit"])
def test_each_setting_that_lets_ballots_be_lost_is_an_error(name: str, settings) -> None:
    settings.DATABASE_MAY_FORGET = False
    names = ("fsync", "full_page_writes", "synchronous_commit", "data_checksums")
    values = dict.fromkeys(names, "on")
    assert list(soundness._durability(values)) == []
    flaws = list(soundness._durability(values | {name: "off"}))
    assert [(flaw.code, flaw.is_error) for flaw in flaws] == [(name.replace("_", "-") + "-off", True)]


def test_the_owner_of_the_tables_is_warned_of() -> None:
    warnings = {flaw.code for flaw in look_at_database() if not flaw.is_error}
    assert ("role-owns-tables" in warnings) == (connection.vendor == "postgresql")


# --- what follows ------------------------------------------------------------------


def test_nothing_is_posted_on_an_unsound_database() -> None:
    estate = EstateFactory()
    owned_units(estate, 2)
    chair = appoint(RoleCode.COMMITTEE_CHAIR, estate)
    draft = draft_assembly(estate, posted_topics="修改管理规约")
    take_off("votes_ballot_no_update", "votes_ballot")

    with pytest.raises(DatabaseUnsound, match="请联系运维人员"):
        publish_assembly(assembly=draft, actor=chair)

    draft.refresh_from_db()
    assert draft.status == "draft"
    assert Elector.objects.count() == 0


def test_the_same_draft_is_posted_on_a_sound_one() -> None:
    estate = EstateFactory()
    owned_units(estate, 2)
    chair = appoint(RoleCode.COMMITTEE_CHAIR, estate)
    draft = draft_assembly(estate, posted_topics="修改管理规约")
    assert publish_assembly(assembly=draft, actor=chair).status == "published"


def test_nobody_is_called_to_vote_on_an_unsound_database_until_it_is_mended() -> None:
    assembly = posted_assembly()
    whole = transaction.savepoint()
    take_off("votes_ballot_no_update", "votes_ballot")
    with pytest.raises(DatabaseUnsound):
        open_assembly(assembly_id=assembly.pk)
    assert open_due_assemblies() == 0

    transaction.savepoint_rollback(whole)
    soundness.forget()
    assert open_due_assemblies() == 1


def test_what_was_found_is_remembered(django_assert_num_queries) -> None:
    assert soundness.errors_believed() == ()
    with django_assert_num_queries(0):
        assert soundness.errors_believed() == ()
        soundness.need_sound_database()


def test_ready_tells_that_the_walls_do_not_stand(client) -> None:
    take_off("votes_ballot_no_update", "votes_ballot")
    answer = client.get(reverse("governance:readyz"))
    assert (answer.status_code, answer.json()["troubles"]) == (503, {"walls": "guard-missing"})


def test_a_command_says_it_to_the_operator() -> None:
    out = io.StringIO()
    call_command("check_database", stdout=out)
    assert "数据库" in out.getvalue()

    take_off("votes_ballot_no_update", "votes_ballot")
    out = io.StringIO()
    with pytest.raises(CommandError, match="请联系运维人员"):
        call_command("check_database", format="json", stdout=out)
    said = json.loads(out.getvalue())
    assert said["sound"] is False
    assert [flaw["code"] for flaw in said["flaws"] if flaw["is_error"]] == ["guard-missing"]
