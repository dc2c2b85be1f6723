"""At the desk: proposing a later deadline, and a correction of the frozen roll."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.models import Owner
from votes.access import desk_assembly_for
from votes.enums import ActKind
from votes.errors import ActNotPossible, RollIncomplete
from votes.forms.reason import ReasonForm
from votes.forms.supervision import ExtensionForm
from votes.models import Assembly, TwoPersonAct
from votes.services.acts import ACTS, propose_act
from votes.services.assemblies import judge
from votes.services.extensions import latest_deadline, measured_outages
from votes.services.roll_deltas import RollChange, roll_delta
from votes.trace import trace_of


def _need_possible(assembly: Assembly, kind: ActKind) -> None:
    if assembly.phase(database_now()) not in ACTS[kind].possible_in:
        raise ActNotPossible


@login_required
@require_http_methods(["GET", "POST"])
def extend(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Measured outages, the present deadline, and a form for a later one."""
    assembly = desk_assembly_for(request.user, slug, pk)
    judge("votes.propose_act", request.user, assembly)
    _need_possible(assembly, ActKind.EXTEND)
    given = request.POST if request.method == "POST" else None
    form = ExtensionForm(given, assembly=assembly)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                propose_act(
                    assembly=assembly,
                    kind=ActKind.EXTEND,
                    reason=form.cleaned_data["reason"],
                    actor=request.user,
                    payload=form.payload,
                )
            except Refusal as refusal:
                form.add_error(_FIELDS.get(refusal.code), str(refusal))
                status = refusal.status
            else:
                messages.success(request, _("已提出延长。另一位有权限的人在原截止时间以前确认，才会延长。"))
                return redirect("votes:desk-assembly", slug, pk)
    context = {
        "estate": assembly.estate,
        "assembly": assembly,
        "form": form,
        "outages": measured_outages(assembly),
        "latest": latest_deadline(assembly),
        "most_days": assembly.rule("window-days-max"),
        "article": assembly.rules["window-days-max"]["article"],
        "trace": trace_of(assembly),
    }
    return render(request, "votes/desk_extension.html", context, status=status)


#: At which input a refusal is shown.
_FIELDS = {
    "reason-missing": "reason",
    "deadline-not-later": "closes_on",
    "window-too-long": "closes_on",
    "extension-changes-statute": "closes_on",
    "extension-needs-basis": "basis",
}


@login_required
@require_http_methods(["GET", "POST"])
def correct_roll(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """What the frozen roll and the roster differ in, and proposing to bring the roll to it."""
    assembly = desk_assembly_for(request.user, slug, pk)
    judge("votes.propose_act", request.user, assembly)
    _need_possible(assembly, ActKind.CORRECT_ROLL)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                propose_act(
                    assembly=assembly,
                    kind=ActKind.CORRECT_ROLL,
                    reason=form.cleaned_data["reason"],
                    actor=request.user,
                    payload={"shown": request.POST.get("shown", "")},
                )
            except Refusal as refusal:
                form.add_error("reason", str(refusal))
                status = refusal.status
            else:
                messages.success(request, _("已提出更正。另一位有权限的人核对同样的变化并确认，才会更正。"))
                return redirect("votes:desk-assembly", slug, pk)
    context = {
        "estate": assembly.estate,
        "assembly": assembly,
        "form": form,
        "pending": assembly.acts.filter(
            kind=ActKind.CORRECT_ROLL, confirmed_at__isnull=True, withdrawn_at__isnull=True
        ).first(),
        **delta_context(assembly),
    }
    return render(request, "votes/desk_correction.html", context, status=status)


def delta_context(assembly: Assembly) -> dict[str, Any]:
    """The difference as pages show it; ``incomplete`` where the roster gives no roll at all."""
    try:
        delta = roll_delta(assembly, database_now())
    except RollIncomplete as refusal:
        return {"incomplete": str(refusal), "delta": None, "rows": []}
    names = Owner.objects.in_bulk(delta.owners)
    return {"delta": delta, "rows": [_row(change, names) for change in delta.changes]}


def confirm_correction(request: PersonRequest, act: TwoPersonAct) -> HttpResponse:
    """What the second person is shown: the same difference, if it still is the same."""
    context = delta_context(act.assembly)
    delta = context["delta"]
    context |= {
        "estate": act.assembly.estate,
        "assembly": act.assembly,
        "act": act,
        "is_same": delta is not None and delta.shown == act.payload.get("shown"),
    }
    return render(request, "votes/desk_correction.html", context)


_TAGS = {"added": "", "gone": "seal", "changed": "amber"}


def _row(change: RollChange, names: dict[int, Owner]) -> dict[str, Any]:
    words = {"added": _("新增"), "gone": _("移出"), "changed": _("变更")}
    return {
        "number": change.number,
        "label": change.label,
        "words": words[change.kind],
        "tone": _TAGS[change.kind],
        "area_then": change.then.area if change.then else None,
        "area_now": change.now.area if change.now else None,
        "units_added": [unit.label for unit in change.units_added if change.kind == "changed"],
        "units_gone": [unit.label for unit in change.units_gone if change.kind == "changed"],
        "areas": change.areas_changed,
        "members_changed": change.members_changed,
        # Names are masked: enough to tell one neighbour from another, not to know them.
        "casters": [
            names[owner].masked_name
            for owner, may_cast in (change.now.members if change.now else ())
            if may_cast and owner in names
        ],
    }
