"""Who may reach what of meetings, what is sent there, and the things it is tried on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from governance.services.attachments import attach_to_meeting
from governance.services.live_meetings import open_poll, raise_hand
from tests.factories.meetings import Room
from tests.factories.papers import photo
from tests.factories.proposals import REASON
from tests.governance.matrix.rule import OF_THE_ESTATE, Rule
from tests.governance.matrix.world_place import Place

CONVENERS = ("chair", "secretary")
ATTENDERS = tuple(role for role in OF_THE_ESTATE if role not in ("scrutineer", "preparatory", "assessor"))
PRESENT = ("owner", "chair", "secretary", "subdistrict", "firm")
ABSENT = tuple(role for role in OF_THE_ESTATE if role not in PRESENT)
REPORTERS = ("member", "chair", "secretary", "firm", "subdistrict")
OTHERS = tuple(role for role in OF_THE_ESTATE if role not in ATTENDERS)

TABLE: tuple[Rule, ...] = (
    Rule(
        "meetings and what was agreed",
        OF_THE_ESTATE,
        """
        GET          governance:meetings
        GET          governance:action-items
        """,
        at="estate",
    ),
    Rule(
        "a meeting, to be read; what one may not do there is said on its page",
        OF_THE_ESTATE,
        """
        GET          governance:meeting
        GET          governance:meeting-live
        GET          governance:meeting-own
        GET          governance:meeting-screen
        GET          governance:meeting-code
        POST         governance:meeting-register
        POST         governance:meeting-excuse
        POST         governance:meeting-online
        """,
        at="meeting",
    ),
    Rule(
        "the code at the door",
        OF_THE_ESTATE,
        """
        GET          governance:meeting-door
        """,
        at="door",
    ),
    Rule(
        "signing in by it: who was there already is told so",
        ATTENDERS,
        """
        POST         governance:meeting-door
        """,
        at="door",
        refused=OTHERS,
    ),
    Rule(
        "somebody's own code: the owner's, who is led to the page with it",
        ("owner", "chair", "secretary"),
        """
        GET POST     governance:meeting-hand
        """,
        at="hand",
        refused=tuple(role for role in OF_THE_ESTATE if role not in ("owner", "chair", "secretary")),
    ),
    Rule(
        "what one does in a running meeting; who is not present is told so on its page",
        OF_THE_ESTATE,
        """
        POST         governance:meeting-floor
        POST         governance:meeting-position
        GET          governance:meeting-position
        """,
        at="item",
    ),
    Rule(
        "an answer to a straw poll",
        OF_THE_ESTATE,
        """
        POST         governance:meeting-poll
        """,
        at="poll",
    ),
    Rule(
        "an action item",
        OF_THE_ESTATE,
        """
        GET          governance:action-item
        """,
        at="action",
    ),
    Rule(
        "a report on it",
        ("member", "chair", "secretary", "firm", "subdistrict"),
        """
        POST         governance:action-item
        """,
        at="action",
        refused=tuple(
            role
            for role in OF_THE_ESTATE
            if role not in ("member", "chair", "secretary", "firm", "subdistrict")
        ),
    ),
    Rule(
        "the room of meetings at the desk",
        CONVENERS,
        """
        GET          governance:desk-meetings
        GET POST     governance:desk-meeting-new
        """,
        at="estate",
    ),
    Rule(
        "a meeting in preparation",
        CONVENERS,
        """
        GET          governance:desk-meeting
        GET POST     governance:desk-meeting-edit
        GET POST     governance:desk-meeting-cancel
        POST         governance:desk-meeting-item-add
        POST         governance:desk-meeting-step
        GET          governance:desk-meeting-print
        """,
        at="planned",
    ),
    Rule(
        "a photo for the minutes",
        CONVENERS,
        """
        POST         governance:desk-meeting-photos
        """,
        at="desk meeting",
    ),
    Rule(
        "a photo of the room",
        CONVENERS,
        """
        POST         governance:desk-meeting-photo-remove
        """,
        at="desk photo",
    ),
    Rule(
        "an item of its agenda",
        CONVENERS,
        """
        POST         governance:desk-meeting-item-remove
        """,
        at="planned item",
    ),
    Rule(
        "a running meeting at the desk, for who convenes, chairs or records",
        CONVENERS,
        """
        GET POST     governance:desk-meeting-people
        GET          governance:desk-meeting-record
        """,
        at="desk meeting",
    ),
    Rule(
        "somebody on its list",
        CONVENERS,
        """
        POST         governance:desk-meeting-person
        """,
        at="desk person",
    ),
    Rule(
        "the record of an item",
        CONVENERS,
        """
        GET POST     governance:desk-record-item
        POST         governance:desk-record-go
        POST         governance:desk-record-position
        POST         governance:desk-record-action
        POST         governance:desk-record-poll
        """,
        at="desk item",
    ),
    Rule(
        "a poll at the desk",
        CONVENERS,
        """
        POST         governance:desk-record-poll-close
        """,
        at="desk poll",
    ),
    Rule(
        "the floor",
        CONVENERS,
        """
        POST         governance:desk-record-speech
        """,
        at="desk speech",
    ),
    Rule(
        "meetings over the API",
        OF_THE_ESTATE,
        """
        GET api:meetings
        GET api:action-items
        """,
        at="estate",
    ),
    Rule(
        "a call over the API",
        CONVENERS,
        """
        POST api:meetings
        """,
        at="estate",
    ),
    Rule(
        "a meeting over the API",
        OF_THE_ESTATE,
        """
        GET api:meeting
        DELETE api:meeting-registration
        """,
        at="meeting",
    ),
    Rule(
        "taking part over the API",
        ATTENDERS,
        """
        POST api:meeting-registration
        """,
        at="meeting",
        refused=OTHERS,
    ),
    Rule(
        "the code at the door over the API",
        ATTENDERS,
        """
        POST api:meeting-sign-in
        """,
        at="meeting",
        refused=OTHERS,
    ),
    Rule(
        "running it over the API",
        CONVENERS,
        """
        POST api:meeting-end
        POST api:meeting-photos
        GET POST api:attendants
        """,
        at="desk meeting",
    ),
    Rule(
        "preparing it over the API",
        CONVENERS,
        """
        POST api:meeting-agenda
        POST api:meeting-announcement
        POST api:meeting-start
        POST api:meeting-cancellation
        """,
        at="planned",
    ),
    Rule(
        "the list over the API",
        CONVENERS,
        """
        POST api:attendant-sign-in
        POST api:attendant-left
        PUT api:attendant-role
        """,
        at="desk person",
    ),
    Rule(
        "the record over the API",
        CONVENERS,
        """
        POST api:item-turn
        PUT api:item-record
        POST api:item-polls
        POST api:item-actions
        """,
        at="desk item",
    ),
    Rule(
        "a position over the API",
        ("chair", "secretary", "firm"),
        """
        PUT api:item-position
        """,
        at="item",
        refused=tuple(r for r in OF_THE_ESTATE if r not in ("chair", "secretary", "firm")),
    ),
    Rule(
        "the floor over the API",
        PRESENT,
        """
        POST DELETE api:item-floor
        """,
        at="item",
        refused=ABSENT,
    ),
    Rule(
        "an answer over the API",
        PRESENT,
        """
        PUT api:poll-answer
        """,
        at="poll",
        refused=ABSENT,
    ),
    Rule(
        "speeches and polls over the API",
        CONVENERS,
        """
        POST api:speech-floor
        """,
        at="desk speech",
    ),
    Rule(
        "the end of a poll over the API",
        CONVENERS,
        """
        POST api:poll-end
        """,
        at="desk poll",
    ),
    Rule(
        "progress over the API",
        REPORTERS,
        """
        POST api:action-reports
        """,
        at="action",
        refused=tuple(role for role in OF_THE_ESTATE if role not in REPORTERS),
    ),
)


def _plan(place: Place) -> dict[str, Any]:
    chair = place.people["secretary"].pk
    return {
        "kind": "talk",
        "title": "停车充电恳谈会",
        "purpose": "",
        "held_on": "2031-01-01",
        "begins": "19:00",
        "ends": "21:00",
        "building": "",
        "place": "社区会议室",
        "online_link": "",
        "seats": "5",
        "chair": chair,
        "recorder": chair,
    }


_ATTENDANT = {"name": "钱工", "party": "other", "role": "expert", "proxy_for": ""}
_ACTION = {"text": "加装照明", "party": "firm", "owner_name": "", "due_on": "2099-01-01"}
_RECORD = {"discussion": "大家谈了", "consensus": "", "dissent": "", "version": "1", "statutory": ""}
BODIES: dict[str, dict[str, Any] | Callable[[Place], dict[str, Any]]] = {
    "governance:meeting-position": {"party": "residents", "text": REASON, "version": "0"},
    "governance:meeting-poll": {"choice": "agree"},
    "governance:action-item": {"status": "done", "note": REASON},
    "governance:desk-meeting-new": _plan,
    "governance:desk-meeting-edit": _plan,
    "governance:desk-meeting-cancel": {"reason": REASON},
    "governance:desk-meeting-item-add": {
        "proposal": "",
        "title": "另一项",
        "text": "",
        "minutes_planned": "5",
    },
    "governance:desk-meeting-step": {"to": "announced"},
    "governance:desk-meeting-people": _ATTENDANT,
    "governance:desk-record-item": _RECORD,
    "governance:desk-record-position": {"party": "firm", "text": REASON, "version": "0"},
    "governance:desk-record-action": _ACTION,
    "governance:desk-record-poll": {"question": "赞成先试行吗"},
    "governance:desk-meeting-photos": lambda _place: {"photos": photo()},
    "api:meeting-photos": lambda _place: {"file": photo()},
    "api:meetings": {
        "kind": "talk",
        "title": "停车充电恳谈会",
        "starts_at": "2031-01-01T11:00:00Z",
        "ends_at": "2031-01-01T13:00:00Z",
        "place": "社区会议室",
    },
    "api:meeting-agenda": {"title": "另一项"},
    "api:meeting-cancellation": {"reason": REASON},
    "api:meeting-sign-in": lambda place: place.things["door"],
    "api:attendants": _ATTENDANT,
    "api:attendant-role": {"role": "observer"},
    "api:item-record": {"version": 1, "discussion": "谈了", "consensus": "", "dissent": ""},
    "api:item-position": {"party": "firm", "text": REASON, "version": 0},
    "api:item-polls": {"question": "赞成先试行吗"},
    "api:item-actions": _ACTION,
    "api:poll-answer": {"choice": "agree"},
    "api:action-reports": {"status": "done", "note": REASON},
}
UPLOADS: tuple[str, ...] = ("api:meeting-photos",)
SOCKETS: dict[str, tuple[str, ...]] = {"ws/meetings/<int:pk>/": OF_THE_ESTATE}


def room_of(place: Place) -> Room:
    """The people of the place in one meeting."""
    names = {name: place.people[name] for name in ("secretary", "chair", "firm", "subdistrict")}
    return Room(place.estate, {**names, "one": place.people["owner"], "two": place.voters[0]})


def furnish(place: Place) -> None:
    """Put what the rules' ``at`` names into ``place.things``."""
    slug, room = place.estate.slug, room_of(place)
    planned = room.drafted()
    place.things["planned"] = {"slug": slug, "pk": planned.pk, "document": "agenda"}
    place.things["planned item"] = {"slug": slug, "pk": planned.items.get().pk}
    meeting = room.running(seats=50)
    item = meeting.items.get()
    poll = open_poll(item=item, question="赞成先试行吗", actor=room.secretary)
    speech = raise_hand(item=item, actor=room.two)
    mine = meeting.attendances.get(user=room.one)
    for name, pk in (("meeting", meeting.pk), ("item", item.pk), ("poll", poll.pk)):
        place.things[name] = {"pk": pk}
        place.things[f"desk {name}"] = {"slug": slug, "pk": pk}
    place.things["desk person"] = {"slug": slug, "pk": mine.pk}
    kept = attach_to_meeting(meeting=meeting, file=photo(), actor=room.secretary)
    place.things["desk photo"] = {"slug": slug, "pk": kept.pk}
    place.things["desk speech"] = {"slug": slug, "pk": speech.pk}
    place.things["door"] = {"token": meeting.door_token}
    place.things["hand"] = {"token": mine.token}
