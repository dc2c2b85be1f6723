"""Meetings, minutes and action items that wait for somebody at the desk."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from communities.models import Estate, User
from governance.enums import MeetingStatus, MinutesStatus
from governance.models import Meeting, Minutes
from governance.steps import Step

S = MeetingStatus
#: A meeting that begins within so long stands at the desk.
SOON = timedelta(days=7)
#: More than these are a list, which the room is.
MOST = 20


def meeting_steps(user: User, estates: list[Estate], moment: datetime) -> Iterator[Step]:
    """Meetings to be announced, held or written up, for who convenes, chairs or records them."""
    by_pk = {estate.pk: estate for estate in estates}
    mine = Q(chair=user) | Q(recorder=user) | Q(estate__in=estates)
    waiting = Meeting.objects.filter(mine).filter(
        Q(status=S.DRAFT)
        | Q(status=S.RUNNING)
        | Q(status=S.ANNOUNCED, starts_at__lte=moment + SOON)
        | Q(status=S.ENDED, minutes__isnull=True)
    )
    words = {
        S.DRAFT: (_("公告"), "sky"),
        S.ANNOUNCED: (_("开会"), "sky"),
        S.RUNNING: (_("记录"), "seal"),
        S.ENDED: (_("整理纪要"), "amber"),
    }
    for meeting in waiting.select_related("estate").order_by("starts_at", "pk").distinct()[:MOST]:
        act, tone = words[S(meeting.status)]
        estate = by_pk.get(meeting.estate_id, meeting.estate)
        yield Step(
            kind=_("会议"),
            tone=tone,
            text=meeting.title,
            estate=estate,
            turn=_("您"),
            due=meeting.starts_at if meeting.status in (S.DRAFT, S.ANNOUNCED) else None,
            url=reverse("governance:desk-meeting", args=[estate.slug, meeting.pk]),
            act=act,
        )
    yield from _minutes_steps(user, by_pk, mine)


def _minutes_steps(user: User, by_pk: dict[int, Estate], mine: Q) -> Iterator[Step]:
    in_work = Minutes.objects.filter(
        status__in=[MinutesStatus.DRAFT, MinutesStatus.CONFIRMING, MinutesStatus.SIGNING],
        meeting__in=Meeting.objects.filter(mine),
    )
    acts = {
        MinutesStatus.DRAFT: _("整理"),
        MinutesStatus.CONFIRMING: _("看确认情况"),
        MinutesStatus.SIGNING: _("签署"),
    }
    for minutes in in_work.select_related("meeting__estate").order_by("pk")[:MOST]:
        estate = by_pk.get(minutes.meeting.estate_id, minutes.meeting.estate)
        signing = minutes.status == MinutesStatus.SIGNING
        yield Step(
            kind=_("纪要"),
            tone="amber",
            text=minutes.meeting.title,
            estate=estate,
            turn=_("您"),
            due=minutes.confirm_until if minutes.status == MinutesStatus.CONFIRMING else None,
            url=reverse("governance:minutes", args=[minutes.pk])
            if signing
            else reverse("governance:desk-minutes", args=[estate.slug, minutes.pk]),
            act=acts[MinutesStatus(minutes.status)],
        )
