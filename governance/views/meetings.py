"""Meetings on the phone and on the big screen: found, registered for, signed in to, followed live."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.access import estate_for
from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.live import shared_part
from communities.rules import allows
from communities.templatetags.linyi import moment as moment_words
from governance.access.meetings import (
    attendance_by_token,
    item_for,
    may_follow,
    meeting_for,
    meetings_for,
    poll_for,
)
from governance.enums import MeetingStatus, PollChoice
from governance.forms.meeting import PollAnswerForm, PositionForm
from governance.models import AgendaItem, Attendance, Meeting
from governance.queries.meetings import agenda_of, current_of, party_rows, poll_rows, queue_of
from governance.rules import parties_of
from governance.services.attendance import (
    excuse_from_meeting,
    may_run,
    present_at,
    register_for_meeting,
    sign_in_at_desk,
    sign_in_at_door,
    sign_in_online,
)
from governance.services.live_meetings import answer_poll, lower_hand, raise_hand, write_position

S = MeetingStatus
PER_PAGE = 20
TONES = {
    S.DRAFT: "plain",
    S.ANNOUNCED: "sky",
    S.RUNNING: "seal",
    S.ENDED: "leaf",
    S.CANCELLED: "plain",
}


def meeting_cell(meeting: Meeting) -> dict[str, Any]:
    """A meeting in a list."""
    return {
        "title": meeting.title,
        "url": reverse("governance:meeting", args=[meeting.pk]),
        "tags": [
            (meeting.get_status_display(), TONES[S(meeting.status)]),
            (meeting.get_kind_display(), "plain"),
        ],
        "note": " · ".join(filter(None, [moment_words(meeting.starts_at), meeting.place or _("线上")])),
    }


@login_required
@never_cache
@require_GET
def meetings(request: PersonRequest, slug: str) -> HttpResponse:
    """What is coming and running first, then what is over."""
    estate = estate_for(request.user, slug)
    there = meetings_for(request.user).filter(estate=estate)
    coming = there.filter(status__in=[S.RUNNING, S.ANNOUNCED]).order_by("starts_at")
    page = Paginator(there.filter(status__in=[S.ENDED, S.CANCELLED]), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "estate": estate,
        "coming": [meeting_cell(one) for one in coming],
        "page": page,
        "past": [meeting_cell(one) for one in page.object_list],
        "at_desk": allows("governance.convene_meeting", request.user, estate),
    }
    return render(request, "governance/meetings.html", context)


@login_required
@never_cache
@require_GET
def meeting(request: PersonRequest, pk: int) -> HttpResponse:
    """One meeting: before it how to take part, during it what happens, after it what came of it."""
    found = meeting_for(request.user, pk)
    return render(request, "governance/meeting.html", _context(request, found))


@login_required
@never_cache
@require_GET
def live(request: PersonRequest, pk: int) -> HttpResponse:
    """The part of the page that changes while the meeting runs, drawn once for all who follow it."""
    if not may_follow(request.user, pk):
        raise Http404

    def drawn() -> str:
        return render_to_string("governance/meeting_live.html", _shared(meeting_for(request.user, pk)))

    return HttpResponse(shared_part(f"meeting.{pk}", f"live:{get_language()}", drawn))


@login_required
@never_cache
@require_GET
def own(request: PersonRequest, pk: int) -> HttpResponse:
    """What the reader may do at this moment of the meeting."""
    found = meeting_for(request.user, pk)
    return render(request, "governance/meeting_own.html", _context(request, found))


@login_required
@never_cache
@require_GET
def screen(request: PersonRequest, pk: int) -> HttpResponse:
    """For the wall of the room: the item, who speaks, who waits, how the poll stands. Nothing to press."""
    found = meeting_for(request.user, pk)
    template = "governance/meeting_screen_live.html" if request.htmx else "governance/meeting_screen.html"
    return render(request, template, _context(request, found))


def _shared(found: Meeting) -> dict[str, Any]:
    """What everybody who may see the meeting sees of it."""
    items = agenda_of(found)
    current = current_of(items)
    polls = poll_rows(current) if current else []
    open_polls = [str(row["poll"].pk) for row in polls if row["is_open"]]
    return {
        "meeting": found,
        "estate": found.estate,
        "items": [{"item": item, "polls": poll_rows(item)} for item in items],
        "current": current,
        "queue": queue_of(current) if current else None,
        "polls": polls,
        "present": found.attendances.filter(signed_in_at__isnull=False, left_at__isnull=True).count(),
        #: What one's own buttons depend on.
        "own_key": ":".join([found.status, str(current.pk if current else ""), *open_polls]),
    }


def _context(request: PersonRequest, found: Meeting) -> dict[str, Any]:
    shared = _shared(found)
    current: AgendaItem | None = shared["current"]
    attendances = list(found.attendances.order_by("party", "pk"))
    mine = next((one for one in attendances if one.user_id == request.user.pk), None)
    minutes = found.minutes.filter(status__in=["sealed", "confirming", "signing"]).first()
    return shared | {
        "tone": TONES[S(found.status)],
        "polls": _with_mine(shared["polls"], mine),
        "poll_choices": PollChoice.choices,
        "hand_up": bool(current and mine and _has_hand_up(current, mine.pk)),
        "mine": mine,
        "is_present": bool(mine and mine.is_present),
        "parties": party_rows(found, attendances),
        "may_register": found.status == S.ANNOUNCED
        and database_now() < (found.registration_closes_at or found.starts_at)
        and (mine is None or mine.excused_at is not None),
        "may_run": may_run(request.user, found),
        "my_parties": parties_of(request.user, found.estate) if mine and mine.is_present else [],
        "minutes": minutes,
    }


def _with_mine(rows: list[dict[str, Any]], mine: Attendance | None) -> list[dict[str, Any]]:
    """Each poll with what this person answered."""
    for row in rows:
        answers = row["poll"].answers.all()
        given = (one.choice for one in answers if mine is not None and one.attendance_id == mine.pk)
        row["mine"] = next(given, "")
    return rows


def _has_hand_up(item: AgendaItem, attendance: int) -> bool:
    return any(
        one.attendance_id == attendance and one.ended_at is None and one.withdrawn_at is None
        for one in item.speeches.all()
    )


def _try(request: PersonRequest, pk: int, act: Any, said: str = "") -> HttpResponse:
    """Do it and go back to the meeting; a refusal is said there."""
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        if said:
            messages.success(request, said)
    return redirect("governance:meeting", pk)


@login_required
@require_POST
def register(request: PersonRequest, pk: int) -> HttpResponse:
    found = meeting_for(request.user, pk)
    return _try(
        request,
        pk,
        lambda: register_for_meeting(meeting=found, actor=request.user),
        _("已报名，会前一天提醒您。"),
    )


@login_required
@require_POST
def excuse(request: PersonRequest, pk: int) -> HttpResponse:
    found = meeting_for(request.user, pk)
    return _try(request, pk, lambda: excuse_from_meeting(meeting=found, actor=request.user), _("已请假。"))


@login_required
@require_POST
def online(request: PersonRequest, pk: int) -> HttpResponse:
    found = meeting_for(request.user, pk)
    return _try(request, pk, lambda: sign_in_online(meeting=found, actor=request.user), _("已签到。"))


@login_required
@never_cache
@require_GET
def code(request: PersonRequest, pk: int) -> HttpResponse:
    """One's own code, to be shown at the sign-in desk."""
    found = meeting_for(request.user, pk)
    mine = found.attendances.filter(user=request.user).first()
    if mine is None:
        return redirect("governance:meeting", pk)
    address = request.build_absolute_uri(reverse("governance:meeting-hand", args=[mine.token]))
    context = {"meeting": found, "estate": found.estate, "mine": mine, "address": address}
    return render(request, "governance/meeting_code.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def door(request: PersonRequest, token: str) -> HttpResponse:
    """Where the code at the door leads: sign in with one press."""
    found = Meeting.objects.filter(door_token=token).first()
    if found is None:
        raise Http404
    there = meeting_for(request.user, found.pk)
    problem, status = "", 200
    if request.method == "POST":
        try:
            sign_in_at_door(token=token, actor=request.user)
        except Refusal as refusal:
            problem, status = str(refusal), refusal.status
        else:
            messages.success(request, _("已签到。"))
            return redirect("governance:meeting", there.pk)
    context = {"meeting": there, "problem": problem}
    return render(request, "governance/meeting_door.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def hand(request: PersonRequest, token: str) -> HttpResponse:
    """Where somebody's own code leads: who runs the meeting signs that person in, others are told no."""
    attendance = attendance_by_token(token)
    found = meeting_for(request.user, attendance.meeting_id)
    if attendance.user_id == request.user.pk and not may_run(request.user, found):
        return redirect("governance:meeting-code", found.pk)
    problem, status = "", 200
    if request.method == "POST" or not may_run(request.user, found):
        try:
            sign_in_at_desk(attendance=attendance, actor=request.user)
        except Refusal as refusal:
            problem, status = str(refusal), refusal.status
        else:
            messages.success(request, _("%(name)s已签到。") % {"name": attendance.name})
            return redirect("governance:desk-meeting-people", found.estate.slug, found.pk)
    context = {"meeting": found, "attendance": attendance, "problem": problem}
    return render(request, "governance/meeting_hand.html", context, status=status)


@login_required
@require_POST
def floor(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask for the floor, or give the place up."""
    item = item_for(request.user, pk)
    act = lower_hand if request.POST.get("down") else raise_hand
    return _try(request, item.meeting_id, lambda: act(item=item, actor=request.user))


@login_required
@require_POST
def poll(request: PersonRequest, pk: int) -> HttpResponse:
    found = poll_for(request.user, pk)
    form = PollAnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请选择赞成、不赞成或保留。"))
        return redirect("governance:meeting", found.item.meeting_id)
    choice = form.cleaned_data["choice"]
    return _try(
        request, found.item.meeting_id, lambda: answer_poll(poll=found, choice=choice, actor=request.user)
    )


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def position(request: PersonRequest, pk: int) -> HttpResponse:
    """What a party says on an item, by one of its own who is present; an older text overwrites nothing."""
    item = item_for(request.user, pk)
    mine = parties_of(request.user, item.meeting.estate)
    if present_at(item.meeting, request.user) is None or not mine:
        messages.error(request, _("请先签到；只有代表一方参会的人可以写这一方的意见。"))
        return redirect("governance:meeting", item.meeting_id)
    party = mine[0]
    standing = item.positions.filter(party=party).first()
    initial = {
        "party": party.value,
        "text": standing.text if standing else "",
        "version": standing.version if standing else 0,
    }
    form = PositionForm(request.POST if request.method == "POST" else None, initial=initial)
    status, theirs = (422 if form.is_bound else 200), ""
    if form.is_bound and form.is_valid():
        try:
            write_position(
                item=item,
                party=party.value,
                version=form.cleaned_data["version"] or 0,
                text=form.cleaned_data["text"],
                actor=request.user,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
            theirs = standing.text if standing else ""
            form.data = request.POST.copy()
            form.data["version"] = str(standing.version if standing else 0)
        else:
            messages.success(request, _("已记下。"))
            return redirect("governance:meeting", item.meeting_id)
    context = {"item": item, "meeting": item.meeting, "party": party, "form": form, "theirs": theirs}
    return render(request, "governance/position_form.html", context, status=status)
