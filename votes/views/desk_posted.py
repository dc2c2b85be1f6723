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
from votes.enums import ActKind, AssemblyStatus
from votes.errors import OrderIncomplete
from votes.forms.reason import ReasonForm
from votes.forms.supervision import RevocationForm
from votes.models import Assembly, TwoPersonAct
from votes.objecting import ObjectionFigures, objection_figures
from votes.paper_states import waiting_papers
from votes.queries import turnout, turnout_by_building
from votes.services.acts import ACTS, confirm_act, propose_act, withdraw_act
from votes.services.assemblies import judge
from votes.services.extensions import measured_outages
from votes.trace import trace_of

from .desk_supervision import confirm_correction
from .motions_shown import motions_shown, statute_of


def _form_of(kind: str | None) -> type[ReasonForm]:
    return RevocationForm if kind == ActKind.VOID else ReasonForm


def show_posted(
    request: PersonRequest, assembly: Assembly, *, form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    now = database_now()
    phase = assembly.phase(now)
    acts = list(
        assembly.acts.exclude(kind=ActKind.UNLOCK_BALLOT)  # has a page of its own, for scrutineers
        .select_related("proposed_by", "confirmed_by")
        .order_by("-proposed_at")
    )
    pending = {act.kind for act in acts if act.confirmed_at is None and act.withdrawn_at is None}
    kinds = [
        kind
        for kind, rule in ACTS.items()
        if rule.needs_only_a_reason and phase in rule.possible_in and kind not in pending
    ]
    may_propose = allows("votes.propose_act", request.user, assembly)
    may_propose_now = {
        kind
        for kind, rule in ACTS.items()
        if may_propose and phase in rule.possible_in and kind not in pending
    }
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
        "possible_acts": [(kind, ACTS[kind].topic != "", _reason_form(kind, form)) for kind in kinds]
        if may_propose
        else [],
        "packs": {
            act.pk
            for act in acts
            if act.kind == ActKind.RELEASE_PACK
            and act.confirmed_at
            and allows("votes.download_full_pack", request.user, act)
        },
        "may_extend": ActKind.EXTEND in may_propose_now,
        "may_correct": ActKind.CORRECT_ROLL in may_propose_now,
        "trace": trace_of(assembly),
        "outages": measured_outages(assembly),
        "may_confirm": allows("votes.confirm_act", request.user, assembly),
        "may_prepare": allows("votes.prepare_assembly", request.user, assembly),
        "may_view_roll": allows("votes.view_roll", request.user, assembly),
        "may_view_mandates": allows("votes.view_mandates", request.user, assembly),
        "may_handle_papers": allows("votes.handle_papers", request.user, assembly),
        "may_deliver": allows("votes.record_delivery", request.user, assembly),
        "papers_waiting": waiting_papers(assembly) if phase == AssemblyStatus.CLOSED else 0,
        "objections": objection_figures([assembly], now).get(assembly.pk, ObjectionFigures()),
        "may_handle_objections": allows("votes.handle_objection", request.user, assembly),
        **_buildings(request, assembly),
    }
    return render(request, "votes/desk_posted.html", context, status=status)


def _reason_form(kind: ActKind, sent: ReasonForm | None) -> ReasonForm:
    """The form of one kind: the one that was sent, if it was for this kind."""
    if sent is not None and sent.data.get("kind") == kind:
        return sent
    return _form_of(kind)(auto_id=f"id_{kind}_%s")


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
    if form.is_valid() and kind in ACTS and ACTS[ActKind(kind)].needs_only_a_reason:
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
        told = ACTS[ActKind(act.kind)].topic != ""
        messages.success(
            request, _("已确认并生效，通知正在发给名册上的每一位业主。") if told else _("已确认并生效。")
        )
        return redirect(back)
    if act.kind == ActKind.CORRECT_ROLL:
        act.assembly = assembly
        return confirm_correction(request, act)
    shown = {
        "title": _("确认：%(act)s") % {"act": ActKind(act.kind).label},
        "eyebrow": assembly.title,
        "lead": ACTS[ActKind(act.kind)].consequence,
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


@login_required
@require_POST
def withdraw(request: PersonRequest, slug: str, pk: int, act_pk: int) -> HttpResponse:
    assembly = desk_assembly_for(request.user, slug, pk)
    withdraw_act(act=get_object_or_404(assembly.acts, pk=act_pk), actor=request.user)
    messages.success(request, _("已撤回。"))
    return redirect("votes:desk-assembly", slug, pk)
