"""Meetings at the desk: planned, announced, people signed in, printed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.clock import LOCAL_ZONE
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.models import Estate
from communities.printing import pdf_response
from communities.rules import allows
from governance.access.meetings import (
    convening_estate_for,
    desk_attendance_for,
    desk_item_for,
    desk_meeting_for,
    desk_photo_for,
)
from governance.enums import MeetingStatus, Party
from governance.forms.meeting import AgendaItemForm, AttendantForm, MeetingForm, PhotosForm
from governance.models import Meeting
from governance.queries.meetings import agenda_candidates, agenda_of, party_rows, people_who_may_chair
from governance.services.attachments import attach_to_meeting, detach_from_meeting, takes_photos
from governance.services.attendance import (
    add_attendant,
    leave_meeting,
    set_attendance_role,
    sign_in_at_desk,
)
from governance.services.meetings import (
    REQUIRED,
    add_agenda_item,
    announce_meeting,
    cancel_meeting,
    change_meeting,
    draft_meeting,
    end_meeting,
    remove_agenda_item,
    start_meeting,
)
from votes.forms.reason import ReasonForm

from .meetings import TONES

S = MeetingStatus
PER_PAGE = 30


@login_required
@never_cache
@require_GET
def meetings(request: PersonRequest, slug: str) -> HttpResponse:
    estate = convening_estate_for(request.user, slug)
    show = request.GET.get("show", "")
    found = Meeting.objects.filter(estate=estate).select_related("chair")
    found = (
        found.filter(status__in=[S.ENDED, S.CANCELLED])
        if show == "past"
        else found.exclude(status__in=[S.ENDED, S.CANCELLED]).order_by("starts_at")
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(one, TONES[S(one.status)]) for one in page.object_list]
    context = {"estate": estate, "page": page, "rows": rows, "show": "past" if show == "past" else ""}
    return render(request, "governance/desk_meetings.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: PersonRequest, slug: str) -> HttpResponse:
    return _write(request, convening_estate_for(request.user, slug), None)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    found = desk_meeting_for(request.user, slug, pk)
    if found.status != S.DRAFT or not allows("governance.convene_meeting", request.user, found.estate):
        return redirect("governance:desk-meeting", slug, pk)
    return _write(request, found.estate, found)


def _write(request: PersonRequest, estate: Estate, found: Meeting | None) -> HttpResponse:
    people = people_who_may_chair(estate)
    initial = _initial(found) if found else {"chair": request.user.pk, "recorder": request.user.pk}
    form = MeetingForm(
        request.POST if request.method == "POST" else None, estate=estate, people=people, initial=initial
    )
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        plan, parties = form.plan(), form.invited()
        try:
            kept = (
                change_meeting(meeting=found, plan=plan, parties=parties, actor=request.user)
                if found
                else draft_meeting(estate=estate, plan=plan, parties=parties, actor=request.user)
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已保存，排好议程后公告。"))
            return redirect("governance:desk-meeting", estate.slug, kept.pk)
    context = {"estate": estate, "meeting": found, "form": form}
    return render(request, "governance/desk_meeting_form.html", context, status=status)


def _initial(found: Meeting) -> dict[str, Any]:
    begins, ends = found.starts_at.astimezone(LOCAL_ZONE), found.ends_at.astimezone(LOCAL_ZONE)
    names = ("kind", "title", "purpose", "building", "place", "online_link", "seats")
    return {
        **{name: getattr(found, name) for name in names},
        "held_on": begins.date(),
        "begins": begins.time(),
        "ends": ends.time(),
        "chair": found.chair_id,
        "recorder": found.recorder_id,
        "parties": list(found.parties.values_list("party", flat=True)),
    }


@login_required
@never_cache
@require_GET
def meeting(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """One meeting: agenda, parties, what is still missing, and the next button."""
    return _page(request, desk_meeting_for(request.user, slug, pk))


def _page(
    request: PersonRequest,
    found: Meeting,
    *,
    form: AgendaItemForm | None = None,
    photo_form: PhotosForm | None = None,
    status: int = 200,
) -> HttpResponse:
    attendances = list(found.attendances.order_by("party", "pk"))
    required = [str(party.label) for party in REQUIRED[found.kind]]  # type: ignore[index]
    context = {
        "meeting": found,
        "estate": found.estate,
        "tone": TONES[S(found.status)],
        "items": agenda_of(found),
        "parties": party_rows(found, attendances),
        "required": "、".join(required),
        "registered": len(attendances),
        "form": form or AgendaItemForm(proposals=agenda_candidates(found)),
        "may_convene": allows("governance.convene_meeting", request.user, found.estate),
        "may_run": allows("governance.run_meeting", request.user, found),
        "photos": list(found.attachments.all()),
        "takes_photos": takes_photos(found) and allows("governance.record_meeting", request.user, found),
        "photo_form": photo_form or PhotosForm(),
        "minutes": found.minutes.exclude(status="discarded").order_by("-version").first(),
    }
    return render(request, "governance/desk_meeting.html", context, status=status)


@login_required
@require_POST
def photos(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Photos of the room, for the minutes: all of them are taken or none."""
    found = desk_meeting_for(request.user, slug, pk)
    form = PhotosForm(request.POST, request.FILES)
    status = 422
    if form.is_valid():
        try:
            with transaction.atomic():
                for file in form.cleaned_data["photos"]:
                    attach_to_meeting(meeting=found, file=file, actor=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            return redirect("governance:desk-meeting", slug, pk)
    return _page(request, found, photo_form=form, status=status)


@login_required
@require_POST
def photo_remove(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Take a photo away again."""
    photo = desk_photo_for(request.user, slug, pk)
    detach_from_meeting(attachment=photo, actor=request.user)
    return redirect("governance:desk-meeting", slug, photo.meeting_id)


@login_required
@require_POST
def item_add(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    found = desk_meeting_for(request.user, slug, pk)
    form = AgendaItemForm(request.POST, proposals=agenda_candidates(found))
    status = 422
    if form.is_valid():
        try:
            add_agenda_item(meeting=found, actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            return redirect("governance:desk-meeting", slug, pk)
    return _page(request, found, form=form, status=status)


def _try(request: PersonRequest, back: HttpResponse, act: Any, said: str = "") -> HttpResponse:
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        if said:
            messages.success(request, said)
    return back


@login_required
@require_POST
def item_remove(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    item = desk_item_for(request.user, slug, pk)
    back = redirect("governance:desk-meeting", slug, item.meeting_id)
    return _try(request, back, lambda: remove_agenda_item(item=item, actor=request.user))


@login_required
@require_POST
def step(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Announce, start or end it: the one step that comes next."""
    found = desk_meeting_for(request.user, slug, pk)
    back = redirect("governance:desk-meeting", slug, pk)
    if request.POST.get("to") == "announced":
        said = _("已公告，本小区的人会收到消息。")
        return _try(request, back, lambda: announce_meeting(meeting=found, actor=request.user), said)
    if request.POST.get("to") == "running":
        back = redirect("governance:desk-meeting-record", slug, pk)
        return _try(request, back, lambda: start_meeting(meeting=found, actor=request.user))
    if request.POST.get("to") == "ended":
        said = _("会议已结束，可以生成纪要。")
        return _try(request, back, lambda: end_meeting(meeting=found, actor=request.user), said)
    return back


@login_required
@require_http_methods(["GET", "POST"])
def cancel(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    found = desk_meeting_for(request.user, slug, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            cancel_meeting(meeting=found, reason=form.cleaned_data["reason"], actor=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已取消，报名的人会收到消息。"))
            return redirect("governance:desk-meeting", slug, pk)
    confirm = {
        "title": _("取消会议"),
        "eyebrow": found.title,
        "lead": _("取消后不能恢复；已报名的人会收到您写的理由。"),
        "form": form,
        "submit": _("取消会议"),
        "back": reverse("governance:desk-meeting", args=[slug, pk]),
        "danger": True,
    }
    return render(request, "partials/confirm_desk.html", {"confirm": confirm}, status=status)


# --- the sign-in desk ---


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def people(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Who is on the list, who is there; guests are added here, the code for the door stands here."""
    found = desk_meeting_for(request.user, slug, pk)
    form = AttendantForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            add_attendant(meeting=found, actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已加入名单。"))
            return redirect("governance:desk-meeting-people", slug, pk)
    search = request.GET.get("q", "").strip()[:40]
    attendances = list(found.attendances.order_by("party", "pk"))
    context = {
        "meeting": found,
        "estate": found.estate,
        "form": form,
        "search": search,
        "attendances": [one for one in attendances if search in one.name],
        "parties": party_rows(found, attendances),
        "door": request.build_absolute_uri(reverse("governance:meeting-door", args=[found.door_token])),
        "is_open": found.status in (S.ANNOUNCED, S.RUNNING),
    }
    return render(request, "governance/desk_meeting_people.html", context, status=status)


@login_required
@require_POST
def person(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Sign somebody in at the desk, or write down that they left."""
    attendance = desk_attendance_for(request.user, slug, pk)
    back = redirect("governance:desk-meeting-people", slug, attendance.meeting_id)
    role = request.POST.get("role", "")
    if role in ("delegate", "observer"):
        return _try(
            request,
            back,
            lambda: set_attendance_role(attendance=attendance, role=role, actor=request.user),
        )
    if request.POST.get("left"):
        return _try(request, back, lambda: leave_meeting(attendance=attendance, actor=request.user))
    return _try(request, back, lambda: sign_in_at_desk(attendance=attendance, actor=request.user))


@login_required
@require_GET
def printed(request: PersonRequest, slug: str, pk: int, document: str) -> HttpResponse:
    """The agenda for the notice board or the sign-in sheet, to print or as PDF."""
    found = desk_meeting_for(request.user, slug, pk)
    name = "sheet" if document == "sheet" else "agenda"
    context = {
        "meeting": found,
        "estate": found.estate,
        "items": found.items.select_related("proposal").order_by("position"),
        "parties": [Party(one).label for one in found.parties.values_list("party", flat=True)],
        "attendances": found.attendances.order_by("party", "pk"),
        "blank": range(12),
        "address": request.build_absolute_uri(reverse("governance:meeting", args=[pk])),
        "door": request.build_absolute_uri(reverse("governance:meeting-door", args=[found.door_token])),
    }
    html = render_to_string(f"print/meeting_{name}.html", context, request)
    if "pdf" in request.GET:
        words = _("签到表") if name == "sheet" else _("议程")
        return pdf_response(html, f"{found.title}{words}.pdf")
    return HttpResponse(html)
