"""Minutes at the recorder's desk: drafted, edited, put to confirmation, taken back, corrected."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from communities.errors import Refusal
from communities.http import PersonRequest
from governance.access.meetings import desk_meeting_for, desk_minutes_for
from governance.enums import MinutesStatus, Party
from governance.errors.meetings import RecordChanged
from governance.forms.minutes import CorrectionForm, MinutesItemForm, MinutesTextForm
from governance.models import Minutes, MinutesItem
from governance.services.minutes import (
    ask_for_confirmation,
    change_minutes,
    change_minutes_item,
    correct_minutes,
    discard_minutes,
    draft_minutes,
    end_confirmation,
    take_minutes_back,
    waiting_for,
)

from .desk_meetings import _try
from .minutes import TONES

S = MinutesStatus
FIELDS = ("discussion", "consensus", "dissent")


@login_required
@require_POST
def draft(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """One button: minutes from the record."""
    meeting = desk_meeting_for(request.user, slug, pk)
    try:
        made = draft_minutes(meeting=meeting, actor=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("governance:desk-meeting", slug, pk)
    return redirect("governance:desk-minutes", slug, made.pk)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def minutes(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """The text item by item, where it stands, and the next button."""
    found = desk_minutes_for(request.user, slug, pk)
    initial = {"opening": found.opening, "closing": found.closing, "version": found.edits}
    form = MinutesTextForm(request.POST if request.method == "POST" else None, initial=initial)
    status, theirs = (422 if form.is_bound else 200), []
    if form.is_bound and form.is_valid():
        try:
            change_minutes(minutes=found, actor=request.user, **form.cleaned_data)
        except RecordChanged as changed:
            found.refresh_from_db()
            form.add_error(None, str(changed))
            status = changed.status
            theirs = [(str(form[name].label), getattr(found, name)) for name in ("opening", "closing")]
            form.data = request.POST.copy()
            form.data["version"] = str(found.edits)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已保存。"))
            return redirect("governance:desk-minutes", slug, pk)
    answered = found.confirmations.filter(sha256=found.sha256).select_related("attendance")
    context = {
        "minutes": found,
        "meeting": found.meeting,
        "estate": found.meeting.estate,
        "tone": TONES[S(found.status)],
        "form": form,
        "theirs": theirs,
        "items": [(one, _positions(one)) for one in found.items.order_by("position")],
        "answered": answered if found.sha256 else [],
        "waiting": waiting_for(found) if found.status == S.CONFIRMING else 0,
        "signed": found.signatures.filter(sha256=found.sha256) if found.sha256 else [],
    }
    return render(request, "governance/desk_minutes.html", context, status=status)


def _positions(item: MinutesItem) -> list[tuple[Any, str]]:
    return [(party.label, item.positions[party.value]) for party in Party if item.positions.get(party.value)]


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def item(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """One item. Where somebody saved meanwhile, both texts stand side by side."""
    found = get_object_or_404(MinutesItem.objects.select_related("minutes"), pk=pk)
    found.minutes = desk_minutes_for(request.user, slug, found.minutes_id)
    initial = {name: getattr(found, name) for name in FIELDS} | {"version": found.version}
    initial |= {f"position_{party}": text for party, text in found.positions.items()}
    form = MinutesItemForm(request.POST if request.method == "POST" else None, initial=initial)
    status, theirs = (422 if form.is_bound else 200), []
    if form.is_bound and form.is_valid():
        words = {name: form.cleaned_data[name] for name in (*FIELDS, "version")}
        try:
            change_minutes_item(item=found, positions=form.positions(), actor=request.user, **words)
        except RecordChanged as changed:
            found.refresh_from_db()
            form.add_error(None, str(changed))
            status = changed.status
            theirs = [(str(form[name].label), getattr(found, name)) for name in FIELDS]
            theirs += [(str(party), text) for party, text in _positions(found)]
            form.data = request.POST.copy()
            form.data["version"] = str(found.version)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已保存。"))
            return redirect("governance:desk-minutes", slug, found.minutes_id)
    context = {
        "item": found,
        "minutes": found.minutes,
        "estate": found.minutes.meeting.estate,
        "form": form,
        "theirs": theirs,
    }
    return render(request, "governance/desk_minutes_item.html", context, status=status)


@login_required
@require_POST
def step(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Put to confirmation, or go on to signing."""
    found = desk_minutes_for(request.user, slug, pk)
    back = redirect("governance:desk-minutes", slug, pk)
    if request.POST.get("to") == "confirming":
        said = _("已发给与会人确认。")
        return _try(request, back, lambda: ask_for_confirmation(minutes=found, actor=request.user), said)
    said = _("已转三方签署。")
    return _try(request, back, lambda: end_confirmation(minutes=found, actor=request.user), said)


@login_required
@require_http_methods(["GET", "POST"])
def back(request: PersonRequest, slug: str, pk: int, act: str) -> HttpResponse:
    """Take back, discard or correct: each with its reason."""
    found = desk_minutes_for(request.user, slug, pk)
    acts: dict[str, tuple[Any, str, str]] = {
        "take-back": (
            take_minutes_back,
            _("收回修改"),
            _("收回后可以再改；已经确认的人要重新确认。任何一方签署后不能收回。"),
        ),
        "discard": (discard_minutes, _("不采用这份纪要"), _("不采用的纪要留档，不公开，可以重新生成。")),
        "correct": (
            correct_minutes,
            _("更正纪要"),
            _("会生成新的一版，需要与会人重新确认、三方重新签署；现在这一版在新版签署后标为“已被更正”。"),
        ),
    }
    if act not in acts:
        return redirect("governance:desk-minutes", slug, pk)
    function, title, lead = acts[act]
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            made: Minutes = function(minutes=found, reason=form.cleaned_data["reason"], actor=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已办理。"))
            return redirect("governance:desk-minutes", slug, made.pk)
    confirm = {
        "title": title,
        "eyebrow": found.number,
        "lead": lead,
        "form": form,
        "submit": title,
        "back": reverse("governance:desk-minutes", args=[slug, pk]),
        "danger": act == "discard",
    }
    return render(request, "partials/confirm_desk.html", {"confirm": confirm}, status=status)
