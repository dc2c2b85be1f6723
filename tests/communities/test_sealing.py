"""The sealer gives every entry one place, signs only what it has proved, and never signs twice."""

import pytest
from django.db import DatabaseError, connection, transaction

from communities.enums import KeyPurpose
from communities.ledger.heads import is_signed
from communities.ledger.tree import tree_root
from communities.models import LedgerEntry, Log, SealedLeaf, TreeHead
from communities.services.keys import KeyMissing, signer_for
from communities.services.ledger import log_of_estate, record
from communities.services.sealing import SealingRefused, seal_log
from tests.factories.communities import EstateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def log() -> Log:
    return log_of_estate(EstateFactory())


def write(log: Log, number: int) -> list[str]:
    return [record(log=log, verb="test.happened", subject=log, actor=None).leaf_hash for _ in range(number)]


def test_a_batch_lies_in_order_of_its_hashes_behind_the_earlier_ones(log: Log) -> None:
    first, second = write(log, 3), []
    head = seal_log(log=log)
    second = write(log, 4)
    later = seal_log(log=log)
    placed = list(log.leaves.order_by("index").values_list("entry__leaf_hash", flat=True))
    assert placed == [*sorted(first), *sorted(second)]
    assert (head.size, head.root) == (3, tree_root(sorted(first)))
    assert (later.size, later.root) == (7, tree_root(placed))
    assert f'"previous":{{"root":"{head.root}","size":3}}' in later.body


def test_a_head_is_signed_by_the_sealing_key(log: Log) -> None:
    write(log, 1)
    head = seal_log(log=log)
    signer = signer_for(KeyPurpose.SEAL)
    assert head.key_id == signer.key_id
    assert is_signed(head.body, head.signature, signer.public)
    assert not is_signed(head.body.replace('"size":1', '"size":2'), head.signature, signer.public)


def test_nothing_new_is_no_new_head(log: Log) -> None:
    assert seal_log(log=log) is None
    write(log, 1)
    assert seal_log(log=log) is not None
    assert seal_log(log=log) is None
    assert TreeHead.objects.count() == 1


def test_a_log_is_sealed_by_itself(log: Log) -> None:
    other = log_of_estate(EstateFactory())
    write(log, 2)
    write(other, 3)
    assert seal_log(log=log).size == 2
    assert other.leaves.count() == 0


def test_without_the_key_nothing_is_sealed(log: Log, settings) -> None:
    settings.SEALING_KEY = ""
    write(log, 1)
    with pytest.raises(KeyMissing):
        seal_log(log=log)
    assert SealedLeaf.objects.count() == 0


def tampered(statement: str, *parameters: str | int) -> None:
    """Change a row as somebody could who may take the guards off."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE communities_ledgerentry DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER communities_ledgerentry_no_update")
        cursor.execute(statement, parameters)


@pytest.mark.parametrize("sealed_before", [True, False])
def test_a_changed_entry_stops_the_signing(log: Log, sealed_before: bool) -> None:
    write(log, 2)
    if sealed_before:
        seal_log(log=log)
    victim = LedgerEntry.objects.filter(log=log).first()
    tampered("UPDATE communities_ledgerentry SET body = %s WHERE id = %s", victim.body + " ", victim.pk)
    write(log, 1)
    heads = TreeHead.objects.count()
    with pytest.raises(SealingRefused):
        seal_log(log=log)
    assert TreeHead.objects.count() == heads


@pytest.mark.parametrize("table", ["communities_sealedleaf", "communities_treehead"])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET log_id = log_id", "DELETE FROM {table}"])
def test_places_and_heads_are_never_changed(log: Log, table: str, statement: str) -> None:
    write(log, 2)
    seal_log(log=log)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table))
    assert (log.leaves.count(), log.heads.count()) == (2, 1)


def test_a_head_is_larger_than_every_head_before_it(log: Log) -> None:
    write(log, 2)
    head = seal_log(log=log)
    for size in (1, 2):
        with pytest.raises(DatabaseError), transaction.atomic():
            TreeHead.objects.create(
                log=log,
                size=size,
                root=head.root,
                body="",
                key_id="",
                signature="",
                sealed_at=head.sealed_at,
            )


def test_a_leaf_is_sealed_in_its_own_log_only(log: Log) -> None:
    other = log_of_estate(EstateFactory())
    write(other, 1)
    entry = LedgerEntry.objects.get(log=other)
    with pytest.raises(DatabaseError), transaction.atomic():
        SealedLeaf.objects.create(log=log, index=0, entry=entry)
