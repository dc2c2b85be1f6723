"""The roster at the desk: homes, their owners, who represents them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.access import owners_on_roster_for, roster_estate_for, unit_on_roster_for
from communities.clock import local_day
from communities.enums import ImportStatus
from communities.errors import Refusal
from communities.forms.roster import RepresentativeForm, RosterSearchForm
from communities.http import PersonRequest, row_number
from communities.models import Building, Estate, Ownership, Unit
from communities.queries import (
    current_titles,
    owners_called,
    roster_figures,
    units_called,
    unrepresented_units,
)
from communities.rules import allows, today
from communities.services.rosters import export_roster, roster_template, set_representative
from communities.spreadsheets import CONTENT_TYPE
from communities.values.area import format_area

PAGE = 50
#: A search shows no more than this; whoever searches so widely adds a word.
FOUND = 100


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def roster(request: PersonRequest, slug: str) -> HttpResponse:
    """The homes of an estate. A search is posted: what is looked for may be a person's name."""
    estate = roster_estate_for(request.user, slug)
    form = RosterSearchForm(request.POST or None)
    context = _frame(request, estate) | {"form": form}
    if request.method == "POST":
        valid = form.is_valid()
        found = list(_found(estate, form.cleaned_data["words"])) if valid else []
        context |= {"units": found[:FOUND], "searched": valid, "more": len(found) > FOUND}
        return render(request, "communities/desk_roster.html", context, status=200 if valid else 422)
    building = request.GET.get("building", "")
    unnamed = request.GET.get("unnamed") == "yes"
    units = unrepresented_units([estate], on=today()) if unnamed else _standing(estate)
    if number := row_number(building):
        units = units.filter(building=number)
    page = Paginator(_with_owners(units), PAGE).get_page(request.GET.get("page"))
    context |= {"page": page, "units": page.object_list, "building": building, "unnamed": unnamed}
    return render(request, "communities/desk_roster.html", context)


@login_required
@never_cache
@require_GET
def owners(request: PersonRequest, slug: str) -> HttpResponse:
    """The owners of an estate, each with the homes they hold."""
    estate = roster_estate_for(request.user, slug)
    titles = (
        Ownership.objects.on(today()).select_related("unit__building").order_by("unit__building__position")
    )
    found = (
        owners_on_roster_for(request.user, slug)
        .filter(pk__in=Ownership.objects.on(today()).filter(unit__estate=estate).values("owner"))
        .order_by("pk")
        .prefetch_related(Prefetch("ownerships", queryset=titles, to_attr="titles"))
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = _frame(request, estate) | {"page": page, "owners": page.object_list}
    return render(request, "communities/desk_roster_owners.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def unit(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """One home: its facts, its owners through time, and who represents them."""
    home = unit_on_roster_for(request.user, slug, pk)
    titles = list(home.ownerships.select_related("owner").order_by("valid_to", "position", "-valid_from"))
    current = [title for title in titles if title.valid_to is None]
    chosen = next((title.owner_id for title in current if title.is_representative), None)
    form = RepresentativeForm(request.POST or None, owners=[title.owner for title in current], chosen=chosen)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                set_representative(unit=home, owner=form.chosen, actor=request.user)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                messages.success(request, _("已登记。从下一次冻结表决人名册起生效。"))
                return redirect("communities:roster-unit", slug, pk)
    context = {
        "estate": home.estate,
        "unit": home,
        "current": current,
        "ended": [title for title in titles if title.valid_to is not None],
        "form": form,
        "may_name": allows("communities.set_representative", request.user, home.estate) and len(current) > 1,
        "facts": _facts(home),
    }
    return render(request, "communities/desk_roster_unit.html", context, status=status)


@login_required
@require_POST
def export(request: PersonRequest, slug: str) -> HttpResponse:
    estate = roster_estate_for(request.user, slug)
    content = export_roster(estate=estate, actor=request.user)
    day = local_day(timezone.now())
    return _file(content, f"{estate.slug}-roster-{day:%Y%m%d}.xlsx")


@login_required
@require_GET
def template(request: PersonRequest, slug: str) -> HttpResponse:
    roster_estate_for(request.user, slug)
    return _file(roster_template(), "roster-template.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _standing(estate: Estate) -> QuerySet[Unit]:
    return Unit.objects.standing().filter(estate=estate)


def _with_owners(units: QuerySet[Unit]) -> QuerySet[Unit]:
    return units.select_related("building").prefetch_related(current_titles(on=today()))


def _found(estate: Estate, words: str) -> QuerySet[Unit]:
    named = owners_called(estate, words)
    if named:
        held = Ownership.objects.on(today()).filter(owner__in=named).values("unit")
        units = _standing(estate).filter(pk__in=held)
    else:
        units = units_called(estate, words).filter(gone_on__isnull=True)
    return _with_owners(units)[: FOUND + 1]


def _frame(request: PersonRequest, estate: Estate) -> dict[str, Any]:
    figures = roster_figures(estate, on=today())
    unnamed = unrepresented_units([estate], on=today()).count()
    kpis: list[dict[str, Any]] = [
        {"value": f"{figures.units:,}", "label": _("计票房屋（套）")},
        {"value": f"{figures.heads:,}", "label": _("表决人数（按业主组合）")},
        {"value": format_area(figures.area), "label": _("专有部分面积（m²）")},
        {
            "value": f"{figures.parking_units:,}",
            "label": _("车位、储藏室，共 %(area)s m²，不计票") % {"area": format_area(figures.parking_area)},
        },
    ]
    may_import = allows("communities.import_roster", request.user, estate)
    return {
        "estate": estate,
        "kpis": kpis,
        "unnamed_count": unnamed,
        "buildings": Building.objects.filter(estate=estate),
        "may_import": may_import,
        "waiting": estate.roster_imports.filter(status=ImportStatus.PREVIEW).count() if may_import else 0,
    }


def _facts(home: Unit) -> list[tuple[str, object]]:
    return [
        (_("面积"), f"{format_area(home.area)} m²"),
        (_("面积依据"), home.get_area_basis_display()),
        (_("用途"), home.get_use_display()),
        (_("未售或未交付"), _("是，按建设单位计") if home.developer_held else ""),
        (_("注销日期"), home.gone_on and f"{home.gone_on:%Y-%m-%d}"),
    ]
