"""Evidence for everybody: packs to download, and pages that check them."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from communities.enums import KeyPurpose
from communities.http import PersonRequest
from votes.access import assembly_for, assembly_of_certificate
from votes.errors import EvidenceNotReady
from votes.evidence.cover import LIMITS
from votes.evidence.offline import offline_page
from votes.evidence.packs import VERIFIER
from votes.services.packs import kept_public_pack, keys_shown

STYLES = ("vendor/weui/weui.min.css", "css/app.css")
SCRIPTS = ("bytes", "problems", "count", "pack", "result", "page")


@login_required
@never_cache
@require_GET
def evidence(request: PersonRequest, pk: int) -> HttpResponse:
    """The public pack of a certified assembly, and what to compare it with."""
    assembly = assembly_for(request.user, pk)
    context: dict[str, Any] = {"assembly": assembly, "estate": assembly.estate, "limits": LIMITS}
    try:
        kept = kept_public_pack(assembly)
    except EvidenceNotReady as refusal:
        return render(request, "votes/evidence.html", context | {"not_ready": str(refusal)})
    address = reverse("votes:evidence-pack", args=[kept.source.certificate.sha256])
    context |= {
        "pack_url": address,
        "share": request.build_absolute_uri(address),
        "size": kept.path.stat().st_size,
        "certificate": kept.source.certificate,
        "head": kept.source.head,
        "keys": [(number, KeyPurpose(purpose).label) for number, purpose in keys_shown()],
    }
    return render(request, "votes/evidence.html", context)


@require_GET
def evidence_pack(request: HttpRequest, certificate: str) -> FileResponse:
    """The public pack, for anybody who was given its address: it names the result, not the assembly."""
    assembly = assembly_of_certificate(certificate)
    file = kept_public_pack(assembly).path.open("rb")
    name = f"evidence-{assembly.pk}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


@require_GET
def verify(request: HttpRequest) -> HttpResponse:
    """Check a pack and a receipt in the browser. Nothing is sent here."""
    return render(request, "votes/verify.html", {"limits": LIMITS})


@require_GET
def verify_offline(request: HttpRequest) -> HttpResponse:
    """The same as one file for later, when nobody needs to trust this server."""
    static = Path(settings.BASE_DIR) / "static"
    page = offline_page(
        title=_("邻议 · 离线核验"),
        lead=_("这一页只在您的设备上计算，不连任何网络。请从几处取得它，互相对照。"),
        body=render_to_string("votes/verify_tool.html"),
        styles=[(static / name).read_text(encoding="utf-8") for name in STYLES],
        scripts=[(static / f"js/evidence-{name}.js").read_text(encoding="utf-8") for name in SCRIPTS],
        language=get_language() or "zh-hans",
    )
    response = HttpResponse(page)
    response["Content-Disposition"] = 'attachment; filename="linyi-verify.html"'
    return response


@require_GET
def verify_program(request: HttpRequest) -> FileResponse:
    """``verifier.py``, as it lies in every pack."""
    return FileResponse(
        VERIFIER.open("rb"), as_attachment=True, filename="verifier.py", content_type="text/x-python"
    )
