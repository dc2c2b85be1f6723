"""Proofs out of the stored log lead to heads that were signed, or are not given at all."""

import pytest
from django.utils import timezone

from communities.ledger.hashing import leaf_hash
from communities.ledger.tree import TILE, is_consistent, root_by_inclusion
from communities.models import LedgerEntry, Log, SealedTile
from communities.proofs import TreeBroken, consistency, inclusion, leaf_hashes, newest_head
from communities.services.ledger import log_of_estate, record
from communities.services.sealing import SealingRefused, seal_log
from tests.factories.communities import EstateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def log() -> Log:
    return log_of_estate(EstateFactory())


def write(log: Log, number: int) -> list[str]:
    return [record(log=log, verb="test.happened", subject=log, actor=None).leaf_hash for _ in range(number)]


def test_every_sealed_leaf_proves_its_place_under_the_newest_head(log: Log) -> None:
    written = write(log, 3)
    seal_log(log=log)
    written += write(log, 4)
    head = seal_log(log=log)
    for leaf in written:
        proof = inclusion(leaf)
        assert (proof.size, proof.head) == (7, head)
        assert root_by_inclusion(leaf, proof.index, proof.size, proof.path) == head.root
    assert [inclusion(leaf).index for leaf in leaf_hashes(log)] == list(range(7))


def test_a_leaf_has_a_place_under_an_older_head_only_if_it_was_there(log: Log) -> None:
    [early] = write(log, 1)
    first = seal_log(log=log)
    [late] = write(log, 1)
    seal_log(log=log)
    proof = inclusion(early, head=first)
    assert root_by_inclusion(early, proof.index, 1, proof.path) == first.root
    assert inclusion(late, head=first) is None


def test_no_proof_of_what_is_unknown_unsealed_or_of_another_log(log: Log) -> None:
    other = log_of_estate(EstateFactory())
    [leaf] = write(log, 1)
    assert inclusion("00" * 32) is None
    assert inclusion(leaf) is None
    seal_log(log=log)
    write(other, 1)
    assert inclusion(leaf, head=seal_log(log=other)) is None


def test_any_two_heads_of_a_log_prove_that_it_only_grew(log: Log) -> None:
    for number in (1, 3, 4, 9):
        write(log, number)
        seal_log(log=log)
    heads = list(log.heads.order_by("size"))
    for place, earlier in enumerate(heads):
        for later in heads[place:]:
            proof = consistency(earlier, later)
            assert is_consistent(earlier.size, earlier.root, later.size, later.root, proof.path)
    with pytest.raises(ValueError):
        consistency(heads[1], heads[0])
    assert newest_head(log) == heads[-1]


def test_a_tree_that_no_longer_leads_to_its_head_proves_nothing(log: Log) -> None:
    [leaf, *_] = write(log, 3)
    head = seal_log(log=log)
    head.root = "00" * 32
    with pytest.raises(TreeBroken):
        inclusion(leaf, head=head)


def fill(log: Log, number: int) -> None:
    bodies = [f"{log.name} {place}" for place in range(number)]
    LedgerEntry.objects.bulk_create(
        LedgerEntry(log=log, verb="test", leaf_hash=leaf_hash(body), body=body, recorded_at=timezone.now())
        for body in bodies
    )


def test_a_proof_out_of_many_tiles_reads_two_of_them(log: Log, django_assert_num_queries) -> None:
    fill(log, 2 * TILE + 3)
    first = seal_log(log=log)
    fill_more = write(log, TILE)
    head = seal_log(log=log)
    assert [tile.number for tile in log.tiles.order_by("number")] == [0, 1, 2]
    leaves = leaf_hashes(log)
    for index in (0, TILE - 1, TILE, 2 * TILE + 2, head.size - 1):
        with django_assert_num_queries(5 if index < 3 * TILE else 4):
            proof = inclusion(leaves[index])
        assert root_by_inclusion(leaves[index], index, head.size, proof.path) == head.root
    early = inclusion(leaves[TILE], head=first)
    assert root_by_inclusion(leaves[TILE], TILE, first.size, early.path) == first.root
    assert inclusion(fill_more[0], head=first) is None


def test_tiles_that_are_not_those_of_the_leaves_stop_proofs_and_sealing(log: Log) -> None:
    fill(log, TILE + 1)
    head = seal_log(log=log)
    SealedTile.objects.create(log=log, number=1, root="00" * 32)
    write(log, 1)
    with pytest.raises(SealingRefused):
        seal_log(log=log)
    assert newest_head(log) == head


def test_a_log_without_its_tiles_proves_nothing(log: Log) -> None:
    fill(log, TILE + 1)
    head = seal_log(log=log)
    leaf = leaf_hashes(log)[0]
    head.size += TILE  # as if a tile were missing
    with pytest.raises(TreeBroken):
        inclusion(leaf, head=head)


def test_a_proof_asks_little_of_the_database(log: Log, django_assert_num_queries) -> None:
    leaves = write(log, 5)
    seal_log(log=log)
    with django_assert_num_queries(4):
        inclusion(leaves[1])
