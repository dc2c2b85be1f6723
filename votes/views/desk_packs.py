"""The full evidence pack, for whoever may have it once two people agreed."""

import tempfile

from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from communities.http import PersonRequest
from votes.access import assembly_on_estate_for
from votes.enums import ActKind
from votes.services.assemblies import judge
from votes.services.packs import record_download, write_full_pack


@login_required
@require_POST
def full_pack(request: PersonRequest, slug: str, pk: int, act_pk: int) -> FileResponse:
    """Write the pack, enter in the log who takes it, and hand it over."""
    assembly = assembly_on_estate_for(request.user, slug, pk)
    act = get_object_or_404(assembly.acts.filter(kind=ActKind.RELEASE_PACK), pk=act_pk)
    act.assembly = assembly
    judge("votes.download_full_pack", request.user, act)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    written = write_full_pack(act=act, out=file)
    record_download(act=act, manifest=written.manifest, actor=request.user)
    file.seek(0)
    name = f"evidence-full-{assembly.pk}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
