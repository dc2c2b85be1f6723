import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from communities import recovery
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
        return refusal_page(request, exception) if isinstance(exception, Refusal) else None


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The refusal in words: a page, or a note for htmx."""
    if getattr(request, "htmx", False):
        note = {"tone": "error", "text": str(refusal)}
        return render(request, "partials/note.html", note, status=refusal.status)
    return render(request, "communities/refusal.html", {"refusal": refusal}, status=refusal.status)


class RecoveryMiddleware:
    """In RECOVERY pages go on showing what there is, and take nothing. The API says it in its own form."""

    #: Coming and going, how pages look, and what only computes: none of it is evidence.
    HARMLESS = re.compile(
        r"communities:(log|password-login|appearance|set-language)|account_|mfa_(auth|reauth)"
        r"|votes:tally|demo:login|admin:log"
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        message = recovery.watch.look()
        match = request.resolver_match
        if not message or request.method in ("GET", "HEAD", "OPTIONS") or match is None:
            return None
        if match.namespace == "api" or self.HARMLESS.match(match.view_name):
            return None
        return refusal_page(request, recovery.Recovering(message))
