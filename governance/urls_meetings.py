"""Pages of meetings and action items."""

from django.urls import URLPattern, URLResolver, path

from governance.views import action_items, desk_meetings, desk_records, meetings

_DESK = "desk/<slug:slug>/meetings/"
_ONE = f"{_DESK}<int:pk>/"
_ITEM = f"{_DESK}items/<int:pk>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("e/<slug:slug>/meetings/", meetings.meetings, name="meetings"),
    path("meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<int:pk>/live/", meetings.live, name="meeting-live"),
    path("meetings/<int:pk>/own/", meetings.own, name="meeting-own"),
    path("meetings/<int:pk>/screen/", meetings.screen, name="meeting-screen"),
    path("meetings/<int:pk>/register/", meetings.register, name="meeting-register"),
    path("meetings/<int:pk>/excuse/", meetings.excuse, name="meeting-excuse"),
    path("meetings/<int:pk>/online/", meetings.online, name="meeting-online"),
    path("meetings/<int:pk>/code/", meetings.code, name="meeting-code"),
    path("meetings/in/<str:token>/", meetings.door, name="meeting-door"),
    path("meetings/hand/<str:token>/", meetings.hand, name="meeting-hand"),
    path("meetings/items/<int:pk>/floor/", meetings.floor, name="meeting-floor"),
    path("meetings/items/<int:pk>/position/", meetings.position, name="meeting-position"),
    path("meetings/polls/<int:pk>/", meetings.poll, name="meeting-poll"),
    path("e/<slug:slug>/action-items/", action_items.action_items, name="action-items"),
    path("action-items/<int:pk>/", action_items.action_item, name="action-item"),
    path(_DESK, desk_meetings.meetings, name="desk-meetings"),
    path(f"{_DESK}new/", desk_meetings.new, name="desk-meeting-new"),
    path(_ONE, desk_meetings.meeting, name="desk-meeting"),
    path(f"{_ONE}photos/", desk_meetings.photos, name="desk-meeting-photos"),
    path(f"{_DESK}photos/<int:pk>/remove/", desk_meetings.photo_remove, name="desk-meeting-photo-remove"),
    path(f"{_ONE}edit/", desk_meetings.edit, name="desk-meeting-edit"),
    path(f"{_ONE}items/", desk_meetings.item_add, name="desk-meeting-item-add"),
    path(f"{_ONE}step/", desk_meetings.step, name="desk-meeting-step"),
    path(f"{_ONE}cancel/", desk_meetings.cancel, name="desk-meeting-cancel"),
    path(f"{_ONE}people/", desk_meetings.people, name="desk-meeting-people"),
    path(f"{_ONE}print/<slug:document>/", desk_meetings.printed, name="desk-meeting-print"),
    path(f"{_ONE}record/", desk_records.record, name="desk-meeting-record"),
    path(f"{_DESK}people/<int:pk>/", desk_meetings.person, name="desk-meeting-person"),
    path(f"{_ITEM}remove/", desk_meetings.item_remove, name="desk-meeting-item-remove"),
    path(f"{_ITEM}go/", desk_records.go, name="desk-record-go"),
    path(_ITEM, desk_records.item, name="desk-record-item"),
    path(f"{_ITEM}position/", desk_records.position, name="desk-record-position"),
    path(f"{_ITEM}action/", desk_records.action, name="desk-record-action"),
    path(f"{_ITEM}poll/", desk_records.poll_open, name="desk-record-poll"),
    path(f"{_DESK}polls/<int:pk>/close/", desk_records.poll_close, name="desk-record-poll-close"),
    path(f"{_DESK}speeches/<int:pk>/", desk_records.speech, name="desk-record-speech"),
]
