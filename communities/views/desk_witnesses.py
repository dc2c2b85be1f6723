"""The desk's witnesses: who is sent the tree heads, whether they arrive, adding and removing."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Max, Min, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from communities.access import witness_estate_for, witness_for
from communities.enums import WitnessKind
from communities.errors import Refusal
from communities.forms.witness import WitnessCodeForm, WitnessForm, WitnessRemovalForm
from communities.http import PersonRequest
from communities.models import Estate, Witness
from communities.services.witnesses import Trial, add_witness, remove_witness, try_witness

#: In the session: the witness to be, encrypted.
TRIAL = "witness-trial"
#: With fewer the heads prove little: whoever holds the only copy can be talked to.
ENOUGH = 3


@dataclass(frozen=True, slots=True)
class ShownWitness:
    witness: Witness
    address: str
    last: datetime | None
    waiting: int
    next_try: datetime | None
    trouble: str


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def witnesses(request: PersonRequest, slug: str) -> HttpResponse:
    """Who is sent the heads; below, a form for one more, whose first step sends a test."""
    estate = witness_estate_for(request.user, slug)
    if request.method == "GET":
        return _page(request, estate, WitnessForm())
    form = WitnessForm(request.POST)
    if not form.is_valid():
        return _page(request, estate, form, status=422)
    try:
        trial = try_witness(
            estate=estate,
            kind=WitnessKind(form.cleaned_data["kind"]),
            name=form.cleaned_data["name"],
            address=form.cleaned_data["address"],
            actor=request.user,
        )
    except Refusal as refusal:
        form.add_error("address", str(refusal))
        return _page(request, estate, form, status=refusal.status)
    request.session[TRIAL] = trial.sealed()
    return redirect("communities:witness-confirm", slug)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: PersonRequest, slug: str) -> HttpResponse:
    """The code that the witness received comes back."""
    estate = witness_estate_for(request.user, slug)
    form = WitnessCodeForm(request.POST or None)
    status = 200
    try:
        trial = Trial.opened(request.session.get(TRIAL, ""), estate)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("communities:witnesses", slug)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                add_witness(estate=estate, trial=trial, code=form.cleaned_data["code"], actor=request.user)
            except Refusal as refusal:
                form.add_error("code", str(refusal))
                status = refusal.status
            else:
                del request.session[TRIAL]
                messages.success(request, _("已添加。树头会自动送去。"))
                return redirect("communities:witnesses", slug)
    context = {"estate": estate, "trial": trial, "address": masked(trial.kind, trial.address), "form": form}
    return render(request, "communities/desk_witness_confirm.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def remove(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Asks on a page of its own, with a reason."""
    witness = witness_for(request.user, slug, pk)
    form = WitnessRemovalForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                remove_witness(witness=witness, reason=form.cleaned_data["reason"], actor=request.user)
            except Refusal as refusal:
                form.add_error("reason", str(refusal))
                status = refusal.status
            else:
                messages.success(request, _("已移除，不再送去。"))
                return redirect("communities:witnesses", slug)
    asked = {
        "title": _("移除这位见证人吗？"),
        "eyebrow": witness.estate.name,
        "lead": _("移除后不再送去新的树头。已经送到的树头仍在对方手里，照样有效。"),
        "facts": [
            (_("见证人"), witness.name),
            (_("怎么送"), witness.get_kind_display()),
            (_("地址"), masked(witness.kind, witness.address)),
        ],
        "warning": _("见证人越少，日志越缺少旁证。移除会记入日志，书记和业委会主任都会收到消息。"),
        "form": form,
        "submit": _("移除"),
        "back": reverse("communities:witnesses", args=[slug]),
        "danger": True,
    }
    return render(request, "partials/confirm_desk.html", {"confirm": asked}, status=status)


def masked(kind: str, address: str) -> str:
    """As much of an address as tells which one it is."""
    if kind == WitnessKind.WEBHOOK:
        return urlsplit(address).hostname or ""
    name, _at, host = address.partition("@")
    return f"{name[:1]}***@{host}"


def _page(request: PersonRequest, estate: Estate, form: WitnessForm, *, status: int = 200) -> HttpResponse:
    missing = Q(deliveries__arrived_at__isnull=True)
    present = (
        Witness.objects.filter(estate=estate, removed_at__isnull=True)
        .annotate(
            last=Max("deliveries__arrived_at"),
            waiting=Count("deliveries", filter=missing & Q(deliveries__isnull=False)),
            next_try=Min("deliveries__next_try_at", filter=missing),
            trouble=Max("deliveries__trouble", filter=missing),
        )
        .order_by("pk")
    )
    shown = [
        ShownWitness(
            witness=one,
            address=masked(one.kind, one.address),
            last=one.last,
            waiting=one.waiting,
            next_try=one.next_try,
            trouble=one.trouble or "",
        )
        for one in present
    ]
    context = {
        "estate": estate,
        "shown": shown,
        "form": form,
        "too_few": len(shown) < ENOUGH,
        "removed": Witness.objects.filter(estate=estate, removed_at__isnull=False).order_by("-removed_at"),
    }
    return render(request, "communities/desk_witnesses.html", context, status=status)
