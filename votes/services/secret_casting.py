"""A secret vote is cast: that somebody took part, and what somebody marked, in two rows that nothing joins.

Both are written in one transaction. The mark carries neither person, key nor time, and its
number is random. Whoever can read the database's own traces (its write-ahead log, the order
of its pages) could still join them; docs/casting.md says so, and so does every page.
"""

import uuid

from django.db import IntegrityError, connection, transaction

from communities.clock import database_now
from communities.ledger.hashing import leaf_hash
from communities.ledger.leaves import event_body
from communities.live import SparingAnnouncer
from communities.models import LedgerEntry
from communities.services.outbox import tell
from votes.enums import AssemblyStatus
from votes.errors import AlreadyCast, KeyReused, NotOnRoll
from votes.models import Assembly, Elector, SecretBallot, SecretTurnout

from .ballot_forms import ballot_form, check_withdrawn
from .cast_statements import LOCK_ASSEMBLY
from .receipts import Receipt, as_stored, aware, refuse_window

TOOK_PART_VERB = "votes.ballot.took-part"
RUNNING = (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN)
open_pages = SparingAnnouncer(seconds=1.0)


def cast_secret_ballot(
    *, assembly_id: int, elector_id: int, choices: str, idempotency_key: uuid.UUID, user_id: int
) -> Receipt:
    """Receive one elector's secret ballot; the receipt proves that the elector took part, and no more.

    The same key returns the same receipt for ever, whatever choices come with it: what was
    marked first counts, and nothing tells any more what that was. It is never changed. Raises
    as :func:`votes.services.casting.cast_ballot`.
    """
    try:
        with transaction.atomic():
            return _cast(assembly_id, elector_id, choices, idempotency_key, user_id)
    except IntegrityError as error:
        if found := _took_part(idempotency_key, elector_id):
            return found
        if SecretTurnout.objects.filter(elector=elector_id).exists():
            raise AlreadyCast from error
        raise


def _cast(assembly_id: int, elector_id: int, choices: str, key: uuid.UUID, user_id: int) -> Receipt:
    if found := _took_part(key, elector_id):
        return found
    with connection.cursor() as cursor:
        cursor.execute(LOCK_ASSEMBLY[connection.vendor], [as_stored(key), assembly_id])
        *_, status, opens_at, closes_at, _log, _estate = cursor.fetchone()
    moment = database_now()
    if status not in RUNNING or not aware(opens_at) <= moment < aware(closes_at):
        refuse_window(status, aware(opens_at), moment)
    ballot_form(assembly_id).check(choices)
    check_withdrawn(assembly_id, choices)
    elector = Elector.objects.filter(
        pk=elector_id, assembly=assembly_id, members__may_cast=True, members__owner__user=user_id
    ).first()
    if elector is None:
        raise NotOnRoll
    assembly = Assembly.objects.select_related("log", "estate").get(pk=assembly_id)
    assert assembly.log is not None
    body = event_body(
        log=assembly.log.name,
        verb=TOOK_PART_VERB,
        # Not the elector, nor the row: the key is known to the voter alone.
        subject=f"votes.secretturnout:{key}",
        actor=None,
        payload={},
        moment=moment,
        nonce=uuid.uuid4().hex,
    )
    turnout = SecretTurnout.objects.create(
        assembly=assembly,
        elector=elector,
        idempotency_key=key,
        cast_by_id=user_id,
        accepted_at=moment,
        leaf_hash=leaf_hash(body),
    )
    SecretBallot.objects.create(assembly=assembly, choices=choices)
    LedgerEntry.objects.create(
        log=assembly.log, verb=TOOK_PART_VERB, leaf_hash=turnout.leaf_hash, body=body, recorded_at=moment
    )
    tell(estate=assembly.estate, topic="votes.took-part", subject=str(turnout.pk))
    transaction.on_commit(lambda: open_pages.announce(f"assembly.{assembly_id}"))
    return Receipt(key, turnout.leaf_hash, moment, is_secret=True)


def _took_part(key: uuid.UUID, elector_id: int) -> Receipt | None:
    """The receipt given for this key before; raises :class:`KeyReused` if it was another elector's."""
    found = SecretTurnout.objects.filter(idempotency_key=key).first()
    if found is None:
        return None
    if found.elector_id != elector_id:
        raise KeyReused
    return Receipt(key, found.leaf_hash, found.accepted_at, replayed=True, is_secret=True)
