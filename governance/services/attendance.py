"""Who comes: registered, excused, signed in at the door or at the desk, late, left."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from communities.clock import database_now
from communities.models import Estate, User
from communities.rules import allows, is_owner
from communities.templatetags.linyi import mask_name
from governance.enums import AttendanceRole, MeetingStatus, Party, SignInMethod
from governance.errors.meetings import (
    AlreadyRegistered,
    AlreadySignedIn,
    MeetingMoved,
    NoSeatLeft,
    NotRegistered,
    NotYourCode,
    RegistrationClosed,
    TooEarly,
)
from governance.models import Attendance, Meeting
from governance.rules import parties_of
from governance.text import clean_line, letters

from .journal import judge
from .meetings import OPEN_BEFORE, enrol, lock_meeting, touch

S = MeetingStatus


def seat_of(user: User, meeting: Meeting) -> tuple[Party, AttendanceRole]:
    """For whom ``user`` sits there, and whether as a delegate.

    Whoever speaks for an invited party is its delegate, and so is a resident who raised an item of the
    agenda; everybody else observes.
    """
    invited = set(meeting.parties.values_list("party", flat=True))
    mine = parties_of(user, meeting.estate)
    party = next((one for one in mine if one in invited), mine[0] if mine else Party.RESIDENTS)
    if party == Party.RESIDENTS:
        is_delegate = meeting.items.filter(proposal__author=user).exists()
    else:
        is_delegate = party in invited
    return party, AttendanceRole.DELEGATE if is_delegate else AttendanceRole.OBSERVER


def full_name(user: User, estate: Estate) -> str:
    """The name of who acts for a party: as the person gave it, else as in the roster."""
    owner = user.owners.filter(estate=estate).first() if is_owner(user, estate) else None
    return (user.display_name or (owner.name if owner else str(user)))[:40]


def name_on_sheet(user: User, estate: Estate, party: str) -> str:
    """The name in lists and minutes: in full for who acts for a party, by family name for residents.

    The estate reads the minutes, and no resident learns another's full name from us.
    """
    if party != Party.RESIDENTS:
        return full_name(user, estate)
    owner = user.owners.filter(estate=estate).first() if is_owner(user, estate) else None
    known = owner.name if owner else user.display_name
    return mask_name(known) if known else str(user)


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
    party, role = seat_of(actor, meeting)
    _need_seat(meeting, role)
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
    name = clean_line(name) or (name_on_sheet(user, meeting.estate, party) if user else "")
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
        party, role = seat_of(actor, meeting)
        _need_seat(meeting, role)
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


@transaction.atomic
def set_attendance_role(*, attendance: Attendance, role: str, actor: User) -> Attendance:
    """Make an observer a delegate, whose presence counts for the quota, or the other way round.

    Raises :class:`NotPermitted`, :class:`MeetingMoved`.
    """
    meeting = lock_meeting(attendance.meeting_id)
    judge("governance.run_meeting", actor, meeting)
    attendance = Attendance.objects.select_for_update(of=("self",)).get(pk=attendance.pk)
    changeable = (AttendanceRole.DELEGATE, AttendanceRole.OBSERVER, AttendanceRole.EXPERT)
    wanted = AttendanceRole(role)
    is_open = meeting.status in (S.ANNOUNCED, S.RUNNING)
    if not is_open or attendance.role not in changeable or wanted not in changeable:
        raise MeetingMoved
    attendance.role = wanted
    attendance.save(update_fields=["role"])
    touch(meeting)
    return attendance


def may_run(actor: User, meeting: Meeting) -> bool:
    """Whether ``actor`` chairs or records it, or looks after the community."""
    return allows("governance.run_meeting", actor, meeting)


def present_at(meeting: Meeting, user: User) -> Attendance | None:
    """The attendance of ``user``, when signed in and not gone."""
    found = Attendance.objects.filter(Q(left_at__isnull=True), meeting=meeting, user=user)
    return found.exclude(signed_in_at__isnull=True).first()


def _need_seat(meeting: Meeting, role: AttendanceRole) -> None:
    if role == AttendanceRole.OBSERVER:
        taken = meeting.attendances.filter(role=role, excused_at__isnull=True).count()
        if taken >= meeting.seats:
            raise NoSeatLeft


def _need_open(meeting: Meeting) -> None:
    if meeting.status not in (S.ANNOUNCED, S.RUNNING):
        raise MeetingMoved
    if database_now() < meeting.starts_at - OPEN_BEFORE:
        raise TooEarly


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
