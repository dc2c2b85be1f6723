import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from communities.models import Building, Estate
from governance.enums import (
    AgendaStatus,
    AttendanceRole,
    MeetingKind,
    MeetingStatus,
    Party,
    PollChoice,
    SignInMethod,
)

from .proposal import Proposal

S = MeetingStatus


def new_token() -> str:
    """What a QR code at the door or in a hand says: 160 bits that nobody guesses."""
    return secrets.token_urlsafe(20)


class Meeting(models.Model):
    """议事会: one of the four meetings of deliberation, or the joint meeting of the three parties.

    It gives opinions (协商意见), never a decision of 《民法典》第二百七十八条.
    """

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="meetings")
    kind = models.CharField(_("会议类型"), max_length=12, choices=MeetingKind.choices)
    title = models.CharField(_("会议名称"), max_length=80)
    purpose = models.TextField(_("会议目的"), max_length=2000, blank=True, default="")
    status = FSMField(_("状态"), max_length=10, choices=S.choices, default=S.DRAFT)
    starts_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("预计结束时间"))
    building = models.ForeignKey(Building, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    place = models.CharField(_("地点"), max_length=100, blank=True, default="")
    #: Where those who cannot come take part. A link of another service, shown to who is registered.
    online_link = models.URLField(_("线上会议链接"), max_length=300, blank=True, default="")
    seats = models.PositiveIntegerField(_("旁听名额"), default=0)
    registration_closes_at = models.DateTimeField(_("报名截止"), null=True, blank=True)
    chair = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    rules = models.JSONField(_("适用规则"), default=dict, blank=True)
    #: Shown at the door; whoever scans it while logged in signs in.
    door_token = models.CharField(max_length=40, default=new_token, unique=True, editable=False)
    #: Counts every change of the live record; open pages compare it.
    version = models.PositiveIntegerField(_("版本"), default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("创建时间"))
    announced_at = models.DateTimeField(_("公告时间"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("提醒时间"), null=True, blank=True)
    started_at = models.DateTimeField(_("实际开始"), null=True, blank=True)
    ended_at = models.DateTimeField(_("实际结束"), null=True, blank=True)
    cancel_reason = models.CharField(_("取消理由"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("协商会议")
        verbose_name_plural = _("协商会议")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_start"),
            models.CheckConstraint(
                condition=Q(status=S.DRAFT) | Q(status=S.CANCELLED) | Q(announced_at__isnull=False),
                name="held_meeting_was_announced",
            ),
            models.CheckConstraint(
                condition=~Q(status=S.CANCELLED) | ~Q(cancel_reason=""), name="cancelled_meeting_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(status=S.DRAFT) | ~Q(place="") | ~Q(online_link=""),
                name="announced_meeting_has_place",
            ),
        ]
        indexes = [
            models.Index(fields=["estate", "status", "starts_at"], name="meeting_by_status"),
        ]

    def __str__(self) -> str:
        return self.title

    def rule(self, key: str) -> Any:
        """The value of a policy as it was when the meeting was announced."""
        return self.rules[key]["value"]

    @transition(field=status, source=S.DRAFT, target=S.ANNOUNCED)
    def announce(self) -> None: ...

    @transition(field=status, source=S.ANNOUNCED, target=S.RUNNING)
    def start(self) -> None: ...

    @transition(field=status, source=S.RUNNING, target=S.ENDED)
    def end(self) -> None: ...

    @transition(field=status, source=[S.DRAFT, S.ANNOUNCED], target=S.CANCELLED)
    def cancel(self) -> None: ...


class MeetingParty(models.Model):
    """A party that is invited, with the fewest people of it that must be present."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="parties")
    party = models.CharField(_("参会方"), max_length=12, choices=Party.choices)
    quota = models.PositiveSmallIntegerField(_("至少到会"), default=0)

    class Meta:
        verbose_name = _("参会方")
        verbose_name_plural = _("参会方")
        constraints = [models.UniqueConstraint(fields=["meeting", "party"], name="party_invited_once")]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.party}"


class AgendaItem(models.Model):
    """One item of the agenda, and what was recorded of it while it was discussed."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(_("次序"))
    title = models.CharField(_("议程"), max_length=80)
    text = models.TextField(_("说明"), max_length=2000, blank=True, default="")
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="agenda_items"
    )
    minutes_planned = models.PositiveSmallIntegerField(_("预计分钟"), default=15)
    status = models.CharField(
        _("状态"), max_length=8, choices=AgendaStatus.choices, default=AgendaStatus.WAITING
    )
    discussion = models.TextField(_("讨论情况"), max_length=5000, blank=True, default="")
    consensus = models.TextField(_("协商一致的意见"), max_length=2000, blank=True, default="")
    dissent = models.TextField(_("保留的不同意见"), max_length=2000, blank=True, default="")
    #: What the conclusion touches of (1)…(9) of 《民法典》第二百七十八条, as found by the chair.
    item = models.PositiveSmallIntegerField(_("法定事项"), null=True, blank=True)
    #: Counts every edit of the record; an edit names the version it began from.
    version = models.PositiveIntegerField(_("版本"), default=1)
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("议程")
        verbose_name_plural = _("议程")
        ordering = ["meeting", "position"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "position"], name="agenda_position_once"),
            models.UniqueConstraint(
                fields=["meeting"],
                condition=Q(status=AgendaStatus.CURRENT),
                name="one_current_agenda_item",
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=True) | Q(item__gte=1, item__lte=9), name="agenda_item_of_nine"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Attendance(models.Model):
    """Somebody invited to, registered for or present at a meeting; a guest has no account.

    ``token`` is the person's own QR code: shown at the sign-in desk it signs this person in and
    nobody else.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendances")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="attendances"
    )
    #: As on the sign-in sheet and in the minutes.
    name = models.CharField(_("姓名"), max_length=40)
    party = models.CharField(_("参会方"), max_length=12, choices=Party.choices)
    role = models.CharField(
        _("参会身份"), max_length=10, choices=AttendanceRole.choices, default=AttendanceRole.DELEGATE
    )
    #: Whom this person stands in for, in words.
    proxy_for = models.CharField(_("代替"), max_length=40, blank=True, default="")
    token = models.CharField(max_length=40, default=new_token, unique=True, editable=False)
    registered_at = models.DateTimeField(_("报名时间"), null=True, blank=True)
    excused_at = models.DateTimeField(_("请假时间"), null=True, blank=True)
    signed_in_at = models.DateTimeField(_("签到时间"), null=True, blank=True)
    signed_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sign_in_method = models.CharField(
        _("签到方式"), max_length=8, choices=SignInMethod.choices, blank=True, default=""
    )
    is_late = models.BooleanField(_("迟到"), default=False)
    left_at = models.DateTimeField(_("离开时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("参会人")
        verbose_name_plural = _("参会人")
        ordering = ["meeting", "party", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "user"], condition=Q(user__isnull=False), name="person_attends_once"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="attendant_has_name"),
            models.CheckConstraint(
                condition=Q(signed_in_at__isnull=True, sign_in_method="")
                | Q(signed_in_at__isnull=False) & ~Q(sign_in_method=""),
                name="sign_in_says_how",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(signed_in_at__isnull=False),
                name="only_present_people_leave",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.name}"

    @property
    def is_present(self) -> bool:
        return self.signed_in_at is not None and self.left_at is None


class Speech(models.Model):
    """A place in the speaking queue of one agenda item."""

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="speeches")
    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="speeches")
    asked_at = models.DateTimeField(_("举手时间"))
    began_at = models.DateTimeField(_("开始发言"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束发言"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("放弃时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("发言")
        verbose_name_plural = _("发言")
        ordering = ["item", "asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "attendance"],
                condition=Q(ended_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_place_in_queue",
            ),
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(began_at__isnull=False, ended_at__isnull=True, withdrawn_at__isnull=True),
                name="one_speaker_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.attendance_id}"


class PartyPosition(models.Model):
    """What one party says on one agenda item, as recorded."""

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="positions")
    party = models.CharField(_("参会方"), max_length=12, choices=Party.choices)
    text = models.TextField(_("意见"), max_length=2000)
    version = models.PositiveIntegerField(_("版本"), default=1)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("各方意见")
        verbose_name_plural = _("各方意见")
        ordering = ["item", "party"]
        constraints = [models.UniqueConstraint(fields=["item", "party"], name="one_position_per_party")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.party}"


class StrawPoll(models.Model):
    """意向摸底: a show of hands on a question of one agenda item. It decides nothing."""

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="polls")
    question = models.CharField(_("问题"), max_length=120)
    opened_at = models.DateTimeField(_("开始时间"))
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("意向摸底")
        verbose_name_plural = _("意向摸底")
        ordering = ["item", "opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(closed_at__isnull=True), name="one_open_poll_per_item"
            )
        ]

    def __str__(self) -> str:
        return self.question


class PollAnswer(models.Model):
    """One present person's answer to a straw poll; may be changed while it is open."""

    poll = models.ForeignKey(StrawPoll, on_delete=models.CASCADE, related_name="answers")
    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(_("意向"), max_length=10, choices=PollChoice.choices)
    given_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("摸底意向")
        verbose_name_plural = _("摸底意向")
        constraints = [models.UniqueConstraint(fields=["poll", "attendance"], name="one_poll_answer")]

    def __str__(self) -> str:
        return f"{self.poll_id}/{self.attendance_id}"
