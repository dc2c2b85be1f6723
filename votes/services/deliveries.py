"""送达: who was given ballot and notice, how, and by what it is proved."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from communities.clock import database_now
from communities.errors import need_reason
from communities.ledger.hashing import sha256
from communities.live import announce
from communities.models import User
from communities.services.ledger import record
from votes.enums import AssemblyStatus, DeliveryMethod
from votes.errors import (
    DeliveryEvidenceMissing,
    DeliveryNotNow,
    DeliveryTakenBack,
    DeliveryTimeImpossible,
    DeliveryToNobody,
)
from votes.models import Assembly, Delivery, Elector

from .assemblies import judge, lock_assembly
from .scans import Scan, read_scan

RECORDED_IN = (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN, AssemblyStatus.CLOSED)
#: What nobody saw happen needs something to show for it; a board is proved by its photo alone.
NEEDS_A_PHOTO = (DeliveryMethod.BOARD,)
NEEDS_ANYTHING = (DeliveryMethod.POST, DeliveryMethod.SMS)
BATCH = 500


def record_deliveries(
    *,
    assembly: Assembly,
    electors: Iterable[int],
    method: str,
    reached: bool,
    actor: User,
    delivered_at: datetime | None = None,
    note: str = "",
    evidence: UploadedFile[bytes] | None = None,
) -> list[Delivery]:
    """Record one attempt for each of ``electors`` (their numbers as rows), with one evidence for all.

    ``delivered_at`` is now where it is left out. Raises :class:`NotPermitted`,
    :class:`DeliveryNotNow`, :class:`DeliveryTimeImpossible`, :class:`DeliveryToNobody`,
    :class:`DeliveryEvidenceMissing`, and what :func:`read_scan` refuses.
    """
    judge("votes.record_delivery", actor, assembly)
    method = DeliveryMethod(method)
    note = note.strip()
    if reached and evidence is None and (method in NEEDS_A_PHOTO or (method in NEEDS_ANYTHING and not note)):
        raise DeliveryEvidenceMissing
    scan = read_scan(evidence) if evidence else None
    return _record(assembly.pk, list(electors), method, reached, actor, delivered_at, note, scan)


@transaction.atomic
def _record(
    assembly_id: int,
    electors: list[int],
    method: DeliveryMethod,
    reached: bool,
    actor: User,
    delivered_at: datetime | None,
    note: str,
    scan: Scan | None,
) -> list[Delivery]:
    assembly = lock_assembly(assembly_id)
    judge("votes.record_delivery", actor, assembly)
    moment = database_now()
    if assembly.phase(moment) not in RECORDED_IN:
        raise DeliveryNotNow
    delivered_at = delivered_at or moment
    assert assembly.published_at is not None and assembly.closes_at is not None
    if not assembly.published_at <= delivered_at <= moment or delivered_at >= assembly.closes_at:
        raise DeliveryTimeImpossible
    known = list(
        Elector.objects.filter(assembly=assembly, pk__in=electors)
        .order_by("number")
        .values_list("pk", flat=True)
    )
    if not known:
        raise DeliveryToNobody
    stored = _store(scan)
    try:
        with transaction.atomic():
            rows = Delivery.objects.bulk_create(
                [
                    Delivery(
                        assembly=assembly,
                        elector_id=elector,
                        method=method,
                        reached=reached,
                        note=note,
                        evidence=stored,
                        evidence_sha256=scan.sha256 if scan else "",
                        delivered_at=delivered_at,
                        recorded_by=actor,
                        recorded_at=moment,
                    )
                    for elector in known
                ],
                batch_size=BATCH,
            )
            _enter(
                assembly,
                "recorded",
                actor,
                moment,
                {
                    "method": method.value,
                    "reached": reached,
                    "number": len(rows),
                    "evidence": scan.sha256 if scan else "",
                    "rows": _hash_of(rows),
                },
            )
    except Exception:
        if stored:
            default_storage.delete(stored)
        raise
    transaction.on_commit(lambda: announce(f"assembly.{assembly.pk}"))
    return rows


@transaction.atomic
def take_back_delivery(*, delivery: Delivery, reason: str, actor: User) -> Delivery:
    """Take a wrong record back. It stays, with the reason, and proves nothing any more.

    Raises :class:`NotPermitted`, :class:`ReasonMissing`, :class:`DeliveryTakenBack`,
    and :class:`DeliveryNotNow` once the result is published.
    """
    assembly = lock_assembly(delivery.assembly_id)
    judge("votes.record_delivery", actor, assembly)
    reason = need_reason(reason)
    delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
    moment = database_now()
    if assembly.phase(moment) not in RECORDED_IN:
        raise DeliveryNotNow
    if delivery.taken_back_at is not None:
        raise DeliveryTakenBack
    delivery.taken_back_at, delivery.taken_back_reason = moment, reason
    delivery.save(update_fields=["taken_back_at", "taken_back_reason"])
    _enter(
        assembly,
        "taken-back",
        actor,
        moment,
        {"row": _hash_of([delivery]), "reason": sha256(reason)},
    )
    transaction.on_commit(lambda: announce(f"assembly.{assembly.pk}"))
    return delivery


def _store(scan: Scan | None) -> str:
    """One file for all rows it proves; it is never removed while one of them stands."""
    if scan is None:
        return ""
    field = Delivery._meta.get_field("evidence")
    name = field.generate_filename(Delivery(), str(scan.content.name))
    return str(default_storage.save(name, scan.content))


def _hash_of(rows: Iterable[Delivery]) -> str:
    """Names the rows to whoever has them, and no elector to anybody."""
    text = ",".join(str(row.pk) for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()


def _enter(
    assembly: Assembly, step: str, actor: User, moment: datetime, payload: dict[str, str | int | bool]
) -> None:
    assert assembly.log is not None
    record(
        log=assembly.log,
        verb=f"votes.delivery.{step}",
        subject=assembly,
        actor=actor,
        payload=payload,
        moment=moment,
    )
