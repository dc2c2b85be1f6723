"""Pages and downloads of an assembly's papers and archives."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from communities.clock import database_now
from communities.http import PersonRequest
from communities.printing import pdf_response
from votes.access import archive_assembly_for, assembly_for
from votes.errors import PaperTooLong
from votes.models import Assembly
from votes.services.archives import archives_of, request_archive

from .catalogue import DOCUMENTS, FILE_TYPES, Document

#: Older archives are listed no more; anybody may ask for a new one.
SHOWN_ARCHIVES = 5
#: Of a PDF that somebody waits for: some thirty lines a second are laid out.
MOST_LINES_AT_ONCE = 800


@login_required
@never_cache
@require_GET
def papers(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Every paper of the assembly with what it comes as, and the archive of all."""
    assembly = archive_assembly_for(request.user, slug, pk)
    context = {
        "documents": [
            (document, document.is_there_for(assembly), document.table is not None)
            for document in DOCUMENTS.values()
        ],
        **_archive_context(assembly),
    }
    return render(request, "votes/desk_documents.html", context)


def _archive_context(assembly: Assembly) -> dict[str, Any]:
    moment = database_now()
    archives = archives_of(assembly)[:SHOWN_ARCHIVES]
    return {
        "estate": assembly.estate,
        "assembly": assembly,
        "archives": [(archive, archive.is_waiting(moment)) for archive in archives],
        "is_waiting": any(archive.is_waiting(moment) for archive in archives),
    }


@login_required
@never_cache
@require_GET
def archive_state(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """The archives alone, for open pages."""
    assembly = archive_assembly_for(request.user, slug, pk)
    return render(request, "votes/desk_archives.html", _archive_context(assembly))


@login_required
@require_POST
def ask_archive(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    assembly = archive_assembly_for(request.user, slug, pk)
    request_archive(assembly=assembly, actor=request.user)
    messages.success(request, _("正在制作存档，做好后会出现在下面，可以离开这一页。"))
    return redirect("votes:documents", slug, pk)


@login_required
@never_cache
@require_GET
def take_archive(request: PersonRequest, slug: str, pk: int, key: str) -> FileResponse:
    """An archive that was made; asked anew each time whether this person may have it."""
    assembly = archive_assembly_for(request.user, slug, pk)
    archive = next((one for one in archives_of(assembly) if one.key == key and one.is_there), None)
    if archive is None:
        raise Http404
    response = FileResponse(
        default_storage.open(archive.path),
        as_attachment=True,
        filename=f"assembly-{assembly.pk}.zip",
        content_type="application/zip",
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


# --- one paper ------------------------------------------------------------------------


@login_required
@never_cache
@require_GET
def desk_document(request: PersonRequest, slug: str, pk: int, document: str) -> HttpResponse:
    assembly = archive_assembly_for(request.user, slug, pk)
    return _page(request, assembly, _document(assembly, document))


@login_required
@never_cache
@require_GET
def desk_document_file(
    request: PersonRequest, slug: str, pk: int, document: str, file_type: str
) -> HttpResponse:
    assembly = archive_assembly_for(request.user, slug, pk)
    return _file(assembly, _document(assembly, document), file_type)


@login_required
@never_cache
@require_GET
def document(request: PersonRequest, pk: int, document: str) -> HttpResponse:
    """A paper that everybody of the estate may have."""
    assembly = assembly_for(request.user, pk)
    return _page(request, assembly, _document(assembly, document, public=True))


@login_required
@never_cache
@require_GET
def document_file(request: PersonRequest, pk: int, document: str, file_type: str) -> HttpResponse:
    assembly = assembly_for(request.user, pk)
    return _file(assembly, _document(assembly, document, public=True), file_type)


def _document(assembly: Assembly, name: str, *, public: bool = False) -> Document:
    found = DOCUMENTS.get(name)
    if found is None or not found.is_there_for(assembly) or (public and not found.is_public):
        raise Http404
    return found


def _page(request: PersonRequest, assembly: Assembly, document: Document) -> HttpResponse:
    return render(request, document.template, document.context(assembly))


def _file(assembly: Assembly, document: Document, file_type: str) -> HttpResponse:
    name = f"{document.name}-{assembly.pk}.{file_type}"
    if file_type == "pdf":
        html = document.html(assembly)
        if html.count("<tr") > MOST_LINES_AT_ONCE:
            raise PaperTooLong
        return pdf_response(html, name)
    if file_type not in FILE_TYPES or document.table is None:
        raise Http404
    content = document.csv(assembly) if file_type == "csv" else document.xlsx(assembly)
    response = HttpResponse(content, content_type=FILE_TYPES[file_type])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
