"""What must work for this process to be of use, and whether it does."""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from communities import recovery, soundness
from communities.clock import database_now
from communities.queries import late_entries


def ask_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def ask_redis() -> str:
    cache.get("readyz")
    return ""


def ask_log() -> str:
    """Whether anything may be written, and whether what was written is sealed."""
    if recovery.watch.look():
        missing = sum(one.missing for one in recovery.watch.shortfalls)
        return f"recovery: {missing} entries missing in {len(recovery.watch.shortfalls)} logs"
    return "unsealed for too long" if late_entries(database_now()).exists() else ""


def ask_walls() -> str:
    """The codes of what is wrong with settings, guards and privileges; remembered for a while."""
    return " ".join(sorted({flaw.code for flaw in soundness.errors_believed()}))


#: By name: a function that says what is wrong, or nothing, or raises. Whatever
#: else comes to share the process adds its own.
probes: dict[str, Callable[[], str]] = {"database": ask_database, "log": ask_log, "walls": ask_walls}
if settings.REDIS_URL:
    probes["redis"] = ask_redis


def troubles() -> dict[str, str]:
    """What is wrong, by the name of the probe; empty when all is well."""
    found = {name: _trouble(probe) for name, probe in probes.items()}
    return {name: trouble for name, trouble in found.items() if trouble}


def _trouble(probe: Callable[[], str]) -> str:
    try:
        return probe()
    except Exception as failure:  # noqa: BLE001 - whatever it is, it is the answer
        return type(failure).__name__
