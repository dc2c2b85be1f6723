"""委托 as owner and holder see it: given, its state, taken back, on paper."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.printing import pdf_response
from communities.templatetags.linyi import deadline_words
from communities.templatetags.linyi import moment as moment_words
from communities.values.phone import mask_phone
from votes.access import assembly_for, electors_for, mandate_for, mandates_of
from votes.enums import AssemblyStatus, Mark
from votes.errors import MandateTooLate, NotOnRoll
from votes.forms.mandate import OwnMandateForm, instruction_options
from votes.models import Assembly, Ballot, Mandate, Motion
from votes.queries import ballots_of
from votes.services.mandates import FREE, grant_mandate, revoke_mandate
from votes.standing import masked

RUNNING = (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN)


def state_of(mandate: Mandate, ballot: Ballot | None, moment: datetime) -> tuple[str, str]:
    """Words and tone of a mandate's tag. ``ballot`` is the newest of its elector."""
    if mandate.revoked_at is not None:
        return _("已撤回"), "plain"
    if ballot is not None:
        return (_("已代为表决"), "") if ballot.mandate_id == mandate.pk else (_("委托人已自己表决"), "plain")
    if mandate.assembly.phase(moment) not in RUNNING:
        return _("没有用过"), "plain"
    if mandate.expires_at is not None and mandate.expires_at <= moment:
        return _("已过有效期"), "plain"
    return _("有效，尚未表决"), "sky"


def instructions_of(mandate: Mandate, motions: list[Motion]) -> list[tuple[str, str]]:
    """(the instruction in words, the motion) for each motion."""
    marks = mandate.instructions or FREE * len(motions)
    return [
        (_("由受托人决定") if mark == FREE else str(Mark(mark).label), f"{motion.position}. {motion.title}")
        for mark, motion in zip(marks, motions, strict=True)
    ]


@login_required
@never_cache
@require_GET
def mine(request: PersonRequest) -> HttpResponse:
    """What others put into my hand, and what my home gave away."""
    moment = database_now()
    found = list(mandates_of(request.user)[:50])
    ballots = ballots_of([one.elector for one in found])
    held: list[dict[str, Any]] = []
    given: list[dict[str, Any]] = []
    for one in found:
        is_held = one.holder_id == request.user.pk
        cell = {
            "title": one.elector.label,
            "note": " · ".join(
                [
                    one.assembly.title,
                    (_("委托人 %(name)s") if is_held else _("受托人 %(name)s"))
                    % {"name": one.principal.masked_name if is_held else masked(one.holder_name)},
                ]
            ),
            "tags": [state_of(one, ballots.get(one.elector_id), moment)],
            "url": reverse("votes:mandate", args=[one.pk]),
        }
        (held if is_held else given).append(cell)
    return render(request, "votes/mandates.html", {"held": held, "given": given})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def grant(request: PersonRequest, pk: int) -> HttpResponse:
    """Give one's vote of this assembly into somebody's hand."""
    assembly = assembly_for(request.user, pk)
    electors = list(electors_for(request.user, assembly))
    if not electors:
        raise NotOnRoll
    if assembly.phase(database_now()) not in RUNNING:
        raise MandateTooLate
    motions = list(assembly.motions.order_by("position"))
    form = OwnMandateForm(
        request.POST or None,
        assembly=assembly,
        motions=motions,
        electors=electors,
        initial={"elector": request.GET.get("elector")} if request.GET.get("elector") else {},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                mandate = grant_mandate(
                    assembly=assembly,
                    elector=form.cleaned_data["elector"],
                    holder_name=form.cleaned_data["holder_name"],
                    holder_phone=form.cleaned_data["holder_phone"],
                    instructions=form.instructions,
                    expires_at=form.expires_at,
                    actor=request.user,
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                messages.success(request, _("委托已登记，受托人会收到通知。"))
                return redirect("votes:mandate", mandate.pk)
    context = {
        "assembly": assembly,
        "estate": assembly.estate,
        "form": form,
        "electors": electors,
        "limit": assembly.rule("mandate-limit"),
        "bars_firm": assembly.rule("mandate-bars-firm"),
    }
    return render(request, "votes/mandate_form.html", context, status=status)


@login_required
@never_cache
@require_GET
def mandate(request: PersonRequest, pk: UUID) -> HttpResponse:
    """One mandate, for its holder and for the owners whose vote it is."""
    return render(request, "votes/mandate.html", _shown(request, mandate_for(request.user, pk)))


def _shown(request: PersonRequest, one: Mandate) -> dict[str, Any]:
    moment = database_now()
    phase = one.assembly.phase(moment)
    ballot = ballots_of([one.elector]).get(one.elector_id)
    is_held = one.holder_id == request.user.pk
    is_principal = request.user.pk in (one.granted_by_id, one.principal.user_id)
    knows = is_held or is_principal
    state = state_of(one, ballot, moment)
    stands = one.revoked_at is None and phase in RUNNING
    used = ballot is not None and ballot.mandate_id == one.pk
    unused = ballot is None and not (one.expires_at and one.expires_at <= moment)
    motions = list(one.assembly.motions.order_by("position"))
    return {
        "mandate": one,
        "assembly": one.assembly,
        "estate": one.assembly.estate,
        "phase": phase,
        "state": state,
        "is_held": is_held,
        "is_principal": is_principal,
        "facts": [
            (_("会议"), one.assembly.title),
            (_("房屋"), one.elector.label),
            (_("委托人"), one.principal.name if is_principal else one.principal.masked_name),
            (_("受托人"), one.holder_name if knows else masked(one.holder_name)),
            (_("受托人手机"), mask_phone(one.holder_phone)),
            (_("方式"), _("纸质委托书，已扫描存档") if one.scan_sha256 else _("线上委托")),
            (_("委托时间"), moment_words(one.granted_at, "full")),
            (
                _("有效期"),
                _("到 %(when)s") % {"when": deadline_words(one.expires_at or one.assembly.closes_at, "full")},
            ),
            *(
                [(_("撤回"), f"{moment_words(one.revoked_at, 'full')} · {one.revoked_reason}")]
                if one.revoked_at
                else []
            ),
        ],
        "instructions": instructions_of(one, motions) if knows else [],
        "may_withdraw": is_principal and stands and not one.ballots.exists(),
        "may_cast": is_held and stands and unused and phase == AssemblyStatus.OPEN,
        "used_by": ballot if used else None,
        "replaced": ballot is not None and not used and one.ballots.exists(),
    }


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def withdraw(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Ask once more, then take the mandate back."""
    one = mandate_for(request.user, pk)
    back = reverse("votes:mandate", args=[one.pk])
    if request.method == "POST":
        revoke_mandate(mandate=one, actor=request.user)
        messages.success(request, _("委托已撤回。您可以自己表决，也可以再委托别人。"))
        return redirect(back)
    shown = {
        "title": _("撤回委托"),
        "eyebrow": one.assembly.title,
        "lead": _("撤回以后，受托人不能再用这份委托表决，也会收到通知。"),
        "facts": [(_("房屋"), one.elector.label), (_("受托人手机"), mask_phone(one.holder_phone))],
        "submit": _("撤回委托"),
        "danger": True,
        "back": back,
    }
    return render(request, "partials/confirm.html", {"confirm": shown, "estate": one.assembly.estate})


# --- on paper ------------------------------------------------------------------------


@login_required
@never_cache
@require_GET
def mandate_print(request: PersonRequest, pk: UUID, form: str = "page") -> HttpResponse:
    """委托书 of a mandate that was given, for its holder to show or its principal to keep."""
    one = mandate_for(request.user, pk)
    context = {**_shown(request, one), "granted": one}
    return _paper(request, context, form, f"委托书-{one.elector.number}.pdf")


@login_required
@never_cache
@require_GET
def blank_form(request: PersonRequest, pk: int, form: str = "page") -> HttpResponse:
    """An empty 委托书 of this assembly, to be filled in and signed."""
    return blank_paper(request, assembly_for(request.user, pk), form)


def blank_paper(request: PersonRequest, assembly: Assembly, form: str) -> HttpResponse:
    context: dict[str, Any] = {"assembly": assembly, "estate": assembly.estate, "granted": None}
    context["motions"] = [
        (motion.position, motion.title, [label for _value, label in instruction_options(motion)])
        for motion in assembly.motions.order_by("position")
    ]
    return _paper(request, context, form, "委托书.pdf")


def _paper(request: PersonRequest, context: dict[str, Any], form: str, name: str) -> HttpResponse:
    assembly: Assembly = context["assembly"]
    context |= {"limit": assembly.rule("mandate-limit"), "bars_firm": assembly.rule("mandate-bars-firm")}
    if form == "pdf":
        return pdf_response(render_to_string("print/mandate.html", context, request), name)
    return render(request, "print/mandate.html", context)
