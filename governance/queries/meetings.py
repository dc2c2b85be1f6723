"""A meeting as pages show it: who is there, what is under discussion, who waits to speak, the polls."""

from typing import Any

from django.db.models import Prefetch

from governance.enums import AgendaStatus, Party, PollChoice
from governance.models import AgendaItem, Attendance, Meeting, Speech, StrawPoll


def agenda_of(meeting: Meeting) -> list[AgendaItem]:
    """The items with what was recorded of each."""
    return list(
        meeting.items.select_related("proposal")
        .prefetch_related(
            "positions",
            "action_items",
            Prefetch("polls", StrawPoll.objects.prefetch_related("answers").order_by("opened_at")),
            Prefetch("speeches", Speech.objects.select_related("attendance").order_by("asked_at", "pk")),
        )
        .order_by("position")
    )


def current_of(items: list[AgendaItem]) -> AgendaItem | None:
    return next((item for item in items if item.status == AgendaStatus.CURRENT), None)


def queue_of(item: AgendaItem) -> dict[str, Any]:
    """Who speaks, and who waits, the first who asked in front."""
    is_open = [one for one in item.speeches.all() if one.ended_at is None and one.withdrawn_at is None]
    return {
        "speaking": next((one for one in is_open if one.began_at is not None), None),
        "waiting": [one for one in is_open if one.began_at is None],
    }


def poll_rows(item: AgendaItem) -> list[dict[str, Any]]:
    """Each straw poll with its counts; who answered what is in no page."""
    rows = []
    for poll in item.polls.all():
        given = [answer.choice for answer in poll.answers.all()]
        rows.append(
            {
                "poll": poll,
                "is_open": poll.closed_at is None,
                "counts": [(choice.label, given.count(choice.value)) for choice in PollChoice],
                "number": len(given),
            }
        )
    return rows


def party_rows(meeting: Meeting, attendances: list[Attendance]) -> list[dict[str, Any]]:
    """Each invited party: who is there, and how many its quota still lacks."""
    rows = []
    for invited in meeting.parties.order_by("pk"):
        of_it = [one for one in attendances if one.party == invited.party]
        present = [one for one in of_it if one.is_present and one.role != "observer"]
        rows.append(
            {
                "party": Party(invited.party).label,
                "quota": invited.quota,
                "present": len(present),
                "listed": len(of_it),
                "lacking": max(invited.quota - len(present), 0),
            }
        )
    return rows
