"""Working days as the State Council arranges them, transferred rest days (调休) included."""

import logging
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import chinese_calendar

from communities.clock import LOCAL_ZONE, local_day

logger = logging.getLogger(__name__)

SATURDAY = 5


def add_working_days(moment: datetime, days: int) -> datetime:
    """The end, local 24:00, of the ``days``-th working day after the day of ``moment``.

    The day itself is not counted. The answer is the first instant that is too
    late, as every deadline of the product.
    """
    day = local_day(moment)
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return datetime.combine(day + timedelta(days=1), time(), LOCAL_ZONE)


def is_working_day(day: date) -> bool:
    """Whether offices work on ``day``; Monday to Friday where the year's arrangement is not known yet."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        _warn_once(day.year)
        return day.weekday() < SATURDAY


@lru_cache(maxsize=8)
def _warn_once(year: int) -> None:
    logger.warning("no calendar of working days for %d: Monday to Friday is assumed", year)
