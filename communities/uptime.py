"""Measured outages: the gaps between the runs of this service."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from communities.models import ServiceRun


@dataclass(frozen=True, slots=True)
class Outage:
    """A stretch of time in which no sweep of this service ran."""

    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> int:
        """Begun minutes, so that no outage counts as none."""
        return -(-(self.ends_at - self.starts_at) // timedelta(minutes=1))


def outages_between(starts_at: datetime, ends_at: datetime) -> list[Outage]:
    """The measured outages that touch ``starts_at <= t < ends_at``, whole, oldest first.

    Only what lies between two runs was measured: before the first run nothing is known,
    and a silence after the last one shows once the service runs again.
    """
    runs = ServiceRun.objects.filter(started_at__lt=ends_at).order_by("started_at", "pk")
    before = runs.filter(last_seen_at__lt=starts_at).order_by("-last_seen_at").first()
    within = list(runs.filter(last_seen_at__gte=starts_at))
    after = ServiceRun.objects.filter(started_at__gte=ends_at).order_by("started_at").first()
    found: list[Outage] = []
    seen: datetime | None = None
    for run in filter(None, (before, *within, after)):
        if seen is not None and run.started_at > seen and seen < ends_at and run.started_at > starts_at:
            found.append(Outage(seen, run.started_at))
        seen = run.last_seen_at if seen is None else max(seen, run.last_seen_at)
    return found
