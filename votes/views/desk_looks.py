"""调阅 at the desk: finding one ballot after the close, opening it where it is confidential, every look."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.rules import allows
from communities.templatetags.linyi import moment as moment_words
from votes.access import posted_assembly_for
from votes.enums import ActKind, BallotSecrecy, Mark
from votes.forms.look import LookForm
from votes.forms.reason import ReasonForm
from votes.models import Assembly, BallotLook
from votes.services.acts import ACTS, confirm_act, propose_act, withdraw_act
from votes.services.assemblies import judge
from votes.services.looks import ENDED, find_ballot, look_at_ballot, opened_by
from votes.services.tallies import not_counted
from votes.wording import secrecy_words

PAGE_SIZE = 50


@login_required
@never_cache
@require_GET
def ballots(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Where ballots are looked at, and what does not count; nothing of either before the close."""
    return _page(request, posted_assembly_for(request.user, "votes.view_looks", slug, pk))


@login_required
@never_cache
@require_POST
def look(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Show one ballot, or ask two people to open it. The answer is shown once and kept nowhere."""
    assembly = posted_assembly_for(request.user, "votes.look_at_ballot", slug, pk)
    form = LookForm(request.POST)
    if not form.is_valid():
        return _page(request, assembly, form=form, status=422)
    try:
        ballot = find_ballot(assembly, form.cleaned_data["which"])
        if assembly.secrecy == BallotSecrecy.CONFIDENTIAL and opened_by(ballot) is None:
            propose_act(
                assembly=assembly,
                kind=ActKind.UNLOCK_BALLOT,
                reason=form.cleaned_data["reason"],
                payload={"ballot": str(ballot.pk)},
                actor=request.user,
            )
            messages.success(request, _("已提出调阅。另一位监票人或社区书记确认以后，才能看这一张。"))
            return redirect("votes:desk-ballots", slug, pk)
        look_at_ballot(
            assembly=assembly, ballot=ballot, reason=form.cleaned_data["reason"], actor=request.user
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, assembly, form=form, status=refusal.status)
    motions = assembly.motions.order_by("position")
    seen = {
        "ballot": ballot,
        "marks": [
            (f"{motion.position}. {motion.title}", Mark(mark).label)
            for motion, mark in zip(motions, ballot.choices, strict=True)
        ],
    }
    return _page(request, assembly, seen=seen)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: PersonRequest, slug: str, pk: int, act_pk: int) -> HttpResponse:
    """The second of the two who open a confidential ballot."""
    assembly = posted_assembly_for(request.user, "votes.confirm_unlock", slug, pk)
    acts = assembly.acts.select_related("proposed_by")
    act = get_object_or_404(acts, pk=act_pk, kind=ActKind.UNLOCK_BALLOT)
    back = reverse("votes:desk-ballots", args=[slug, pk])
    if request.method == "POST":
        try:
            confirm_act(act=act, actor=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return _page(request, assembly, status=refusal.status)
        messages.success(request, _("已确认。监票人可以调阅这一张，投票人会收到通知。"))
        return redirect(back)
    judge("votes.confirm_unlock", request.user, assembly)
    shown = {
        "title": _("确认：%(act)s") % {"act": ActKind.UNLOCK_BALLOT.label},
        "eyebrow": assembly.title,
        "lead": ACTS[ActKind.UNLOCK_BALLOT].consequence,
        "facts": [
            (_("提出"), f"{act.proposed_by} · {moment_words(act.proposed_at)}"),
            (_("理由"), act.reason),
        ],
        "submit": ActKind.UNLOCK_BALLOT.label,
        "danger": True,
        "back": back,
    }
    return render(request, "partials/confirm_desk.html", {"confirm": shown, "estate": assembly.estate})


@login_required
@require_POST
def withdraw(request: PersonRequest, slug: str, pk: int, act_pk: int) -> HttpResponse:
    """Take one's own proposal back."""
    assembly = posted_assembly_for(request.user, "votes.look_at_ballot", slug, pk)
    act = get_object_or_404(assembly.acts, pk=act_pk, kind=ActKind.UNLOCK_BALLOT)
    withdraw_act(act=act, actor=request.user)
    messages.success(request, _("已撤回。"))
    return redirect("votes:desk-ballots", slug, pk)


def _page(
    request: PersonRequest,
    assembly: Assembly,
    *,
    form: LookForm | ReasonForm | None = None,
    seen: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    phase = assembly.phase(database_now())
    ended = phase in ENDED
    looks = (
        BallotLook.objects.filter(ballot__assembly=assembly)
        .select_related("looked_by", "ballot__elector")
        .order_by("-looked_at", "-pk")
    )
    uncounted = Paginator(not_counted(assembly) if ended else [], PAGE_SIZE)
    acts = assembly.acts.filter(kind=ActKind.UNLOCK_BALLOT).select_related("proposed_by", "confirmed_by")
    may_look = allows("votes.look_at_ballot", request.user, assembly)
    context = {
        "estate": assembly.estate,
        "assembly": assembly,
        "phase": phase,
        "ended": ended,
        "secrecy": secrecy_words(assembly.secrecy),
        "is_confidential": assembly.secrecy == BallotSecrecy.CONFIDENTIAL,
        "form": form or LookForm(),
        "may_look": may_look and ended and not assembly.is_secret,
        "may_confirm": allows("votes.confirm_unlock", request.user, assembly),
        "seen": seen,
        "acts": acts,
        "looks": looks[:PAGE_SIZE],
        "page_obj": uncounted.get_page(request.GET.get("page")),
    }
    return render(request, "votes/desk_ballots.html", context, status=status)
