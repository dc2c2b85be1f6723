"""The one clock. A service reads it once, after its lock, and passes the moment on."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import DateTimeField, Func, Value
from django.utils import timezone

#: Where all estates are. Days and deadlines are days and deadlines of this zone.
LOCAL_ZONE = ZoneInfo("Asia/Shanghai")


def database_now() -> datetime:
    """The database's clock at this instant, aware.

    Not the start of the transaction: PostgreSQL's ``now()`` stands still while a
    transaction waits for a lock. SQLite has no clock but this machine's.
    """
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def database_clock() -> Func | Value:
    """:func:`database_now` as a column of a query."""
    if connection.vendor != "postgresql":
        return Value(timezone.now(), output_field=DateTimeField())
    return Func(function="clock_timestamp", output_field=DateTimeField())


def local_day(moment: datetime) -> date:
    """The calendar day of ``moment`` where the estates are."""
    return moment.astimezone(LOCAL_ZONE).date()
