"""The committee at the desk: its term, its seats, what it owes."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.access import committee_estate_for, term_for
from communities.committees import (
    ended_seats,
    first_sessions,
    handover_figures,
    latest_term,
    seats_on,
    seats_without_title,
    succeeded,
    term_deadlines,
    training_half_hours,
)
from communities.enums import ReserveStage
from communities.errors import Refusal
from communities.forms.committee import FilingForm, ReportForm, TermForm
from communities.http import PersonRequest
from communities.models import CommitteeTerm, Estate, PositionDecision
from communities.queries import policies_in_force
from communities.rules import allows, today
from communities.services.committee import enter_term, file_term, report_term, vacancies
from communities.services.committee.exports import half_hours_in_words
from communities.services.committee.locks import judge


@login_required
@never_cache
@require_GET
def committee(request: PersonRequest, slug: str) -> HttpResponse:
    """The newest term, or that there is none yet."""
    estate = committee_estate_for(request.user, slug)
    term = latest_term(estate, on=today())
    if term is not None:
        term.estate = estate
        return show_term(request, term)
    return render(request, "communities/desk_term_none.html", _frame(request, estate))


@login_required
@never_cache
@require_GET
def term(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    return show_term(request, term_for(request.user, slug, pk))


def _frame(request: PersonRequest, estate: Estate) -> dict[str, Any]:
    return {"estate": estate, "may_enter": allows("communities.enter_term", request.user, estate)}


def show_term(
    request: PersonRequest,
    term: CommitteeTerm,
    *,
    filing: FilingForm | None = None,
    report: ReportForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one term; ``filing`` or ``report`` is a form that came back for mending."""
    user, estate, day = request.user, term.estate, today()
    seats = seats_on(term, on=day)
    members = [seat for seat in seats if not seat.is_alternate]
    hours = training_half_hours(term)
    handover = handover_figures(term, on=day)
    has_successor = term.pk in succeeded([term])
    is_over = term.pk in succeeded([term], begun_by=day)
    may_manage = allows("communities.manage_committee", user, estate)
    may_view_reserve = allows("communities.view_reserve", user, estate)
    vacant = vacancies(term, on=day)
    assessments = term.assessments.select_related("seat__owner", "seat__user").order_by(
        "-year", F("seat").asc(nulls_first=True)
    )
    if not allows("communities.view_member_assessments", user, estate):
        assessments = assessments.filter(seat__isnull=True)
    context = _frame(request, estate) | {
        "term": term,
        "today": day,
        "members": [(seat, half_hours_in_words(hours.get(seat.pk, 0))) for seat in members],
        "alternates": [seat for seat in seats if seat.is_alternate],
        "ended": ended_seats(term, on=day),
        "untitled": {seat.pk for seat in seats_without_title([term], on=day)},
        "decisions": PositionDecision.objects.filter(seat__term=term)
        .select_related("seat__owner", "seat__user")
        .order_by("-session_on", "-pk"),
        "deadlines": term_deadlines(
            term,
            policies=policies_in_force(estate, on=day),
            first_session=first_sessions([term]).get(term.pk),
            has_successor=has_successor,
        ),
        "terms": CommitteeTerm.objects.filter(estate=estate).order_by("-number"),
        "assessments": assessments,
        "handover": handover,
        "vacant": vacant,
        "is_current": not is_over,
        "may_manage": may_manage and not is_over,
        "may_move_up": may_manage and not is_over and vacant > 0 and len(seats) > len(members),
        "may_seat": _may_seat(request, term),
        "may_file": term.filed_on is None and allows("communities.file_committee", user, estate),
        "may_report": term.reported_on is None
        and not has_successor
        and allows("communities.hand_over", user, estate),
        "may_hand_over": allows("communities.hand_over", user, estate),
        "may_view_reserve": may_view_reserve,
        "stages": _stages(estate) if may_view_reserve else [],
        "filing": filing or FilingForm(initial={"filed_on": day}),
        "report": report or ReportForm(initial={"reported_on": day}),
        "kpis": [
            {"value": len(members), "label": _("在任委员")},
            {"value": len(seats) - len(members), "label": _("候补委员")},
            {"value": half_hours_in_words(sum(hours.values())), "label": _("委员培训小时合计")},
            {"value": handover["overdue"], "label": _("超期未交接"), "hot": handover["overdue"] > 0},
        ],
    }
    return render(request, "communities/desk_term.html", context, status=status)


def _may_seat(request: PersonRequest, term: CommitteeTerm) -> bool:
    may_enter = allows("communities.enter_term", request.user, term.estate)
    return term.from_papers and term.filed_on is None and may_enter


def _stages(estate: Estate) -> list[tuple[str, int]]:
    """How many people in reserve stand at each stage."""
    stages = list(estate.reserve.values_list("stage", flat=True))
    return [(str(stage.label), stages.count(stage)) for stage in ReserveStage if stage in stages]


@login_required
@require_http_methods(["GET", "POST"])
def new(request: PersonRequest, slug: str) -> HttpResponse:
    """A term from its papers, for a committee that was not elected here."""
    estate = committee_estate_for(request.user, slug)
    judge("communities.enter_term", request.user, estate)
    before = CommitteeTerm.objects.filter(estate=estate).order_by("-number").first()
    form = TermForm(request.POST or None, initial={"number": before.number + 1 if before else 1})
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            made = enter_term(estate=estate, **form.cleaned_data, actor=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已登记这一届。请逐位登记委员和候补委员。"))
            return redirect("communities:term", slug, made.pk)
    context = {"estate": estate, "form": form, "before": before}
    return render(request, "communities/desk_term_new.html", context, status=status)


@login_required
@require_POST
def mark_filed(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    term = term_for(request.user, slug, pk)
    judge("communities.file_committee", request.user, term.estate)
    form = FilingForm(request.POST)
    if not form.is_valid():
        return show_term(request, term, filing=form, status=422)
    try:
        file_term(term=term, **form.cleaned_data, actor=request.user)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return show_term(request, term, filing=form, status=refusal.status)
    messages.success(request, _("已登记备案，业委会和社区会收到消息。"))
    return redirect("communities:term", slug, pk)


@login_required
@require_POST
def mark_reported(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    term = term_for(request.user, slug, pk)
    judge("communities.hand_over", request.user, term.estate)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return show_term(request, term, report=form, status=422)
    try:
        report_term(term=term, **form.cleaned_data, actor=request.user)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return show_term(request, term, report=form, status=refusal.status)
    messages.success(request, _("已登记届满报告。"))
    return redirect("communities:term", slug, pk)
