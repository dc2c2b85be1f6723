"""All estates of a community or subdistrict on one screen, and one notice that answers many tickets."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from communities.access import desk_estates_for, estate_for
from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.rules import allows, learn_roles
from communities.spreadsheets import write_csv
from governance.forms.ticket import OutageForm
from governance.queries.overview import overview
from governance.services.outages import announce_outage

#: What a column is sorted by.
SORTS = ("name", "open", "late", "gone_up", "answer_hours", "fix_hours", "reopened", "rating")


@login_required
@never_cache
@require_GET
def estates(request: PersonRequest) -> HttpResponse:
    """Each estate a row, the worst first as asked, down to its tickets; as CSV too."""
    there = list(desk_estates_for(request.user))
    learn_roles(request.user, there)
    seen = [one for one in there if allows("governance.dispatch_ticket", request.user, one)]
    if not seen:
        raise Http404
    moment = database_now()
    rows = overview(seen, moment)
    sort = request.GET.get("sort", "late")
    if sort in SORTS and sort != "name":
        rows.sort(key=lambda row: -(row[sort] or 0))
    if request.GET.get("format") == "csv":
        lines = write_csv(_header(), [_line(row) for row in rows])
        answer = HttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="estates.csv"'
        return answer
    totals = {name: sum(row[name] for row in rows) for name in ("all", "open", "late", "gone_up", "reopened")}
    context = {"rows": rows, "sort": sort, "totals": totals, "moment": moment}
    return render(request, "governance/desk_overview.html", context)


def _header() -> list[str]:
    return [
        _("小区"),
        _("还没办结"),
        _("超期"),
        _("已上报"),
        _("首次回复中位数（小时）"),
        _("处理中位数（小时）"),
        _("重新打开过"),
        _("满意度"),
        _("进行中的业主大会"),
        _("将开的会议"),
    ]


def _line(row: dict[str, Any]) -> list[str]:
    def hours(value: float | None) -> str:
        return "" if value is None else f"{value:.1f}"

    rating = "" if row["rating"] is None else f"{row['rating']:.2f}"
    counts = [str(row[name]) for name in ("open", "late", "gone_up")]
    times = [hours(row["answer_hours"]), hours(row["fix_hours"])]
    return [
        row["estate"].name,
        *counts,
        *times,
        str(row["reopened"]),
        rating,
        str(row["assemblies"]),
        str(row["meetings"]),
    ]


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def outage(request: PersonRequest, slug: str) -> HttpResponse:
    """Announce that something will not work for a while; every report of it is answered."""
    estate = estate_for(request.user, slug)
    if not allows("governance.announce_outage", request.user, estate):
        raise Http404
    form = OutageForm(request.POST if request.method == "POST" else None, estate=estate)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            made = announce_outage(estate=estate, actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(
                request, _("已发布，同时答复的报事：%(number)d 件。") % {"number": made.answered}
            )
            return redirect("governance:desk-tickets", slug)
    context = {"estate": estate, "form": form}
    return render(request, "governance/outage_form.html", context, status=status)
