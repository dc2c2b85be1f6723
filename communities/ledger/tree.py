"""RFC 6962 Merkle trees: root, inclusion and consistency proofs.

Leaves are given as their leaf hashes (hex), in order of index. Everything is computed
anew from them each time: 50,000 leaves take a quarter of a second, and a bit that
flipped in storage shows before anything is signed.
"""

import hashlib
from collections.abc import Sequence


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def _level_above(level: bytes) -> bytes:
    """The nodes over ``level``, both as one string of 32 bytes each; a last one alone moves up unchanged."""
    sha256 = hashlib.sha256
    pairs = len(level) // 64 * 64
    above = [sha256(b"\x01" + level[place : place + 64]).digest() for place in range(0, pairs, 64)]
    return b"".join(above) + level[pairs:]


class Tree:
    """The tree over a fixed list of leaves, with all its nodes: every proof is then a few look-ups.

    Node ``i`` of level ``k`` is the root over leaves ``i * 2**k`` up to the next one's, as far as there are.
    """

    def __init__(self, leaves: Sequence[str]) -> None:
        self.size = len(leaves)
        self._levels = [bytes.fromhex("".join(leaves))]
        while len(self._levels[-1]) > 32:
            self._levels.append(_level_above(self._levels[-1]))

    @property
    def root(self) -> str:
        """In hex. Of no leaf: SHA-256 of nothing."""
        return self._node(-1, 0) if self.size else hashlib.sha256(b"").hexdigest()

    def inclusion_path(self, index: int) -> list[str]:
        """The audit path of leaf ``index``, from the leaf upwards (RFC 6962 §2.1.1)."""
        if not 0 <= index < self.size:
            raise IndexError(index)
        return [
            self._node(height, sibling)
            for height, level in enumerate(self._levels[:-1])
            if (sibling := (index >> height) ^ 1) * 32 < len(level)
        ]

    def consistency_path(self, first: int) -> list[str]:
        """That this tree begins with the tree over its own first ``first`` leaves (RFC 6962 §2.1.2)."""
        if not 0 < first <= self.size:
            raise IndexError(first)
        # Up from the last leaf of the smaller tree, past what both trees have complete there.
        height, place = 0, first - 1
        while place % 2:
            height, place = height + 1, place // 2
        path = [self._node(height, place)] if place else []
        while height < len(self._levels) - 1:
            sibling = place ^ 1
            if sibling * 32 < len(self._levels[height]):
                path.append(self._node(height, sibling))
            height, place = height + 1, place // 2
        return path if first < self.size else []

    def _node(self, height: int, place: int) -> str:
        return self._levels[height][place * 32 : place * 32 + 32].hex()


def tree_root(leaves: Sequence[str]) -> str:
    """The root over these leaf hashes, in hex. Of no leaf: SHA-256 of nothing."""
    return Tree(leaves).root


def inclusion_proof(leaves: Sequence[str], index: int) -> list[str]:
    """The audit path of leaf ``index``, from the leaf upwards (RFC 6962 §2.1.1)."""
    return Tree(leaves).inclusion_path(index)


def _bytes(path: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(node) for node in path]


def root_by_inclusion(leaf: str, index: int, size: int, path: Sequence[str]) -> str | None:
    """The root that the audit path leads to; None where it is too long or too short for the place."""
    if not 0 <= index < size:
        return None
    node, place, last = bytes.fromhex(leaf), index, size - 1
    for step in _bytes(path):
        if last == 0:
            return None
        if place % 2 or place == last:
            node = node_hash(step, node)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            node = node_hash(node, step)
        place, last = place // 2, last // 2
    return node.hex() if last == 0 else None


def consistency_proof(leaves: Sequence[str], first: int) -> list[str]:
    """That the tree over ``leaves`` begins with its own first ``first`` leaves (RFC 6962 §2.1.2)."""
    return Tree(leaves).consistency_path(first)


def is_consistent(first: int, first_root: str, second: int, second_root: str, proof: Sequence[str]) -> bool:
    """Whether the tree of ``second`` leaves begins with that of ``first`` leaves (RFC 9162 §2.1.4.2)."""
    if first == second:
        return first_root == second_root and not proof
    if not 0 < first < second:
        return False
    steps = _bytes(proof)
    if first & (first - 1) == 0:
        steps.insert(0, bytes.fromhex(first_root))
    if not steps:
        return False
    place, last = first - 1, second - 1
    while place % 2:
        place, last = place // 2, last // 2
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            new = node_hash(new, step)
        place, last = place // 2, last // 2
    return old.hex() == first_root and new.hex() == second_root and last == 0
