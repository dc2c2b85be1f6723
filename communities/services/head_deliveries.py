"""Signed heads on their way to the witnesses: a sweep that may run twice, late, and in several processes.

Every witness is sent the newest head of each log of its estate that it has not got. What
did not arrive is sent again, at growing intervals; a process that is killed between
sending and noting it sends once more, which harms nobody.
"""

import logging
import threading
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Min, Q, QuerySet
from django.utils.translation import gettext as _

from communities import recovery
from communities.clock import database_now
from communities.enums import WitnessKind
from communities.ledger.canonical import Plain
from communities.ledger.heads import head_line
from communities.ledger.parcels import heads_parcel
from communities.models import HeadDelivery, TreeHead, Witness
from communities.outbound import NotDelivered
from communities.proofs import newest_heads

from .witnesses import post_signed, send_mail

logger = logging.getLogger(__name__)

#: A witness gets no more than one parcel in this time.
PACE = {WitnessKind.EMAIL: timedelta(hours=1), WitnessKind.WEBHOOK: timedelta(minutes=1)}
LONGEST_PAUSE = timedelta(hours=6)
#: Heads in one parcel.
MOST_HEADS = 200
#: Seconds after which a sweep begins no other delivery: it shares its worker with the close of votes.
SWEEP_SECONDS = 8.0

_sweeping = threading.Lock()


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries: one minute, doubled each time, six hours at most."""
    return min(timedelta(minutes=2 ** min(tries - 1, 20)), LONGEST_PAUSE)


def deliver_heads() -> int:
    """Send witnesses what they have not got; returns how many parcels arrived.

    Only committed heads are found, since they are read from the database anew.
    """
    if recovery.watch.look() or not _sweeping.acquire(blocking=False):
        return 0
    try:
        begun, arrived = time.monotonic(), 0
        for pk in _waiting_witnesses():
            if time.monotonic() - begun > SWEEP_SECONDS:
                break
            try:
                arrived += _deliver_to(pk)
            except Exception:
                # One witness that cannot be served must not keep the others waiting.
                logger.exception("witness %s could not be sent its heads", pk)
        return arrived
    finally:
        _sweeping.release()


def _waiting_witnesses() -> list[int]:
    """Who is to be looked at, the one that was tried longest ago in front."""
    missing = Q(deliveries__arrived_at__isnull=True)
    present = Witness.objects.filter(removed_at__isnull=True)
    next_try = Min("deliveries__next_try_at", filter=missing)
    return list(
        present.annotate(next_try=next_try, last=Max("deliveries__arrived_at"))
        .filter(Q(next_try__isnull=True) | Q(next_try__lte=database_now()))
        .order_by("last", "pk")
        .values_list("pk", flat=True)
    )


def _deliver_to(pk: int) -> bool:
    claimed = _claim(pk)
    if claimed is None:
        return False
    witness, heads = claimed
    try:
        _send(witness, heads)
    except NotDelivered as failure:
        _open(witness).update(trouble=str(failure)[:200])
        return False
    _open(witness).filter(head__in=heads).update(arrived_at=database_now(), trouble="")
    return True


@transaction.atomic
def _claim(pk: int) -> tuple[Witness, list[TreeHead]] | None:
    """Enter what is to be sent and when it would be tried again; None when it is not time.

    From here on no other sweep sends it before the pause is over.
    """
    witness = (
        Witness.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("estate")
        .filter(pk=pk, removed_at__isnull=True)
        .first()
    )
    if witness is None:
        return None
    moment = database_now()
    known = witness.deliveries.aggregate(
        next_try=Min("next_try_at", filter=Q(arrived_at__isnull=True)), last=Max("arrived_at")
    )
    if not _is_time(witness, known["next_try"], known["last"], moment):
        return None
    newest = newest_heads(witness.estate)
    got = set(witness.deliveries.filter(head__in=newest).values_list("head", flat=True))
    fresh = [head for head in newest if head.pk not in got]
    HeadDelivery.objects.bulk_create(
        HeadDelivery(head=head, witness=witness, next_try_at=moment) for head in fresh
    )
    waiting = list(_open(witness).select_related("head__log").order_by("-head__sealed_at")[:MOST_HEADS])
    if not waiting:
        return None
    for delivery in waiting:
        delivery.tries += 1
        delivery.next_try_at = moment + pause(delivery.tries)
    HeadDelivery.objects.bulk_update(waiting, ["tries", "next_try_at"])
    return witness, [delivery.head for delivery in waiting]


def _is_time(witness: Witness, next_try: datetime | None, last: datetime | None, moment: datetime) -> bool:
    if next_try is not None:
        return next_try <= moment
    return last is None or last + PACE[WitnessKind(witness.kind)] <= moment


def _open(witness: Witness) -> QuerySet[HeadDelivery]:
    return HeadDelivery.objects.filter(witness=witness, arrived_at__isnull=True)


def _send(witness: Witness, heads: list[TreeHead]) -> None:
    said: list[Plain] = [
        {"log": head.log.name, "body": head.body, "signature": head.signature} for head in heads
    ]
    parcel = heads_parcel(estate=witness.estate.slug, heads=said)
    if witness.kind == WitnessKind.WEBHOOK:
        post_signed(witness.address, witness.secret, parcel)
        return
    lines = "\n".join(
        head_line(log=head.log.name, size=head.size, root=head.root, key=head.key_id) for head in heads
    )
    name = witness.estate.name
    send_mail(
        witness.address,
        _("[%(estate)s] 树头 %(number)d 个") % {"estate": name, "number": len(heads)},
        _(
            "您是“%(estate)s”表决日志的见证人。请保存这封信，不用回复。\n\n%(lines)s\n\n"
            "每一行依次是：格式、版本、日志、记录数、根（总指纹）、密钥编号。签名在附件里。\n"
            "以后若有人改动了此前的任何一条记录，重新计算的根就会与这里的不同。"
        )
        % {"estate": name, "lines": lines},
        attachment=parcel,
    )
