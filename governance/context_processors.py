from typing import Any

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The bottom tabs of the phone shell."""
    return {"tabs": []}
