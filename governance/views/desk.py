"""The desk opens on next steps."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from communities.http import PersonRequest
from communities.queries import late_entries
from communities.rules import allows
from communities.templatetags.linyi import percent
from governance.desk import Desk, OpenAssembly
from governance.desk_shell import DeskShell
from votes.queries import turnout_by_building


@login_required
@never_cache
@require_GET
def desk(request: PersonRequest) -> HttpResponse:
    """What waits, over all estates in scope or over the one asked for."""
    shell = DeskShell(request, lints=True)
    if not shell.estates:
        raise Http404
    asked = request.GET.get("estate", "")
    chosen = [estate for estate in shell.estates if estate.slug == asked]
    if asked and not chosen:
        raise Http404
    shown = Desk(request.user, chosen, shell.desk.moment) if chosen else shell.desk
    context = {
        "desk_nav": shell.nav,
        "desk_place": shell.place,
        "desk_who": shell.who,
        "estate": chosen[0] if chosen else None,
        "many": len(shown.estates) > 1,
        "has_others": bool(chosen) and len(shell.estates) > 1,
        "moment": shown.moment,
        "rows": [(step, step.is_overdue(shown.moment)) for step in shown.steps],
        "kpis": _kpis(shown),
        "late": late_entries(shown.moment).filter(log__estate__in=shown.estates).count(),
        "figure": _figure(request, shown),
    }
    return render(request, "governance/desk.html", context)


def _kpis(desk: Desk) -> list[dict[str, Any]]:
    overdue = sum(1 for step in desk.steps if step.is_overdue(desk.moment))
    today = sum(1 for step in desk.steps if step.is_due_on_day_of(desk.moment))
    kpis: list[dict[str, Any]] = [
        {"value": overdue, "label": _("超期"), "hot": overdue > 0},
        {"value": today, "label": _("今天到期")},
    ]
    if desk.binding_estates:
        kpis.append({"value": desk.pending_bindings, "label": _("待核对的房屋绑定")})
    if desk.open:
        first = desk.open[0]
        label = _("%(estate)s 表决参与（人数）") % {"estate": first.assembly.estate.name}
        kpis.append({"value": percent(first.turnout.heads, first.turnout.total_heads), "label": label})
    else:
        kpis.append({"value": "—", "label": _("现在没有进行中的表决")})
    return kpis


def _figure(request: PersonRequest, desk: Desk) -> dict[str, Any] | None:
    """Turnout by building of the open assembly that closes first; small buildings left out."""
    one: OpenAssembly | None = next(
        (one for one in desk.open if allows("votes.view_turnout_by_building", request.user, one.assembly)),
        None,
    )
    if one is None:
        return None
    buildings = turnout_by_building(one.assembly)
    return {
        "assembly": one.assembly,
        "turnout": one.turnout,
        "bars": [(row.building, row.voted, row.units) for row in buildings if row.voted is not None],
        "left_out": sum(1 for row in buildings if row.voted is None),
    }
