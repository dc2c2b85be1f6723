"""What minutes say, as one plain structure: page, PDF, DOCX and hash are all made from it.

Words are frozen as they are in the source language, so that a document reads the same for ever.
"""

import json
from datetime import datetime
from typing import Any

from django.utils.translation import override

from communities.clock import LOCAL_ZONE
from communities.ledger.canonical import Plain, canonical
from communities.ledger.hashing import sha256
from governance.models import Attendance, Minutes

FORMAT = "linyi.minutes/1"
#: The name of the enclosed file in PDF and DOCX.
ENCLOSED = "minutes.json"


def local_words(moment: datetime | None) -> str:
    """ "2026年11月27日 19:00", in the zone of the estate."""
    if moment is None:
        return ""
    there = moment.astimezone(LOCAL_ZONE)
    return f"{there.year}年{there.month}月{there.day}日 {there:%H:%M}"


def body_of(minutes: Minutes) -> dict[str, Any]:
    """What those who attended are asked to confirm."""
    with override("zh-hans"):
        return _body(minutes)


def _body(minutes: Minutes) -> dict[str, Any]:
    meeting = minutes.meeting
    attendances = list(meeting.attendances.order_by("party", "role", "pk"))
    present = [one for one in attendances if one.signed_in_at is not None]
    return {
        "format": FORMAT,
        "number": minutes.number,
        "version": minutes.version,
        "corrects": minutes.corrects.sha256 if minutes.corrects else "",
        "correction_reason": minutes.correction_reason,
        "estate": meeting.estate.name,
        "community": meeting.estate.community.name,
        "kind": str(meeting.get_kind_display()),
        "title": meeting.title,
        "began": local_words(meeting.started_at),
        "ended": local_words(meeting.ended_at),
        "place": " ".join(filter(None, [meeting.building.name if meeting.building else "", meeting.place]))
        or "线上",
        "chair": _name(attendances, meeting.chair_id),
        "recorder": _name(attendances, meeting.recorder_id),
        "present": [_attendant(one) for one in present],
        "excused": [_attendant(one) for one in attendances if one.signed_in_at is None and one.excused_at],
        "opening": minutes.opening,
        "items": [_item(one) for one in _items(minutes)],
        "closing": minutes.closing,
        "photos": [
            {"name": one.name.rsplit(".", 1)[0], "sha256": one.sha256}
            for one in meeting.attachments.order_by("pk")
        ],
    }


def _items(minutes: Minutes) -> Any:
    return (
        minutes.items.select_related("item__proposal")
        .prefetch_related("item__action_items", "item__polls__answers")
        .order_by("position")
    )


def _name(attendances: list[Attendance], user: int) -> str:
    return next((one.name for one in attendances if one.user_id == user), "")


def _attendant(one: Attendance) -> dict[str, Any]:
    return {
        "name": one.name,
        "party": str(one.get_party_display()),
        "role": str(one.get_role_display()),
        "proxy_for": one.proxy_for,
        "late": one.is_late,
        "left": local_words(one.left_at),
    }


def _item(one: Any) -> dict[str, Any]:
    from governance.enums import Party, PollChoice

    labels = {party.value: str(party.label) for party in Party}
    polls = []
    for poll in one.item.polls.all():
        given = [answer.choice for answer in poll.answers.all()]
        polls.append({"question": poll.question, **{c.value: given.count(c.value) for c in PollChoice}})
    return {
        "position": one.position,
        "title": one.title,
        "proposal": one.item.proposal.number if one.item.proposal else 0,
        "discussion": one.discussion,
        "positions": [
            {"party": labels[party], "text": one.positions[party]}
            for party in labels
            if one.positions.get(party)
        ],
        "polls": polls,
        "consensus": one.consensus,
        "dissent": one.dissent,
        "statutory": one.item.item or 0,
        "actions": [
            {
                "number": action.number,
                "text": action.text,
                "party": labels[action.party],
                "owner": action.owner_name,
                "due": f"{action.due_on.year}年{action.due_on.month}月{action.due_on.day}日",
            }
            for action in one.item.action_items.all()
        ],
    }


def with_confirmations(minutes: Minutes) -> dict[str, Any]:
    """What the three parties sign: the text that was put to confirmation, and what people said to it."""
    body: dict[str, Any] = json.loads(minutes.canonical)
    with override("zh-hans"):
        said = [
            {
                "name": one.attendance.name,
                "party": str(one.attendance.get_party_display()),
                "kind": str(one.get_kind_display()),
                "note": one.note,
            }
            for one in minutes.confirmations.filter(sha256=minutes.sha256)
            .select_related("attendance")
            .order_by("confirmed_at", "pk")
        ]
    body["confirmed"] = {
        "sha256": minutes.sha256,
        "until": local_words(minutes.confirm_until),
        "people": said,
    }
    return body


def frozen(document: Plain) -> tuple[str, str]:
    """The canonical text of a document and its SHA-256 in hex."""
    text = canonical(document)
    return text, sha256(text)


def document_of(minutes: Minutes) -> dict[str, Any]:
    """What the minutes say: as frozen, or, while they are being written, as they stand."""
    if minutes.canonical:
        found: dict[str, Any] = json.loads(minutes.canonical)
        return found
    return body_of(minutes)
