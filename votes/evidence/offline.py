"""The verifier as one page that needs no server and reaches no network. Pure."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape


def offline_page(
    *, title: str, lead: str, body: str, styles: Sequence[str], scripts: Sequence[str], language: str
) -> str:
    """One HTML file: only its own styles and scripts run, and nothing is fetched, whoever opens it."""
    # The closing tag would end the element wherever it stands.
    assert not any("</script" in script for script in scripts)
    policy = (
        "default-src 'none'; img-src data:; form-action 'none'; base-uri 'none';"
        f" script-src {' '.join(map(_hash, scripts))}; style-src {' '.join(map(_hash, styles))}"
    )
    return "\n".join(
        [
            f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{escape(title)}</title>",
            *(f"<style>{style}</style>" for style in styles),
            '</head>\n<body class="plain-page">',
            f'<header class="top"><h1>{escape(title)}</h1></header>\n<main class="page-main">',
            f'<p class="lead quiet">{escape(lead)}</p>',
            body,
            "</main>",
            *(f"<script>{script}</script>" for script in scripts),
            "</body>\n</html>\n",
        ]
    )


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
