"""A meeting as pages show it: who is there, what is under discussion, who waits to speak, the polls."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from communities.enums import RoleCode
from communities.models import Estate, Role, User
from communities.rules import today
from governance.enums import AgendaStatus, Party, PollChoice
from governance.models import AgendaItem, Attendance, Meeting, Proposal, Speech, StrawPoll
from governance.models.proposal import ON_THE_WAY


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


def people_who_may_chair(estate: Estate) -> QuerySet[User]:
    """Accounts of those who work for the estate today: secretary, committee, subdistrict."""
    codes = (RoleCode.SECRETARY, RoleCode.COMMITTEE_CHAIR, RoleCode.COMMITTEE, RoleCode.SUBDISTRICT)
    held = Role.objects.on(today()).covering(estate).filter(code__in=codes)
    return User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("display_name", "pk")


def agenda_candidates(meeting: Meeting) -> QuerySet[Proposal]:
    """Proposals on their way that are not on this agenda yet; those led to a meeting in front."""
    taken = meeting.items.filter(proposal__isnull=False).values("proposal")
    found = Proposal.objects.filter(estate=meeting.estate, status__in=ON_THE_WAY).exclude(pk__in=taken)
    return found.order_by("-status", "-supporters")
