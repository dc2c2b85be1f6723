"""Seats of a committee at the desk: entered, given a position, ended, filled by an alternate."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from communities.access import seat_for, term_for
from communities.committees import sitting
from communities.errors import Refusal
from communities.forms.committee import MoveUpForm, OwnerSearchForm, PositionForm, SeatEndForm, SeatNewForm
from communities.http import PersonRequest, row_number
from communities.rules import today
from communities.services.committee import decide_position, end_seat, move_up_alternate, seat_owner
from communities.services.committee.locks import judge
from communities.views.owner_search import find_owners, picked_owner


@login_required
@require_http_methods(["GET", "POST"])
def position(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Whom a session of the committee chose, with its day and its decision."""
    term = term_for(request.user, slug, pk)
    judge("communities.manage_committee", request.user, term.estate)
    members = sitting(term, on=today())
    initial = {"session_on": today(), "seat": request.GET.get("seat", "")}
    form = PositionForm(request.POST or None, seats=members, initial=initial)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            decide_position(
                seat=form.chosen,
                position=given["position"],
                session_on=given["session_on"],
                text=given["text"],
                actor=request.user,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已登记职务。相应的权限同时生效。"))
            return redirect("communities:term", slug, pk)
    context = {"estate": term.estate, "term": term, "form": form, "members": members}
    return render(request, "communities/desk_position.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """A member of a term that was entered from papers: found on the roster, then chosen."""
    term = term_for(request.user, slug, pk)
    judge("communities.enter_term", request.user, term.estate)
    search = OwnerSearchForm(request.POST if "words" in request.POST else None)
    form, status, searched = None, 200, False
    if search.is_bound:
        searched = search.is_valid()
        status = 200 if searched else 422
        if searched:
            owners, homes = find_owners(term.estate, search.cleaned_data["words"])
            form = SeatNewForm(owners=owners, homes=homes)
    elif request.method == "POST":
        owners, homes = picked_owner(term.estate, row_number(request.POST.get("owner")))
        form, status = SeatNewForm(request.POST, owners=owners, homes=homes), 422
        if form.is_valid():
            try:
                seat_owner(
                    term=term,
                    owner=form.chosen,
                    is_alternate=form.cleaned_data["is_alternate"],
                    actor=request.user,
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                messages.success(request, _("已登记。可以接着登记下一位。"))
                return redirect("communities:term-seat-new", slug, pk)
    context = {
        "estate": term.estate,
        "term": term,
        "search": search,
        "form": form,
        "searched": searched,
        "title": _("登记委员"),
        "back_url": reverse("communities:term", args=[slug, pk]),
        "back_label": str(term),
        "submit": _("登记为委员"),
    }
    return render(request, "communities/desk_owner_pick.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def end(request: PersonRequest, slug: str, pk: int, seat_pk: int) -> HttpResponse:
    seat = seat_for(request.user, slug, pk, seat_pk)
    judge("communities.manage_committee", request.user, seat.term.estate)
    form = SeatEndForm(request.POST or None, initial={"ended_on": today()})
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            end_seat(seat=seat, **form.cleaned_data, actor=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已登记终止任职，交接清单已列出。"))
            return redirect("communities:term", slug, pk)
    shown = {
        "title": _("终止任职"),
        "eyebrow": f"{seat.term.estate.name} · {seat.term}",
        "lead": _(
            "本人的委员权限从终止之日起停止，并须在规定期限内移交经手的印章、资料、账目和财物。不能恢复。"
        ),
        "facts": [
            (_("姓名"), seat.holder_name),
            (_("职务"), _("候补委员") if seat.is_alternate else seat.get_position_display()),
            (_("任职起"), f"{seat.valid_from:%Y-%m-%d}"),
        ],
        "warning": _("罢免委员要由业主大会表决，不能在这里办理。"),
        "form": form,
        "submit": _("终止任职"),
        "danger": True,
        "back": reverse("communities:term", args=[slug, pk]),
    }
    context = {"confirm": shown, "estate": seat.term.estate}
    return render(request, "partials/confirm_desk.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def move_up(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    term = term_for(request.user, slug, pk)
    judge("communities.manage_committee", request.user, term.estate)
    form = MoveUpForm(request.POST or None, initial={"moved_on": today()})
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            move_up_alternate(term=term, **form.cleaned_data, actor=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("候补委员已递补为委员，权限同时生效。"))
            return redirect("communities:term", slug, pk)
    first = (
        term.seats.filter(is_alternate=True, valid_to__isnull=True)
        .select_related("owner", "user")
        .order_by("pk")
        .first()
    )
    shown = {
        "title": _("候补委员递补"),
        "eyebrow": f"{term.estate.name} · {term}",
        "lead": _("按得票顺序，由排在最前的候补委员递补。递补后需要告知社区并公示。"),
        "facts": [(_("递补的人"), first.holder_name if first else _("没有候补委员"))],
        "form": form,
        "submit": _("确认递补"),
        "back": reverse("communities:term", args=[slug, pk]),
    }
    context = {"confirm": shown, "estate": term.estate}
    return render(request, "partials/confirm_desk.html", context, status=status)
