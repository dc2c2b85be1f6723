"""What must work for this process to be of use, and whether it does."""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from communities import soundness


def ask_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def ask_redis() -> str:
    cache.get("readyz")
    return ""


def ask_walls() -> str:
    """The codes of what is wrong with settings, guards and privileges; remembered for a while."""
    return " ".join(sorted({flaw.code for flaw in soundness.errors_believed()}))


#: By name: a function that says what is wrong, or nothing, or raises. Whatever
#: else comes to share the process adds its own.
probes: dict[str, Callable[[], str]] = {"database": ask_database, "walls": ask_walls}
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
