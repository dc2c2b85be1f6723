"""送达 at the desk: how many were reached, every record, recording many at once, and the proof."""

import csv
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from django_stubs_ext import WithAnnotations

from communities.clock import LOCAL_ZONE, database_now
from communities.errors import Refusal
from communities.http import PersonRequest, row_number
from communities.printing import pdf_response
from communities.spreadsheets import inert
from communities.templatetags.linyi import moment
from votes.access import deliveries_assembly_for, delivery_on_desk_for
from votes.delivery_states import (
    Reached,
    electors_at,
    places_on_roll,
    reach_by_building,
    reach_of,
    units_at,
    with_reach,
)
from votes.enums import DeliveryMethod
from votes.forms.deliveries import DeliveryForm, TakeBackForm
from votes.models import Assembly, Delivery, Elector
from votes.services.deliveries import RECORDED_IN, record_deliveries, take_back_delivery

from .private_files import private_file

PAGE_SIZE = 50
#: Homes one may tick on one page; more of them are chosen by building.
TICKED_AT_ONCE = 200


@login_required
@never_cache
@require_GET
def deliveries(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    assembly = deliveries_assembly_for(request.user, slug, pk)
    place, wanted = request.GET.get("place", ""), request.GET.get("q", "").strip()
    found = _search(assembly, place, wanted, request.GET.get("method", ""))
    page = Paginator(
        found.select_related("elector", "recorded_by").order_by("-recorded_at", "-pk"), PAGE_SIZE
    ).get_page(request.GET.get("page"))
    reach = reach_of(assembly)
    context = {
        "estate": assembly.estate,
        "assembly": assembly,
        "reach": reach,
        "buildings": reach_by_building(assembly, small=False),
        "page_obj": page,
        "places": places_on_roll(assembly),
        "place": place,
        "wanted": wanted,
        "methods": DeliveryMethod.choices,
        "method": request.GET.get("method", ""),
        "may_record": assembly.phase(database_now()) in RECORDED_IN,
    }
    return render(request, "votes/desk_deliveries.html", context)


def _search(assembly: Assembly, place: str, wanted: str, method: str) -> QuerySet[Delivery]:
    found = Delivery.objects.filter(assembly=assembly)
    if place or wanted:
        found = found.filter(elector__in=units_at(assembly, place, wanted).values("elector"))
    return found.filter(method=method) if method in DeliveryMethod else found


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """One way, one evidence, for as many homes as it proves."""
    assembly = deliveries_assembly_for(request.user, slug, pk)
    ticked = [number for text in request.POST.getlist("elector") if (number := row_number(text))]
    initial = {"method": DeliveryMethod.HAND, "place": request.GET.get("place", "")}
    form = DeliveryForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        initial=initial,
        places=places_on_roll(assembly),
    )
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                rows = record_deliveries(
                    assembly=assembly,
                    electors=ticked or _everybody(assembly, form),
                    method=form.cleaned_data["method"],
                    reached=True,
                    delivered_at=form.cleaned_data["delivered_at"],
                    note=form.cleaned_data["note"],
                    evidence=form.cleaned_data["evidence"],
                    actor=request.user,
                )
            except Refusal as refusal:
                form.add_error(_FIELDS.get(refusal.code), str(refusal))
                status = refusal.status
            else:
                words = ngettext("已登记送达 %(number)d 户。", "已登记送达 %(number)d 户。", len(rows))
                messages.success(request, words % {"number": len(rows)})
                return redirect("votes:desk-deliveries", slug, pk)
    context = {
        "estate": assembly.estate,
        "assembly": assembly,
        "form": form,
        "wanted": request.GET.get("q", "").strip(),
        "homes": _homes(request, assembly),
        "ticked": ticked,
    }
    return render(request, "votes/desk_delivery_form.html", context, status=status)


_FIELDS = {
    "delivery-time-impossible": "delivered_at",
    "delivery-evidence-missing": "evidence",
    "delivery-to-nobody": "place",
    "attachment-refused": "evidence",
    "attachment-too-large": "evidence",
}


def _everybody(assembly: Assembly, form: DeliveryForm) -> list[int]:
    electors = electors_at(assembly, form.cleaned_data["place"])
    if form.cleaned_data["only_missing"]:
        electors = with_reach(electors).filter(is_reached=False)
    return list(electors.values_list("pk", flat=True))


def _homes(request: PersonRequest, assembly: Assembly) -> "list[WithAnnotations[Elector, Reached]]":
    """What was searched for, to be ticked one by one."""
    place, wanted = request.GET.get("place", ""), request.GET.get("q", "").strip()
    if not place and not wanted:
        return []
    return list(with_reach(electors_at(assembly, place, wanted))[:TICKED_AT_ONCE])


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def take_back(request: PersonRequest, slug: str, pk: int, delivery_pk: int) -> HttpResponse:
    delivery = delivery_on_desk_for(request.user, slug, pk, delivery_pk)
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                take_back_delivery(delivery=delivery, reason=form.cleaned_data["reason"], actor=request.user)
            except Refusal as refusal:
                form.add_error("reason", str(refusal))
                status = refusal.status
            else:
                messages.success(request, _("已撤回这条送达记录。"))
                return redirect("votes:desk-deliveries", slug, pk)
    shown = {
        "title": _("撤回送达记录"),
        "eyebrow": delivery.assembly.title,
        "lead": _("撤回以后，这条记录不再证明送达；记录、凭证和理由都保留。"),
        "facts": [
            (_("房屋"), delivery.elector.label),
            (_("方式"), delivery.get_method_display()),
            (_("时间"), moment(delivery.delivered_at)),
        ],
        "form": form,
        "submit": _("撤回"),
        "danger": True,
        "back": reverse("votes:desk-deliveries", args=[slug, pk]),
    }
    context = {"confirm": shown, "estate": delivery.assembly.estate}
    return render(request, "partials/confirm_desk.html", context, status=status)


@login_required
@never_cache
@require_GET
def evidence(request: PersonRequest, slug: str, pk: int, delivery_pk: int) -> FileResponse:
    delivery = delivery_on_desk_for(request.user, slug, pk, delivery_pk)
    if not delivery.evidence:
        raise Http404
    return private_file(delivery.evidence, f"delivery-{delivery.pk}")


# --- the proof -------------------------------------------------------------------------


def _proof(assembly: Assembly) -> dict[str, Any]:
    standing = Delivery.objects.filter(assembly=assembly, taken_back_at__isnull=True)
    return {
        "estate": assembly.estate,
        "assembly": assembly,
        "reach": reach_of(assembly),
        "buildings": reach_by_building(assembly, small=False),
        "deliveries": standing.select_related("elector", "recorded_by").order_by(
            "elector__number", "delivered_at", "pk"
        ),
        "missing": with_reach(electors_at(assembly)).filter(is_reached=False),
        "at": database_now(),
    }


@login_required
@never_cache
@require_GET
def proof_print(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """送达证明, with everybody who was not reached at its end."""
    assembly = deliveries_assembly_for(request.user, slug, pk)
    response = render(request, "print/delivery.html", _proof(assembly))
    if request.GET.get("format") == "pdf":
        return pdf_response(response.content.decode(), _("送达证明.pdf"))
    return response


class _Echo:
    """Hands a csv writer's line straight on."""

    def write(self, line: str) -> str:
        return line


@login_required
@never_cache
@require_GET
def proof_csv(request: PersonRequest, slug: str, pk: int) -> StreamingHttpResponse:
    """A line an attempt, those taken back too; no names."""
    assembly = deliveries_assembly_for(request.user, slug, pk)
    writer = csv.writer(_Echo())
    head = [
        *(_("编号"), _("房屋"), _("方式"), _("是否送达"), _("送达时间"), _("说明"), _("凭证哈希")),
        *(_("登记时间"), _("撤回时间"), _("撤回原因")),
    ]
    rows = (
        Delivery.objects.filter(assembly=assembly)
        .select_related("elector")
        .order_by("elector__number", "delivered_at", "pk")
    )

    def lines() -> Any:
        yield "\ufeff" + str(writer.writerow(head))
        for row in rows.iterator(2_000):
            yield writer.writerow([inert(cell) for cell in _cells(row)])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="deliveries-{assembly.pk}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _cells(row: Delivery) -> list[str]:
    def local(at: Any) -> str:
        return f"{at.astimezone(LOCAL_ZONE):%Y-%m-%d %H:%M:%S}" if at else ""

    return [
        str(row.elector.number),
        row.elector.label,
        str(row.get_method_display()),
        _("是") if row.reached else _("否"),
        local(row.delivered_at),
        row.note,
        row.evidence_sha256,
        local(row.recorded_at),
        local(row.taken_back_at),
        row.taken_back_reason,
    ]
