"""The API of what is recorded while a meeting runs, and of action items."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import URLPattern, URLResolver, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.access import estate_for
from communities.api.authentication import person
from communities.api.pages import PagedEndpoint
from communities.models import User
from governance.access.meetings import (
    action_item_for,
    action_items_for,
    item_for,
    poll_for,
)
from governance.enums import ActionStatus, Party, PollChoice
from governance.models import AgendaItem, Speech, StrawPoll
from governance.services.action_items import add_action_item, report_on_action
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

from .acts import act
from .meetings_routes import _run
from .shown import ActionShown, AgendaItemShown


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


def _run_item(user: User, pk: int) -> AgendaItem:
    item = get_object_or_404(AgendaItem, pk=pk)
    item.meeting = _run(user, item.meeting_id)
    return item


def _run_poll(user: User, pk: int) -> StrawPoll:
    poll = get_object_or_404(StrawPoll.objects.select_related("item"), pk=pk)
    _run(user, poll.item.meeting_id)
    return poll


def _run_speech(user: User, pk: int) -> Speech:
    speech = get_object_or_404(Speech.objects.select_related("item"), pk=pk)
    _run(user, speech.item.meeting_id)
    return speech


class ActionList(PagedEndpoint):
    """What was agreed to be done in an estate, the next due first."""

    @extend_schema(responses=ActionShown(many=True))
    def get(self, request: Request, slug: str) -> Response:
        user = person(request)
        found = action_items_for(user, estate_for(user, slug)).prefetch_related("steps")
        return self.paged(request, found.order_by("due_on", "pk"), ActionShown)


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

_ITEM = "agenda-items/<int:pk>/"
urlpatterns: list[URLPattern | URLResolver] = [
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
