"""议事会: called with its agenda and parties, posted in time, held, cancelled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from communities.clock import database_now, local_day
from communities.errors import need_reason
from communities.live import announce
from communities.models import Building, Estate, User
from communities.services.outbox import tell
from governance.enums import AgendaStatus, AttendanceRole, MeetingKind, MeetingStatus, Party
from governance.errors.meetings import (
    AgendaEmpty,
    AgendaFull,
    MeetingIncomplete,
    MeetingMoved,
    PartyMissing,
    PostedTooLate,
    QuotaUnmet,
    TooEarly,
)
from governance.models import AgendaItem, Attendance, Meeting, MeetingParty, Proposal
from governance.models.proposal import ON_THE_WAY
from governance.text import clean_line, clean_text, letters

from .journal import enter, judge, rules_of_deliberation

S = MeetingStatus
MOST_ITEMS = 30
#: How long before its beginning everybody registered is reminded.
REMINDED_BEFORE = timedelta(hours=24)
#: People sign in, and it may begin, so long before the announced time and not earlier.
OPEN_BEFORE = timedelta(hours=2)

#: The parties without which a meeting of a kind is none, and the fewest people of each.
REQUIRED: dict[MeetingKind, dict[Party, int]] = {
    MeetingKind.TALK: {Party.COMMUNITY: 1, Party.RESIDENTS: 1},
    MeetingKind.COORDINATION: {Party.COMMUNITY: 1, Party.RESIDENTS: 2},
    MeetingKind.HEARING: {Party.COMMUNITY: 1, Party.RESIDENTS: 3},
    MeetingKind.REVIEW: {Party.COMMUNITY: 1, Party.RESIDENTS: 3, Party.FIRM: 1},
    MeetingKind.JOINT: {Party.COMMUNITY: 1, Party.COMMITTEE: 1, Party.FIRM: 1},
}


@dataclass(frozen=True)
class Plan:
    """What is filled in to call a meeting. Times are UTC instants."""

    kind: MeetingKind
    title: str
    starts_at: datetime
    ends_at: datetime
    chair: User
    recorder: User
    purpose: str = ""
    building: Building | None = None
    place: str = ""
    online_link: str = ""
    #: How many observers may register; 0 is none.
    seats: int = 0
    registration_closes_at: datetime | None = None


def posted_days(kind: MeetingKind, rules: Mapping[str, Any]) -> int:
    """How many days before its day a meeting is announced at the latest, by the policies given."""
    key = "hearing-posted-days" if kind == MeetingKind.HEARING else "meeting-posted-days"
    return int(rules[key]["value"])


@transaction.atomic
def draft_meeting(*, estate: Estate, plan: Plan, parties: Mapping[Party, int], actor: User) -> Meeting:
    """Begin a meeting that only those who convene it see. ``parties`` maps the invited to their quota.

    The parties its kind requires are always among them. Raises :class:`NotPermitted`,
    :class:`MeetingIncomplete`.
    """
    judge("governance.convene_meeting", actor, estate)
    meeting = Meeting(estate=estate, created_by=actor, created_at=database_now())
    _fill(meeting, plan)
    meeting.save(force_insert=True)
    _invite_parties(meeting, parties)
    return meeting


@transaction.atomic
def change_meeting(*, meeting: Meeting, plan: Plan, parties: Mapping[Party, int], actor: User) -> Meeting:
    """Change a meeting that was not announced yet. Raises also :class:`MeetingMoved`."""
    meeting = lock_draft(meeting, actor)
    _fill(meeting, plan)
    meeting.save()
    meeting.parties.all().delete()
    _invite_parties(meeting, parties)
    return meeting


def _fill(meeting: Meeting, plan: Plan) -> None:
    title = clean_line(plan.title)
    if len(letters(title)) < 4 or plan.ends_at <= plan.starts_at:
        raise MeetingIncomplete
    meeting.kind, meeting.title, meeting.purpose = plan.kind, title[:80], clean_text(plan.purpose)[:2000]
    meeting.starts_at, meeting.ends_at = plan.starts_at, plan.ends_at
    meeting.building, meeting.place = plan.building, clean_line(plan.place)[:100]
    meeting.online_link, meeting.seats = plan.online_link, plan.seats
    meeting.registration_closes_at = plan.registration_closes_at
    meeting.chair, meeting.recorder = plan.chair, plan.recorder


def _invite_parties(meeting: Meeting, parties: Mapping[Party, int]) -> None:
    required = REQUIRED[MeetingKind(meeting.kind)]
    quotas = {**required, **{party: max(quota, required.get(party, 0)) for party, quota in parties.items()}}
    MeetingParty.objects.bulk_create(
        [MeetingParty(meeting=meeting, party=party, quota=quota) for party, quota in quotas.items()]
    )


@transaction.atomic
def add_agenda_item(
    *,
    meeting: Meeting,
    actor: User,
    title: str = "",
    text: str = "",
    proposal: Proposal | None = None,
    minutes_planned: int = 15,
) -> AgendaItem:
    """Put an item at the end of the agenda; from ``proposal`` its title and text are taken.

    Raises :class:`NotPermitted`, :class:`MeetingMoved`, :class:`AgendaFull`, :class:`MeetingIncomplete`.
    """
    meeting = lock_draft(meeting, actor)
    if meeting.items.count() >= MOST_ITEMS:
        raise AgendaFull
    if proposal is not None and (
        proposal.estate_id != meeting.estate_id or proposal.status not in ON_THE_WAY
    ):
        raise MeetingIncomplete
    title = clean_line(title) or (proposal.title if proposal else "")
    if len(letters(title)) < 2:
        raise MeetingIncomplete
    last = meeting.items.aggregate(last=Max("position"))["last"] or 0
    return AgendaItem.objects.create(
        meeting=meeting,
        position=last + 1,
        title=title[:80],
        text=clean_text(text)[:2000],
        proposal=proposal,
        minutes_planned=minutes_planned,
    )


@transaction.atomic
def remove_agenda_item(*, item: AgendaItem, actor: User) -> None:
    """Take an item off the agenda of a meeting that was not announced yet."""
    meeting = lock_draft(item.meeting, actor)
    item.delete()
    for place, other in enumerate(meeting.items.order_by("position"), start=1):
        if other.position != place:
            AgendaItem.objects.filter(pk=other.pk).update(position=place)


@transaction.atomic
def announce_meeting(*, meeting: Meeting, actor: User) -> Meeting:
    """Tell the estate, so many days before as its kind asks; from now on agenda and parties stand.

    Raises :class:`NotPermitted`, :class:`MeetingMoved`, :class:`AgendaEmpty`,
    :class:`MeetingIncomplete` (no place), :class:`PostedTooLate`, :class:`PartyMissing`.
    """
    meeting = lock_draft(meeting, actor)
    if not meeting.place and not meeting.online_link:
        raise MeetingIncomplete
    if not meeting.items.exists():
        raise AgendaEmpty
    invited = {Party(party) for party in meeting.parties.values_list("party", flat=True)}
    if not set(REQUIRED[MeetingKind(meeting.kind)]) <= invited:
        raise PartyMissing
    moment = database_now()
    meeting.rules = rules_of_deliberation(meeting.estate, moment)
    days = posted_days(MeetingKind(meeting.kind), meeting.rules)
    if local_day(meeting.starts_at) - local_day(moment) < timedelta(days=days):
        raise PostedTooLate(days)
    meeting.announce()
    meeting.announced_at = moment
    meeting.save()
    for user, role in ((meeting.chair, AttendanceRole.CHAIR), (meeting.recorder, AttendanceRole.RECORDER)):
        enrol(meeting, user, role=role, moment=moment)
    _note(meeting, "announced", actor, moment)
    tell(estate=meeting.estate, topic="governance.meeting-announced", subject=meeting.pk)
    return meeting


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, reason: str, actor: User) -> Meeting:
    """Call it off before it begins; who registered is told why. ``reason`` from ten characters."""
    meeting = lock_meeting(meeting.pk)
    judge("governance.convene_meeting", actor, meeting.estate)
    if meeting.status not in (S.DRAFT, S.ANNOUNCED):
        raise MeetingMoved
    meeting.cancel_reason = need_reason(clean_text(reason))[:200]
    was_announced = meeting.status == S.ANNOUNCED
    meeting.cancel()
    meeting.save()
    _note(meeting, "cancelled", actor, database_now())
    if was_announced:
        tell(estate=meeting.estate, topic="governance.meeting-cancelled", subject=meeting.pk)
    return meeting


@transaction.atomic
def start_meeting(*, meeting: Meeting, actor: User) -> Meeting:
    """Open it, when of every party as many are present as its quota asks.

    Raises :class:`NotPermitted`, :class:`MeetingMoved`, :class:`TooEarly`, :class:`QuotaUnmet` naming
    who is missing.
    """
    meeting = lock_meeting(meeting.pk)
    judge("governance.run_meeting", actor, meeting)
    if meeting.status != S.ANNOUNCED:
        raise MeetingMoved
    if database_now() < meeting.starts_at - OPEN_BEFORE:
        raise TooEarly
    missing = missing_parties(meeting)
    if missing:
        raise QuotaUnmet("、".join(f"{party.label} {number}" for party, number in missing.items()))
    moment = database_now()
    meeting.start()
    meeting.started_at = moment
    first = meeting.items.order_by("position").first()
    if first is not None:
        AgendaItem.objects.filter(pk=first.pk).update(status=AgendaStatus.CURRENT, started_at=moment)
    touch(meeting)
    _note(meeting, "started", actor, moment)
    return meeting


@transaction.atomic
def end_meeting(*, meeting: Meeting, actor: User) -> Meeting:
    """Close it: open polls and items end, what was not reached is marked so."""
    meeting = lock_meeting(meeting.pk)
    judge("governance.run_meeting", actor, meeting)
    if meeting.status != S.RUNNING:
        raise MeetingMoved
    moment = database_now()
    for item in meeting.items.all():
        item.polls.filter(closed_at__isnull=True).update(closed_at=moment)
    meeting.items.filter(status=AgendaStatus.CURRENT).update(status=AgendaStatus.DONE, ended_at=moment)
    meeting.items.filter(status=AgendaStatus.WAITING).update(status=AgendaStatus.SKIPPED)
    meeting.end()
    meeting.ended_at = moment
    touch(meeting)
    _note(meeting, "ended", actor, moment)
    tell(estate=meeting.estate, topic="governance.meeting-ended", subject=meeting.pk)
    return meeting


def missing_parties(meeting: Meeting) -> dict[Party, int]:
    """How many more of each party must be present before the meeting may begin."""
    present: dict[str, int] = {}
    for attendance in meeting.attendances.filter(signed_in_at__isnull=False, left_at__isnull=True):
        if attendance.role != AttendanceRole.OBSERVER:
            present[attendance.party] = present.get(attendance.party, 0) + 1
    lacking = {Party(one.party): one.quota - present.get(one.party, 0) for one in meeting.parties.all()}
    return {party: number for party, number in lacking.items() if number > 0}


def remind_of_meetings() -> int:
    """Remind those registered a day before. Safe to run twice; returns how many meetings."""
    moment = database_now()
    due = Meeting.objects.filter(
        status=S.ANNOUNCED,
        reminded_at__isnull=True,
        starts_at__gt=moment,
        starts_at__lte=moment + REMINDED_BEFORE,
    )
    return sum(_remind(pk) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _remind(pk: int) -> bool:
    meeting = lock_meeting(pk)
    if meeting.reminded_at is not None or meeting.status != S.ANNOUNCED:
        return False
    meeting.reminded_at = database_now()
    meeting.save(update_fields=["reminded_at"])
    tell(estate=meeting.estate, topic="governance.meeting-reminder", subject=meeting.pk)
    return True


def enrol(
    meeting: Meeting,
    user: User,
    *,
    moment: datetime,
    role: AttendanceRole = AttendanceRole.DELEGATE,
    party: Party | None = None,
) -> Attendance:
    """Put ``user`` on the list of ``meeting``, once."""
    from .attendance import name_on_sheet, seat_of

    seated = party or seat_of(user, meeting)[0]
    attendance, is_new = Attendance.objects.get_or_create(
        meeting=meeting,
        user=user,
        defaults={
            "name": name_on_sheet(user, meeting.estate, seated),
            "party": seated,
            "role": role,
            "registered_at": moment,
        },
    )
    if not is_new and role in (AttendanceRole.CHAIR, AttendanceRole.RECORDER):
        attendance.role = role
        attendance.save(update_fields=["role"])
    return attendance


def lock_meeting(pk: int) -> Meeting:
    """The meeting under lock."""
    return (
        Meeting.objects.select_for_update(of=("self",))
        .select_related("estate__community__subdistrict", "chair", "recorder")
        .get(pk=pk)
    )


def lock_draft(meeting: Meeting, actor: User) -> Meeting:
    """The meeting under lock, when ``actor`` may prepare it and it was not announced yet."""
    meeting = lock_meeting(meeting.pk)
    judge("governance.convene_meeting", actor, meeting.estate)
    if meeting.status != S.DRAFT:
        raise MeetingMoved
    return meeting


def touch(meeting: Meeting) -> None:
    """Save a changed meeting and tell open pages, once that is committed."""
    meeting.version += 1
    meeting.save()
    group = f"meeting.{meeting.pk}"
    transaction.on_commit(lambda: announce(group))


def _note(meeting: Meeting, verb: str, actor: User, moment: datetime) -> None:
    enter(
        estate=meeting.estate,
        verb=f"meeting.{verb}",
        subject=meeting,
        actor=actor,
        moment=moment,
        payload={"kind": str(meeting.kind), "items": meeting.items.count()},
    )
