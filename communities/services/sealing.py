"""The sealer: gives entries their place in the tree of their log and signs its head.

It takes whatever committed entry has no place yet (an anti-join: entries commit out of
order, so "later than the last one" would leave some out for ever), orders each batch
by leaf hash, computes the root anew from all rows, proves to itself that the tree only
grew, and signs. Only the process that holds the sealing key can do it.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from communities.clock import database_now
from communities.errors import Refusal
from communities.ledger.hashing import leaf_hash
from communities.ledger.heads import Signer, head_body, is_signed
from communities.ledger.tree import tree_root
from communities.models import LedgerEntry, Log, SealedLeaf, TreeHead


class SealingRefused(Refusal):
    """The rows do not give what was signed before: nothing more is signed until somebody looked."""

    code = "sealing-refused"
    status = 409


def sealing_signer() -> Signer | None:
    """The sealing key of this process, if it is the one that holds it."""
    return Signer.from_base64(settings.SEALING_KEY) if settings.SEALING_KEY else None


@transaction.atomic
def seal_log(*, log: Log, moment: datetime | None = None) -> TreeHead | None:
    """Seal what of ``log`` is not sealed yet; returns the new head, or None if there was nothing.

    Safe to run by several at once: one works, the others wait for the row of the log.
    Raises :class:`SealingRefused` when stored leaves or heads contradict one another,
    and :class:`RuntimeError` where this process has no sealing key.
    """
    signer = sealing_signer()
    if signer is None:
        raise RuntimeError("this process holds no sealing key")
    # NO KEY: an entry refers to the row of its log, and nobody who casts a ballot waits for a sealer.
    log = Log.objects.select_for_update(no_key=True).get(pk=log.pk)
    head = log.heads.order_by("-size").first()
    placed = list(log.leaves.order_by("index").values_list("index", "entry__leaf_hash", "entry__body"))
    _check_stored(log, head, placed)
    waiting = list(
        LedgerEntry.objects.filter(log=log, sealed__isnull=True).values_list("leaf_hash", "body", "pk")
    )
    if not waiting:
        return None
    if any(leaf_hash(body) != digest for digest, body, _ in waiting):
        raise SealingRefused
    waiting.sort()
    SealedLeaf.objects.bulk_create(
        [
            SealedLeaf(log=log, index=index, entry_id=pk)
            for index, (_, _, pk) in enumerate(waiting, start=len(placed))
        ],
        batch_size=500,
    )
    leaves = [digest for _, digest, _ in placed] + [digest for digest, _, _ in waiting]
    moment = moment or database_now()
    body = head_body(
        log=log.name,
        size=len(leaves),
        root=tree_root(leaves),
        previous=(head.size, head.root) if head else None,
        sealed_at=moment,
        key=signer.key_id,
    )
    signature = signer.sign(body)
    if not is_signed(body, signature, signer.public):
        raise SealingRefused
    return TreeHead.objects.create(
        log=log,
        size=len(leaves),
        root=tree_root(leaves),
        body=body,
        key_id=signer.key_id,
        signature=signature,
        sealed_at=moment,
    )


def _check_stored(log: Log, head: TreeHead | None, placed: list[tuple[int, str, str]]) -> None:
    """The leaves stored for ``log`` are whole and lead to the head that was signed last."""
    if (head.size if head else 0) != len(placed):
        raise SealingRefused
    for expected, (index, digest, body) in enumerate(placed):
        if index != expected or leaf_hash(body) != digest:
            raise SealingRefused
    if head and tree_root([digest for _, digest, _ in placed]) != head.root:
        raise SealingRefused
