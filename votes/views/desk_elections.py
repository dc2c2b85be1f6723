"""An election at the desk: setting it up, screening, posting who stands; and asking for a recall."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from communities.clock import database_now, local_day
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.queries import policies_in_force
from communities.rules import allows
from votes.access import desk_assembly_for, desk_candidate_for, desk_election_for
from votes.candidacies import (
    election_of,
    recallable_seats,
    shown_candidates,
    suggested_screening,
    supports_needed,
    term_on,
    vacancies,
)
from votes.enums import AssemblyStatus, CandidateStatus, ElectionPurpose, MotionKind, Nomination
from votes.forms.election import (
    ElectionForm,
    NomineeForm,
    RecallForm,
    ScreeningForm,
    WithdrawalForm,
    seen_mark,
)
from votes.models import Assembly, Candidate, Election, Recall
from votes.services.assemblies import judge
from votes.services.candidates import match_nominee, nominate_candidate, screen_candidate, withdraw_candidate
from votes.services.elections import post_candidates, remove_election, set_up_election, suggested_seed
from votes.services.recalls import put_recall
from votes.services.slates import lawful_seats

from .elections import may_be_named, row_of, screening_lines

#: What a new election begins with: a week for nominations.
NOMINATION = timedelta(days=10)


@login_required
@require_GET
def overview(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """The way of the election, step by step, and every candidate."""
    assembly = desk_assembly_for(request.user, slug, pk)
    election = election_of(assembly)
    if election is None:
        return redirect("votes:desk-election-edit", slug, pk)
    election.assembly = assembly
    moment = database_now()
    candidates = shown_candidates(election, request.user, at_desk=True)
    policies = policies_in_force(assembly.estate, on=local_day(moment))
    context = {
        "estate": assembly.estate,
        "assembly": assembly,
        "election": election,
        "rows": [
            row_of(one, request.user, at_desk=True)
            | {"url": reverse("votes:desk-candidate", args=[slug, pk, one.pk])}
            for one in candidates
        ],
        "waiting": sum(one.status == CandidateStatus.NOMINATED for one in candidates),
        "eligible": sum(one.status == CandidateStatus.ELIGIBLE for one in candidates),
        "is_draft": assembly.status == AssemblyStatus.DRAFT,
        "is_open": may_be_named(election, moment),
        "may_prepare": allows("votes.prepare_assembly", request.user, assembly),
        "may_screen": allows("votes.screen_candidates", request.user, election),
        "days_before": policies["candidates-posted-days-before"].value,
        "days_posted": policies["candidates-posted-days"].value,
    }
    return render(request, "votes/desk_election.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    assembly = desk_assembly_for(request.user, slug, pk)
    judge("votes.prepare_assembly", request.user, assembly)
    election = election_of(assembly)
    if assembly.status != AssemblyStatus.DRAFT and request.method == "GET":
        return redirect("votes:desk-assembly", slug, pk)
    initial = ElectionForm.initial_of(election) if election else _usual(assembly)
    form = ElectionForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            set_up_election(assembly=assembly, actor=request.user, **form.values)
        except Refusal as refusal:
            if refusal.code not in ("seats-unlawful", "election-has-nominees"):
                raise
            form.add_error("seats" if refusal.code == "seats-unlawful" else "purpose", str(refusal))
            status = refusal.status
        else:
            messages.success(
                request, _("已保存。业主现在可以提名，通知已经发出。") if not election else _("已保存。")
            )
            return redirect("votes:desk-election", slug, pk)
    context = {
        "estate": assembly.estate,
        "assembly": assembly,
        "election": election,
        "form": form,
        "seed": suggested_seed(),
    }
    return render(request, "votes/desk_election_form.html", context, status=status)


def _usual(assembly: Assembly) -> dict[str, Any]:
    """A new election's fields: a by-election where the committee in office has vacancies."""
    moment = database_now()
    term = term_on(assembly.estate, local_day(moment))
    vacant = vacancies(term, local_day(moment)) if term else 0
    fewest, _most = lawful_seats(assembly.estate, moment)
    return {
        "purpose": ElectionPurpose.BY_ELECTION if vacant else ElectionPurpose.TERM,
        "seats": vacant or fewest,
        "alternates": 2,
        "term_years": 5,
        "nomination_closes_on": local_day(moment + NOMINATION),
        "lot_seed": suggested_seed(),
    }


@login_required
@require_http_methods(["GET", "POST"])
def remove(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    assembly = desk_assembly_for(request.user, slug, pk)
    judge("votes.prepare_assembly", request.user, assembly)
    if request.method == "POST":
        remove_election(assembly=assembly, actor=request.user)
        messages.success(request, _("已取消选举。"))
        return redirect("votes:desk-assembly", slug, pk)
    confirm = {
        "title": _("取消选举"),
        "eyebrow": assembly.title,
        "lead": _("选举设置会删除，业主不能再提名。已经有人被提名的不能取消。"),
        "submit": _("取消选举"),
        "danger": True,
        "back": reverse("votes:desk-assembly", args=[slug, pk]),
    }
    return render(request, "partials/confirm_desk.html", {"confirm": confirm, "estate": assembly.estate})


@login_required
@require_http_methods(["GET", "POST"])
def nominate(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """居民委员会推荐."""
    election = desk_election_for(request.user, slug, pk)
    judge("votes.nominate_for_residents", request.user, election)
    estate = election.assembly.estate
    form = NomineeForm(request.POST if request.method == "POST" else None, estate=estate)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            owner = match_nominee(election=election, actor=request.user, **form.cleaned_data)
            candidate = nominate_candidate(
                election=election,
                owner=owner,
                nomination=Nomination.RESIDENTS_COMMITTEE,
                actor=request.user,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已推荐，等本人在手机上确认参选。"))
            return redirect("votes:desk-candidate", slug, pk, candidate.pk)
    context = {"estate": estate, "assembly": election.assembly, "form": form}
    return render(request, "votes/desk_nominate.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def screen(request: PersonRequest, slug: str, pk: int, candidate_pk: int) -> HttpResponse:
    """One candidate with the screening; what roster and roles already tell is filled in."""
    candidate = desk_candidate_for(request.user, slug, pk, candidate_pk)
    form = None
    status = 200
    if request.method == "POST":
        judge("votes.screen_candidate", request.user, candidate)
        form = _screening_form(candidate, request.POST)
        status = 422
        if form.is_valid():
            try:
                screen_candidate(
                    candidate=candidate,
                    findings=form.findings,
                    eligible=form.cleaned_data["eligible"],
                    reason=form.cleaned_data["reason"],
                    seen=form.seen_at,
                    actor=request.user,
                )
            except Refusal as refusal:
                form.add_error("reason" if refusal.code == "reason-missing" else None, str(refusal))
                status = refusal.status
                candidate = desk_candidate_for(request.user, slug, pk, candidate_pk)
            else:
                messages.success(request, _("审查意见已保存，并已告知本人。"))
                return redirect("votes:desk-election", slug, pk)
    return _screening_page(request, candidate, form, status)


def _screening_form(candidate: Candidate, data: Any = None) -> ScreeningForm:
    suggested = suggested_screening(candidate, local_day(database_now())) | candidate.screening
    initial = {"seen": seen_mark(candidate), "reason": candidate.screening_reason}
    return ScreeningForm(data, suggested=suggested, initial=initial)


def _screening_page(
    request: PersonRequest, candidate: Candidate, form: ScreeningForm | None, status: int
) -> HttpResponse:
    election = candidate.election
    assembly = election.assembly
    policies = policies_in_force(assembly.estate, on=local_day(database_now()))
    is_draft = assembly.status == AssemblyStatus.DRAFT
    fresh = form or _screening_form(candidate)
    context = {
        "estate": assembly.estate,
        "assembly": assembly,
        "election": election,
        "candidate": candidate,
        "row": row_of(candidate, request.user, at_desk=True),
        "screening": screening_lines(candidate),
        "supports": candidate.supports.count(),
        "supports_missing": supports_needed(candidate, policies["joint-nomination-owners"].value),
        "seen": seen_mark(candidate),
        "form": fresh,
        "may_screen": is_draft
        and candidate.status != CandidateStatus.WITHDRAWN
        and allows("votes.screen_candidate", request.user, candidate),
        "may_withdraw": candidate.status != CandidateStatus.WITHDRAWN
        and assembly.status in (AssemblyStatus.DRAFT, AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN)
        and allows("votes.withdraw_candidate", request.user, candidate),
    }
    return render(request, "votes/desk_candidate.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: PersonRequest, slug: str, pk: int, candidate_pk: int) -> HttpResponse:
    """A candidate leaves on their written word."""
    candidate = desk_candidate_for(request.user, slug, pk, candidate_pk)
    judge("votes.withdraw_candidate", request.user, candidate)
    back = reverse("votes:desk-candidate", args=[slug, pk, candidate_pk])
    form = WithdrawalForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        withdraw_candidate(candidate=candidate, actor=request.user, **form.cleaned_data)
        messages.success(request, _("已登记退出。"))
        return redirect(back)
    confirm = {
        "title": _("登记退出"),
        "eyebrow": candidate.election.assembly.title,
        "lead": _(
            "凭候选人本人的书面申请登记。会议已经公示的，名字留在表决票上注明“已退出”，全体业主会收到通知。不能恢复。"
        ),
        "facts": [
            (_("候选人"), row_of(candidate, request.user, at_desk=True)["title"]),
            (_("房屋"), candidate.home),
        ],
        "form": form,
        "submit": _("登记退出"),
        "danger": True,
        "back": back,
    }
    return render(
        request,
        "partials/confirm_desk.html",
        {"confirm": confirm, "estate": candidate.election.assembly.estate},
        status=422 if form.is_bound else 200,
    )


@login_required
@require_http_methods(["GET", "POST"])
def post(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """公示候选人."""
    election = desk_election_for(request.user, slug, pk)
    judge("votes.prepare_assembly", request.user, election.assembly)
    if request.method == "POST":
        try:
            post_candidates(election=election, actor=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("候选人已公示，业主会收到通知。"))
        return redirect("votes:desk-election", slug, pk)
    estate = election.assembly.estate
    days = policies_in_force(estate, on=local_day(database_now()))["candidates-posted-days"].value
    confirm = {
        "title": _("公示候选人"),
        "eyebrow": election.assembly.title,
        "lead": _(
            "审查通过的候选人会公开姓名、房屋、自我介绍和提名方式，全体业主收到通知。之后新增候选人要重新公示。"
        ),
        "facts": [
            (_("候选人"), _("%(number)s 人") % {"number": _eligible(election)}),
            (_("应选"), _("%(number)s 人") % {"number": election.seats}),
            (_("公示"), _("%(days)s 日") % {"days": days}),
        ],
        "submit": _("公示"),
        "back": reverse("votes:desk-election", args=[slug, pk]),
    }
    return render(request, "partials/confirm_desk.html", {"confirm": confirm, "estate": estate})


def _eligible(election: Election) -> int:
    return election.candidates.filter(status=CandidateStatus.ELIGIBLE).count()


@login_required
@require_GET
def candidates_print(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """候选人公示, for the notice board."""
    election = desk_election_for(request.user, slug, pk)
    context = {
        "estate": election.assembly.estate,
        "assembly": election.assembly,
        "election": election,
        "candidates": election.candidates.filter(status=CandidateStatus.ELIGIBLE).order_by("number"),
        "fewest": lawful_seats(election.assembly.estate, database_now())[0],
    }
    return render(request, "print/candidates.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def recall(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Ask the owners to end a seat; the same page changes what was asked before (``?seat=``)."""
    assembly = desk_assembly_for(request.user, slug, pk)
    judge("votes.prepare_assembly", request.user, assembly)
    if assembly.status != AssemblyStatus.DRAFT and request.method == "GET":
        return redirect("votes:desk-assembly", slug, pk)
    seats = recallable_seats(assembly.estate, database_now())
    form = RecallForm(
        request.POST if request.method == "POST" else None, initial=_said(request, assembly), seats=seats
    )
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            put_recall(assembly=assembly, actor=request.user, **form.values)
        except Refusal as refusal:
            if refusal.code != "reason-missing":
                raise
            form.add_error("reason", str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已保存。"))
            return redirect("votes:desk-assembly", slug, pk)
    context = {"estate": assembly.estate, "assembly": assembly, "form": form, "seats": seats}
    return render(request, "votes/desk_recall.html", context, status=status)


def _said(request: PersonRequest, assembly: Assembly) -> dict[str, Any]:
    """What an earlier recall of the seat in the address says; nothing for a new one."""
    motions = assembly.motions.filter(kind=MotionKind.RECALL)
    wanted = next((one for one in motions if str(one.seat_id) == request.GET.get("seat")), None)
    said = Recall.objects.select_related("motion").filter(motion=wanted).first() if wanted else None
    return RecallForm.initial_of(said) if said else {}
