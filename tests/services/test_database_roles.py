"""The roles of PostgreSQL: evidence cannot be changed by those who add it, and all work still goes on.

Everything happens in one transaction that is rolled back, the roles too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from communities import soundness
from communities.enums import RoleCode
from communities.models import TreeHead
from communities.privileges import declared
from communities.services.outbox import relay_outbox
from communities.services.sealing import seal_log
from communities.soundness import look_at_database
from tests.factories.ballots import cast_for
from tests.factories.communities import EstateFactory, appoint
from tests.factories.votes import draft_assembly, owned_units, people_of, posted_assembly
from votes.models import Assembly, Ballot, Certificate
from votes.services.acts import confirm_act, propose_act
from votes.services.assemblies import create_assembly, delete_draft, publish_assembly
from votes.services.closing import open_due_assemblies, settle_assembly

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

OWNER, APP, SEALER = "linyi_test_owner", "linyi_test_app", "linyi_test_sealer"
EVIDENCE = sorted(
    table for table, privileges in declared(sealer=False).items() if privileges <= {"SELECT", "INSERT"}
)
COUNTED_AS_EVIDENCE = {"votes_ballot", "communities_ledgerentry", "communities_treehead", "votes_certificate"}


#: What the server of the tests is like; a role's own settings come with its login only.
ABOUT_THE_SERVER = {"data-checksums-off", "statements-logged"}


@pytest.fixture(autouse=True)
def _roles() -> Iterator[None]:
    set_up()
    soundness.forget()
    yield
    soundness.forget()


def set_up() -> None:
    call_command("setup_database_roles", owner=OWNER, app=APP, sealer=SEALER, verbosity=0, stdout=Quiet())


class Quiet:
    said = ""

    def write(self, text: str) -> None:
        Quiet.said += text


@contextmanager
def working_as(role: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")


def refused(role: str, statement: str) -> str:
    """What PostgreSQL says to ``role``; fails when it says nothing."""
    with (
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        working_as_in_savepoint(role),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return str(caught.value)


@contextmanager
def working_as_in_savepoint(role: str) -> Iterator[None]:
    # The rollback to the savepoint takes the role back as well.
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
    yield


# --- what is refused ---------------------------------------------------------------


@pytest.mark.parametrize("table", EVIDENCE)
def test_evidence_is_neither_changed_nor_emptied_nor_unguarded(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 LIMIT 1", [table]
        )
        column = cursor.fetchone()[0]
    for role in (APP, SEALER):
        statements = [f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"]
        if "UPDATE" not in declared(sealer=role == SEALER)[table]:
            statements.append(f"UPDATE {table} SET {column} = {column}")
        for statement in statements:
            assert "permission denied" in refused(role, statement)
        for statement in ("DISABLE TRIGGER USER", "DISABLE TRIGGER ALL", "ADD COLUMN more integer"):
            assert "must be owner" in refused(role, f"ALTER TABLE {table} {statement}")
        assert "must be owner" in refused(role, f"DROP TABLE {table} CASCADE")


def test_the_list_of_evidence_is_not_empty_by_mistake() -> None:
    assert set(EVIDENCE) >= COUNTED_AS_EVIDENCE
    assert len(EVIDENCE) >= 17


@pytest.mark.parametrize("role", [APP, SEALER])
@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "CREATE TABLE mine (id integer)",
        "CREATE OR REPLACE FUNCTION votes_ballot_no_delete() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN OLD; END'",
        "DROP FUNCTION votes_ballot_no_delete() CASCADE",
        "CREATE ROLE mine",
        "SELECT setval('votes_elector_id_seq', 1)",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('votes', '0003', now())",
    ],
)
def test_no_way_around(role: str, statement: str) -> None:
    message = refused(role, statement)
    assert "permission denied" in message or "must be owner" in message


def test_nobody_may_become_the_owner() -> None:
    with connection.cursor() as cursor:
        # Asked, not tried: SET ROLE goes by the login, and that of the tests is a superuser.
        cursor.execute(
            "SELECT pg_has_role(%s, %s, 'MEMBER'), pg_has_role(%s, %s, 'MEMBER')", [APP, OWNER, SEALER, OWNER]
        )
        assert cursor.fetchone() == (False, False)


def test_only_the_sealer_adds_to_the_tree() -> None:
    assembly = posted_assembly()
    assert assembly.log
    cast_for(assembly, people_of(assembly)[0], "F")
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        working_as_in_savepoint(APP),
    ):
        seal_log(log=assembly.log)
    assert TreeHead.objects.count() == 0
    with working_as(SEALER):
        assert seal_log(log=assembly.log).size == 1


@pytest.mark.parametrize("role", [APP, SEALER])
def test_who_locks_a_log_still_does_not_rename_it(role: str) -> None:
    log = posted_assembly().log
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        working_as_in_savepoint(role),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE communities_log SET name = 'assembly:0' WHERE id = %s", [log.pk])


# --- what goes on ------------------------------------------------------------------


def test_preparing_posting_and_casting_work_for_the_pages(settings) -> None:
    settings.SEALING_KEY = ""
    with working_as(APP):
        estate = EstateFactory()
        owned_units(estate, 3)
        chair = appoint(RoleCode.COMMITTEE_CHAIR, estate)
        delete_draft(
            assembly=create_assembly(estate=estate, title="草稿", kind="regular", actor=chair), actor=chair
        )
        draft = draft_assembly(estate, posted_topics="修改管理规约")
        published = publish_assembly(assembly=draft, actor=chair)
        assert published.status == "published"

        running = posted_assembly(estate)
        first = people_of(running)[0]
        receipt = cast_for(running, first, "F")
        assert Ballot.objects.get().leaf_hash == receipt.leaf_hash
        act = propose_act(
            assembly=running, kind="cancel", reason="公告中的金额写错了，应重新公示", actor=chair
        )
        confirm_act(act=act, actor=appoint(RoleCode.SECRETARY, estate))
    assert Assembly.objects.get(pk=running.pk).status == "cancelled"


def test_opening_telling_closing_and_sealing_work_for_the_worker() -> None:
    assembly = posted_assembly()
    with working_as(APP):
        cast_for(assembly, people_of(assembly)[0], "F")
    with working_as(SEALER):
        assert open_due_assemblies() == 1
        assert relay_outbox() == 2
        assembly.refresh_from_db()
        assert assembly.closes_at
        settle_assembly(assembly=assembly, moment=assembly.closes_at + timedelta(seconds=1))
    certificate = Certificate.objects.get()
    assert (certificate.received, certificate.counted) == (1, 1)
    assert assembly.log.heads.count() == 2


# --- the check ---------------------------------------------------------------------


def found_by(role: str) -> list[str]:
    with working_as(role):
        return [flaw.code for flaw in look_at_database() if flaw.code not in ABOUT_THE_SERVER]


def test_the_roles_as_set_up_are_those_declared(settings) -> None:
    assert found_by(SEALER) == []  # the tests hold the sealing key
    settings.SEALING_KEY = ""
    assert found_by(APP) == []
    assert found_by(OWNER) == ["role-owns-tables"]


def test_pages_with_the_sealers_role_are_found_out(settings) -> None:
    settings.SEALING_KEY = ""
    assert set(found_by(SEALER)) == {"privilege-too-much"}


def test_a_worker_with_the_pages_role_is_found_out() -> None:
    assert set(found_by(APP)) == {"privilege-missing"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (f"GRANT UPDATE ON votes_ballot TO {APP}", "privilege-too-much"),
        (f"GRANT UPDATE (choices) ON votes_ballot TO {APP}", "privilege-too-much"),
        ("GRANT DELETE ON votes_ballot TO PUBLIC", "privilege-too-much"),
        (f"GRANT TRUNCATE ON communities_ledgerentry TO {APP}", "privilege-too-much"),
        (f"REVOKE INSERT ON votes_ballot FROM {APP}", "privilege-missing"),
        (f"GRANT CREATE ON SCHEMA public TO {APP}", "role-may-create"),
        (f"GRANT UPDATE ON SEQUENCE votes_elector_id_seq TO {APP}", "role-may-count"),
        (f"GRANT SET ON PARAMETER session_replication_role TO {APP}", "role-may-skip-triggers"),
        (f"ALTER ROLE {APP} CREATEROLE", "role-too-strong"),
        (f"GRANT {OWNER} TO {APP}", "role-owns-tables"),
    ],
)
def test_each_difference_is_found_and_setting_up_again_ends_it(settings, change: str, code: str) -> None:
    settings.SEALING_KEY = ""
    with connection.cursor() as cursor:
        cursor.execute(change)
    assert found_by(APP) == [code]
    if code not in ("role-may-skip-triggers", "role-owns-tables"):
        set_up()
        assert found_by(APP) == []


def test_setting_up_says_no_password_and_works_for_the_owner_afterwards() -> None:
    with working_as(OWNER):
        set_up()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_authid WHERE rolname LIKE 'linyi_test_%' AND rolpassword > ''"
        )
        assert cursor.fetchone() == (0,)
    assert found_by(SEALER) == []


def test_a_refused_ballot_does_not_come_into_the_log_of_postgresql() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.rolname, s.setconfig FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole"
            " WHERE r.rolname = ANY(%s)",
            [[APP, SEALER]],
        )
        quiet = ["log_min_error_statement=panic", "log_error_verbosity=terse"]
        assert dict(cursor.fetchall()) == {APP: quiet, SEALER: quiet}


def test_a_new_table_is_read_only_until_somebody_decides() -> None:
    with working_as(OWNER), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE communities_newcomer (id integer)")
    for role in (APP, SEALER):
        assert "permission denied" in refused(role, "INSERT INTO communities_newcomer VALUES (1)")
