"""Limits on how often something may be done, that parallel requests cannot pass."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from communities.clock import database_now
from communities.models import RateCount

# One statement judges and counts at once. A count read first and raised afterwards
# lets through as many as arrive between the two.
_COUNT = """
INSERT INTO communities_ratecount (key, count, expires_at) VALUES (%s, 1, %s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN communities_ratecount.expires_at <= %s THEN 1 ELSE communities_ratecount.count + 1 END,
    expires_at = CASE WHEN communities_ratecount.expires_at <= %s
                 THEN excluded.expires_at ELSE communities_ratecount.expires_at END
WHERE communities_ratecount.count < %s OR communities_ratecount.expires_at <= %s
RETURNING count
"""


@dataclass(frozen=True)
class Limit:
    """So many times in one period, which begins with the first time."""

    name: str
    times: int
    period: timedelta

    def allows(self, who: str, *, moment: datetime | None = None) -> bool:
        """Count one more for ``who``; false when that would be one too many, which is not counted."""
        moment = moment or database_now()
        now = connection.ops.adapt_datetimefield_value(moment)
        end = connection.ops.adapt_datetimefield_value(moment + self.period)
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [f"{self.name}:{who}", end, now, now, self.times, now])
            return cursor.fetchone() is not None


def forget_counts(*, moment: datetime) -> None:
    """Drop the counts whose period is over."""
    RateCount.objects.filter(expires_at__lte=moment).delete()
