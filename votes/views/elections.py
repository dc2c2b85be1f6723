"""An election as the people of the estate see it: who stands, standing oneself, naming and signing."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.clock import database_now, local_day
from communities.errors import NotPermitted, Refusal
from communities.http import PersonRequest
from communities.models import User
from communities.queries import policies_in_force
from communities.rules import allows
from votes.access import candidate_for, election_for
from votes.candidacies import current_owner, shown_candidates, shown_name, supports_needed
from votes.enums import AssemblyStatus, CandidateStatus, Criterion, Nomination, ScreeningFinding
from votes.forms.election import NomineeForm, ReplyForm, StandForm, WithdrawalForm
from votes.models import Candidate, Election
from votes.services.candidates import (
    accept_candidacy,
    match_nominee,
    nominate_candidate,
    reply_to_screening,
    stand_for_election,
    support_candidate,
    withdraw_candidate,
)

TONES = {
    CandidateStatus.NOMINATED: "amber",
    CandidateStatus.ELIGIBLE: "",
    CandidateStatus.INELIGIBLE: "plain",
    CandidateStatus.WITHDRAWN: "seal",
}
GOING_ON = (AssemblyStatus.DRAFT, AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN)


def row_of(candidate: Candidate, reader: User, *, at_desk: bool = False) -> dict[str, Any]:
    """A candidate as lists show them; at the desk in full to who keeps the roster."""
    keeps_roster = at_desk and allows("communities.view_roster", reader, candidate.election)
    in_full = keeps_roster or candidate.owner.user_id == reader.pk
    name = shown_name(candidate, in_full=in_full)
    status = CandidateStatus(candidate.status)
    notes = [candidate.home, candidate.get_nomination_display()]
    if candidate.accepted_at is None and status == CandidateStatus.NOMINATED:
        notes.append(_("等本人确认"))
    return {
        "candidate": candidate,
        "title": _("%(number)s 号 %(name)s") % {"number": candidate.number, "name": name},
        "note": " · ".join(notes),
        "tags": [(status.label, TONES[status])],
        "url": reverse("votes:candidate", args=[candidate.pk]),
    }


def may_be_named(election: Election, moment: datetime) -> bool:
    """Whether nominations are taken at this moment."""
    return election.assembly.status == AssemblyStatus.DRAFT and moment < election.nomination_closes_at


@login_required
@never_cache
@require_GET
def election(request: PersonRequest, pk: int) -> HttpResponse:
    """Who stands, what comes next, and how it will be decided."""
    found = election_for(request.user, pk)
    moment = database_now()
    candidates = shown_candidates(found, request.user, at_desk=False)
    is_open = may_be_named(found, moment)
    context = {
        "election": found,
        "assembly": found.assembly,
        "estate": found.assembly.estate,
        "phase": found.assembly.phase(moment),
        "is_open": is_open,
        "may_nominate": is_open and allows("votes.nominate", request.user, found),
        "mine": next((one for one in candidates if one.owner.user_id == request.user.pk), None),
        "rows": [row_of(one, request.user) for one in candidates],
    }
    return render(request, "votes/election.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def stand(request: PersonRequest, pk: int) -> HttpResponse:
    """自荐."""
    found = election_for(request.user, pk)
    _need_owner(request.user, found)
    form = StandForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            candidate = stand_for_election(election=found, actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("declared" if refusal.code == "declaration-missing" else None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已报名参选，等社区审查资格。结果会发到“消息”。"))
            return redirect("votes:candidate", candidate.pk)
    return _form_page(
        request, found, form, _("我要参选"), _("报名参选"), status=status, keep=f"stand-{found.pk}"
    )


@login_required
@require_http_methods(["GET", "POST"])
def nominate(request: PersonRequest, pk: int) -> HttpResponse:
    """联名推荐: the first to sign."""
    found = election_for(request.user, pk)
    _need_owner(request.user, found)
    estate = found.assembly.estate
    form = NomineeForm(request.POST if request.method == "POST" else None, estate=estate)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            owner = match_nominee(election=found, actor=request.user, **form.cleaned_data)
            candidate = nominate_candidate(
                election=found, owner=owner, nomination=Nomination.JOINT, actor=request.user
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已推荐，您是第一位联名人。请本人确认，并请邻居来联名。"))
            return redirect("votes:candidate", candidate.pk)
    need = policies_in_force(estate, on=local_day(database_now()))["joint-nomination-owners"].value
    lead = _("联名推荐要 %(need)s 位业主签名，被推荐人也要本人同意。您推荐以后，把候选人页面转给邻居。") % {
        "need": need
    }
    return _form_page(request, found, form, _("推荐一位业主"), _("推荐"), lead=lead, status=status)


def _need_owner(user: User, found: Election) -> None:
    if not allows("votes.nominate", user, found):
        raise NotPermitted(_("只有本小区的业主可以参选和推荐。"))


def _form_page(
    request: PersonRequest,
    found: Election,
    form: Any,
    title: str,
    submit: str,
    *,
    lead: str = "",
    status: int = 200,
    keep: str = "",
) -> HttpResponse:
    context = {
        "election": found,
        "estate": found.assembly.estate,
        "form": form,
        "title": title,
        "lead": lead,
        "submit": submit,
        "keep": keep,
    }
    return render(request, "votes/election_form.html", context, status=status)


@login_required
@never_cache
@require_GET
def candidate(request: PersonRequest, pk: int) -> HttpResponse:
    return candidate_page(request, candidate_for(request.user, pk))


def candidate_page(
    request: PersonRequest,
    found: Candidate,
    *,
    accepting: StandForm | None = None,
    replying: ReplyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """One candidate; the screening only for whom it is about."""
    moment = database_now()
    election = found.election
    assembly = election.assembly
    is_mine = found.owner.user_id == request.user.pk
    is_out = found.status in (CandidateStatus.WITHDRAWN, CandidateStatus.INELIGIBLE)
    is_draft = assembly.status == AssemblyStatus.DRAFT
    policies = policies_in_force(assembly.estate, on=local_day(moment))
    mine = current_owner(request.user, assembly.estate, local_day(moment))
    supports = found.supports.count()
    is_joint = found.nomination == Nomination.JOINT
    may_support = (
        is_joint
        and found.status == CandidateStatus.NOMINATED
        and may_be_named(election, moment)
        and mine is not None
        and mine.pk != found.owner_id
    )
    context = {
        "election": election,
        "estate": assembly.estate,
        "row": row_of(found, request.user),
        "candidate": found,
        "is_mine": is_mine,
        "is_joint": is_joint,
        "supports": supports,
        "supports_of": policies["joint-nomination-owners"].value,
        "supports_missing": supports_needed(found, policies["joint-nomination-owners"].value),
        "may_support": may_support,
        "has_supported": mine is not None and found.supports.filter(owner=mine).exists(),
        "may_accept": is_mine and is_draft and not is_out and election.candidates_posted_at is None,
        "accepting": accepting or StandForm(initial={"statement": found.statement}),
        "may_withdraw": is_mine
        and found.status != CandidateStatus.WITHDRAWN
        and assembly.phase(moment) in GOING_ON,
        "screening": screening_lines(found) if is_mine else [],
        "may_reply": is_mine and is_draft and found.screened_at is not None and found.status != "withdrawn",
        "replying": replying or ReplyForm(initial={"text": found.reply}),
    }
    return render(request, "votes/candidate.html", context, status=status)


def screening_lines(found: Candidate) -> list[tuple[str, str, str]]:
    """Each criterion with what was found and its tone; empty before the screening."""
    tones = {ScreeningFinding.MET: "", ScreeningFinding.FAILED: "seal", ScreeningFinding.UNKNOWN: "plain"}
    return [
        (str(Criterion(name).label), str(ScreeningFinding(value).label), tones[ScreeningFinding(value)])
        for name in Criterion.values
        if (value := found.screening.get(name))
    ]


@login_required
@require_POST
def support(request: PersonRequest, pk: int) -> HttpResponse:
    found = candidate_for(request.user, pk)
    support_candidate(candidate=found, actor=request.user)
    messages.success(request, _("您已联名。"))
    return redirect("votes:candidate", pk)


@login_required
@require_POST
def accept(request: PersonRequest, pk: int) -> HttpResponse:
    found = candidate_for(request.user, pk)
    form = StandForm(request.POST)
    if not form.is_valid():
        return candidate_page(request, found, accepting=form, status=422)
    try:
        accept_candidacy(candidate=found, actor=request.user, **form.cleaned_data)
    except Refusal as refusal:
        if refusal.code != "declaration-missing":
            raise
        form.add_error("declared", str(refusal))
        return candidate_page(request, found, accepting=form, status=refusal.status)
    messages.success(request, _("已确认参选，等社区审查资格。"))
    return redirect("votes:candidate", pk)


@login_required
@require_POST
def reply(request: PersonRequest, pk: int) -> HttpResponse:
    found = candidate_for(request.user, pk)
    form = ReplyForm(request.POST)
    if form.is_valid():
        try:
            reply_to_screening(candidate=found, text=form.cleaned_data["text"], actor=request.user)
        except Refusal as refusal:
            if refusal.code != "reason-missing":
                raise
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("申辩已提交，社区会重新审查。"))
            return redirect("votes:candidate", pk)
    return candidate_page(request, found, replying=form, status=422)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    found = candidate_for(request.user, pk)
    if not allows("votes.withdraw_candidate", request.user, found):
        raise NotPermitted
    form = WithdrawalForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        withdraw_candidate(candidate=found, actor=request.user, **form.cleaned_data)
        messages.success(request, _("已退出选举。"))
        return redirect("votes:election", found.election_id)
    posted = found.election.assembly.status != AssemblyStatus.DRAFT
    confirm = {
        "title": _("退出选举"),
        "lead": _(
            "会议已经公示，您的名字留在表决票上，注明“已退出”，不会当选。全体业主会收到通知。不能恢复。"
        )
        if posted
        else _("退出以后您不再是候选人。提名截止以前可以重新报名。"),
        "facts": [(_("候选人"), row_of(found, request.user)["title"]), (_("房屋"), found.home)],
        "form": form,
        "submit": _("退出选举"),
        "danger": True,
        "back": reverse("votes:candidate", args=[pk]),
    }
    return render(
        request,
        "partials/confirm.html",
        {"confirm": confirm, "estate": found.election.assembly.estate},
        status=422 if form.is_bound else 200,
    )
