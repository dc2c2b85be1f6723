from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from communities.models import Estate
from governance.enums import AnswerStatus, Party

from .proposal import Proposal


class OfficialAnswer(models.Model):
    """正式答复: what one of the three parties says to a proposal. Each change is a new version."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="answers")
    party = models.CharField(_("答复方"), max_length=12, choices=Party.choices)
    version = models.PositiveIntegerField(_("版本"))
    status = models.CharField(_("态度"), max_length=12, choices=AnswerStatus.choices)
    text = models.TextField(_("答复内容"), max_length=3000)
    #: In 0.01 yuan.
    cost = models.PositiveBigIntegerField(_("预计费用（分）"), null=True, blank=True)
    begins_on = models.DateField(_("开始日期"), null=True, blank=True)
    ends_on = models.DateField(_("完成日期"), null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(_("答复时间"))

    class Meta:
        verbose_name = _("正式答复")
        verbose_name_plural = _("正式答复")
        ordering = ["proposal", "party", "version"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "party", "version"], name="answer_version_once"),
            models.CheckConstraint(condition=Q(party__in=Party.three()), name="three_parties_answer"),
            models.CheckConstraint(condition=~Q(text=""), name="answer_has_text"),
            models.CheckConstraint(
                condition=Q(begins_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("begins_on")),
                name="answer_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.party} v{self.version}"


class ReplyTemplate(models.Model):
    """A text one party often answers with."""

    estate = models.ForeignKey(Estate, on_delete=models.CASCADE, related_name="reply_templates")
    party = models.CharField(_("答复方"), max_length=12, choices=Party.choices)
    title = models.CharField(_("名称"), max_length=40)
    text = models.TextField(_("内容"), max_length=3000)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("答复模板")
        verbose_name_plural = _("答复模板")
        ordering = ["estate", "party", "title"]
        constraints = [
            models.UniqueConstraint(fields=["estate", "party", "title"], name="reply_template_once")
        ]

    def __str__(self) -> str:
        return self.title


class FactRequest(models.Model):
    """A party asks the author for facts before it answers; its clock stands still meanwhile."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="fact_requests")
    party = models.CharField(_("询问方"), max_length=12, choices=Party.choices)
    question = models.TextField(_("需要说明的情况"), max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("询问时间"))
    due_at = models.DateTimeField(_("回复期限"))
    answer = models.TextField(_("说明"), max_length=1000, blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("回复时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("情况询问")
        verbose_name_plural = _("情况询问")
        ordering = ["proposal", "asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="", answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""),
                name="fact_request_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.party}"
