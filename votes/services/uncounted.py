"""Ballots that were received and do not count: each is kept with its reason and a leaf of its own."""

from datetime import datetime

from django.db import transaction

from communities.models import User
from communities.services.ledger import record
from votes.enums import Channel, UncountedReason
from votes.evidence.leaves import NOT_COUNTED_VERB
from votes.models import Assembly, Elector, PaperBallot, UncountedBallot


@transaction.atomic
def keep_uncounted(
    *,
    assembly: Assembly,
    elector: Elector | None,
    channel: Channel,
    reason: UncountedReason,
    received_at: datetime,
    moment: datetime,
    actor: User | None,
    paper: PaperBallot | None = None,
    detail: str = "",
) -> UncountedBallot:
    """Keep a received ballot that does not count, within the caller's transaction and lock.

    It is one of the "not counted" of counted + not counted = received. Its leaf names
    neither the elector nor the marks.
    """
    assert assembly.log is not None
    kept = UncountedBallot(
        assembly=assembly,
        elector=elector,
        channel=channel,
        paper=paper,
        reason=reason,
        detail=detail,
        received_at=received_at,
        recorded_by=actor,
        recorded_at=moment,
    )
    entry = record(
        log=assembly.log,
        verb=NOT_COUNTED_VERB,
        subject=kept,
        actor=actor,
        payload={"channel": channel.value, "reason": reason.value},
        moment=moment,
    )
    kept.leaf_hash = entry.leaf_hash
    kept.save(force_insert=True)
    return kept
