"""Who comes: registered, excused, signed in at the door or at the desk, late, left."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from communities.clock import database_now
from communities.models import Estate, User
from communities.rules import allows, is_owner
from governance.enums import AttendanceRole, MeetingStatus, Party, SignInMethod
from governance.errors.meetings import (
    AlreadyRegistered,
    AlreadySignedIn,
    MeetingMoved,
    NoSeatLeft,
    NotRegistered,
    NotYourCode,
    RegistrationClosed,
)
from governance.models import Attendance, Meeting
from governance.rules import parties_of
from governance.text import clean_line, letters

from .journal import judge
from .meetings import enrol, lock_meeting, touch

S = MeetingStatus


def party_at(user: User, meeting: Meeting) -> Party:
    """For whom ``user`` sits there: the weightiest invited party they speak for, else the residents."""
    invited = set(meeting.parties.values_list("party", flat=True))
    return next((one for one in parties_of(user, meeting.estate) if one in invited), Party.RESIDENTS)


def name_on_sheet(user: User, estate: Estate) -> str:
    """The name on the sign-in sheet: as in the roster for an owner, else as the person gave it."""
    owner = user.owners.filter(estate=estate).first() if is_owner(user, estate) else None
    return (owner.name if owner else user.display_name or str(user))[:40]


@transaction.atomic
def register_for_meeting(*, meeting: Meeting, actor: User) -> Attendance:
    """Register oneself: whoever speaks for an invited party as its delegate, others as observers.

    Residents who raised an item of the agenda are delegates too. Raises :class:`MeetingMoved`,
    :class:`RegistrationClosed`, :class:`NoSeatLeft`, :class:`AlreadyRegistered`, :class:`NotPermitted`.
    """
    meeting = lock_meeting(meeting.pk)
    judge("governance.attend_meeting", actor, meeting.estate)
    moment = database_now()
    if meeting.status != S.ANNOUNCED:
        raise MeetingMoved
    closes = meeting.registration_closes_at or meeting.starts_at
    if moment >= closes:
        raise RegistrationClosed
    given = Attendance.objects.filter(meeting=meeting, user=actor).first()
    if given is not None and given.excused_at is None:
        raise AlreadyRegistered
    if given is not None:
        given.excused_at = None
        given.save(update_fields=["excused_at"])
        return given
    party, role = party_at(actor, meeting), AttendanceRole.DELEGATE
    raised_it = meeting.items.filter(proposal__author=actor).exists()
    if party == Party.RESIDENTS and not raised_it:
        role = AttendanceRole.OBSERVER
        taken = meeting.attendances.filter(role=role, excused_at__isnull=True).count()
        if taken >= meeting.seats:
            raise NoSeatLeft
    return enrol(meeting, actor, role=role, party=party, moment=moment)


@transaction.atomic
def excuse_from_meeting(*, meeting: Meeting, actor: User) -> None:
    """Say that one does not come; the seat is free again."""
    meeting = lock_meeting(meeting.pk)
    mine = Attendance.objects.filter(meeting=meeting, user=actor, excused_at__isnull=True).first()
    if mine is None:
        raise NotRegistered
    if meeting.status != S.ANNOUNCED or mine.signed_in_at is not None:
        raise MeetingMoved
    mine.excused_at = database_now()
    mine.save(update_fields=["excused_at"])


@transaction.atomic
def add_attendant(
    *,
    meeting: Meeting,
    name: str,
    party: str,
    role: str,
    actor: User,
    user: User | None = None,
    proxy_for: str = "",
) -> Attendance:
    """Put somebody on the list, with an account or as a guest; ``proxy_for`` names whom they stand in for.

    Raises :class:`NotPermitted`, :class:`MeetingMoved`, :class:`AlreadyRegistered`, :class:`NotRegistered`
    (no name).
    """
    meeting = lock_meeting(meeting.pk)
    judge("governance.run_meeting", actor, meeting)
    if meeting.status not in (S.ANNOUNCED, S.RUNNING):
        raise MeetingMoved
    if user is not None and Attendance.objects.filter(meeting=meeting, user=user).exists():
        raise AlreadyRegistered
    name = clean_line(name) or (name_on_sheet(user, meeting.estate) if user else "")
    if not letters(name):
        raise NotRegistered
    added = Attendance.objects.create(
        meeting=meeting,
        user=user,
        name=name[:40],
        party=Party(party),
        role=AttendanceRole(role),
        proxy_for=clean_line(proxy_for)[:40],
        registered_at=database_now(),
    )
    touch(meeting)
    return added


@transaction.atomic
def sign_in_at_door(*, token: str, actor: User) -> Attendance:
    """Sign oneself in by the code at the door. Who did not register comes as an observer, if a seat is free.

    Raises :class:`NotYourCode` (no such code), :class:`MeetingMoved`, :class:`NoSeatLeft`,
    :class:`NotPermitted`, :class:`AlreadySignedIn`.
    """
    found = Meeting.objects.filter(door_token=token).first()
    if found is None:
        raise NotYourCode
    meeting = lock_meeting(found.pk)
    judge("governance.attend_meeting", actor, meeting.estate)
    mine = Attendance.objects.filter(meeting=meeting, user=actor).first()
    if mine is None:
        _need_open(meeting)
        party = party_at(actor, meeting)
        role = AttendanceRole.DELEGATE if party != Party.RESIDENTS else AttendanceRole.OBSERVER
        taken = meeting.attendances.filter(role=AttendanceRole.OBSERVER, excused_at__isnull=True).count()
        if role == AttendanceRole.OBSERVER and taken >= meeting.seats:
            raise NoSeatLeft
        mine = enrol(meeting, actor, role=role, party=party, moment=database_now())
    return _sign_in(meeting, mine, SignInMethod.QR, actor)


@transaction.atomic
def sign_in_at_desk(*, attendance: Attendance, actor: User) -> Attendance:
    """Sign somebody in at the desk, from the list or by the code they show.

    Only who runs the meeting does; anybody else who holds another's code is told
    :class:`NotYourCode`. Raises also :class:`MeetingMoved`, :class:`AlreadySignedIn`.
    """
    meeting = lock_meeting(attendance.meeting_id)
    if not may_run(actor, meeting):
        raise NotYourCode
    attendance = Attendance.objects.select_for_update(of=("self",)).get(pk=attendance.pk)
    return _sign_in(meeting, attendance, SignInMethod.DESK, actor)


@transaction.atomic
def sign_in_online(*, meeting: Meeting, actor: User) -> Attendance:
    """Sign in as somebody who is registered and takes part through the link."""
    meeting = lock_meeting(meeting.pk)
    mine = Attendance.objects.filter(meeting=meeting, user=actor, excused_at__isnull=True).first()
    if mine is None or not meeting.online_link:
        raise NotRegistered
    return _sign_in(meeting, mine, SignInMethod.ONLINE, actor)


@transaction.atomic
def leave_meeting(*, attendance: Attendance, actor: User) -> Attendance:
    """Write down that somebody left before the end; oneself, or anybody by who runs the meeting."""
    meeting = lock_meeting(attendance.meeting_id)
    attendance = Attendance.objects.select_for_update(of=("self",)).get(pk=attendance.pk)
    if attendance.user_id != actor.pk and not may_run(actor, meeting):
        raise NotYourCode
    if meeting.status != S.RUNNING or not attendance.is_present:
        raise MeetingMoved
    attendance.left_at = database_now()
    attendance.save(update_fields=["left_at"])
    attendance.speeches.filter(began_at__isnull=True, withdrawn_at__isnull=True).update(
        withdrawn_at=attendance.left_at
    )
    touch(meeting)
    return attendance


def may_run(actor: User, meeting: Meeting) -> bool:
    """Whether ``actor`` chairs or records it, or looks after the community."""
    return allows("governance.run_meeting", actor, meeting)


def present_at(meeting: Meeting, user: User) -> Attendance | None:
    """The attendance of ``user``, when signed in and not gone."""
    found = Attendance.objects.filter(Q(left_at__isnull=True), meeting=meeting, user=user)
    return found.exclude(signed_in_at__isnull=True).first()


def _need_open(meeting: Meeting) -> None:
    if meeting.status not in (S.ANNOUNCED, S.RUNNING):
        raise MeetingMoved


def _sign_in(meeting: Meeting, attendance: Attendance, method: SignInMethod, actor: User) -> Attendance:
    _need_open(meeting)
    if attendance.signed_in_at is not None:
        raise AlreadySignedIn
    moment: datetime = database_now()
    attendance.signed_in_at, attendance.sign_in_method = moment, method
    attendance.signed_in_by, attendance.excused_at = actor, None
    attendance.is_late = meeting.status == S.RUNNING or moment > meeting.starts_at
    attendance.save()
    touch(meeting)
    return attendance
