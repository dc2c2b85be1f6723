"""Writing to the append-only log. Every service that changes something calls :func:`record`."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import models

from communities import recovery
from communities.clock import database_now
from communities.ledger.canonical import Plain
from communities.ledger.hashing import leaf_hash
from communities.ledger.leaves import event_body
from communities.models import Estate, LedgerEntry, Log, User


def log_of_estate(estate: Estate) -> Log:
    """The log of the estate's community of owners, made when first needed."""
    return Log.objects.get_or_create(name=f"estate:{estate.pk}", defaults={"estate": estate})[0]


def subject_of(thing: models.Model) -> str:
    """ "votes.assembly:7": how a leaf names a row."""
    return f"{thing._meta.label_lower}:{thing.pk}"


def record(
    *,
    log: Log,
    verb: str,
    subject: models.Model,
    actor: User | None,
    payload: Mapping[str, Plain] | None = None,
    moment: datetime | None = None,
) -> LedgerEntry:
    """Append one event to ``log``, in the caller's transaction.

    ``verb`` is dotted and belongs to the writer ("votes.assembly.published").
    ``payload`` must be free of names, phones, identity numbers and choices. Raises
    :class:`communities.recovery.Recovering` while nothing may be written.
    """
    recovery.watch.look()
    recovery.watch.refuse_writes()
    return append(log=log, verb=verb, subject=subject, actor=actor, payload=payload, moment=moment)


def append(
    *,
    log: Log,
    verb: str,
    subject: models.Model,
    actor: User | None,
    payload: Mapping[str, Plain] | None = None,
    moment: datetime | None = None,
) -> LedgerEntry:
    """What :func:`record` does once it is allowed. Only declaring a gap calls it at another time."""
    moment = moment or database_now()
    body = event_body(
        log=log.name,
        verb=verb,
        subject=subject_of(subject),
        actor=actor.pk if actor else None,
        payload=payload or {},
        moment=moment,
        nonce=secrets.token_hex(16),
    )
    return LedgerEntry.objects.create(
        log=log, verb=verb, leaf_hash=leaf_hash(body), body=body, actor=actor, recorded_at=moment
    )
