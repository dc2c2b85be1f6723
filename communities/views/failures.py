"""What a person sees when something did not work."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open too long or came from elsewhere: say so, and how to go on."""
    return render(request, "403_csrf.html", status=403)
