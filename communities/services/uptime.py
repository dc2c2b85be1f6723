"""Writing down that this service runs, so that afterwards it can be said when it did not."""

from datetime import timedelta

from django.db import transaction

from communities.clock import database_now
from communities.models import ServiceRun

#: A silence longer than this is an outage. Sweeps come every few seconds, but a busy machine may skip some.
SILENCE = timedelta(minutes=2)


@transaction.atomic
def note_running() -> ServiceRun:
    """Lengthen the current run to this moment, or begin another one after a silence.

    Safe to run twice and by several at once: runs that overlap say the same as one.
    """
    latest = ServiceRun.objects.select_for_update().order_by("-last_seen_at").first()
    moment = database_now()
    if latest is None or moment - latest.last_seen_at > SILENCE:
        return ServiceRun.objects.create(started_at=moment, last_seen_at=moment)
    if moment > latest.last_seen_at:
        latest.last_seen_at = moment
        latest.save(update_fields=["last_seen_at"])
    return latest
