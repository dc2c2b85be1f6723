"""Proofs out of the sealed logs: that a leaf is in, that a tree only grew. Nothing here writes.

Everybody may check them with two hashes and no trust in this machine, as long as the
head they lead to was seen somewhere else (docs/sealing.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal
from communities.ledger.tree import TILE, TiledTree, Tree
from communities.models import Estate, Log, SealedLeaf, TreeHead


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


def leaf_hashes(log: Log, *, start: int = 0, end: int | None = None) -> list[str]:
    """The leaf hashes sealed in ``log`` by index, from ``start`` up to but without ``end``."""
    leaves = log.leaves.filter(index__gte=start).order_by("index")
    if end is not None:
        leaves = leaves.filter(index__lt=end)
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
    path = _tiled_path(place, head)
    return Inclusion(leaf_hash=leaf_hash, index=place.index, size=head.size, path=path, head=head)


def _tiled_path(place: SealedLeaf, head: TreeHead) -> tuple[str, ...]:
    """The audit path of one leaf, out of its own tile and the roots of the others."""
    full = head.size // TILE
    tiles = list(head.log.tiles.filter(number__lt=full).order_by("number").values_list("root", flat=True))
    rest = leaf_hashes(head.log, start=full * TILE, end=head.size)
    number = place.index // TILE
    own = leaf_hashes(head.log, start=number * TILE, end=(number + 1) * TILE) if number < full else []
    if (len(tiles), len(rest)) != divmod(head.size, TILE):
        raise TreeBroken
    tree = TiledTree(tiles, rest)
    path = tree.inclusion_path(place.index, own) if tree.root() == head.root else None
    if path is None:
        raise TreeBroken
    return tuple(path)


def consistency(earlier: TreeHead, later: TreeHead) -> Consistency:
    """The proof that ``later`` only added to ``earlier``, a head of the same log that is not larger."""
    if earlier.log_id != later.log_id or earlier.size > later.size:
        raise ValueError("not two heads of one log in order of size")
    path = _path(tree_of(later), earlier, later)
    if path is None:
        raise TreeBroken
    return Consistency(earlier, later, path)


def tree_of(head: TreeHead) -> Tree:
    """The tree under a head. It never changes, so each process builds it once."""
    return _tree(head.log_id, head.size, head.root)


@lru_cache(maxsize=16)
def _tree(log_id: int, size: int, root: str) -> Tree:
    tree = Tree(leaf_hashes(Log(pk=log_id), end=size))
    if (tree.size, tree.root()) != (size, root):
        raise TreeBroken
    return tree


class TreeBroken(Refusal):
    """The stored leaves do not lead to the root that was signed: no proof is given out."""

    code = "log-broken"
    status = 503
    message = _("日志与已经签名的树头对不上，不能给出证明。请联系社区，由运维人员检查。")


@dataclass(frozen=True, slots=True)
class Growth:
    """A head and how it follows from the one before it in its log."""

    head: TreeHead
    before: TreeHead | None
    #: The consistency path from ``before``; None where the stored leaves do not give it.
    path: tuple[str, ...] | None

    @property
    def added(self) -> int:
        """How many leaves this head has more than the one before."""
        return self.head.size - (self.before.size if self.before else 0)


def growth(heads: Sequence[TreeHead]) -> list[Growth]:
    """How each of ``heads`` follows from the next one: heads of one log, the largest first.

    The last of them is compared with the stored head before it. Each step is computed from
    the leaves, and both roots with it; three statements, however many heads there are.
    """
    if not heads:
        return []
    smallest = heads[-1]
    earlier = TreeHead.objects.filter(log=smallest.log_id, size__lt=smallest.size).order_by("-size").first()
    try:
        tree: Tree | None = tree_of(heads[0])
    except TreeBroken:
        tree = None
    steps = zip(heads, [*heads[1:], earlier], strict=True)
    return [Growth(head, before, _path(tree, before, head)) for head, before in steps]


def _path(tree: Tree | None, before: TreeHead | None, head: TreeHead) -> tuple[str, ...] | None:
    if tree is None or tree.root(head.size) != head.root:
        return None
    if before is None:
        return ()
    return (
        tuple(tree.consistency_path(before.size, head.size))
        if tree.root(before.size) == before.root
        else None
    )


def newest_heads(estate: Estate) -> list[TreeHead]:
    """The newest head of each log of ``estate``, the one that was sealed last in front."""
    newest = TreeHead.objects.filter(log=OuterRef("log")).order_by("-size").values("size")[:1]
    heads = TreeHead.objects.filter(log__estate=estate, size=Subquery(newest)).select_related("log")
    return list(heads.order_by("-sealed_at", "-pk"))
