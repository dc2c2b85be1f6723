from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from governance.enums import (
    AppealStatus,
    Capacity,
    ModerationAction,
    ReasonCode,
    ReportOutcome,
    Stance,
)

from .proposal import Proposal, ProposalStep
from .statement import Statement


class Comment(models.Model):
    """A comment with a stance on a proposal, or a reply to one: a single level.

    The text is never changed. A hidden one stays, and says who hid it, when and why.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="comments")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replies"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments")
    capacity = models.CharField(_("身份"), max_length=12, choices=Capacity.choices)
    #: A reply has none.
    stance = models.CharField(_("态度"), max_length=12, choices=Stance.choices, blank=True, default="")
    text = models.TextField(_("内容"), max_length=1000)
    written_at = models.DateTimeField(_("时间"))
    is_hidden = models.BooleanField(_("已隐藏"), default=False)
    #: Taken back by the author; the place stays, the text is not shown.
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("评论")
        verbose_name_plural = _("评论")
        ordering = ["proposal", "written_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) & ~Q(stance="") | Q(parent__isnull=False, stance=""),
                name="only_first_level_has_a_stance",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="comment_has_text"),
        ]
        indexes = [models.Index(fields=["proposal", "parent", "written_at"], name="comment_by_thread")]

    def __str__(self) -> str:
        return f"{self.proposal_id}/{self.pk}"


class ModerationAct(models.Model):
    """Hiding or restoring a comment or statement, with its reason. Never changed; shown to everybody."""

    comment = models.ForeignKey(
        Comment, on_delete=models.PROTECT, null=True, blank=True, related_name="moderation"
    )
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="moderation"
    )
    action = models.CharField(_("处理"), max_length=8, choices=ModerationAction.choices)
    code = models.CharField(_("理由类别"), max_length=12, choices=ReasonCode.choices)
    reason = models.TextField(_("理由"), max_length=1000)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(_("以何身份"), max_length=12, choices=Capacity.choices)
    taken_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("内容处理")
        verbose_name_plural = _("内容处理")
        ordering = ["taken_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(comment__isnull=False, statement__isnull=True)
                | Q(comment__isnull=True, statement__isnull=False),
                name="moderation_is_of_one_thing",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="moderation_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.comment_id or self.statement_id}"


class Report(models.Model):
    """举报: somebody says that a comment breaks the rules."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="reports")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("理由类别"), max_length=12, choices=ReasonCode.choices)
    text = models.CharField(_("说明"), max_length=200, blank=True, default="")
    reported_at = models.DateTimeField(_("时间"))
    outcome = models.CharField(
        _("处理结果"), max_length=8, choices=ReportOutcome.choices, blank=True, default=""
    )
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    handled_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("举报")
        verbose_name_plural = _("举报")
        ordering = ["-reported_at"]
        constraints = [
            models.UniqueConstraint(fields=["comment", "reporter"], name="one_report_per_person"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(handled_by__isnull=False, handled_at__isnull=False),
                name="handled_report_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.comment_id}/{self.reporter_id}"


class Appeal(models.Model):
    """申诉: the author of what was refused or hidden asks another person to look at it again."""

    step = models.OneToOneField(
        ProposalStep, on_delete=models.PROTECT, null=True, blank=True, related_name="appeal"
    )
    act = models.OneToOneField(
        ModerationAct, on_delete=models.PROTECT, null=True, blank=True, related_name="appeal"
    )
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="appeals")
    text = models.TextField(_("申诉理由"), max_length=1000)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appeals")
    filed_at = models.DateTimeField(_("申诉时间"))
    due_at = models.DateTimeField(_("复核期限"))
    #: Who decided what is appealed; never decides the appeal.
    against = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(
        _("状态"), max_length=10, choices=AppealStatus.choices, default=AppealStatus.FILED
    )
    decision = models.TextField(_("复核意见"), max_length=1000, blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("报告街道时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("申诉")
        verbose_name_plural = _("申诉")
        ordering = ["-filed_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(step__isnull=False, act__isnull=True) | Q(step__isnull=True, act__isnull=False),
                name="appeal_is_against_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | ~Q(decided_by=F("against")) & ~Q(decided_by=F("filed_by")),
                name="appeal_goes_to_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[AppealStatus.UPHELD, AppealStatus.DISMISSED])
                | ~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="settled_appeal_is_reasoned",
            ),
        ]
        indexes = [models.Index(fields=["status", "due_at"], name="appeal_by_due")]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.status}"
