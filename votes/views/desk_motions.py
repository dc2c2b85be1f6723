"""Motions of a draft and their papers."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.http import PersonRequest
from votes.access import attachment_for, desk_assembly_for, motion_on_desk_for
from votes.enums import AssemblyStatus, AttachmentKind
from votes.forms.motion import MotionForm
from votes.models import Assembly, Motion
from votes.services.assemblies import judge
from votes.services.attachments import add_attachment, remove_attachment
from votes.services.motions import add_motion, move_motion, remove_motion, update_motion

from .motions_shown import statute_of
from .private_files import private_file


def _motion_page(request: PersonRequest, assembly: Assembly, motion: Motion | None) -> HttpResponse:
    judge("votes.prepare_assembly", request.user, assembly)
    slug = assembly.estate.slug
    if assembly.status != AssemblyStatus.DRAFT and request.method == "GET":
        return redirect("votes:desk-assembly", slug, assembly.pk)
    form = MotionForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        initial=MotionForm.initial_of(motion),
        assembly=assembly,
        statute=statute_of(assembly),
    )
    if form.is_bound and form.is_valid():
        saved = _save(request, assembly, motion, form)
        messages.success(request, _("已保存。"))
        if "stay" in request.POST:
            return redirect("votes:desk-motion", slug, assembly.pk, saved.pk)
        return redirect("votes:desk-assembly", slug, assembly.pk)
    context = {"estate": assembly.estate, "assembly": assembly, "motion": motion, "form": form}
    return render(request, "votes/desk_motion.html", context, status=422 if form.is_bound else 200)


@transaction.atomic
def _save(request: PersonRequest, assembly: Assembly, motion: Motion | None, form: MotionForm) -> Motion:
    """Words and paper together: either both are kept or neither."""
    if motion is None:
        motion = add_motion(assembly=assembly, actor=request.user, **form.values)
    else:
        motion = update_motion(motion=motion, actor=request.user, **form.values)
    paper = form.cleaned_data["paper"]
    if paper:
        kind = form.cleaned_data["paper_kind"] or AttachmentKind.OTHER
        add_attachment(motion=motion, file=paper, kind=kind, actor=request.user)
    return motion


@login_required
@require_http_methods(["GET", "POST"])
def new(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    return _motion_page(request, desk_assembly_for(request.user, slug, pk), None)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: PersonRequest, slug: str, pk: int, motion_pk: int) -> HttpResponse:
    motion = motion_on_desk_for(request.user, slug, pk, motion_pk)
    return _motion_page(request, motion.assembly, motion)


@login_required
@require_http_methods(["GET", "POST"])
def remove(request: PersonRequest, slug: str, pk: int, motion_pk: int) -> HttpResponse:
    motion = motion_on_desk_for(request.user, slug, pk, motion_pk)
    judge("votes.prepare_assembly", request.user, motion.assembly)
    if request.method == "POST":
        remove_motion(motion=motion, actor=request.user)
        messages.success(request, _("表决事项已删除，后面的序号依次提前。"))
        return redirect("votes:desk-assembly", slug, pk)
    confirm = {
        "title": _("删除表决事项"),
        "eyebrow": motion.assembly.title,
        "lead": _("这一项连同它的附件都会删除，不能恢复。"),
        "facts": [(_("第 %(number)s 项") % {"number": motion.position}, motion.title)],
        "submit": _("删除"),
        "danger": True,
        "back": request.path.removesuffix("remove/"),
    }
    return render(
        request, "partials/confirm_desk.html", {"confirm": confirm, "estate": motion.assembly.estate}
    )


@login_required
@require_POST
def move(request: PersonRequest, slug: str, pk: int, motion_pk: int) -> HttpResponse:
    motion = motion_on_desk_for(request.user, slug, pk, motion_pk)
    step = {"up": -1, "down": 1}.get(request.POST.get("to", ""), 0)
    move_motion(motion=motion, position=motion.position + step, actor=request.user)
    return redirect(f"{request.path.split('motions/')[0]}#motion-{motion.pk}")


@login_required
@require_POST
def drop_paper(request: PersonRequest, slug: str, pk: int, motion_pk: int, paper_pk: int) -> HttpResponse:
    motion = motion_on_desk_for(request.user, slug, pk, motion_pk)
    remove_attachment(attachment=get_object_or_404(motion.attachments, pk=paper_pk), actor=request.user)
    messages.success(request, _("附件已删除。"))
    return redirect("votes:desk-motion", slug, pk, motion_pk)


@login_required
@require_GET
def attachment(request: PersonRequest, pk: int) -> FileResponse:
    """A paper, for whoever may see its assembly, asked anew each time; downloaded, never shown in place."""
    paper = attachment_for(request.user, pk)
    return private_file(paper.file, paper.name.rsplit(".", 1)[0])
