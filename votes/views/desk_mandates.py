"""委托 at the desk: who holds whose vote, never what was marked; and paper mandates with their scans."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.rules import allows
from communities.values.phone import mask_phone
from votes.access import posted_assembly_for
from votes.forms.mandate import PaperMandateForm
from votes.forms.reason import ReasonForm
from votes.models import Mandate
from votes.queries import ballots_of
from votes.services.mandates import register_mandate, strike_mandate
from votes.standing import masked

from .mandates import RUNNING, blank_paper, state_of

PAGE_SIZE = 50


@login_required
@never_cache
@require_GET
def mandates(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Every mandate of the assembly, searched by home. The instructions stand nowhere here."""
    assembly = posted_assembly_for(request.user, "votes.view_mandates", slug, pk)
    moment = database_now()
    wanted = request.GET.get("q", "").strip()[:60]
    found = assembly.mandates.select_related("elector", "principal", "assembly").order_by("-granted_at", "pk")
    if wanted:
        by_number = Q(elector__number=int(wanted[:9])) if wanted.isdecimal() else Q()
        found = found.filter(Q(elector__label__icontains=wanted) | by_number)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    ballots = ballots_of([one.elector for one in shown])
    may_register = allows("votes.register_mandate", request.user, assembly)
    rows = [
        {
            "mandate": one,
            "principal": one.principal.masked_name,
            "holder": masked(one.holder_name),
            "phone": mask_phone(one.holder_phone),
            "state": state_of(one, ballots.get(one.elector_id), moment),
            "may_strike": may_register
            and one.registered_by_id is not None
            and one.revoked_at is None
            and one.elector_id not in ballots
            and assembly.phase(moment) in RUNNING,
        }
        for one in shown
    ]
    context = {
        "estate": assembly.estate,
        "assembly": assembly,
        "page_obj": page,
        "rows": rows,
        "wanted": wanted,
        "may_register": may_register and assembly.phase(moment) in RUNNING,
        "may_see_scans": may_register,
        "limit": assembly.rule("mandate-limit"),
    }
    return render(request, "votes/desk_mandates.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def register(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Enter a mandate signed on paper."""
    assembly = posted_assembly_for(request.user, "votes.register_mandate", slug, pk)
    form = PaperMandateForm(
        request.POST or None,
        request.FILES or None,
        assembly=assembly,
        motions=list(assembly.motions.order_by("position")),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                register_mandate(
                    assembly=assembly,
                    principal=form.cleaned_data["principal"],
                    holder_name=form.cleaned_data["holder_name"],
                    holder_phone=form.cleaned_data["holder_phone"],
                    instructions=form.instructions,
                    expires_at=form.expires_at,
                    scan=form.cleaned_data["scan"],
                    actor=request.user,
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                messages.success(request, _("委托书已登记，委托人和受托人会收到通知。"))
                return redirect("votes:desk-mandates", slug, pk)
    context = {"estate": assembly.estate, "assembly": assembly, "form": form}
    return render(request, "votes/desk_mandate_form.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def strike(request: PersonRequest, slug: str, pk: int, mandate_pk: UUID) -> HttpResponse:
    """Ask why, then take a registered mandate back."""
    assembly = posted_assembly_for(request.user, "votes.register_mandate", slug, pk)
    one = get_object_or_404(assembly.mandates.select_related("elector"), pk=mandate_pk)
    back = reverse("votes:desk-mandates", args=[slug, pk])
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                strike_mandate(mandate=one, reason=form.cleaned_data["reason"], actor=request.user)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                messages.success(request, _("委托已撤回，委托人和受托人会收到通知。"))
                return redirect(back)
    shown: dict[str, Any] = {
        "title": _("撤回登记的委托"),
        "eyebrow": assembly.title,
        "lead": _("委托人要求撤回，或者登记有误的，写明理由撤回。已经用过的不能撤回。"),
        "facts": [(_("房屋"), one.elector.label), (_("受托人手机"), mask_phone(one.holder_phone))],
        "form": form,
        "submit": _("撤回委托"),
        "danger": True,
        "back": back,
    }
    return render(
        request, "partials/confirm_desk.html", {"confirm": shown, "estate": assembly.estate}, status=status
    )


@login_required
@require_GET
def scan(request: PersonRequest, slug: str, pk: int, mandate_pk: UUID) -> FileResponse:
    """The scan of a paper mandate, for those who register them."""
    assembly = posted_assembly_for(request.user, "votes.register_mandate", slug, pk)
    one: Mandate = get_object_or_404(assembly.mandates.select_related("elector"), pk=mandate_pk)
    if not one.scan:
        raise Http404
    suffix = str(one.scan.name).rpartition(".")[2]
    response = FileResponse(
        one.scan.open("rb"), as_attachment=True, filename=f"委托书-{one.elector.number}.{suffix}"
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_GET
def blank_form(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """An empty 委托书, for people who come to the desk."""
    assembly = posted_assembly_for(request.user, "votes.view_mandates", slug, pk)
    return blank_paper(request, assembly, "pdf" if request.GET.get("format") == "pdf" else "page")
