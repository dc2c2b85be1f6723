"""Whether this process lives, and whether it can do its work.

Neither page tells anything about people, so neither asks who is there.
"""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from governance import readiness


@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """The process and all it needs answer: 200, or 503 with what does not."""
    if troubles := readiness.troubles():
        return JsonResponse({"status": "unavailable", "troubles": troubles}, status=503)
    return JsonResponse({"status": "ok", "probes": sorted(readiness.probes)})
