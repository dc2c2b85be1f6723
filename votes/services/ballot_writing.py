"""Writing a ballot off the plain online path: from a paper, or under a mandate."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from communities.ledger.hashing import leaf_hash
from communities.live import announce
from communities.models import LedgerEntry
from communities.services.outbox import tell
from votes.enums import Channel
from votes.evidence.leaves import CAST_VERB, BallotLeaf, commitment
from votes.models import Assembly, Ballot, Elector, Mandate, PaperBallot
from votes.precedence import Received


def received_of(earlier: Sequence[Ballot]) -> list[Received]:
    """What :mod:`votes.precedence` asks of an elector's stored ballots."""
    return [Received(Channel(one.channel), one.accepted_at) for one in earlier]


def earlier_ballots(elector_id: int) -> list[Ballot]:
    """The elector's stored ballots in order of revision."""
    return list(Ballot.objects.filter(elector=elector_id).order_by("revision"))


def write_ballot(
    *,
    assembly: Assembly,
    elector: Elector,
    choices: str,
    key: uuid.UUID,
    accepted_at: datetime,
    recorded_at: datetime,
    newest: Ballot | None,
    paper: PaperBallot | None = None,
    mandate: Mandate | None = None,
    cast_by_id: int | None = None,
) -> Ballot:
    """Store a ballot that was judged fit, after ``newest``, with its leaf and its outbox message."""
    assert assembly.log is not None
    ballot = Ballot(
        id=uuid.uuid4(),
        assembly=assembly,
        elector=elector,
        revision=newest.revision + 1 if newest else 1,
        idempotency_key=key,
        channel=Channel.PAPER if paper else Channel.MANDATE,
        choices=choices,
        area=elector.area,
        salt=secrets.token_hex(16),
        paper=paper,
        mandate=mandate,
        cast_by_id=cast_by_id,
        accepted_at=accepted_at,
    )
    log = assembly.log.name
    body = BallotLeaf(
        log=log,
        ballot=str(ballot.pk),
        channel=ballot.channel,
        revision=ballot.revision,
        previous=newest.leaf_hash if newest else None,
        commitment=commitment(salt=ballot.salt, log=log, elector=elector.number, choices=choices),
        accepted_at=accepted_at,
    ).body()
    ballot.leaf_hash = leaf_hash(body)
    ballot.save(force_insert=True)
    LedgerEntry.objects.create(
        log=assembly.log, verb=CAST_VERB, leaf_hash=ballot.leaf_hash, body=body, recorded_at=recorded_at
    )
    tell(estate=assembly.estate, topic="votes.ballot-cast", subject=str(ballot.pk))
    transaction.on_commit(lambda: announce(f"assembly.{assembly.pk}"))
    return ballot
