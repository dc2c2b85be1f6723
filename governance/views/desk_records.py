"""The record of a running meeting, at the recorder's desk."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.clock import database_now, local_day
from communities.errors import Refusal
from communities.http import PersonRequest
from governance.access.meetings import desk_item_for, desk_meeting_for, desk_poll_for, desk_speech_for
from governance.errors.meetings import RecordChanged
from governance.forms.meeting import ActionForm, PollForm, PositionForm, StatutoryRecordForm
from governance.models import AgendaItem, Meeting
from governance.queries.meetings import agenda_of, current_of, party_rows, poll_rows, queue_of
from governance.services.action_items import add_action_item
from governance.services.journal import judge
from governance.services.live_meetings import (
    close_poll,
    finish_item,
    give_floor,
    go_to_item,
    open_poll,
    write_position,
    write_record,
)
from votes.forms.motion import item_choices
from votes.linting.words import hints
from votes.statutes import statute_for

from .desk_meetings import _try

RECORD_FIELDS = ("discussion", "consensus", "dissent")


def _context(found: Meeting) -> dict[str, Any]:
    items = agenda_of(found)
    current = current_of(items)
    attendances = list(found.attendances.order_by("party", "pk"))
    return {
        "meeting": found,
        "estate": found.estate,
        "items": items,
        "current": current,
        "queue": queue_of(current) if current else None,
        "polls": poll_rows(current) if current else [],
        "parties": party_rows(found, attendances),
        "present": sum(1 for one in attendances if one.is_present),
        "poll_form": PollForm(),
    }


@login_required
@never_cache
@require_GET
def record(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """The whole meeting at one look: items, queue, polls; the part in the middle keeps itself fresh."""
    found = desk_meeting_for(request.user, slug, pk)
    judge("governance.record_meeting", request.user, found)
    template = "governance/desk_record_live.html" if request.htmx else "governance/desk_record.html"
    return render(request, template, _context(found))


def _back(slug: str, meeting: int) -> HttpResponse:
    return redirect("governance:desk-meeting-record", slug, meeting)


@login_required
@require_POST
def go(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Take an item up, or close it."""
    item = desk_item_for(request.user, slug, pk)
    act = finish_item if request.POST.get("done") else go_to_item
    return _try(request, _back(slug, item.meeting_id), lambda: act(item=item, actor=request.user))


@login_required
@require_POST
def speech(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    found = desk_speech_for(request.user, slug, pk)
    return _try(
        request, _back(slug, found.item.meeting_id), lambda: give_floor(speech=found, actor=request.user)
    )


@login_required
@require_POST
def poll_open(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    item = desk_item_for(request.user, slug, pk)
    question = request.POST.get("question", "")
    return _try(
        request,
        _back(slug, item.meeting_id),
        lambda: open_poll(item=item, question=question, actor=request.user),
    )


@login_required
@require_POST
def poll_close(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    poll = desk_poll_for(request.user, slug, pk)
    return _try(request, _back(slug, poll.item.meeting_id), lambda: close_poll(poll=poll, actor=request.user))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def item(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """The words of one item. Where somebody saved meanwhile, both texts stand side by side."""
    found = desk_item_for(request.user, slug, pk)
    judge("governance.record_meeting", request.user, found.meeting)
    items = item_choices(statute_for(local_day(database_now())))
    initial = {name: getattr(found, name) for name in RECORD_FIELDS}
    initial |= {"version": found.version, "statutory": found.item or ""}
    form = StatutoryRecordForm(
        request.POST if request.method == "POST" else None, items=items, initial=initial
    )
    status = 422 if form.is_bound else 200
    theirs: list[tuple[str, str]] = []
    if form.is_bound and form.is_valid():
        try:
            write_record(item=found, actor=request.user, **form.cleaned_data)
        except RecordChanged as changed:
            found.refresh_from_db()
            form.add_error(None, str(changed))
            status = changed.status
            theirs = [(str(form[name].label), getattr(found, name)) for name in RECORD_FIELDS]
            form.data = request.POST.copy()
            form.data["version"] = str(found.version)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已保存。"))
            return _back(slug, found.meeting_id)
    return _item_page(request, found, form, theirs, status)


def _item_page(
    request: PersonRequest,
    found: AgendaItem,
    form: StatutoryRecordForm,
    theirs: list[tuple[str, str]],
    status: int,
    **forms: Any,
) -> HttpResponse:
    said = f"{found.title} {found.consensus}"
    context = {
        "item": found,
        "meeting": found.meeting,
        "estate": found.meeting.estate,
        "form": form,
        "theirs": theirs,
        "positions": found.positions.order_by("party"),
        "actions": found.action_items.order_by("number"),
        "statutory_hint": bool(hints(said)) and not found.item,
        "position_form": forms.get("position_form") or PositionForm(),
        "action_form": forms.get("action_form") or ActionForm(),
    }
    return render(request, "governance/desk_record_item.html", context, status=status)


@login_required
@require_POST
def position(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Write down for a party what it said; the newest words take the place of the earlier ones."""
    found = desk_item_for(request.user, slug, pk)
    form = PositionForm(request.POST)
    if form.is_valid():
        standing = found.positions.filter(party=form.cleaned_data["party"]).first()
        try:
            write_position(
                item=found,
                party=form.cleaned_data["party"],
                version=standing.version if standing else 0,
                text=form.cleaned_data["text"],
                actor=request.user,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("governance:desk-record-item", slug, pk)
    return _item_page(request, found, _unbound(found), [], 422, position_form=form)


@login_required
@require_POST
def action(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    found = desk_item_for(request.user, slug, pk)
    form = ActionForm(request.POST)
    if form.is_valid():
        try:
            add_action_item(item=found, actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已登记办理事项。"))
            return redirect("governance:desk-record-item", slug, pk)
    return _item_page(request, found, _unbound(found), [], 422, action_form=form)


def _unbound(found: AgendaItem) -> StatutoryRecordForm:
    initial = {name: getattr(found, name) for name in RECORD_FIELDS}
    initial |= {"version": found.version, "statutory": found.item or ""}
    return StatutoryRecordForm(items=item_choices(statute_for(local_day(database_now()))), initial=initial)
