from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from communities.models import LedgerEntry
from governance.enums import ConfirmationKind, MinutesStatus, Party, SigningMethod

from .meeting import AgendaItem, Attendance, Meeting

S = MinutesStatus
#: Its words may still be changed.
EDITABLE = (S.DRAFT,)


class Minutes(models.Model):
    """纪要: what a meeting said and agreed, confirmed by those present, signed by three parties.

    ``canonical`` is filled when it is signed by all and from then on stands: triggers refuse any
    change. A correction is a new version, which takes the place of this one once it is sealed.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="minutes")
    version = models.PositiveIntegerField(_("版本"))
    status = FSMField(_("状态"), max_length=12, choices=S.choices, default=S.DRAFT)
    number = models.CharField(_("文号"), max_length=60)
    #: What was said before the first item, and after the last.
    opening = models.TextField(_("会议概况"), max_length=3000, blank=True, default="")
    closing = models.TextField(_("其他"), max_length=3000, blank=True, default="")
    #: Counts every change of opening and closing; an edit names the version it began from.
    edits = models.PositiveIntegerField(_("修改次数"), default=1)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    correction_reason = models.CharField(_("更正理由"), max_length=300, blank=True, default="")
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(_("起草时间"))
    #: Until when those who attended confirm or dissent (half open).
    confirm_until = models.DateTimeField(_("确认期限"), null=True, blank=True)
    #: The exact text that was confirmed and signed, and its SHA-256 in hex.
    canonical = models.TextField(_("规范文本"), blank=True, default="")
    sha256 = models.CharField(_("摘要"), max_length=64, blank=True, default="")
    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sealed_at = models.DateTimeField(_("签署完成时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("纪要")
        verbose_name_plural = _("纪要")
        ordering = ["meeting", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "version"], name="minutes_version_once"),
            models.UniqueConstraint(
                fields=["meeting"], condition=Q(status=S.SEALED), name="one_valid_minutes_per_meeting"
            ),
            models.UniqueConstraint(
                fields=["meeting"],
                condition=Q(status__in=[S.DRAFT, S.CONFIRMING, S.SIGNING]),
                name="one_minutes_in_work_per_meeting",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[S.SEALED, S.SUPERSEDED])
                | ~Q(canonical="") & ~Q(sha256="") & Q(sealed_at__isnull=False, entry__isnull=False),
                name="sealed_minutes_are_whole",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(correction_reason=""), name="correction_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["status", "confirm_until"], name="minutes_by_confirmation")]

    def __str__(self) -> str:
        return self.number

    @transition(field=status, source=S.DRAFT, target=S.CONFIRMING)
    def ask_confirmation(self) -> None: ...

    @transition(field=status, source=[S.CONFIRMING, S.SIGNING], target=S.DRAFT)
    def take_back(self) -> None: ...

    @transition(field=status, source=S.CONFIRMING, target=S.SIGNING)
    def ask_signatures(self) -> None: ...

    @transition(field=status, source=S.SIGNING, target=S.SEALED)
    def seal(self) -> None: ...

    @transition(field=status, source=S.SEALED, target=S.SUPERSEDED)
    def supersede(self) -> None: ...

    @transition(field=status, source=[S.DRAFT, S.CONFIRMING, S.SIGNING], target=S.DISCARDED)
    def discard(self) -> None: ...


class MinutesItem(models.Model):
    """What the minutes say of one agenda item. ``positions`` maps a party to its words."""

    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="items")
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(_("次序"))
    title = models.CharField(_("议程"), max_length=80)
    discussion = models.TextField(_("讨论情况"), max_length=5000, blank=True, default="")
    positions = models.JSONField(_("各方意见"), default=dict, blank=True)
    consensus = models.TextField(_("协商意见"), max_length=2000, blank=True, default="")
    dissent = models.TextField(_("保留意见"), max_length=2000, blank=True, default="")
    #: Counts every edit; an edit names the version it began from.
    version = models.PositiveIntegerField(_("版本"), default=1)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    edited_at = models.DateTimeField(_("修改时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("纪要条目")
        verbose_name_plural = _("纪要条目")
        ordering = ["minutes", "position"]
        constraints = [
            models.UniqueConstraint(fields=["minutes", "position"], name="minutes_item_position_once")
        ]

    def __str__(self) -> str:
        return self.title


class MinutesConfirmation(models.Model):
    """What one who attended says to the minutes, within the period for it. Never changed."""

    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="confirmations")
    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="confirmations")
    kind = models.CharField(_("意见"), max_length=10, choices=ConfirmationKind.choices)
    note = models.TextField(_("不同意见"), max_length=1000, blank=True, default="")
    #: Of the text that was confirmed; one that is edited afterwards is asked anew.
    sha256 = models.CharField(_("摘要"), max_length=64)
    confirmed_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("纪要确认")
        verbose_name_plural = _("纪要确认")
        ordering = ["minutes", "confirmed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "attendance", "sha256"], name="minutes_confirmed_once"
            ),
            models.CheckConstraint(
                condition=Q(kind=ConfirmationKind.CONFIRMED, note="")
                | Q(kind=ConfirmationKind.DISSENT) & ~Q(note=""),
                name="dissent_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes_id}/{self.attendance_id}"


class MinutesSignature(models.Model):
    """One party's signature under the exact text. Never changed."""

    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="signatures")
    party = models.CharField(_("签署方"), max_length=12, choices=Party.choices)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("签署人"), max_length=40)
    method = models.CharField(_("身份确认方式"), max_length=12, choices=SigningMethod.choices)
    sha256 = models.CharField(_("摘要"), max_length=64)
    signed_at = models.DateTimeField(_("签署时间"))

    class Meta:
        verbose_name = _("纪要签署")
        verbose_name_plural = _("纪要签署")
        ordering = ["minutes", "signed_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["minutes", "party", "sha256"], name="party_signs_once"),
            models.CheckConstraint(condition=Q(party__in=Party.three()), name="three_parties_sign"),
        ]

    def __str__(self) -> str:
        return f"{self.minutes_id} {self.party}"
