"""A posted assembly at the desk: turnout, and acts that take two people."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.rules import allows
from communities.templatetags.linyi import deadline_words, moment
from votes.access import desk_assembly_for
from votes.enums import ActKind
from votes.errors import OrderIncomplete
from votes.forms.reason import ReasonForm
from votes.forms.supervision import RevocationForm
from votes.models import Assembly, TwoPersonAct
from votes.queries import turnout, turnout_by_building
from votes.services.acts import POSSIBLE_IN, confirm_act, propose_act, withdraw_act
from votes.services.assemblies import judge
from votes.services.extensions import measured_outages
from votes.trace import trace_of

from .desk_supervision import confirm_correction
from .motions_shown import motions_shown, statute_of

#: What ends an assembly or its result; proposed on the page itself.
STOPS = (ActKind.CANCEL, ActKind.VOID)


def _form_of(kind: str | None) -> type[ReasonForm]:
    return RevocationForm if kind == ActKind.VOID else ReasonForm


def show_posted(
    request: PersonRequest, assembly: Assembly, *, form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    phase = assembly.phase(database_now())
    acts = list(assembly.acts.select_related("proposed_by", "confirmed_by").order_by("-proposed_at"))
    pending = {ActKind(act.kind) for act in acts if act.confirmed_at is None and act.withdrawn_at is None}
    kind = next((kind for kind in STOPS if phase in POSSIBLE_IN[kind]), None)
    may_propose = allows("votes.propose_act", request.user, assembly)
    possible = {kind for kind, phases in POSSIBLE_IN.items() if may_propose and phase in phases} - pending
    context = {
        "estate": assembly.estate,
        "assembly": assembly,
        "phase": phase,
        "phase_words": phase.label,
        "turnout": turnout(assembly),
        "statute": statute_of(assembly),
        "motions": motions_shown(assembly),
        "overrides": assembly.lint_overrides.select_related("signed_by").order_by("signed_at"),
        "acts": acts,
        "act_kind": kind if kind in possible else None,
        "act_words": kind.label if kind else "",
        "form": form or _form_of(kind)(),
        "may_extend": ActKind.EXTEND in possible,
        "may_correct": ActKind.CORRECT_ROLL in possible,
        "trace": trace_of(assembly),
        "outages": measured_outages(assembly),
        "may_confirm": allows("votes.confirm_act", request.user, assembly),
        "may_prepare": allows("votes.prepare_assembly", request.user, assembly),
        "may_view_roll": allows("votes.view_roll", request.user, assembly),
        **_buildings(request, assembly),
    }
    return render(request, "votes/desk_posted.html", context, status=status)


def _buildings(request: PersonRequest, assembly: Assembly) -> dict[str, Any]:
    if not allows("votes.view_turnout_by_building", request.user, assembly):
        return {}
    rows = turnout_by_building(assembly)
    return {
        "buildings": [(row.building, row.voted, row.units) for row in rows if row.voted is not None],
        "hidden_buildings": [row.building for row in rows if row.voted is None],
    }


@login_required
@require_POST
def propose(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    assembly = desk_assembly_for(request.user, slug, pk)
    kind = request.POST.get("kind", "")
    judge("votes.propose_act", request.user, assembly)
    form = _form_of(kind)(request.POST)
    if form.is_valid() and kind in STOPS:
        payload = form.payload if isinstance(form, RevocationForm) else None
        reason = form.cleaned_data["reason"]
        try:
            propose_act(assembly=assembly, kind=kind, reason=reason, actor=request.user, payload=payload)
        except Refusal as refusal:
            form.add_error("document" if refusal.code == OrderIncomplete.code else "reason", str(refusal))
            return show_posted(request, assembly, form=form, status=refusal.status)
        messages.success(request, _("已提出。另一位有权限的人确认以后生效。"))
        return redirect("votes:desk-assembly", slug, pk)
    return show_posted(request, assembly, form=form, status=422)


@login_required
@require_http_methods(["GET", "POST"])
def confirm(request: PersonRequest, slug: str, pk: int, act_pk: int) -> HttpResponse:
    assembly = desk_assembly_for(request.user, slug, pk)
    act = get_object_or_404(assembly.acts.select_related("proposed_by"), pk=act_pk)
    judge("votes.confirm_act", request.user, assembly)
    back = reverse("votes:desk-assembly", args=[slug, pk])
    if request.method == "POST":
        try:
            confirm_act(act=act, actor=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            assembly = desk_assembly_for(request.user, slug, pk)
            return show_posted(request, assembly, status=refusal.status)
        messages.success(request, _("已确认并生效，通知正在发给名册上的每一位业主。"))
        return redirect(back)
    if act.kind == ActKind.CORRECT_ROLL:
        act.assembly = assembly
        return confirm_correction(request, act)
    shown = {
        "title": _("确认：%(act)s") % {"act": ActKind(act.kind).label},
        "eyebrow": assembly.title,
        "lead": _consequence(act),
        "facts": [
            (_("提出"), f"{act.proposed_by} · {moment(act.proposed_at)}"),
            (_("理由"), act.reason),
            *_particulars(act),
        ],
        "submit": ActKind(act.kind).label,
        "danger": act.kind != ActKind.EXTEND,
        "back": back,
    }
    return render(request, "partials/confirm_desk.html", {"confirm": shown, "estate": assembly.estate})


def _particulars(act: TwoPersonAct) -> list[tuple[str, str]]:
    if act.kind == ActKind.VOID and act.payload:
        return [(_("责令机关"), act.payload["authority"]), (_("文书编号"), act.payload["document"])]
    if act.kind != ActKind.EXTEND:
        return []
    outages = [
        _("%(starts)s 至 %(ends)s，%(minutes)s 分钟")
        % {
            "starts": moment(datetime.fromisoformat(outage["starts_at"])),
            "ends": moment(datetime.fromisoformat(outage["ends_at"])),
            "minutes": outage["minutes"],
        }
        for outage in act.payload["outages"]
    ]
    return [
        (_("现在截止"), deadline_words(datetime.fromisoformat(act.payload["before"]), "full")),
        (_("延长到"), deadline_words(datetime.fromisoformat(act.payload["closes_at"]), "full")),
        (_("测得停机"), "；".join(outages) or _("没有")),
        *([(_("依据"), act.payload["basis"])] if act.payload["basis"] else []),
    ]


def _consequence(act: TwoPersonAct) -> str:
    if act.kind == ActKind.EXTEND:
        return _("确认以后，表决延长到下面的时间，名册上的业主都会收到通知。延长以后不能再缩短。")
    if act.kind == ActKind.CANCEL:
        return _("确认以后会议取消，不再接受表决，已收到的表决票不计票。不能恢复，只能重新公示一次会议。")
    return _("确认以后，已公布的结果标为撤销，原来的数字和理由一并保留、公开。不能恢复。")


@login_required
@require_POST
def withdraw(request: PersonRequest, slug: str, pk: int, act_pk: int) -> HttpResponse:
    assembly = desk_assembly_for(request.user, slug, pk)
    withdraw_act(act=get_object_or_404(assembly.acts, pk=act_pk), actor=request.user)
    messages.success(request, _("已撤回。"))
    return redirect("votes:desk-assembly", slug, pk)
