from django.db import models
from django.utils.translation import gettext_lazy as _

from votes.enums import Verdict

from .assembly import Assembly
from .motion import Motion


class MotionResult(models.Model):
    """计票结果 of one motion, written once when the assembly closes. Areas in 0.01 m²."""

    motion = models.OneToOneField(Motion, on_delete=models.PROTECT, related_name="result")
    for_heads = models.PositiveIntegerField()
    for_area = models.PositiveBigIntegerField()
    against_heads = models.PositiveIntegerField()
    against_area = models.PositiveBigIntegerField()
    abstain_heads = models.PositiveIntegerField()
    abstain_area = models.PositiveBigIntegerField()
    #: Express "with the majority", before it is added to either side.
    follow_heads = models.PositiveIntegerField(default=0)
    follow_area = models.PositiveBigIntegerField(default=0)
    invalid_heads = models.PositiveIntegerField(default=0)
    invalid_area = models.PositiveBigIntegerField(default=0)
    participating_heads = models.PositiveIntegerField()
    participating_area = models.PositiveBigIntegerField()
    verdict = models.CharField(_("结论"), max_length=20, choices=Verdict.choices)
    #: The worked proof: ``[{"name", "have", "of", "need", "comparison", "met"}, …]``.
    tests = models.JSONField(_("检验"))
    #: Article of the item and of the majority.
    article = models.CharField(_("依据"), max_length=200)
    #: The same with silent owners added to the majority, where the estate's rules say so.
    with_silent = models.JSONField(_("计入未表决业主后"), null=True, blank=True)

    class Meta:
        verbose_name = _("表决结果")
        verbose_name_plural = _("表决结果")
        ordering = ["motion__position"]

    def __str__(self) -> str:
        return f"{self.motion_id} {self.verdict}"


class Certificate(models.Model):
    """结果证明: the whole result as canonical text with its hash, written once."""

    assembly = models.OneToOneField(Assembly, on_delete=models.PROTECT, related_name="certificate")
    body = models.TextField(_("规范文本"))
    sha256 = models.CharField(_("哈希"), max_length=64)
    received = models.PositiveIntegerField(_("收到表决票"))
    counted = models.PositiveIntegerField(_("计入表决票"))
    certified_at = models.DateTimeField(_("公布时间"))

    class Meta:
        verbose_name = _("结果证明")
        verbose_name_plural = _("结果证明")

    def __str__(self) -> str:
        return self.sha256[:12]
