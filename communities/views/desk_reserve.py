"""Reserve and trainings at the desk, for the community and the subdistrict alone."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.access import reserve_estate_for, reserve_person_for, training_term_for
from communities.committees import homes_in_words, sitting
from communities.enums import ReserveStage
from communities.errors import Refusal
from communities.forms.committee import OwnerSearchForm, ReserveForm, ReserveNewForm, TrainingForm
from communities.http import PersonRequest, row_number
from communities.models import CommitteeTerm, ReserveCandidate
from communities.rules import allows, today
from communities.services.committee import (
    add_to_reserve,
    change_reserve,
    export_reserve,
    export_trainings,
    record_training,
)
from communities.services.committee.exports import half_hours_in_words
from communities.services.committee.locks import judge
from communities.spreadsheets import CONTENT_TYPE
from communities.views.owner_search import find_owners, picked_owner

PER_PAGE = 50


@login_required
@never_cache
@require_GET
def reserve(request: PersonRequest, slug: str) -> HttpResponse:
    """Who is on the list, by stage; a search reads the encrypted names."""
    estate = reserve_estate_for(request.user, slug)
    stage = request.GET.get("stage", "")
    people = (
        estate.reserve.select_related("owner").prefetch_related("trainings").order_by("-changed_at", "-pk")
    )
    if stage in ReserveStage.values:
        people = people.filter(stage=stage)
    page = Paginator(people, PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    homes = homes_in_words([person.owner for person in shown], on=today())
    context = {
        "estate": estate,
        "page": page,
        "rows": [(person, homes.get(person.owner_id, ""), _hours(person)) for person in shown],
        "stages": ReserveStage.choices,
        "stage": stage if stage in ReserveStage.values else "",
        "may_manage": allows("communities.manage_reserve", request.user, estate),
    }
    return render(request, "communities/desk_reserve.html", context)


def _hours(person: ReserveCandidate) -> str:
    return half_hours_in_words(sum(training.half_hours for training in person.trainings.all()))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: PersonRequest, slug: str) -> HttpResponse:
    """An owner found on the roster and put on the list."""
    estate = reserve_estate_for(request.user, slug)
    judge("communities.manage_reserve", request.user, estate)
    search = OwnerSearchForm(request.POST if "words" in request.POST else None)
    form, status, searched = None, 200, False
    if search.is_bound:
        searched = search.is_valid()
        status = 200 if searched else 422
        if searched:
            owners, homes = find_owners(estate, search.cleaned_data["words"])
            form = ReserveNewForm(owners=owners, homes=homes)
    elif request.method == "POST":
        owners, homes = picked_owner(estate, row_number(request.POST.get("owner")))
        form, status = ReserveNewForm(request.POST, owners=owners, homes=homes), 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                person = add_to_reserve(
                    estate=estate,
                    owner=form.chosen,
                    strengths=given["strengths"],
                    note=given["note"],
                    actor=request.user,
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                messages.success(request, _("已列入储备名单。"))
                return redirect("communities:reserve-person", slug, person.pk)
    context = {
        "estate": estate,
        "search": search,
        "form": form,
        "searched": searched,
        "title": _("列入储备人选"),
        "back_url": reverse("communities:reserve", args=[slug]),
        "back_label": _("储备人选"),
        "submit": _("列入储备"),
    }
    return render(request, "communities/desk_owner_pick.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def person(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """One person on the list: home, trainings, and the notes that are kept up."""
    found = reserve_person_for(request.user, slug, pk)
    given = {"stage": found.stage, "strengths": found.strengths, "note": found.note}
    form = ReserveForm(request.POST or None, initial=given)
    status = 422 if form.is_bound else 200
    if request.method == "POST":
        judge("communities.manage_reserve", request.user, found.estate)
        if form.is_valid():
            change_reserve(person=found, **form.cleaned_data, actor=request.user)
            messages.success(request, _("已保存。"))
            return redirect("communities:reserve-person", slug, pk)
    trainings = list(found.trainings.all())
    context = {
        "estate": found.estate,
        "person": found,
        "home": homes_in_words([found.owner], on=today()).get(found.owner_id, ""),
        "trainings": [(one, half_hours_in_words(one.half_hours)) for one in trainings],
        "hours": half_hours_in_words(sum(one.half_hours for one in trainings)),
        "form": form,
        "may_manage": allows("communities.manage_reserve", request.user, found.estate),
    }
    return render(request, "communities/desk_reserve_person.html", context, status=status)


@login_required
@require_POST
def export(request: PersonRequest, slug: str) -> HttpResponse:
    estate = reserve_estate_for(request.user, slug)
    as_csv = request.POST.get("as") == "csv"
    return _file(export_reserve(estate=estate, as_csv=as_csv, actor=request.user), f"{slug}-reserve", as_csv)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def trainings(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """The trainings of a term, and entering one more."""
    term = training_term_for(request.user, slug, pk)
    may_record = allows("communities.manage_reserve", request.user, term.estate)
    form = _training_form(request, term)
    status = 422 if form.is_bound else 200
    if request.method == "POST":
        judge("communities.manage_reserve", request.user, term.estate)
        if form.is_valid():
            given = form.cleaned_data
            try:
                record_training(
                    term=term,
                    title=given["title"],
                    held_on=given["held_on"],
                    half_hours=given["hours"],
                    organiser=given["organiser"],
                    seats=form.trained,
                    reserve=form.prepared,
                    actor=request.user,
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                messages.success(request, _("已登记培训。"))
                return redirect("communities:trainings", slug, pk)
    held = term.trainings.prefetch_related("seats__owner", "seats__user", "reserve__owner")
    page = Paginator(held.order_by("-held_on", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "estate": term.estate,
        "term": term,
        "page": page,
        "rows": [(one, half_hours_in_words(one.half_hours)) for one in page.object_list],
        "form": form,
        "may_record": may_record,
    }
    return render(request, "communities/desk_trainings.html", context, status=status)


def _training_form(request: PersonRequest, term: CommitteeTerm) -> TrainingForm:
    reserve = term.estate.reserve.exclude(stage=ReserveStage.LEFT).select_related("owner").order_by("pk")
    return TrainingForm(
        request.POST or None, seats=sitting(term, on=today()), reserve=reserve, initial={"held_on": today()}
    )


@login_required
@require_POST
def export_held(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    term = training_term_for(request.user, slug, pk)
    as_csv = request.POST.get("as") == "csv"
    content = export_trainings(term=term, as_csv=as_csv, actor=request.user)
    return _file(content, f"{slug}-trainings-{term.number}", as_csv)


def _file(content: bytes, name: str, as_csv: bool) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8" if as_csv else CONTENT_TYPE,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{"csv" if as_csv else "xlsx"}"',
            "Cache-Control": "no-store",
        },
    )
