from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from communities.away import away_response, is_away
from communities.errors import Refusal


class CleanAddressMiddleware:
    """An address with a NUL in its question is nobody's: no browser sends one, and no database takes it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the query string")
        return self.get_response(request)


class RefusalMiddleware:
    """A refusal that no view caught becomes a page (or htmx fragment) that says it in words.

    So does a database that is away; what fails outside of views comes to ``handler500``.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if is_away(exception):
            return away_response(exception)
        if not isinstance(exception, Refusal):
            return None
        if getattr(request, "htmx", False):
            note = {"tone": "error", "text": str(exception)}
            return render(request, "partials/note.html", note, status=exception.status)
        return render(request, "communities/refusal.html", {"refusal": exception}, status=exception.status)
