"""The API of meetings: called, held, and who comes."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import URLPattern, URLResolver, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.access import estate_for
from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from communities.api.fields import ReasonSerializer
from communities.api.pages import PagedEndpoint
from communities.models import Estate, User
from governance.access.meetings import (
    convening_estate_for,
    desk_meeting_for,
    meeting_for,
    meetings_for,
)
from governance.enums import AttendanceRole, MeetingKind, Party
from governance.models import AgendaItem, Attendance, Meeting, Proposal
from governance.queries.meetings import agenda_candidates, people_who_may_chair
from governance.services.attachments import attach_to_meeting
from governance.services.attendance import (
    add_attendant,
    excuse_from_meeting,
    leave_meeting,
    register_for_meeting,
    set_attendance_role,
    sign_in_at_desk,
    sign_in_at_door,
)
from governance.services.meetings import (
    Plan,
    add_agenda_item,
    announce_meeting,
    cancel_meeting,
    draft_meeting,
    end_meeting,
    start_meeting,
)

from .acts import act
from .shown import AgendaItemShown, AttendanceShown, MeetingShown, MeetingWhole


class PhotoGiven(serializers.Serializer[Any]):
    file = serializers.FileField()


class PlanGiven(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=MeetingKind.choices)
    title = serializers.CharField(max_length=80)
    purpose = serializers.CharField(max_length=2000, allow_blank=True, default="")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    place = serializers.CharField(max_length=100, allow_blank=True, default="")
    online_link = serializers.URLField(max_length=300, allow_blank=True, default="")
    seats = serializers.IntegerField(min_value=0, max_value=1000, default=0)
    parties = serializers.MultipleChoiceField(choices=Party.choices, default=set)
    chair = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), allow_null=True, default=None)
    recorder = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), allow_null=True, default=None)

    def _works_here(self, user: User | None) -> User | None:
        if user is not None and not people_who_may_chair(self.context["thing"]).filter(pk=user.pk).exists():
            raise serializers.ValidationError("主持人和记录人要是为本小区工作的人。")
        return user

    validate_chair = validate_recorder = _works_here


class AgendaGiven(serializers.Serializer[Any]):
    proposal = serializers.IntegerField(allow_null=True, default=None, help_text="Its id.")
    title = serializers.CharField(max_length=80, allow_blank=True, default="")
    text = serializers.CharField(max_length=2000, allow_blank=True, default="")
    minutes_planned = serializers.IntegerField(min_value=1, max_value=300, default=15)


class AttendantGiven(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=40)
    party = serializers.ChoiceField(choices=Party.choices)
    role = serializers.ChoiceField(choices=AttendanceRole.choices, default=AttendanceRole.DELEGATE)
    proxy_for = serializers.CharField(max_length=40, allow_blank=True, default="")


class RoleGiven(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=AttendanceRole.choices)


class TokenGiven(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=64)


def _run(user: User, pk: int) -> Meeting:
    """A meeting ``user`` convenes, chairs or records, or a 404."""
    meeting = get_object_or_404(Meeting.objects.select_related("estate"), pk=pk)
    return desk_meeting_for(user, meeting.estate.slug, pk)


def _run_attendance(user: User, pk: int) -> Attendance:
    attendance = get_object_or_404(Attendance, pk=pk)
    attendance.meeting = _run(user, attendance.meeting_id)
    return attendance


def _plan(estate: Estate, actor: User, parties: Any, chair: Any, recorder: Any, **fields: Any) -> Meeting:
    plan = Plan(
        chair=chair or actor, recorder=recorder or actor, **fields | {"kind": MeetingKind(fields["kind"])}
    )
    return draft_meeting(
        estate=estate, plan=plan, parties={Party(party): 0 for party in parties}, actor=actor
    )


def _add_item(meeting: Meeting, actor: User, proposal: int | None, **fields: Any) -> AgendaItem:
    found: Proposal | None = None
    if proposal is not None:
        found = get_object_or_404(agenda_candidates(meeting), pk=proposal)
    return add_agenda_item(meeting=meeting, proposal=found, actor=actor, **fields)


class MeetingList(PagedEndpoint):
    """Announced meetings of an estate, the latest first."""

    @extend_schema(responses=MeetingShown(many=True))
    def get(self, request: Request, slug: str) -> Response:
        user = person(request)
        estate = estate_for(user, slug)
        return self.paged(request, meetings_for(user).filter(estate=estate), MeetingShown)


class MeetingDetail(Endpoint):
    @extend_schema(responses=MeetingWhole)
    def get(self, request: Request, pk: int) -> Response:
        """A meeting with its agenda and what is recorded."""
        return Response(MeetingWhole(meeting_for(person(request), pk)).data)


class AttendanceList(PagedEndpoint):
    """Who is on the list, for who runs the meeting."""

    @extend_schema(responses=AttendanceShown(many=True))
    def get(self, request: Request, pk: int) -> Response:
        found = _run(person(request), pk).attendances.order_by("party", "pk")
        return self.paged(request, found, AttendanceShown)


def _step(name: str, about: str, do: Any) -> type[Endpoint]:
    return act(name, about, find=_run, do=do, shown=MeetingShown)


_BEGINS = "2027-03-01T11:00:00Z"
Meetings = act(
    "Meetings",
    "Begin a meeting that only those who convene it see.",
    find=convening_estate_for,
    do=_plan,
    given=PlanGiven,
    shown=MeetingWhole,
    example={
        "kind": "hearing",
        "title": "北门夜间开放听证会",
        "starts_at": _BEGINS,
        "ends_at": _BEGINS.replace("11:00", "13:00"),
        "place": "社区会议室",
        "parties": ["firm", "committee"],
    },
    code=201,
    also=MeetingList,
)
MeetingAgenda = act(
    "MeetingAgenda",
    "Put an item on the agenda.",
    find=_run,
    do=_add_item,
    given=AgendaGiven,
    shown=AgendaItemShown,
    example={"title": "夜间值守的费用", "minutes_planned": 20},
    code=201,
)
MeetingAnnouncement = _step(
    "MeetingAnnouncement",
    "Announce it; agenda and parties stand from now on.",
    lambda meeting, actor: announce_meeting(meeting=meeting, actor=actor),
)
MeetingStart = _step(
    "MeetingStart", "Begin it.", lambda meeting, actor: start_meeting(meeting=meeting, actor=actor)
)
MeetingEnd = _step("MeetingEnd", "End it.", lambda meeting, actor: end_meeting(meeting=meeting, actor=actor))
MeetingCancellation = act(
    "MeetingCancellation",
    "Call it off.",
    find=_run,
    do=lambda meeting, actor, reason: cancel_meeting(meeting=meeting, reason=reason, actor=actor),
    given=ReasonSerializer,
    shown=MeetingShown,
    example={"reason": "会议室临时停电，另行通知日期。"},
)
_Registered = act(
    "MeetingRegistered",
    "Register oneself.",
    find=meeting_for,
    do=lambda meeting, actor: register_for_meeting(meeting=meeting, actor=actor),
    shown=AttendanceShown,
    code=201,
)
MeetingRegistration = act(
    "MeetingRegistration",
    "Say that one does not come.",
    find=meeting_for,
    do=lambda meeting, actor: excuse_from_meeting(meeting=meeting, actor=actor),
    method="delete",
    also=_Registered,
)
Attendants = act(
    "Attendants",
    "Put somebody on the list.",
    find=_run,
    do=lambda meeting, actor, **who: add_attendant(meeting=meeting, actor=actor, **who),
    given=AttendantGiven,
    shown=AttendanceShown,
    example={"name": "钱工", "party": "other", "role": "expert"},
    code=201,
    also=AttendanceList,
)
AttendantSignIn = act(
    "AttendantSignIn",
    "Sign somebody in at the desk.",
    find=_run_attendance,
    do=lambda attendance, actor: sign_in_at_desk(attendance=attendance, actor=actor),
    shown=AttendanceShown,
)
AttendantRole = act(
    "AttendantRole",
    "Make an observer a delegate, or the other way round.",
    find=_run_attendance,
    do=lambda attendance, actor, role: set_attendance_role(attendance=attendance, role=role, actor=actor),
    given=RoleGiven,
    shown=AttendanceShown,
    example={"role": "delegate"},
    method="put",
)
AttendantLeft = act(
    "AttendantLeft",
    "Write down that somebody left.",
    find=_run_attendance,
    do=lambda attendance, actor: leave_meeting(attendance=attendance, actor=actor),
    shown=AttendanceShown,
)
DoorSignIn = act(
    "DoorSignIn",
    "Sign oneself in by the code at the door.",
    find=meeting_for,
    do=lambda _meeting, actor, token: sign_in_at_door(token=token, actor=actor),
    given=TokenGiven,
    shown=AttendanceShown,
    example={"token": "…"},
)
MeetingPhotos = act(
    "MeetingPhotos",
    "Put a photo of the room with a meeting under way or ended, for its minutes (multipart).",
    find=_run,
    do=lambda meeting, actor, file: attach_to_meeting(meeting=meeting, file=file, actor=actor).meeting,
    given=PhotoGiven,
    shown=MeetingWhole,
    code=201,
    is_upload=True,
)
_ONE = "meetings/<int:pk>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("estates/<slug:slug>/meetings/", Meetings.as_view(), name="meetings"),
    path(_ONE, MeetingDetail.as_view(), name="meeting"),
    path(f"{_ONE}agenda/", MeetingAgenda.as_view(), name="meeting-agenda"),
    path(f"{_ONE}announcement/", MeetingAnnouncement.as_view(), name="meeting-announcement"),
    path(f"{_ONE}start/", MeetingStart.as_view(), name="meeting-start"),
    path(f"{_ONE}end/", MeetingEnd.as_view(), name="meeting-end"),
    path(f"{_ONE}cancellation/", MeetingCancellation.as_view(), name="meeting-cancellation"),
    path(f"{_ONE}registration/", MeetingRegistration.as_view(), name="meeting-registration"),
    path(f"{_ONE}attendants/", Attendants.as_view(), name="attendants"),
    path(f"{_ONE}photos/", MeetingPhotos.as_view(), name="meeting-photos"),
    path(f"{_ONE}sign-in/", DoorSignIn.as_view(), name="meeting-sign-in"),
    path("attendants/<int:pk>/sign-in/", AttendantSignIn.as_view(), name="attendant-sign-in"),
    path("attendants/<int:pk>/role/", AttendantRole.as_view(), name="attendant-role"),
    path("attendants/<int:pk>/left/", AttendantLeft.as_view(), name="attendant-left"),
]
