"""What happened before today, for the demo only: ballots of a window that lies in the past.

The product itself has no such path: :func:`votes.services.casting.cast_ballot`
takes the moment from the database's clock. Here whole rows are written, of the
same form and with the same leaves, through the same walls of the database.
"""

import random
import secrets
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from communities.ledger.hashing import leaf_hash
from communities.models import LedgerEntry, OutboxMessage
from votes.enums import Channel
from votes.evidence.leaves import CAST_VERB, BallotLeaf, commitment
from votes.models import Assembly, Ballot, Elector


def cast_in_the_past(
    assembly: Assembly,
    electors: Iterable[Elector],
    choose: Callable[[Elector], str],
    *,
    until: datetime,
    draw: random.Random,
) -> None:
    """One ballot of each of ``electors``, spread between the opening and ``until``."""
    assert assembly.opens_at is not None
    log = f"assembly:{assembly.pk}"
    span = (until - assembly.opens_at).total_seconds()
    ballots, leaves = [], []
    for elector in electors:
        ballot_id = uuid.UUID(int=draw.getrandbits(128), version=4)
        accepted_at = assembly.opens_at + timedelta(seconds=draw.uniform(0, span))
        choices, salt = choose(elector), secrets.token_hex(16)
        body = BallotLeaf(
            log=log,
            ballot=str(ballot_id),
            channel=Channel.ONLINE.value,
            revision=1,
            previous=None,
            commitment=commitment(salt=salt, log=log, elector=elector.number, choices=choices),
            accepted_at=accepted_at,
        ).body()
        digest = leaf_hash(body)
        owner = elector.members.select_related("owner").filter(may_cast=True)[0].owner
        ballots.append(
            Ballot(
                id=ballot_id,
                assembly=assembly,
                elector=elector,
                idempotency_key=uuid.UUID(int=draw.getrandbits(128), version=4),
                choices=choices,
                area=elector.area,
                salt=salt,
                leaf_hash=digest,
                cast_by=owner.user,
                accepted_at=accepted_at,
            )
        )
        leaves.append(
            LedgerEntry(
                log=assembly.log, verb=CAST_VERB, leaf_hash=digest, body=body, recorded_at=accepted_at
            )
        )
    Ballot.objects.bulk_create(ballots)
    LedgerEntry.objects.bulk_create(sorted(leaves, key=lambda leaf: leaf.leaf_hash))


def forget_old_news(assembly: Assembly) -> None:
    """Nobody is told today of what was told at the time."""
    OutboxMessage.objects.filter(estate=assembly.estate, relayed_at__isnull=True).delete()
