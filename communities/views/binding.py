"""Being bound to a home: find the estate, find the unit, prove it or ask."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from communities.access import estate_to_join, estates_to_join, own_binding, own_bindings, unit_to_join
from communities.enums import BindingCapacity, BindingStatus
from communities.errors import OwnerBoundElsewhere, Refusal
from communities.forms.binding import BindingRequestForm, OwnerProofForm, PickUnitForm
from communities.http import PersonRequest
from communities.models import Unit
from communities.queries import policies_in_force
from communities.rules import today
from communities.services.binding import bind_owner, request_binding, withdraw_binding

PER_PAGE = 10


@login_required
@require_GET
def choose_estate(request: PersonRequest) -> HttpResponse:
    search = request.GET.get("q", "").strip()[:40]
    page = Paginator(estates_to_join(search), PER_PAGE).get_page(request.GET.get("page"))
    waiting = own_bindings(request.user).filter(status=BindingStatus.PENDING)
    context = {"page": page, "search": search, "waiting": waiting}
    return render(request, "communities/bind_estate.html", context)


@login_required
@require_GET
def choose_unit(request: PersonRequest, slug: str) -> HttpResponse:
    estate = estate_to_join(slug)
    form = PickUnitForm(estate, request.GET.dict())
    if form.unit is not None and not request.htmx:
        return redirect("communities:bind-unit", slug, form.unit.pk)
    return render(request, "communities/bind_unit.html", {"estate": estate, "form": form})


@login_required
@sensitive_post_parameters("last_six")
@require_http_methods(["GET", "POST"])
def prove_owner(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    unit = unit_to_join(slug, pk)
    form = OwnerProofForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            bind_owner(unit=unit, **form.cleaned_data, actor=request.user)
        except OwnerBoundElsewhere as refusal:
            given = {"capacity": BindingCapacity.OWNER, "name": form.cleaned_data["name"]}
            return _ask(request, unit, BindingRequestForm(initial=given), refusal)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已绑定：%(unit)s") % {"unit": unit.label})
            return redirect("communities:me")
    return render(request, "communities/bind.html", {"unit": unit, "form": form}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def ask(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    unit = unit_to_join(slug, pk)
    form = BindingRequestForm(request.POST or None, initial={"capacity": request.GET.get("capacity")})
    refused = None
    if form.is_bound and form.is_valid():
        try:
            request_binding(
                unit=unit,
                capacity=BindingCapacity(form.cleaned_data["capacity"]),
                name=form.cleaned_data["name"],
                note=form.cleaned_data["note"],
                actor=request.user,
            )
        except Refusal as refusal:
            refused = refusal
        else:
            messages.success(request, _("申请已提交，等社区核对。结果会发到“消息”。"))
            return redirect("communities:me")
    return _ask(request, unit, form, refused)


def _ask(
    request: PersonRequest, unit: Unit, form: BindingRequestForm, refused: Refusal | None
) -> HttpResponse:
    status = refused.status if refused else 422 if form.is_bound else 200
    days = policies_in_force(unit.estate, on=today())["binding-reply-working-days"].value
    context = {"unit": unit, "form": form, "refused": refused, "days": days}
    return render(request, "communities/bind_request.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    binding = own_binding(request.user, pk)
    if request.method == "POST":
        withdraw_binding(binding=binding, actor=request.user)
        messages.success(request, _("申请已撤回。"))
        return redirect("communities:me")
    confirm = {
        "title": _("撤回申请"),
        "lead": _("撤回后，社区不再核对这件申请。需要时可以重新提出。"),
        "facts": [
            (_("小区"), binding.estate.name),
            (_("房屋"), binding.unit.label),
            (_("身份"), binding.get_capacity_display()),
        ],
        "submit": _("撤回"),
        "back": reverse("communities:me"),
        "danger": True,
    }
    return render(request, "partials/confirm.html", {"confirm": confirm})
