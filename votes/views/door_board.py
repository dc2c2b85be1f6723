"""上门: door after door, who was reached and who took part. For people walking, on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_stubs_ext import WithAnnotations

from communities.clock import database_now
from communities.http import PersonRequest, row_number
from communities.rules import allows
from votes.access import deliveries_assembly_for
from votes.delivery_states import (
    Reached,
    electors_at,
    last_attempts,
    places_on_roll,
    reach_by_building,
    reach_of,
    units_at,
    with_reach,
)
from votes.enums import DeliveryMethod
from votes.models import Assembly, Delivery, Elector, ElectorUnit
from votes.services.deliveries import RECORDED_IN, record_deliveries

PAGE_SIZE = 40

#: What may come of ringing a bell: whether it reached somebody, and what is noted.
OUTCOMES = {"reached": True, "away": False, "refused": False}


@dataclass(frozen=True, slots=True)
class Door:
    """One elector behind a door. ``took_part`` is None where it is not to be told."""

    elector: Elector
    homes: str
    is_reached: bool
    took_part: bool | None
    attempt: Delivery | None


@login_required
@never_cache
@require_GET
def board(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """The buildings with how far one has come, or the doors of the one that was chosen."""
    assembly = deliveries_assembly_for(request.user, slug, pk)
    return render(request, "votes/door_board.html", _context(request, assembly))


@login_required
@never_cache
@require_GET
def rows(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """The doors alone, for open pages."""
    assembly = deliveries_assembly_for(request.user, slug, pk)
    return render(request, "votes/door_rows.html", _context(request, assembly))


def _context(request: PersonRequest, assembly: Assembly) -> dict[str, Any]:
    place, wanted = request.GET.get("place", ""), request.GET.get("q", "").strip()[:60]
    left = request.GET.get("show", "") == "left"
    small = allows("votes.view_small_buildings", request.user, assembly)
    is_chosen = bool(place or wanted)
    context: dict[str, Any] = {
        "estate": assembly.estate,
        "assembly": assembly,
        "places": places_on_roll(assembly),
        "place": place,
        "wanted": wanted,
        "left": left,
        "is_chosen": is_chosen,
        "may_record": assembly.phase(database_now()) in RECORDED_IN,
        "reach": reach_of(assembly),
        "query": urlencode({"place": place, "q": wanted, "show": "left" if left else ""}),
    }
    if not is_chosen:
        return context | {"buildings": reach_by_building(assembly, small=small)}
    hidden = set() if small else _small_buildings(assembly)
    electors = with_reach(electors_at(assembly, place, wanted))
    if left:
        electors = _left(assembly, electors, hidden)
    page = Paginator(electors, PAGE_SIZE).get_page(request.GET.get("page"))
    return context | {"page_obj": page, "doors": _doors(assembly, page, place, hidden)}


def _small_buildings(assembly: Assembly) -> set[str]:
    return {row.building for row in reach_by_building(assembly, small=False) if row.took_part is None}


def _left(
    assembly: Assembly, electors: "QuerySet[WithAnnotations[Elector, Reached]]", hidden: set[str]
) -> "QuerySet[WithAnnotations[Elector, Reached]]":
    """Not reached and not voted; where the vote is not to be told, not reached is all that is asked."""
    silent = Q(took_part=False)
    if hidden:
        silent |= Q(pk__in=_only_in(assembly, hidden))
    return electors.filter(silent, is_reached=False)


def _only_in(assembly: Assembly, buildings: set[str]) -> QuerySet[Elector]:
    """Electors all of whose homes stand in ``buildings``."""
    elsewhere = ElectorUnit.objects.filter(assembly=assembly).exclude(building__in=buildings)
    return Elector.objects.filter(assembly=assembly).exclude(pk__in=elsewhere.values("elector"))


def _doors(
    assembly: Assembly, page: "Page[WithAnnotations[Elector, Reached]]", place: str, hidden: set[str]
) -> Sequence[Door]:
    electors = list(page)
    attempts = last_attempts(elector.pk for elector in electors)
    homes: dict[int, list[str]] = {}
    shown: dict[int, bool] = {}
    for unit in (
        units_at(assembly, place).filter(elector__in=electors).order_by("building", "staircase", "room")
    ):
        homes.setdefault(unit.elector_id, []).append(str(unit))
    for elector, building in ElectorUnit.objects.filter(elector__in=electors).values_list(
        "elector", "building"
    ):
        shown[elector] = shown.get(elector, False) or building not in hidden
    return [
        Door(
            elector=elector,
            homes="、".join(homes.get(elector.pk, [])[:4]) or elector.label,
            is_reached=elector.is_reached,
            took_part=elector.took_part if shown.get(elector.pk) else None,
            attempt=attempts.get(elector.pk),
        )
        for elector in electors
    ]


@login_required
@require_POST
def record(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """One tap at a door."""
    assembly = deliveries_assembly_for(request.user, slug, pk)
    outcome = request.POST.get("outcome", "")
    elector = row_number(request.POST.get("elector"))
    notes = {"reached": "", "away": _("不在家"), "refused": _("拒收")}
    back = {name: request.POST.get(name, "")[:60] for name in ("place", "q", "show", "page")}
    address = f"{reverse('votes:door-board', args=[slug, pk])}?{urlencode(back)}"
    if outcome not in OUTCOMES or elector is None:
        messages.error(request, _("没有登记：请点“已送达”“不在家”或“拒收”。"))
        return redirect(address)
    record_deliveries(
        assembly=assembly,
        electors=[elector],
        method=DeliveryMethod.DOOR,
        reached=OUTCOMES[outcome],
        note=notes[outcome],
        actor=request.user,
    )
    return redirect(f"{address}#door-{elector}")
