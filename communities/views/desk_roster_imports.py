"""Importing a roster at the desk: upload, preview, put right, commit or discard."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from communities.access import roster_estate_for, roster_import_for
from communities.enums import ImportStatus, UnitUse
from communities.errors import Refusal
from communities.forms.roster import CorrectionsForm, ProblemRow, RosterCommitForm, RosterUploadForm
from communities.http import PersonRequest
from communities.models import RosterImport
from communities.roster import Problem, Roster
from communities.rules import allows
from communities.services.rosters import (
    RosterChanged,
    commit_roster,
    correct_roster,
    discard_roster,
    roster_of,
    upload_roster,
)

PROBLEMS_A_PAGE = 20
CHANGES_A_PAGE = 50
#: What the comparison is shown by, in the order of how much it asks to be looked at.
KINDS = {
    "changed": gettext_lazy("变更"),
    "gone": gettext_lazy("注销"),
    "returned": gettext_lazy("恢复"),
    "owners": gettext_lazy("业主资料"),
    "added": gettext_lazy("新增"),
}


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def imports(request: PersonRequest, slug: str) -> HttpResponse:
    """Upload a roster; below, all that were uploaded before."""
    estate = roster_estate_for(request.user, slug)
    if not allows("communities.import_roster", request.user, estate):
        raise Http404
    form = RosterUploadForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        form = RosterUploadForm(request.POST, request.FILES)
        status = 422
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                made = upload_roster(
                    estate=estate, file_name=file.name, content=file.read(), actor=request.user
                )
            except Refusal as refusal:
                form.add_error("file", str(refusal))
                status = refusal.status
            else:
                return redirect("communities:roster-preview", slug, made.pk)
    history = (
        estate.roster_imports.defer("content", "corrections", "diff")
        .annotate(counts=F("diff__counts"))
        .select_related("uploaded_by", "committed_by")
    )
    page = Paginator(history, PROBLEMS_A_PAGE).get_page(request.GET.get("page"))
    context = {"estate": estate, "form": form, "page": page}
    return render(request, "communities/desk_roster_imports.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def preview(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """What a file says, what is wrong in it, and what it would change. Posting puts cells right."""
    found = roster_import_for(request.user, slug, pk)
    if found.status != ImportStatus.PREVIEW:
        return render(request, "communities/desk_roster_import.html", _comparison(request, found))
    rows, unplaced = _problem_rows(roster_of(found)) if _has_problems(found) else ([], [])
    page = Paginator(rows, PROBLEMS_A_PAGE).get_page(request.GET.get("rows"))
    form = CorrectionsForm(request.POST or None, rows=page.object_list)
    if request.method == "POST" and form.is_valid():
        corrections = form.corrections()
        correct_roster(roster_import=found, corrections=corrections, actor=request.user)
        messages.success(request, _("已按 %(count)d 处修正重新核对。") % {"count": len(corrections)})
        return redirect(request.get_full_path())
    context = _comparison(request, found) | {"form": form, "problem_page": page, "unplaced": unplaced}
    return render(request, "communities/desk_roster_import.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def commit(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """The page before the act: what will be entered, and what has to be said about it."""
    found = roster_import_for(request.user, slug, pk)
    if found.status != ImportStatus.PREVIEW:
        return redirect("communities:roster-preview", slug, pk)
    counts = found.diff["counts"]
    form = RosterCommitForm(
        request.POST or None,
        errors=len(found.report["errors"]),
        warnings=len(found.report["warnings"]),
        gone=counts["gone"],
        shown=found.diff["digest"],
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                commit_roster(roster_import=found, actor=request.user, shown=form.cleaned_data["shown"])
            except RosterChanged as refusal:
                correct_roster(roster_import=found, corrections={}, actor=request.user)
                messages.warning(request, str(refusal))
                return redirect("communities:roster-preview", slug, pk)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                messages.success(request, _("名册已导入。"))
                return redirect("communities:roster", slug)
    confirm = {
        "title": _("导入名册"),
        "eyebrow": found.estate.name,
        "lead": _("导入后，这些房屋和业主从今天起以名册为准；已经冻结的表决人名册不受影响。"),
        "facts": [
            (_("文件"), found.file_name),
            (_("新增"), _("%d 套") % counts["added"]),
            (_("变更"), _("%d 套") % counts["changed"]),
            (_("注销"), _("%d 套") % counts["gone"]),
            (_("恢复"), _("%d 套") % counts["returned"]),
            (_("业主资料更新"), _("%d 人") % counts["owners"]),
        ],
        "form": form,
        "submit": _("确认导入"),
        "back": _preview_url(found),
    }
    return render(request, "partials/confirm_desk.html", {"confirm": confirm}, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def discard(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    found = roster_import_for(request.user, slug, pk)
    if request.method == "POST":
        discard_roster(roster_import=found, actor=request.user)
        messages.success(request, _("已放弃这次导入，名册没有变。"))
        return redirect("communities:roster-import", slug)
    confirm = {
        "title": _("放弃这次导入"),
        "eyebrow": found.estate.name,
        "lead": _("上传的文件和您做的修正会被清除，业主名册保持原样。"),
        "facts": [(_("文件"), found.file_name)],
        "submit": _("放弃导入"),
        "back": _preview_url(found),
        "danger": True,
    }
    return render(request, "partials/confirm_desk.html", {"confirm": confirm})


def _preview_url(found: RosterImport) -> str:
    return reverse("communities:roster-preview", args=[found.estate.slug, found.pk])


def _has_problems(found: RosterImport) -> bool:
    return bool(found.report["errors"] or found.report["warnings"])


def _problem_rows(roster: Roster) -> tuple[list[ProblemRow], list[Problem]]:
    """The rows that can be put right here, errors first, and the problems that only the file can mend."""
    by_row: dict[tuple[str, int], list[Problem]] = {}
    for problem in (*roster.errors, *roster.warnings):
        by_row.setdefault((problem.sheet, problem.row), []).append(problem)
    rows, unplaced = [], []
    for (sheet, row), problems in by_row.items():
        cells = roster.problem_rows.get((sheet, row))
        if cells is None:
            unplaced += problems
        else:
            rows.append(ProblemRow(sheet, row, tuple(problems), cells))
    return rows, unplaced


def _comparison(request: PersonRequest, found: RosterImport) -> dict[str, Any]:
    counts = found.diff["counts"]
    shown = request.GET.get("show", "")
    if shown not in KINDS:
        shown = next((kind for kind in KINDS if counts[kind]), "added")
    if shown == "owners":
        listed = found.diff["owners"]
    else:
        listed = [change for change in found.diff["changes"] if change["kind"] == shown]
    page = Paginator(listed, CHANGES_A_PAGE).get_page(request.GET.get("page"))
    report = found.report
    is_open = found.status == ImportStatus.PREVIEW
    return {
        "estate": found.estate,
        "import": found,
        "is_open": is_open,
        "may_commit": is_open and bool(report["units"] or report["parking_units"]),
        "kpis": [
            {"value": f"{report['units']:,}", "label": _("可导入的计票房屋（套）")},
            {"value": f"{report['heads']:,}", "label": _("表决人数（按业主组合）")},
            {"value": f"{Decimal(report['area']):,.2f}", "label": _("专有部分面积（m²）")},
            {"value": f"{report['parking_units']:,}", "label": _("车位、储藏室，不计票")},
            {"value": len(report["errors"]), "label": _("错误，不导入"), "hot": bool(report["errors"])},
            {"value": len(report["warnings"]), "label": _("提醒")},
        ],
        "counts": counts,
        "changed_at_all": any(counts[kind] for kind in KINDS),
        "tabs_of_changes": [(kind, label, counts[kind], kind == shown) for kind, label in KINDS.items()],
        "shown": shown,
        "changes": [_lines(change) for change in page.object_list],
        "change_page": page,
    }


def _lines(change: dict[str, Any]) -> dict[str, Any]:
    """A change with its fields in words."""
    names = {
        "area": _("面积"),
        "use": _("用途"),
        "developer": _("未售或未交付"),
        "owners": _("业主"),
        "name": _("姓名"),
        "phone": _("电话"),
    }
    fields = []
    for name, old, new in change["fields"]:
        if name == "phone":
            fields.append((names[name], "", _("有更新")))
        elif not (name == "developer" and "yes" not in (old, new)):
            fields.append((names[name], _word(name, old), _word(name, new)))
    values = [new or old for _name, old, new in fields]
    title = change.get("unit") or change.get("owner")
    return {"title": title, "fields": fields, "summary": " · ".join(values)}


def _word(name: str, value: str) -> str:
    if not value:
        return ""
    if name == "use":
        return str(UnitUse(value).label)
    if name == "developer":
        return _("是") if value == "yes" else _("否")
    return f"{value} m²" if name == "area" else value
