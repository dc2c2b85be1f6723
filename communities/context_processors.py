from typing import Any

from django.conf import settings
from django.http import HttpRequest

from communities import recovery

THEMES = ("light", "dark")


def appearance(request: HttpRequest) -> dict[str, Any]:
    """How the person wants pages to look, kept in cookies so that logged-out pages know it too."""
    theme = request.COOKIES.get("theme", "")
    return {
        "appearance": {
            "theme": theme if theme in THEMES else "",
            "care": request.COOKIES.get("care") == "on",
        },
        "demo_mode": settings.DEMO_MODE,
        "recovery": recovery.watch.message,
    }
