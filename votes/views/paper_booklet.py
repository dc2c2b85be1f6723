"""All printed sheets as one PDF, laid out piece by piece, each in a request of its own that ends soon."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from pypdf import PdfWriter

from communities.http import PersonRequest
from communities.printing import pdf_of
from votes.access import papers_assembly_for
from votes.models import Assembly, PaperBallot

from .paper_sheets import sheets_html

#: Some seconds of laying out.
SHEETS_A_PIECE = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """Some sheets, and where their pages are kept: under another name once one of them is replaced."""

    sheets: Sequence[PaperBallot]
    file: str

    @property
    def is_ready(self) -> bool:
        return default_storage.exists(self.file)


def pieces_of(request: PersonRequest, assembly: Assembly) -> list[Piece]:
    """The printed sheets that stand, in order of serial, cut into pieces."""
    sheets = list(
        PaperBallot.objects.filter(assembly=assembly, printed_at__isnull=False, voided_at__isnull=True)
        .select_related("elector")
        .order_by("serial")
    )
    return [
        _piece(request, assembly, sheets[start : start + SHEETS_A_PIECE])
        for start in range(0, len(sheets), SHEETS_A_PIECE)
    ]


def _piece(request: PersonRequest, assembly: Assembly, sheets: Sequence[PaperBallot]) -> Piece:
    told = [request.get_host(), str(assembly.closes_at), *(str(sheet.pk) for sheet in sheets)]
    name = hashlib.sha256("|".join(told).encode()).hexdigest()[:32]
    return Piece(sheets, f"{_folder(assembly)}/{name}.pdf")


def _folder(assembly: Assembly) -> str:
    return f"papers/sheets/{assembly.pk}"


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def booklet(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """How far it is; a POST lays out the next piece and comes back here."""
    assembly = papers_assembly_for(request.user, slug, pk)
    pieces = pieces_of(request, assembly)
    missing = [piece for piece in pieces if not piece.is_ready]
    if request.method == "POST":
        if missing:
            html = sheets_html(request, assembly, missing[0].sheets)
            default_storage.save(missing[0].file, ContentFile(pdf_of(html)))
            _forget_others(assembly, pieces)
        return redirect("votes:desk-papers-booklet", slug, pk)
    context = {
        "estate": assembly.estate,
        "assembly": assembly,
        "sheets": sum(len(piece.sheets) for piece in pieces),
        "done": sum(len(piece.sheets) for piece in pieces if piece not in missing),
        "is_ready": bool(pieces) and not missing,
        # Once begun it goes on by itself, where there is a script.
        "goes_on": bool(missing) and len(missing) < len(pieces),
    }
    return render(request, "votes/desk_papers_booklet.html", context)


def _forget_others(assembly: Assembly, pieces: Sequence[Piece]) -> None:
    """Pages of sheets that were replaced since are of no use, and show homes."""
    kept = {piece.file.rsplit("/", 1)[1] for piece in pieces}
    folder = _folder(assembly)
    for name in default_storage.listdir(folder)[1]:
        if name not in kept:
            default_storage.delete(f"{folder}/{name}")


@login_required
@never_cache
@require_GET
def booklet_pdf(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """The one PDF, when all of it is laid out; else to where that is done."""
    assembly = papers_assembly_for(request.user, slug, pk)
    pieces = pieces_of(request, assembly)
    if not pieces or not all(piece.is_ready for piece in pieces):
        return redirect("votes:desk-papers-booklet", slug, pk)
    writer = PdfWriter()
    for piece in pieces:
        with default_storage.open(piece.file) as file:
            writer.append(BytesIO(file.read()), import_outline=False)
    written = BytesIO()
    writer.write(written)
    name = _("纸质表决票.pdf")
    return HttpResponse(
        written.getvalue(),
        content_type="application/pdf",
        headers={"Content-Disposition": str(content_disposition_header(True, name))},
    )
