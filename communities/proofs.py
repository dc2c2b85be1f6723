"""Proofs out of the sealed logs: that a leaf is in, that a tree only grew. Nothing here writes.

Everybody may check them with two hashes and no trust in this machine, as long as the
head they lead to was seen somewhere else (docs/sealing.md).
"""

from dataclasses import dataclass
from functools import lru_cache

from communities.ledger.tree import Tree
from communities.models import Log, SealedLeaf, TreeHead


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That one leaf lies at ``index`` in the tree of ``size`` leaves whose root ``head`` signs."""

    leaf_hash: str
    index: int
    size: int
    #: The audit path, from the leaf upwards (RFC 6962 §2.1.1), in hex.
    path: tuple[str, ...]
    head: TreeHead


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the tree of head ``later`` begins with the whole tree of head ``earlier``."""

    earlier: TreeHead
    later: TreeHead
    #: RFC 6962 §2.1.2, in hex.
    path: tuple[str, ...]


def leaf_hashes(log: Log, *, size: int | None = None) -> list[str]:
    """The leaf hashes sealed in ``log`` by index; only the first ``size`` where it is given."""
    leaves = log.leaves.order_by("index")
    if size is not None:
        leaves = leaves.filter(index__lt=size)
    return list(leaves.values_list("entry__leaf_hash", flat=True))


def newest_head(log: Log) -> TreeHead | None:
    """The head over the most leaves of ``log``."""
    return log.heads.order_by("-size").first()


def inclusion(leaf_hash: str, *, head: TreeHead | None = None) -> Inclusion | None:
    """The proof that the leaf is under ``head``, by default the newest of its log.

    None while the leaf is unknown, or not yet sealed under that head.
    """
    place = SealedLeaf.objects.select_related("log").filter(entry__leaf_hash=leaf_hash).first()
    if place is None:
        return None
    head = head or newest_head(place.log)
    if head is None or head.log_id != place.log_id or place.index >= head.size:
        return None
    path = tuple(tree_of(head).inclusion_path(place.index))
    return Inclusion(leaf_hash=leaf_hash, index=place.index, size=head.size, path=path, head=head)


def consistency(earlier: TreeHead, later: TreeHead) -> Consistency:
    """The proof that ``later`` only added to ``earlier``, a head of the same log that is not larger."""
    if earlier.log_id != later.log_id or earlier.size > later.size:
        raise ValueError("not two heads of one log in order of size")
    return Consistency(earlier, later, tuple(tree_of(later).consistency_path(earlier.size)))


def tree_of(head: TreeHead) -> Tree:
    """The tree under a head. It never changes, so each process builds it once."""
    return _tree(head.log_id, head.size, head.root)


@lru_cache(maxsize=16)
def _tree(log_id: int, size: int, root: str) -> Tree:
    tree = Tree(leaf_hashes(Log(pk=log_id), size=size))
    if (tree.size, tree.root) != (size, root):
        raise TreeBroken(log_id, size)
    return tree


class TreeBroken(Exception):
    """The stored leaves do not lead to the root that was signed: no proof is given out."""
