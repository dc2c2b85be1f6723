"""The walls in the database hold for whoever reaches it, without any code of ours between."""

import pytest
from django.db import DatabaseError, connection, transaction

from communities.append_only import NeverEmptied

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

EMPTIED = (
    "communities_ledgerentry",
    "communities_sealedleaf",
    "communities_treehead",
    "communities_signingkey",
    "votes_ballot",
    "votes_uncountedballot",
    "votes_secretturnout",
    "votes_secretballot",
    "votes_motionresult",
    "votes_certificate",
    "votes_elector",
    "votes_paperentry",
)


@pytest.mark.parametrize("table", EMPTIED)
def test_evidence_is_not_emptied(table: str) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_guards_hold_for_a_replica_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'A'"
            " AND (tgname LIKE 'votes_%' OR tgname LIKE 'communities_%')"
        )
        assert cursor.fetchall() == []


def test_a_guard_against_emptying_names_its_table() -> None:
    assert NeverEmptied(table="votes_ballot").describe() == "Guard votes_ballot against TRUNCATE"
