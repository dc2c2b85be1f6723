"""A ballot is cast by the holder of a mandate. docs/casting.md."""

import uuid

from django.db import IntegrityError, connection, transaction

from communities.clock import database_now
from communities.models import User
from votes.enums import Channel, UncountedReason
from votes.errors import (
    AlreadyCast,
    AssemblyNotOpen,
    HolderIsFirm,
    InstructionsDeparted,
    MandateExpired,
    MandateNotYours,
    MandateRevoked,
    PrincipalVoted,
)
from votes.models import Ballot, Mandate

from .ballot_forms import ballot_form, check_withdrawn
from .ballot_writing import earlier_ballots, received_of, write_ballot
from .cast_statements import LOCK_ASSEMBLY
from .casting import TRIES_AT_A_REVISION, received_before, replay_of
from .mandates import FREE, is_barred
from .receipts import RUNNING, Receipt, as_stored, aware, refuse_window


def cast_mandate_ballot(
    *, mandate_id: uuid.UUID, choices: str, idempotency_key: uuid.UUID, actor: User
) -> Receipt:
    """Receive the ballot of the mandate's principal from its holder, and return its receipt.

    The same promises as :func:`votes.services.casting.cast_ballot`; both may see the
    receipt. It never takes the place of the principal's own ballot. Raises as there, and
    :class:`MandateNotYours`, :class:`MandateRevoked`, :class:`MandateExpired`,
    :class:`HolderIsFirm`, :class:`InstructionsDeparted`, :class:`PrincipalVoted`.
    """
    mandate = Mandate.objects.filter(pk=mandate_id, holder=actor).first()
    if mandate is None:
        raise MandateNotYours
    for _ in range(TRIES_AT_A_REVISION):
        try:
            with transaction.atomic():
                return _cast(mandate, choices, idempotency_key, actor)
        except (IntegrityError, AssemblyNotOpen) as error:
            if found := received_before(idempotency_key, mandate.elector_id, choices):
                return found
            if isinstance(error, AssemblyNotOpen):
                raise
            if not Ballot.objects.filter(elector=mandate.elector_id).exists():
                raise  # another wall than that of the second ballot
    raise AlreadyCast


def _cast(mandate: Mandate, choices: str, key: uuid.UUID, actor: User) -> Receipt:
    """Shared lock: neither the close nor a withdrawal, which lock exclusively, falls into this."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_ASSEMBLY[connection.vendor], [as_stored(key), mandate.assembly_id])
        *received, status, opens_at, closes_at, _, _ = cursor.fetchone()
    if found := replay_of(received, mandate.elector_id, choices):
        return found
    moment = database_now()
    if status not in RUNNING or not aware(opens_at) <= moment < aware(closes_at):
        refuse_window(status, aware(opens_at), moment)
    mandate = Mandate.objects.select_related("assembly__estate", "assembly__log", "elector").get(
        pk=mandate.pk
    )
    if mandate.revoked_at is not None:
        raise MandateRevoked
    if mandate.expires_at is not None and mandate.expires_at <= moment:
        raise MandateExpired
    if is_barred(actor, mandate.assembly):
        raise HolderIsFirm
    form = ballot_form(mandate.assembly_id)
    form.check(choices)
    check_withdrawn(mandate.assembly_id, choices)
    if any(
        mark not in (FREE, chosen)
        for mark, chosen in zip(mandate.instructions or FREE * len(choices), choices, strict=True)
    ):
        raise InstructionsDeparted
    earlier = earlier_ballots(mandate.elector_id)
    why_not = form.precedence.why_not(Channel.MANDATE, moment, received_of(earlier))
    if why_not == UncountedReason.ELECTOR_VOTED_BY_MANDATE:
        raise AlreadyCast
    if why_not is not None:
        raise PrincipalVoted
    ballot = write_ballot(
        assembly=mandate.assembly,
        elector=mandate.elector,
        choices=choices,
        key=key,
        accepted_at=moment,
        recorded_at=moment,
        newest=earlier[-1] if earlier else None,
        mandate=mandate,
        cast_by_id=actor.pk,
    )
    return Receipt(ballot.pk, ballot.leaf_hash, ballot.accepted_at)
