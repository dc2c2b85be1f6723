"""Whether this process lives, and whether it can do its work.

Neither page tells anything about people, so neither asks who is there.
"""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache


def database_trouble() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def redis_trouble() -> str:
    cache.get("readyz")
    return ""


#: What must work, by name: a function that says what is wrong, or nothing.
#: Whatever else shares the process adds its own.
probes: dict[str, Callable[[], str]] = {"database": database_trouble}
if settings.REDIS_URL:
    probes["redis"] = redis_trouble


@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """The process and all it needs answer: 200, or 503 with what does not."""
    troubles = {name: trouble for name, probe in probes.items() if (trouble := _trouble(probe))}
    if troubles:
        return JsonResponse({"status": "unavailable", "troubles": troubles}, status=503)
    return JsonResponse({"status": "ok", "probes": sorted(probes)})


def _trouble(probe: Callable[[], str]) -> str:
    try:
        return probe()
    except Exception as failure:  # noqa: BLE001 - whatever it is, it is the answer
        return type(failure).__name__
