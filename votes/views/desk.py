"""The desk of an assembly: the list, the fields of a draft, and what became of it."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.clock import database_now, local_day
from communities.http import PersonRequest
from communities.models import Estate
from communities.queries import policies_in_force
from communities.rules import allows
from votes.access import assemblies_for, desk_assembly_for, desk_estate_for
from votes.enums import AssemblyKind, AssemblyStatus, Convener
from votes.forms.assembly import MIDNIGHT, AssemblyForm
from votes.models import Assembly
from votes.queries import turnouts
from votes.services.assemblies import (
    copy_assembly,
    create_assembly,
    delete_draft,
    judge,
    suggested_title,
    update_assembly,
)

from .desk_draft import show_draft
from .desk_posted import show_posted

PAGE_SIZE = 20
#: A day to finish the draft, and ten for voting.
SPARE, USUAL_WINDOW = timedelta(days=2), timedelta(days=10)

_RUNNING = Q(status__in=[AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN])
STAGES = {
    "draft": gettext_lazy("草稿"),
    "published": gettext_lazy("公示中"),
    "open": gettext_lazy("表决中"),
    "ended": gettext_lazy("已结束"),
    "stopped": gettext_lazy("已取消、已撤销"),
}


def in_stage(assemblies: QuerySet[Assembly], stage: str, moment: datetime) -> QuerySet[Assembly]:
    """Those that are at ``stage`` at ``moment``, whether or not a task has written it down."""
    conditions = {
        "draft": Q(status=AssemblyStatus.DRAFT),
        "published": _RUNNING & Q(opens_at__gt=moment),
        "open": _RUNNING & Q(opens_at__lte=moment, closes_at__gt=moment),
        "ended": _RUNNING & Q(closes_at__lte=moment)
        | Q(status__in=[AssemblyStatus.CLOSED, AssemblyStatus.CERTIFIED]),
        "stopped": Q(status__in=[AssemblyStatus.CANCELLED, AssemblyStatus.VOID]),
    }
    return assemblies.filter(conditions[stage]) if stage in conditions else assemblies


@login_required
@require_GET
def assemblies(request: PersonRequest, slug: str) -> HttpResponse:
    estate = desk_estate_for(request.user, slug)
    moment = database_now()
    stage, wanted = request.GET.get("stage", ""), request.GET.get("q", "").strip()
    found = in_stage(assemblies_for(request.user).filter(estate=estate), stage, moment)
    if wanted:
        found = found.filter(title__icontains=wanted)
    found = found.annotate(motion_count=Count("motions")).order_by("-created_at", "-pk")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    posted = [assembly for assembly in page if assembly.status != AssemblyStatus.DRAFT]
    shares = turnouts(posted) if posted else {}
    context = {
        "estate": estate,
        "page_obj": page,
        "rows": [(assembly, assembly.phase(moment), shares.get(assembly.pk)) for assembly in page],
        "stages": STAGES.items(),
        "stage": stage if stage in STAGES else "",
        "wanted": wanted,
        "may_prepare": allows("votes.prepare_assembly", request.user, estate),
    }
    return render(request, "votes/desk_assemblies.html", context)


def usual_fields(estate: Estate, moment: datetime) -> dict[str, Any]:
    """What a new draft begins with: the next title, and a window that leaves time for the notice."""
    today = local_day(moment)
    notice_days = policies_in_force(estate, on=today)["notice-days-regular"].value
    opens_on = today + timedelta(days=notice_days) + SPARE
    return {
        "title": suggested_title(estate, moment),
        "kind": AssemblyKind.REGULAR,
        "convener": Convener.COMMITTEE,
        "opens_on": opens_on,
        "opens_time": "08:00",
        "closes_on": opens_on + USUAL_WINDOW,
        "closes_time": MIDNIGHT,
    }


@login_required
@require_http_methods(["GET", "POST"])
def new(request: PersonRequest, slug: str) -> HttpResponse:
    estate = desk_estate_for(request.user, slug)
    judge("votes.prepare_assembly", request.user, estate)
    initial = usual_fields(estate, database_now())
    given = request.POST if request.method == "POST" else None
    form = AssemblyForm(given, initial=initial, estate=estate)
    if form.is_bound and form.is_valid():
        assembly = create_assembly(estate=estate, actor=request.user, **form.values)
        messages.success(request, _("草稿已保存。接下来请添加表决事项。"))
        return redirect("votes:desk-assembly", slug, assembly.pk)
    context = {"estate": estate, "form": form, "assembly": None}
    return render(request, "votes/desk_assembly_form.html", context, status=422 if form.is_bound else 200)


@login_required
@require_GET
def detail(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """A draft with its findings, or a posted assembly with its turnout."""
    assembly = desk_assembly_for(request.user, slug, pk)
    if assembly.status == AssemblyStatus.DRAFT:
        return show_draft(request, assembly)
    return show_posted(request, assembly)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    assembly = desk_assembly_for(request.user, slug, pk)
    judge("votes.prepare_assembly", request.user, assembly)
    if assembly.status != AssemblyStatus.DRAFT and request.method == "GET":
        return redirect("votes:desk-assembly", slug, pk)
    given = request.POST if request.method == "POST" else None
    form = AssemblyForm(given, initial=AssemblyForm.initial_of(assembly), estate=assembly.estate)
    if form.is_bound and form.is_valid():
        update_assembly(assembly=assembly, actor=request.user, **form.values)
        messages.success(request, _("已保存。"))
        return redirect("votes:desk-assembly", slug, pk)
    context = {"estate": assembly.estate, "form": form, "assembly": assembly}
    return render(request, "votes/desk_assembly_form.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def copy(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    made = copy_assembly(assembly=desk_assembly_for(request.user, slug, pk), actor=request.user)
    messages.success(request, _("已复制成新的草稿。时间和附件没有复制，请重新填写、上传。"))
    return redirect("votes:desk-assembly", slug, made.pk)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    assembly = desk_assembly_for(request.user, slug, pk)
    judge("votes.prepare_assembly", request.user, assembly)
    if request.method == "POST":
        delete_draft(assembly=assembly, actor=request.user)
        messages.success(request, _("草稿已删除。"))
        return redirect("votes:desk-assemblies", slug)
    confirm = {
        "title": _("删除草稿"),
        "eyebrow": assembly.title,
        "lead": _("草稿连同它的表决事项和附件都会删除，不能恢复。"),
        "facts": [(_("会议"), assembly.title), (_("表决事项"), assembly.motions.count())],
        "submit": _("删除"),
        "danger": True,
        "back": request.path.removesuffix("delete/"),
    }
    return render(request, "partials/confirm_desk.html", {"confirm": confirm, "estate": assembly.estate})
