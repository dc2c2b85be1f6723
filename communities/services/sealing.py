"""The sealer: gives entries their place in the tree of their log and signs its head.

It takes whatever committed entry has no place yet (an anti-join: entries commit out of
order, so "later than the last one" would leave some out for ever), orders each batch
by leaf hash, computes the root anew from all rows, proves to itself that the tree only
grew, and signs. Only a process that holds the sealing key in office can do it.

Several sealers of one log are kept apart by its row, locked ``FOR NO KEY UPDATE``: that
stops another sealer and nobody else. (``FOR UPDATE`` would also stop every ballot, whose
entry refers to the log.) An advisory lock would add a second name for the same thing.
"""

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min
from django.utils.translation import gettext_lazy as _

from communities import held, recovery
from communities.clock import database_now
from communities.enums import KeyPurpose
from communities.errors import Refusal
from communities.ledger.hashing import leaf_hash
from communities.ledger.heads import Signer, head_body, is_signed
from communities.ledger.tree import TILE, Tree
from communities.models import LedgerEntry, Log, SealedLeaf, SealedTile, TreeHead
from communities.queries import unsealed

from .keys import approved_signer, introduce_own_keys, signer_for

logger = logging.getLogger(__name__)

#: A log is due with so many entries waiting, or when the oldest has waited so long.
ENOUGH = 5
LONG_ENOUGH = timedelta(seconds=60)
#: How often, in seconds, a sweep of this process looks at all entries and not only at the newest.
LOOK_AT_ALL = 600.0


class SealingRefused(Refusal):
    """The rows do not give what was signed before: nothing more is signed until somebody looked."""

    code = "sealing-refused"
    status = 503
    message = _("日志与已经签名的树头对不上，暂停封存。请运维人员马上检查。")


class ClockWentBack(SealingRefused):
    """The database's clock is behind the newest head: what was sealed when would become a lie."""

    code = "clock-went-back"
    message = _("数据库时钟早于上一个树头的时间，暂停封存。请运维人员检查时钟。")


class Sweep:
    """When this process last looked at all entries."""

    looked_at_all: float | None = None

    def is_time_for_all(self) -> bool:
        now = time.monotonic()
        if self.looked_at_all is not None and now - self.looked_at_all < LOOK_AT_ALL:
            return False
        self.looked_at_all = now
        return True


sweep = Sweep()


def seal_due_logs() -> int:
    """Seal every log with enough entries waiting, or with one that waited long enough.

    Returns how many heads were signed. Safe to run twice or by several workers; in a
    process without the key it does nothing. One log that is refused keeps no other open.
    """
    if signer_for(KeyPurpose.SEAL) is None:
        return 0
    if trouble := recovery.watch.look():
        logger.error("nothing is sealed: %s", trouble)
        return 0
    everything, sealed = sweep.is_time_for_all(), 0
    if everything and settings.EMBEDDED:
        introduce_own_keys()
    for pk in _due_logs(everything):
        try:
            sealed += _seal_if_free(pk)
        except Exception:
            # One log that contradicts itself must not keep the others open.
            logger.exception("log %s could not be sealed", pk)
    if everything:
        held.hold_newest_heads()
    return sealed


def _due_logs(everything: bool) -> list[int]:
    waiting = unsealed(all_of_them=everything)
    counts = waiting.order_by().values_list("log").annotate(Count("pk"), Min("recorded_at"))
    oldest = database_now() - LONG_ENOUGH
    return [log for log, count, since in counts if count >= ENOUGH or since <= oldest]


@transaction.atomic
def _seal_if_free(pk: int) -> bool:
    """Seal one log, unless somebody else is at it."""
    log = Log.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=pk).first()
    return log is not None and _seal(log) is not None


@transaction.atomic
def seal_log(*, log: Log) -> TreeHead | None:
    """Seal what of ``log`` is not sealed yet; returns the new head, or None if there was nothing.

    Safe to run by several at once: one works, the others wait for the row of the log.
    Raises :class:`SealingRefused` when stored leaves or heads contradict one another,
    :class:`ClockWentBack`, :class:`communities.recovery.Recovering`, and what
    :func:`communities.services.keys.approved_signer` raises where this process may not sign.
    """
    # NO KEY: an entry refers to the row of its log, and nobody who casts a ballot waits for a sealer.
    return _seal(Log.objects.select_for_update(no_key=True).get(pk=log.pk))


def _seal(log: Log) -> TreeHead | None:
    """Of a log whose row is locked."""
    signer = approved_signer(KeyPurpose.SEAL)
    recovery.watch.refuse_writes()
    head = log.heads.order_by("-size").first()
    placed = _checked_leaves(log, head)
    waiting = list(
        LedgerEntry.objects.filter(log=log, sealed__isnull=True).values_list("leaf_hash", "body", "pk")
    )
    if not waiting:
        return None
    if any(leaf_hash(body) != digest for digest, body, _ in waiting):
        _refuse(log, "an entry waiting to be sealed was changed")
    waiting.sort()
    SealedLeaf.objects.bulk_create(
        [
            SealedLeaf(log=log, index=index, entry_id=pk)
            for index, (_, _, pk) in enumerate(waiting, start=len(placed))
        ],
        batch_size=500,
    )
    tree = Tree(placed + [digest for digest, _, _ in waiting])
    full = len(placed) // TILE
    SealedTile.objects.bulk_create(
        [
            SealedTile(log=log, number=number, root=root)
            for number, root in enumerate(tree.tiles()[full:], start=full)
        ],
        batch_size=500,
    )
    return _sign(log, signer, head, tree)


def _sign(log: Log, signer: Signer, before: TreeHead | None, tree: Tree) -> TreeHead:
    moment = database_now()
    if before and moment < before.sealed_at:
        logger.critical("log %s: the clock says %s, its newest head %s", log, moment, before.sealed_at)
        raise ClockWentBack
    root = tree.root()
    body = head_body(
        log=log.name,
        size=tree.size,
        root=root,
        previous=(before.size, before.root) if before else None,
        sealed_at=moment,
        key=signer.key_id,
    )
    signature = signer.sign(body)
    if not is_signed(body, signature, signer.public):
        _refuse(log, "its own signature does not hold")
    head = TreeHead.objects.create(
        log=log,
        size=tree.size,
        root=root,
        body=body,
        key_id=signer.key_id,
        signature=signature,
        sealed_at=moment,
    )
    transaction.on_commit(lambda: held.hold(log, head))
    return head


def _checked_leaves(log: Log, head: TreeHead | None) -> list[str]:
    """The leaf hashes placed in ``log``, if they are whole and lead to the head that was signed last."""
    placed = log.leaves.order_by("index").values_list("index", "entry__leaf_hash", "entry__body")
    leaves: list[str] = []
    for expected, (index, digest, body) in enumerate(placed.iterator(chunk_size=5_000)):
        if index != expected or leaf_hash(body) != digest:
            _refuse(log, f"leaf {expected} is missing or was changed")
        leaves.append(digest)
    if len(leaves) != (head.size if head else 0):
        _refuse(log, "its leaves are not as many as its newest head says")
    tree = Tree(leaves)
    if head and tree.root() != head.root:
        _refuse(log, "its leaves do not lead to its newest head")
    if list(log.tiles.order_by("number").values_list("root", flat=True)) != tree.tiles():
        _refuse(log, "its tiles are not those of its leaves")
    known = held.newest_of(log)
    if known and known.size and (known.size > tree.size or tree.root(known.size) != known.root):
        logger.critical("log %s is not sealed: it lacks what was signed up to %s", log, known.size)
        raise recovery.Recovering(recovery.watch.look(now=True) or None)
    return leaves


def _refuse(log: Log, why: str) -> None:
    logger.critical("log %s is not sealed: %s", log, why)
    raise SealingRefused
