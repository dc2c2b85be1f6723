"""The API of meetings, their record, and action items."""

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
    action_item_for,
    action_items_for,
    convening_estate_for,
    desk_meeting_for,
    item_for,
    meeting_for,
    meetings_for,
    poll_for,
)
from governance.enums import ActionStatus, AttendanceRole, MeetingKind, Party, PollChoice
from governance.models import AgendaItem, Attendance, Meeting, Proposal, Speech, StrawPoll
from governance.queries.meetings import agenda_candidates, people_who_may_chair
from governance.services.action_items import add_action_item, report_on_action
from governance.services.attendance import (
    add_attendant,
    excuse_from_meeting,
    leave_meeting,
    register_for_meeting,
    set_attendance_role,
    sign_in_at_desk,
    sign_in_at_door,
)
from governance.services.live_meetings import (
    answer_poll,
    close_poll,
    give_floor,
    go_to_item,
    lower_hand,
    open_poll,
    raise_hand,
    write_position,
    write_record,
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
from .shown import ActionShown, AgendaItemShown, AttendanceShown, MeetingShown, MeetingWhole


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


class RecordGiven(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="The version this edit began from.")
    discussion = serializers.CharField(max_length=20_000, allow_blank=True)
    consensus = serializers.CharField(max_length=20_000, allow_blank=True)
    dissent = serializers.CharField(max_length=20_000, allow_blank=True)
    statutory = serializers.IntegerField(min_value=1, max_value=9, allow_null=True, default=None)


class PositionGiven(serializers.Serializer[Any]):
    party = serializers.ChoiceField(choices=Party.choices)
    text = serializers.CharField(max_length=20_000, allow_blank=True)
    version = serializers.IntegerField(default=0)


class PollGiven(serializers.Serializer[Any]):
    question = serializers.CharField(max_length=120, allow_blank=True)


class ChoiceGiven(serializers.Serializer[Any]):
    choice = serializers.ChoiceField(choices=PollChoice.choices)


class ActionGiven(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=300, allow_blank=True)
    party = serializers.ChoiceField(choices=Party.choices)
    owner_name = serializers.CharField(max_length=40, allow_blank=True, default="")
    due_on = serializers.DateField()


class ProgressGiven(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=ActionStatus.choices)
    note = serializers.CharField(max_length=1000, allow_blank=True)


def _run(user: User, pk: int) -> Meeting:
    """A meeting ``user`` convenes, chairs or records, or a 404."""
    meeting = get_object_or_404(Meeting.objects.select_related("estate"), pk=pk)
    return desk_meeting_for(user, meeting.estate.slug, pk)


def _run_item(user: User, pk: int) -> AgendaItem:
    item = get_object_or_404(AgendaItem, pk=pk)
    item.meeting = _run(user, item.meeting_id)
    return item


def _run_attendance(user: User, pk: int) -> Attendance:
    attendance = get_object_or_404(Attendance, pk=pk)
    attendance.meeting = _run(user, attendance.meeting_id)
    return attendance


def _run_poll(user: User, pk: int) -> StrawPoll:
    poll = get_object_or_404(StrawPoll.objects.select_related("item"), pk=pk)
    _run(user, poll.item.meeting_id)
    return poll


def _run_speech(user: User, pk: int) -> Speech:
    speech = get_object_or_404(Speech.objects.select_related("item"), pk=pk)
    _run(user, speech.item.meeting_id)
    return speech


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


class ActionList(PagedEndpoint):
    """What was agreed to be done in an estate, the next due first."""

    @extend_schema(responses=ActionShown(many=True))
    def get(self, request: Request, slug: str) -> Response:
        user = person(request)
        found = action_items_for(user, estate_for(user, slug)).prefetch_related("steps")
        return self.paged(request, found.order_by("due_on", "pk"), ActionShown)


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
ItemTurn = act(
    "ItemTurn",
    "Take this item up.",
    find=_run_item,
    do=lambda item, actor: go_to_item(item=item, actor=actor),
    shown=AgendaItemShown,
)
ItemRecord = act(
    "ItemRecord",
    "Save what is recorded; 409 where somebody saved meanwhile.",
    find=_run_item,
    do=lambda item, actor, **words: write_record(item=item, actor=actor, **words),
    given=RecordGiven,
    shown=AgendaItemShown,
    example={"version": 1, "discussion": "各方发言……", "consensus": "先试行三个月。", "dissent": ""},
    method="put",
)
ItemPosition = act(
    "ItemPosition",
    "Save what a party says.",
    find=item_for,
    do=lambda item, actor, **said: write_position(item=item, actor=actor, **said).item,
    given=PositionGiven,
    shown=AgendaItemShown,
    example={"party": "firm", "text": "可以安排夜班值守。", "version": 0},
    method="put",
)
_HandUp = act(
    "HandUp",
    "Ask for the floor.",
    find=item_for,
    do=lambda item, actor: raise_hand(item=item, actor=actor),
)
ItemFloor = act(
    "ItemFloor",
    "Give the place in the queue up.",
    find=item_for,
    do=lambda item, actor: lower_hand(item=item, actor=actor),
    method="delete",
    also=_HandUp,
)
SpeechFloor = act(
    "SpeechFloor",
    "Let this one speak.",
    find=_run_speech,
    do=lambda speech, actor: give_floor(speech=speech, actor=actor),
)
ItemPolls = act(
    "ItemPolls",
    "Ask those present; it decides nothing.",
    find=_run_item,
    do=lambda item, actor, question: open_poll(item=item, question=question, actor=actor).item,
    given=PollGiven,
    shown=AgendaItemShown,
    example={"question": "赞成先试行三个月吗？"},
    code=201,
)
PollAnswer = act(
    "PollAnswer",
    "Say where one stands.",
    find=poll_for,
    do=lambda poll, actor, choice: answer_poll(poll=poll, choice=choice, actor=actor),
    given=ChoiceGiven,
    example={"choice": "agree"},
    method="put",
)
PollEnd = act(
    "PollEnd", "End the poll.", find=_run_poll, do=lambda poll, actor: close_poll(poll=poll, actor=actor)
)
ItemActions = act(
    "ItemActions",
    "Write down who does what until when.",
    find=_run_item,
    do=lambda item, actor, **what: add_action_item(item=item, actor=actor, **what),
    given=ActionGiven,
    shown=ActionShown,
    example={"text": "安装人行小门", "party": "firm", "owner_name": "孙师傅", "due_on": "2027-04-01"},
    code=201,
)
ActionReports = act(
    "ActionReports",
    "Say how far it is.",
    find=action_item_for,
    do=lambda action, actor, **said: report_on_action(action=action, actor=actor, **said).action,
    given=ProgressGiven,
    shown=ActionShown,
    example={"status": "done", "note": "小门已经装好，试开一周没有问题。"},
    code=201,
)

_ONE, _ITEM = "meetings/<int:pk>/", "agenda-items/<int:pk>/"
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
    path(f"{_ONE}sign-in/", DoorSignIn.as_view(), name="meeting-sign-in"),
    path("attendants/<int:pk>/sign-in/", AttendantSignIn.as_view(), name="attendant-sign-in"),
    path("attendants/<int:pk>/role/", AttendantRole.as_view(), name="attendant-role"),
    path("attendants/<int:pk>/left/", AttendantLeft.as_view(), name="attendant-left"),
    path(f"{_ITEM}turn/", ItemTurn.as_view(), name="item-turn"),
    path(f"{_ITEM}record/", ItemRecord.as_view(), name="item-record"),
    path(f"{_ITEM}position/", ItemPosition.as_view(), name="item-position"),
    path(f"{_ITEM}floor/", ItemFloor.as_view(), name="item-floor"),
    path(f"{_ITEM}polls/", ItemPolls.as_view(), name="item-polls"),
    path(f"{_ITEM}action-items/", ItemActions.as_view(), name="item-actions"),
    path("speeches/<int:pk>/floor/", SpeechFloor.as_view(), name="speech-floor"),
    path("straw-polls/<int:pk>/answer/", PollAnswer.as_view(), name="poll-answer"),
    path("straw-polls/<int:pk>/end/", PollEnd.as_view(), name="poll-end"),
    path("estates/<slug:slug>/action-items/", ActionList.as_view(), name="action-items"),
    path("action-items/<int:pk>/reports/", ActionReports.as_view(), name="action-reports"),
]
