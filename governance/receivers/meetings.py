"""What is told of meetings, minutes and action items."""

from django.urls import reverse
from django.utils.translation import gettext as _

from communities.enums import RoleCode
from communities.models import OutboxMessage, Residency
from communities.services.outbox import handler
from communities.templatetags.linyi import moment as moment_words
from governance.enums import Party
from governance.models import ActionItem, ActionStep, Meeting, Minutes
from votes.receivers.people import holders_of, owners_told

from .proposals import ROLES_OF_PARTY, _followers, _tell

WORKING = (
    RoleCode.COMMITTEE_CHAIR,
    RoleCode.COMMITTEE,
    RoleCode.FIRM,
    RoleCode.SECRETARY,
    RoleCode.SUBDISTRICT,
)


def _everybody(message: OutboxMessage) -> list[int]:
    """Owners, residents, and those who work for the estate."""
    living = Residency.objects.filter(
        unit__estate=message.estate, valid_to__isnull=True, user__is_active=True
    )
    working = holders_of(message, *WORKING)
    return sorted({*owners_told(message), *living.values_list("user", flat=True), *working})


def _page(meeting: Meeting) -> str:
    return reverse("governance:meeting", args=[meeting.pk])


def _registered(meeting: Meeting) -> list[int]:
    found = meeting.attendances.filter(user__isnull=False, excused_at__isnull=True)
    return sorted(found.values_list("user", flat=True))


@handler("governance.meeting-announced")
def tell_of_meeting(message: OutboxMessage) -> None:
    """Everybody of the estate; those who follow a proposal on the agenda are among them."""
    meeting = Meeting.objects.get(pk=message.subject)
    where = meeting.place or _("线上")
    _tell(
        message,
        _everybody(message),
        _("会议公告：%(title)s") % {"title": meeting.title},
        text=f"{moment_words(meeting.starts_at, 'full')} {where}",
        url=_page(meeting),
    )


@handler("governance.meeting-cancelled")
def tell_of_cancelling(message: OutboxMessage) -> None:
    meeting = Meeting.objects.get(pk=message.subject)
    _tell(
        message,
        _registered(meeting),
        _("会议取消：%(title)s") % {"title": meeting.title},
        text=meeting.cancel_reason,
        url=_page(meeting),
    )


@handler("governance.meeting-reminder")
def remind(message: OutboxMessage) -> None:
    meeting = Meeting.objects.get(pk=message.subject)
    _tell(
        message,
        _registered(meeting),
        _("会议提醒：%(title)s") % {"title": meeting.title},
        text=f"{moment_words(meeting.starts_at, 'full')} {meeting.place or meeting.online_link}",
        url=_page(meeting),
    )


@handler("governance.meeting-ended")
def tell_of_end(message: OutboxMessage) -> None:
    """Who is to write the minutes."""
    meeting = Meeting.objects.get(pk=message.subject)
    _tell(
        message,
        [meeting.recorder_id],
        _("请整理纪要：%(title)s") % {"title": meeting.title},
        url=reverse("governance:desk-meeting", args=[message.estate.slug, meeting.pk]),
    )


def _minutes_of(message: OutboxMessage) -> Minutes:
    return Minutes.objects.select_related("meeting").get(pk=message.subject.partition(":")[0])


@handler("governance.minutes-to-confirm")
def tell_of_confirmation(message: OutboxMessage) -> None:
    minutes = _minutes_of(message)
    present = minutes.meeting.attendances.filter(user__isnull=False, signed_in_at__isnull=False)
    _tell(
        message,
        sorted(present.values_list("user", flat=True)),
        _("请确认纪要：%(title)s") % {"title": minutes.meeting.title},
        text=_("请在 %(until)s 前确认，或者提出不同意见。") % {"until": moment_words(minutes.confirm_until)},
        url=reverse("governance:minutes", args=[minutes.pk]),
    )


@handler("governance.minutes-to-sign")
def tell_of_signing(message: OutboxMessage) -> None:
    minutes = _minutes_of(message)
    codes = {code for party in Party.three() for code in ROLES_OF_PARTY[party]}
    _tell(
        message,
        holders_of(message, *codes),
        _("请签署纪要：%(title)s") % {"title": minutes.meeting.title},
        url=reverse("governance:minutes", args=[minutes.pk]),
    )


@handler("governance.minutes-sealed")
def tell_of_sealing(message: OutboxMessage) -> None:
    """Those who were there, and who follows a proposal of the agenda."""
    minutes = _minutes_of(message)
    people = set(_registered(minutes.meeting))
    for item in minutes.meeting.items.filter(proposal__isnull=False).select_related("proposal"):
        assert item.proposal is not None
        people.update(_followers(item.proposal))
    _tell(
        message,
        sorted(people),
        _("纪要已签署公布：%(title)s") % {"title": minutes.meeting.title},
        url=reverse("governance:minutes", args=[minutes.pk]),
    )


@handler("governance.action-reported")
def tell_of_progress(message: OutboxMessage) -> None:
    step = ActionStep.objects.select_related("action__proposal").get(pk=message.subject)
    people = set(_followers(step.action.proposal)) if step.action.proposal else set()
    people.add(step.action.created_by_id)
    _tell(
        message,
        sorted(people - {step.actor_id}),
        _("办理进展（%(status)s）：%(text)s")
        % {"status": step.get_status_display(), "text": step.action.text},
        text=step.note,
        url=reverse("governance:action-item", args=[step.action_id]),
    )


@handler("governance.action-overdue")
def tell_of_overdue(message: OutboxMessage) -> None:
    action = ActionItem.objects.get(pk=message.subject)
    roles = ROLES_OF_PARTY.get(Party(action.party), ())
    _tell(
        message,
        holders_of(message, RoleCode.SUBDISTRICT, RoleCode.SECRETARY, *roles),
        _("办理事项超期：%(text)s") % {"text": action.text},
        url=reverse("governance:action-item", args=[action.pk]),
    )
