"""Print pages as PDF. The page is the same that a browser prints; only our own assets are read.

WeasyPrint is loaded when the first PDF is asked for: it needs Pango, which a machine
that only runs the demo may not have. Then the print page still prints from a browser.
"""

from collections.abc import Mapping
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal

#: Stands for this site inside a document; nothing is ever asked from it.
BASE = "https://document.invalid/"


class PdfUnavailable(Refusal):
    """This machine lacks the libraries that lay out a PDF."""

    code = "pdf-unavailable"
    status = 503
    message = _("这台服务器没有安装制作 PDF 的组件（libpango）。请用“打印”页面，在浏览器中选择“另存为 PDF”。")


def own_asset(url: str) -> bytes:
    """The bytes of one of our static files; raises :class:`ValueError` for any other address."""
    parts = urlsplit(url)
    prefix = f"/{settings.STATIC_URL.strip('/')}/"
    if not url.startswith(BASE) or not parts.path.startswith(prefix):
        raise ValueError("not an asset of ours")
    name = unquote(parts.path.removeprefix(prefix))
    found = finders.find(name)
    if found is None:
        # Collected files carry a hash in their name.
        collected = (Path(settings.STATIC_ROOT) / name).resolve()
        if collected.is_relative_to(Path(settings.STATIC_ROOT).resolve()) and collected.is_file():
            found = str(collected)
    if found is None:
        raise ValueError("no such asset")
    return Path(str(found)).read_bytes()


def pdf_of(html: str, *, enclosed: Mapping[str, bytes] | None = None) -> bytes:
    """``html``, a whole print page, as PDF/UA with the files ``enclosed`` by name in it.

    Raises :class:`PdfUnavailable`.
    """
    try:
        from weasyprint import HTML, Attachment
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError as error:
        raise PdfUnavailable from error

    class OwnAssets(URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            # Without its type a stylesheet is taken for plain text and left out.
            kind = guess_type(urlsplit(url).path)[0] or "application/octet-stream"
            return URLFetcherResponse(url, own_asset(url), {"Content-Type": kind})

    written: bytes = HTML(
        string=html, base_url=BASE, url_fetcher=OwnAssets(allowed_protocols=["data"])
    ).write_pdf(
        pdf_variant="pdf/ua-1",
        pdf_tags=True,
        attachments=[Attachment(string=content, name=name) for name, content in (enclosed or {}).items()],
    )
    return written


def pdf_response(html: str, name: str) -> HttpResponse:
    """The PDF of a print page as a download called ``name``. Raises :class:`PdfUnavailable`."""
    return pdf_file(pdf_of(html), name)


def pdf_file(content: bytes, name: str) -> HttpResponse:
    """A PDF that is there already as a download called ``name``."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": str(content_disposition_header(True, name))},
    )
