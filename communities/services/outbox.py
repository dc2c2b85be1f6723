"""The outbox: what is to be told is written in the transaction that made it true.

A service calls :func:`tell`; afterwards :func:`relay_outbox` hands every message
to the handler of its topic, which turns it into notices. Running it twice, or
in two processes at once, tells nobody twice.
"""

import logging
from collections.abc import Callable, Iterable

from django.db import transaction

from communities import recovery
from communities.clock import database_now
from communities.models import Estate, OutboxMessage

logger = logging.getLogger(__name__)

Handler = Callable[[OutboxMessage], None]

#: One handler a topic. Packages register theirs in ``receivers``, when they start.
_handlers: dict[str, Handler] = {}
_reported: set[str] = set()

BATCH = 200


def handler(topic: str) -> Callable[[Handler], Handler]:
    """Register a function as the one that turns messages of ``topic`` into notices.

    It runs inside a transaction and may run again for the same message, so it
    must do nothing but call :func:`communities.services.notices.notify`.
    """

    def register(function: Handler) -> Handler:
        if _handlers.setdefault(topic, function) is not function:
            raise ValueError(f"two handlers for {topic}")
        return function

    return register


def tell(*, estate: Estate, topic: str, subject: int | str) -> OutboxMessage:
    """Write down, in the caller's transaction, that ``topic`` happened to the row ``subject`` names."""
    return OutboxMessage.objects.create(
        estate=estate, topic=topic, subject=str(subject), created_at=database_now()
    )


def tell_each(*, estate: Estate, topic: str, subjects: Iterable[int | str]) -> None:
    """:func:`tell` of many rows, in one statement."""
    moment = database_now()
    OutboxMessage.objects.bulk_create(
        OutboxMessage(estate=estate, topic=topic, subject=str(subject), created_at=moment)
        for subject in subjects
    )


def relay_outbox() -> int:
    """Hand on what has not been handed on, oldest first; returns how many messages were.

    A message whose handler fails stays, does not hold up the others, and is
    tried again next time. So does one whose topic nobody handles. In RECOVERY nothing
    is told: a backup that was put back may not know that it was told already.
    """
    if recovery.watch.look():
        return 0
    waiting = OutboxMessage.objects.filter(relayed_at__isnull=True)
    _report_unknown(waiting.exclude(topic__in=_handlers).values_list("topic", flat=True).distinct()[:10])
    due = waiting.filter(topic__in=_handlers).order_by("pk").values_list("pk", flat=True)[:BATCH]
    return sum(_relay(pk) for pk in list(due))


def _relay(pk: int) -> bool:
    try:
        with transaction.atomic():
            message = (
                OutboxMessage.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("estate")
                .filter(pk=pk, relayed_at__isnull=True)
                .first()
            )
            if message is None:
                return False
            _handlers[message.topic](message)
            message.relayed_at = database_now()
            message.save(update_fields=["relayed_at"])
    except Exception:
        logger.exception("outbox message %d was not relayed", pk)
        return False
    return True


def _report_unknown(topics: Iterable[str]) -> None:
    for topic in topics:
        if topic not in _reported:
            _reported.add(topic)
            logger.error("nobody handles the outbox topic %s", topic)
