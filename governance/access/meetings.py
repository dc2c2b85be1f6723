"""Which meetings, minutes and action items somebody may see. Anything else is a 404."""

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from communities.access import estate_for, estates_on, numbers_of_estates
from communities.live import shared_part
from communities.models import Estate, User
from communities.rules import allows, today
from governance.enums import MeetingStatus, MinutesStatus
from governance.models import (
    ActionItem,
    AgendaItem,
    Attachment,
    Attendance,
    Meeting,
    Minutes,
    Speech,
    StrawPoll,
)
from governance.rules import parties_of

PUBLIC_MINUTES = (MinutesStatus.SEALED, MinutesStatus.SUPERSEDED)


def meetings_for(user: User) -> QuerySet[Meeting]:
    """Announced meetings of the estates ``user`` belongs to today."""
    return _announced().filter(estate__in=estates_on(user, today()))


def _announced() -> QuerySet[Meeting]:
    return Meeting.objects.exclude(
        Q(status=MeetingStatus.DRAFT) | Q(status=MeetingStatus.CANCELLED, announced_at__isnull=True)
    )


def may_follow(user: User, pk: int) -> bool:
    """Whether :func:`meetings_for` has the meeting, for hundreds of phones that ask in one second.

    Whose meeting it is they share; that each belongs to its estate is asked each time.
    """

    def of_estate() -> str:
        return str(_announced().filter(pk=pk).values_list("estate", flat=True).first() or "")

    estate = shared_part(f"meeting.{pk}", "estate", of_estate)
    return bool(estate) and int(estate) in numbers_of_estates(user)


def meeting_for(user: User, pk: int) -> Meeting:
    found = meetings_for(user).select_related("estate__community", "building", "chair", "recorder")
    return get_object_or_404(found, pk=pk)


def item_for(user: User, pk: int) -> AgendaItem:
    """An agenda item of a meeting ``user`` may see, or a 404."""
    item = get_object_or_404(AgendaItem.objects.select_related("proposal"), pk=pk)
    item.meeting = meeting_for(user, item.meeting_id)
    return item


def poll_for(user: User, pk: int) -> StrawPoll:
    poll = get_object_or_404(StrawPoll, pk=pk)
    poll.item = item_for(user, poll.item_id)
    return poll


def attendance_by_token(token: str) -> Attendance:
    """The attendance whose own code says ``token``, or a 404."""
    found = Attendance.objects.select_related("meeting__estate__community")
    return get_object_or_404(found, token=token)


def action_items_for(user: User, estate: Estate) -> QuerySet[ActionItem]:
    return ActionItem.objects.filter(estate=estate).select_related("item__meeting", "proposal")


def action_item_for(user: User, pk: int) -> ActionItem:
    found = ActionItem.objects.filter(estate__in=estates_on(user, today()))
    return get_object_or_404(found.select_related("estate__community", "item__meeting", "proposal"), pk=pk)


def minutes_for(user: User, pk: int) -> Minutes:
    """Sealed minutes for everybody of the estate; before that for those who attended or sign them."""
    minutes = get_object_or_404(Minutes.objects.select_related("meeting__estate__community"), pk=pk)
    meeting_for(user, minutes.meeting_id)
    if minutes.status in PUBLIC_MINUTES or allows("governance.edit_minutes", user, minutes.meeting):
        return minutes
    if minutes.status in (MinutesStatus.CONFIRMING, MinutesStatus.SIGNING):
        attended = minutes.meeting.attendances.filter(user=user, signed_in_at__isnull=False)
        if attended.exists() or parties_of(user, minutes.meeting.estate):
            return minutes
    raise Http404


# --- the desk ---


def convening_estate_for(user: User, slug: str) -> Estate:
    """An estate whose meetings ``user`` sees at the desk, or a 404."""
    estate = estate_for(user, slug)
    if not allows("governance.convene_meeting", user, estate):
        raise Http404
    return estate


def desk_meeting_for(user: User, slug: str, pk: int) -> Meeting:
    """A meeting ``user`` convenes, chairs or records, or a 404."""
    estate = estate_for(user, slug)
    found = Meeting.objects.filter(estate=estate).select_related("building", "chair", "recorder")
    meeting = get_object_or_404(found, pk=pk)
    meeting.estate = estate
    if not (
        allows("governance.convene_meeting", user, estate) or allows("governance.run_meeting", user, meeting)
    ):
        raise Http404
    return meeting


def desk_photo_for(user: User, slug: str, pk: int) -> Attachment:
    photo = get_object_or_404(Attachment, meeting__isnull=False, pk=pk)
    photo.meeting = desk_meeting_for(user, slug, photo.meeting_id)  # type: ignore[arg-type]
    return photo


def desk_item_for(user: User, slug: str, pk: int) -> AgendaItem:
    item = get_object_or_404(AgendaItem.objects.select_related("proposal"), pk=pk)
    item.meeting = desk_meeting_for(user, slug, item.meeting_id)
    return item


def desk_attendance_for(user: User, slug: str, pk: int) -> Attendance:
    attendance = get_object_or_404(Attendance, pk=pk)
    attendance.meeting = desk_meeting_for(user, slug, attendance.meeting_id)
    return attendance


def desk_speech_for(user: User, slug: str, pk: int) -> Speech:
    speech = get_object_or_404(Speech.objects.select_related("item"), pk=pk)
    desk_meeting_for(user, slug, speech.item.meeting_id)
    return speech


def desk_poll_for(user: User, slug: str, pk: int) -> StrawPoll:
    poll = get_object_or_404(StrawPoll.objects.select_related("item"), pk=pk)
    desk_meeting_for(user, slug, poll.item.meeting_id)
    return poll


def desk_minutes_for(user: User, slug: str, pk: int) -> Minutes:
    minutes = get_object_or_404(Minutes, pk=pk)
    minutes.meeting = desk_meeting_for(user, slug, minutes.meeting_id)
    return minutes
