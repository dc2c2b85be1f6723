from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from communities.enums import Grade, HandoverKind, ReserveStage, SeatPosition

from .ownership import Owner
from .places import Estate


class CommitteeTerm(models.Model):
    """届: one term of an estate's owners' committee, three to five years."""

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="committee_terms")
    number = models.PositiveSmallIntegerField(_("第几届"))
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"))
    #: When the subdistrict took the filing; due 30 days after the election (《物业管理条例》第十六条).
    filed_on = models.DateField(_("备案日期"), null=True, blank=True)
    filing_number = models.CharField(_("备案编号"), max_length=40, blank=True, default="")
    #: When the committee reported its coming end; due three months before it.
    reported_on = models.DateField(_("届满报告日期"), null=True, blank=True)
    #: Elected before or outside this product: its members are entered from the papers, not by an election.
    from_papers = models.BooleanField(_("按书面材料登记"), default=False)

    class Meta:
        verbose_name = _("业委会任期")
        verbose_name_plural = _("业委会任期")
        ordering = ["estate", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="committee_term_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="committee_term_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"第{self.number}届"


class CommitteeSeat(models.Model):
    """委员: one seat of a term, held by an account from one day to another."""

    term = models.ForeignKey(CommitteeTerm, on_delete=models.PROTECT, related_name="seats")
    #: The owner who was elected, and the account that acts for the seat once there is one.
    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, null=True, blank=True, related_name="committee_seats"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="committee_seats",
    )
    position = models.CharField(
        _("职务"), max_length=12, choices=SeatPosition.choices, default=SeatPosition.MEMBER
    )
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True, blank=True)
    #: Why it ended before the term: recalled, resigned, no longer an owner, …
    end_reason = models.CharField(_("终止原因"), max_length=200, blank=True, default="")
    is_alternate = models.BooleanField(_("候补"), default=False)

    class Meta:
        verbose_name = _("业委会委员")
        verbose_name_plural = _("业委会委员")
        constraints = [
            models.UniqueConstraint(
                fields=["term", "user"],
                condition=Q(valid_to__isnull=True),
                name="one_current_seat_per_member",
            ),
            models.UniqueConstraint(
                fields=["term", "owner"],
                condition=Q(valid_to__isnull=True),
                name="one_current_seat_per_owner",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(owner__isnull=False), name="seat_is_somebodys"
            ),
            models.UniqueConstraint(
                fields=["term"],
                condition=Q(valid_to__isnull=True, position=SeatPosition.CHAIR),
                name="one_chair_per_term",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term_id}/{self.user_id or self.owner_id}"

    @property
    def holder_name(self) -> str:
        """Who holds it, in full: members of a committee are public. Empty if the account gave no name."""
        if self.owner is not None:
            return self.owner.name
        return self.user.display_name if self.user is not None else ""


class PositionDecision(models.Model):
    """职务决定: a session of the committee chose somebody for a position. Never changed; the newest holds."""

    seat = models.ForeignKey(CommitteeSeat, on_delete=models.PROTECT, related_name="decisions")
    position = models.CharField(_("职务"), max_length=12, choices=SeatPosition.choices)
    #: The session that decided, which more than half of the members attended.
    session_on = models.DateField(_("会议日期"))
    text = models.TextField(_("会议决定"), max_length=1000)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("职务决定")
        verbose_name_plural = _("职务决定")
        ordering = ["seat__term", "session_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="position_decision_has_text"),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.position}"


class ReserveCandidate(models.Model):
    """储备人选: an owner whom the community prepares for a seat, before any election."""

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="reserve")
    owner = models.ForeignKey(Owner, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(
        _("阶段"), max_length=10, choices=ReserveStage.choices, default=ReserveStage.PROPOSED
    )
    strengths = models.CharField(_("特长"), max_length=200, blank=True, default="")
    note = models.CharField(_("说明"), max_length=500, blank=True, default="")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("列入时间"))
    changed_at = models.DateTimeField(_("更新时间"))

    class Meta:
        verbose_name = _("储备人选")
        verbose_name_plural = _("储备人选")
        ordering = ["estate", "-changed_at"]
        constraints = [models.UniqueConstraint(fields=["estate", "owner"], name="owner_once_in_reserve")]

    def __str__(self) -> str:
        return f"{self.estate_id}/{self.owner_id}"


class TrainingRecord(models.Model):
    """One training that members of a term, or people in reserve, took part in."""

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="trainings")
    term = models.ForeignKey(
        CommitteeTerm, on_delete=models.PROTECT, null=True, blank=True, related_name="trainings"
    )
    title = models.CharField(_("培训内容"), max_length=120)
    held_on = models.DateField(_("日期"))
    #: 0.5 hours.
    half_hours = models.PositiveSmallIntegerField(_("时长（半小时）"))
    organiser = models.CharField(_("组织单位"), max_length=80)
    seats = models.ManyToManyField(CommitteeSeat, blank=True, related_name="trainings")
    reserve = models.ManyToManyField(ReserveCandidate, blank=True, related_name="trainings")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("培训记录")
        verbose_name_plural = _("培训记录")
        ordering = ["estate", "-held_on"]

    def __str__(self) -> str:
        return self.title


class CommitteeAssessment(models.Model):
    """年度评议 of a committee, or of one member (``seat``), with its reasons."""

    term = models.ForeignKey(CommitteeTerm, on_delete=models.PROTECT, related_name="assessments")
    seat = models.ForeignKey(
        CommitteeSeat, on_delete=models.PROTECT, null=True, blank=True, related_name="assessments"
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    grade = models.CharField(_("评议结果"), max_length=8, choices=Grade.choices)
    reason = models.TextField(_("评语"), max_length=1000)
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assessed_at = models.DateTimeField(_("评议时间"))

    class Meta:
        verbose_name = _("年度评议")
        verbose_name_plural = _("年度评议")
        ordering = ["term", "-year"]
        constraints = [
            # Two, because SQLite holds every empty seat for another one.
            models.UniqueConstraint(fields=["term", "seat", "year"], name="one_assessment_a_year"),
            models.UniqueConstraint(
                fields=["term", "year"], condition=Q(seat__isnull=True), name="committee_assessed_once_a_year"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="assessment_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.term_id} {self.year}"


class HandoverItem(models.Model):
    """交接事项: what an outgoing committee, or one leaving member, owes its successors, and by when."""

    term = models.ForeignKey(CommitteeTerm, on_delete=models.PROTECT, related_name="handovers")
    seat = models.ForeignKey(
        CommitteeSeat, on_delete=models.PROTECT, null=True, blank=True, related_name="handovers"
    )
    kind = models.CharField(_("类别"), max_length=10, choices=HandoverKind.choices)
    text = models.CharField(_("内容"), max_length=200)
    due_on = models.DateField(_("期限"))
    article = models.CharField(_("依据"), max_length=120)
    handed_on = models.DateField(_("移交日期"), null=True, blank=True)
    handed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("交接事项")
        verbose_name_plural = _("交接事项")
        ordering = ["term", "due_on", "pk"]

    def __str__(self) -> str:
        return self.text
