"""The frozen roll on screen, as a file and on paper; the notice on paper."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Concat
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from communities.clock import database_now, local_day
from communities.enums import AreaBasis
from communities.http import PersonRequest
from communities.queries import policies_in_force
from communities.rules import allows
from communities.spreadsheets import inert
from communities.values.area import format_area_plain
from votes.access import desk_assembly_for, roll_assembly_for
from votes.enums import AssemblyStatus, BallotSecrecy, ChannelPrecedence
from votes.errors import RollIncomplete
from votes.models import Assembly, Elector, ElectorUnit
from votes.queries import buildings_on_roll
from votes.services.rolls import preview_roll, scope_of
from votes.trace import trace_of

from .motions_shown import motions_shown, statute_of

PAGE_SIZE = 50


def search(assembly: Assembly, *, building: str = "", wanted: str = "") -> QuerySet[Elector]:
    """Electors with a unit in ``building`` whose place contains ``wanted``, or whose number it is."""
    electors = Elector.objects.filter(assembly=assembly)
    units = ElectorUnit.objects.filter(assembly=assembly)
    if building:
        units = units.filter(building=building)
    if wanted:
        units = units.annotate(place=Concat("building", "staircase", "room")).filter(
            place__icontains=wanted.replace(" ", "")
        )
    if building or wanted:
        found = Q(pk__in=units.values("elector"))
        if wanted.isdecimal() and not building:
            found |= Q(number=int(wanted[:9]))
        electors = electors.filter(found)
    return electors.order_by("number")


@login_required
@require_GET
def roll(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    assembly = roll_assembly_for(request.user, slug, pk)
    context: dict[str, Any] = {"estate": assembly.estate, "assembly": assembly}
    if assembly.status == AssemblyStatus.DRAFT:
        return render(request, "votes/desk_roll.html", context | _preview(assembly))
    building, wanted = request.GET.get("building", ""), request.GET.get("q", "").strip()
    electors = (
        search(assembly, building=building, wanted=wanted)
        .annotate(
            people=Count("members", distinct=True),
            casters=Count("members", filter=Q(members__may_cast=True), distinct=True),
        )
        .prefetch_related("units")
    )
    context |= {
        "page_obj": Paginator(electors, PAGE_SIZE).get_page(request.GET.get("page")),
        "buildings": buildings_on_roll(assembly),
        "building": building,
        "wanted": wanted,
        "may_view_mandates": allows("votes.view_mandates", request.user, assembly),
        "may_view_looks": allows("votes.view_looks", request.user, assembly),
        "trace": trace_of(assembly),
        "may_correct": allows("votes.propose_act", request.user, assembly)
        and assembly.phase(database_now()) == AssemblyStatus.PUBLISHED,
    }
    return render(request, "votes/desk_roll.html", context)


def _preview(assembly: Assembly) -> dict[str, Any]:
    try:
        return {"preview": preview_roll(assembly.estate, database_now(), scope=scope_of(assembly))}
    except RollIncomplete as refusal:
        return {"incomplete": str(refusal)}


class _Echo:
    """Hands a csv writer's line straight on."""

    def write(self, line: str) -> str:
        return line


def roll_rows(assembly: Assembly) -> Iterator[list[str]]:
    """The header, then a line a unit. No names."""
    units = (
        ElectorUnit.objects.filter(assembly=assembly)
        .annotate(people=Count("elector__members"))
        .select_related("elector")
        .order_by("elector__number", "pk")
    )
    yield [
        _("编号"),
        _("幢"),
        _("单元"),
        _("室"),
        _("面积（平方米）"),
        _("面积依据"),
        _("产权人数"),
        _("建设单位"),
    ]
    for unit in units.iterator(2_000):
        yield [
            str(unit.elector.number),
            unit.building,
            unit.staircase,
            unit.room,
            format_area_plain(unit.area),
            str(AreaBasis(unit.area_basis).label),
            str(unit.people),
            _("是") if unit.elector.is_developer else "",
        ]


@login_required
@require_GET
def roll_csv(request: PersonRequest, slug: str, pk: int) -> StreamingHttpResponse:
    """The roll as a file: one line a unit, no names."""
    assembly = roll_assembly_for(request.user, slug, pk)
    writer = csv.writer(_Echo())
    lines = (writer.writerow([inert(cell) for cell in row]) for row in roll_rows(assembly))

    def content() -> Iterator[str]:
        yield "\ufeff"  # Excel takes a file without it for the system's old encoding.
        yield from lines

    response = StreamingHttpResponse(content(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="roll-{assembly.pk}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_GET
def roll_print(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    return render(request, "print/roll.html", roll_context(roll_assembly_for(request.user, slug, pk)))


def roll_context(assembly: Assembly) -> dict[str, Any]:
    """What the roll on paper shows."""
    units = ElectorUnit.objects.filter(assembly=assembly).select_related("elector")
    return {
        "estate": assembly.estate,
        "assembly": assembly,
        "units": units.order_by("elector__number", "pk"),
        "buildings": buildings_on_roll(assembly),
        "trace": trace_of(assembly),
    }


@login_required
@require_GET
def notice_print(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    return render(request, "print/notice.html", notice_context(desk_assembly_for(request.user, slug, pk)))


def notice_context(assembly: Assembly) -> dict[str, Any]:
    """What the notice on paper shows."""
    return {
        "estate": assembly.estate,
        "assembly": assembly,
        "motions": motions_shown(assembly),
        "statute": statute_of(assembly),
        "is_draft": assembly.status == AssemblyStatus.DRAFT,
        **_paper_rules(assembly),
        "trace": trace_of(assembly),
    }


def _paper_rules(assembly: Assembly) -> dict[str, Any]:
    """Whether owners get paper, and what counts twice: as frozen, or for a draft as the rules stand today."""
    keys = ("paper-on-request", "channel-precedence", "ballot-secrecy")
    if assembly.rules:
        on_request, precedence, secrecy = (assembly.rule(key) for key in keys)
    else:
        policies = policies_in_force(assembly.estate, on=local_day(database_now()))
        on_request, precedence, secrecy = (policies[key].value for key in keys)
    return {
        "paper_on_request": bool(on_request) and secrecy != BallotSecrecy.SECRET,
        "precedence": ChannelPrecedence(precedence).label,
    }
