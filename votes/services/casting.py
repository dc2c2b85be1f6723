"""A ballot is cast: the one path that may never go wrong.

In one READ COMMITTED transaction: look up the idempotency key, lock the
assembly (shared), read the database's clock after the lock, find the elector,
insert ballot, leaf and outbox message, commit. The unique constraints decide
about double votes; the code here only finds the words. docs/casting.md tells
it in full.
"""

import secrets
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from communities import recovery
from communities.ledger.hashing import leaf_hash
from communities.live import SparingAnnouncer
from votes.enums import Channel, UncountedReason
from votes.errors import AlreadyCast, AssemblyNotOpen, KeyReused, NotOnRoll, PaperCounts
from votes.evidence.leaves import CAST_VERB, BallotLeaf, commitment
from votes.models import Ballot
from votes.precedence import Received

from .ballot_forms import ballot_form, check_withdrawn
from .cast_statements import FIND_BY_KEY, FIND_ELECTOR, FIND_ELECTOR_AND_NEWEST, LOCK_ASSEMBLY, WRITE
from .papers_counted import admit_paper_ballot, set_paper_aside
from .receipts import RUNNING, Receipt, as_stored, aware, refuse_window
from .secret_casting import cast_secret_ballot

__all__ = ["Receipt", "admit_paper_ballot", "cast_ballot", "set_paper_aside"]

#: Two phones changing one ballot at the same instant: the later one goes again.
TRIES_AT_A_REVISION = 5
#: The relay announces again when it has told the elector of the ballot.
open_pages = SparingAnnouncer(seconds=1.0)


def cast_ballot(
    *, assembly_id: int, elector_id: int, choices: str, idempotency_key: uuid.UUID, user_id: int
) -> Receipt:
    """Receive one elector's ballot on all motions and return its receipt.

    ``choices`` has one letter of :class:`votes.enums.Mark` per motion. The same
    key with the same content returns the same receipt, for ever, also after the
    close; with other content it raises :class:`KeyReused`. Raises
    :class:`AssemblyNotOpen` (or the more exact kind) outside the window by the
    database's clock, :class:`NotOnRoll`, :class:`AlreadyCast`,
    :class:`ChoicesInvalid` (or the more exact :class:`TooManyMarks` and
    :class:`CandidateHasWithdrawn`), :class:`communities.recovery.Recovering`. A refusal
    leaves nothing behind.

    A secret vote goes :func:`votes.services.secret_casting.cast_secret_ballot`'s way.
    It takes the place of a ballot by mandate, and of a paper where the assembly was
    posted with online before paper.
    """
    recovery.watch.refuse_writes()
    if ballot_form(assembly_id).is_secret:
        return cast_secret_ballot(
            assembly_id=assembly_id,
            elector_id=elector_id,
            choices=choices,
            idempotency_key=idempotency_key,
            user_id=user_id,
        )
    replacing = False
    for _ in range(TRIES_AT_A_REVISION):
        try:
            with transaction.atomic():
                return _cast(assembly_id, elector_id, choices, idempotency_key, user_id, replacing)
        except (IntegrityError, AssemblyNotOpen) as error:
            # Somebody was faster: the same tap sent twice, or another co-owner's phone.
            if replay := received_before(idempotency_key, elector_id, choices):
                return replay
            if isinstance(error, AssemblyNotOpen):
                raise
            if not Ballot.objects.filter(assembly=assembly_id, elector=elector_id).exists():
                raise  # another wall than that of the second ballot
            # Look at what stands, which the first try did not: it may be one that this replaces.
            replacing = True
    raise AlreadyCast


def _cast(
    assembly_id: int, elector_id: int, choices: str, idempotency_key: uuid.UUID, user_id: int, replacing: bool
) -> Receipt:
    vendor = connection.vendor
    with connection.cursor() as cursor:
        form = ballot_form(assembly_id)
        cursor.execute(LOCK_ASSEMBLY[vendor], [as_stored(idempotency_key), assembly_id])
        *received, status, opens_at, closes_at, log_id, estate_id = cursor.fetchone()
        if replay := replay_of(received, elector_id, choices):
            return replay
        form.check(choices)

        find_elector = FIND_ELECTOR_AND_NEWEST if form.revisable or replacing else FIND_ELECTOR
        cursor.execute(find_elector[vendor], [user_id, elector_id, assembly_id])
        row = cursor.fetchone()
        if row is None:
            raise NotOnRoll
        clock, number, area, last_revision, last_leaf, last_channel = row
        accepted_at = clock or timezone.now()
        if status not in RUNNING or not aware(opens_at) <= accepted_at < aware(closes_at):
            refuse_window(status, aware(opens_at), accepted_at)
        if last_channel:
            standing = [Received(Channel(last_channel), accepted_at)]
            refuse_second(form.precedence.why_not(Channel.ONLINE, accepted_at, standing))
        check_withdrawn(assembly_id, choices)

        ballot_id, salt, log = uuid.uuid4(), secrets.token_hex(16), f"assembly:{assembly_id}"
        leaf = BallotLeaf(
            log=log,
            ballot=str(ballot_id),
            channel=Channel.ONLINE.value,
            revision=(last_revision or 0) + 1,
            previous=last_leaf,
            commitment=commitment(salt=salt, log=log, elector=number, choices=choices),
            accepted_at=accepted_at,
        )
        body = leaf.body()
        digest = leaf_hash(body)
        moment = connection.ops.adapt_datetimefield_value(accepted_at)
        parameters: list[Any] = [
            *(
                as_stored(ballot_id),
                assembly_id,
                elector_id,
                leaf.revision,
                as_stored(idempotency_key),
                leaf.channel,
            ),
            *(choices, area, salt, digest, user_id, moment),
            *(log_id, CAST_VERB, digest, body, moment),
            *(estate_id, str(ballot_id), moment),
        ]
        for statement in WRITE[vendor]:
            taken = statement.count("%s")
            cursor.execute(statement, parameters[:taken])
            parameters = parameters[taken:]
    transaction.on_commit(lambda: open_pages.announce(f"assembly.{assembly_id}"))
    return Receipt(ballot_id, digest, accepted_at)


def received_before(key: uuid.UUID, elector_id: int, choices: str) -> Receipt | None:
    """The receipt of the ballot that came with ``key``, asked outside the transaction that failed."""
    with connection.cursor() as cursor:
        cursor.execute(FIND_BY_KEY, [as_stored(key)])
        return replay_of(cursor.fetchone() or [None], elector_id, choices)


def replay_of(received: Sequence[Any], elector_id: int, choices: str) -> Receipt | None:
    """The receipt of a ballot received before; raises :class:`KeyReused` if it was another."""
    if received[0] is None:
        return None
    ballot_id, elector, said, digest, accepted_at = received
    if (elector, said) != (elector_id, choices):
        raise KeyReused
    return Receipt(uuid.UUID(str(ballot_id)), digest, aware(accepted_at), replayed=True)


def refuse_second(why_not: UncountedReason | None) -> None:
    """Say what stands already, if the precedence of the assembly lets it stand."""
    if why_not == UncountedReason.ELECTOR_VOTED_ON_PAPER:
        raise PaperCounts
    if why_not is not None:
        raise AlreadyCast
