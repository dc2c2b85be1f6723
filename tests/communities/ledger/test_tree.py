"""The tree against a second way of computing it, written from the RFC's recursive definition."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.ledger.tree import (
    TILE,
    TiledTree,
    Tree,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    root_by_inclusion,
    tree_root,
)


def leaf(number: int) -> str:
    return hashlib.sha256(b"\x00" + bytes([number % 256, number // 256])).hexdigest()


def leaves(size: int) -> list[str]:
    return [leaf(number) for number in range(size)]


def defined_root(hashes: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\x01" + defined_root(hashes[:split]) + defined_root(hashes[split:])).digest()


@pytest.mark.parametrize("size", range(40))
def test_the_root_is_the_one_the_rfc_defines(size: int) -> None:
    assert tree_root(leaves(size)) == defined_root([bytes.fromhex(one) for one in leaves(size)]).hex()


@pytest.mark.parametrize("size", range(1, 40))
def test_every_leaf_proves_its_place(size: int) -> None:
    all_leaves, root = leaves(size), tree_root(leaves(size))
    for index in range(size):
        path = inclusion_proof(all_leaves, index)
        assert len(path) <= (size - 1).bit_length()
        assert root_by_inclusion(leaf(index), index, size, path) == root


@pytest.mark.parametrize("size", [1, 5, TILE - 1, TILE, TILE + 1, 2 * TILE, 3 * TILE + 7, 5 * TILE + 255])
def test_tiles_prove_what_the_whole_tree_proves(size: int) -> None:
    all_leaves = leaves(size)
    whole, full = Tree(all_leaves), size // TILE
    assert len(whole.tiles()) == full
    tiled = TiledTree(whole.tiles(), all_leaves[full * TILE :])
    assert tiled.root() == whole.root()
    for index in {0, size // 2, size - 1}:
        own = all_leaves[index // TILE * TILE : index // TILE * TILE + TILE]
        assert tiled.inclusion_path(index, own) == whole.inclusion_path(index)
        if index < full * TILE:
            assert tiled.inclusion_path(index, [*own[1:], own[0]]) is None


@pytest.mark.parametrize("size", range(1, 24))
def test_every_prefix_proves_to_be_one(size: int) -> None:
    all_leaves, root = leaves(size), tree_root(leaves(size))
    for first in range(1, size + 1):
        proof = consistency_proof(all_leaves, first)
        assert is_consistent(first, tree_root(leaves(first)), size, root, proof)
        assert not is_consistent(first, tree_root(["00" * 32, *leaves(first)[1:]]), size, root, proof)


@given(st.integers(1, 300), st.data())
def test_a_path_fits_one_leaf_at_one_place_only(size: int, data: st.DataObject) -> None:
    all_leaves, root = leaves(size), tree_root(leaves(size))
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    path = inclusion_proof(all_leaves, index)
    assert (root_by_inclusion(leaf(other), index, size, path) == root) == (leaf(other) == leaf(index))
    assert (root_by_inclusion(leaf(index), other, size, path) == root) == (other == index)
    if path:
        assert root_by_inclusion(leaf(index), index, size, path[:-1]) != root
        assert root_by_inclusion(leaf(index), index, size, [*path, path[0]]) != root


@given(st.integers(1, 200), st.data())
def test_a_changed_consistency_proof_proves_nothing(size: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, size))
    all_leaves = leaves(size)
    proof = consistency_proof(all_leaves, first)
    root, first_root = tree_root(all_leaves), tree_root(all_leaves[:first])
    assert not is_consistent(first, first_root, size, root, [*proof, leaf(7)])
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        assert not is_consistent(first, first_root, size, root, proof[:place] + proof[place + 1 :])
        changed = [*proof[:place], leaf(60_000), *proof[place + 1 :]]
        assert not is_consistent(first, first_root, size, root, changed)


def test_places_outside_the_tree_have_no_proof() -> None:
    with pytest.raises(IndexError):
        inclusion_proof(leaves(3), 3)
    with pytest.raises(IndexError):
        consistency_proof(leaves(3), 0)
    assert root_by_inclusion(leaf(0), 3, 3, []) is None
    assert not is_consistent(0, tree_root([]), 3, tree_root(leaves(3)), [])
