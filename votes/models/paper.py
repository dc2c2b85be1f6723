import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .assembly import Assembly
from .roll import Elector


class PaperBallot(models.Model):
    """纸质表决票: one numbered sheet for one elector, from printing to settlement.

    printed → received (scanned, before the close) → entered twice by different people
    (a third look where they differ) → settled: a :class:`Ballot`, or an
    :class:`UncountedBallot` with its reason. A reprint voids the earlier sheet.
    """

    #: In the QR code; random, so that a number cannot be guessed on.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assembly = models.ForeignKey(Assembly, on_delete=models.PROTECT, related_name="papers")
    elector = models.ForeignKey(Elector, on_delete=models.PROTECT, related_name="papers")
    #: Printed on the sheet, from 1.
    serial = models.PositiveIntegerField(_("票号"))
    #: The owner asked for paper; empty where all sheets were printed at once.
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField(_("申领时间"), null=True, blank=True)
    printed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    printed_at = models.DateTimeField(_("打印时间"), null=True, blank=True)
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    received_at = models.DateTimeField(_("收到时间"), null=True, blank=True)
    scan = models.FileField(_("扫描件"), upload_to="papers/%Y/%m/", blank=True)
    scan_sha256 = models.CharField(max_length=64, blank=True, default="")
    settled_at = models.DateTimeField(_("处理完成时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("纸质表决票")
        verbose_name_plural = _("纸质表决票")
        ordering = ["assembly", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["assembly", "serial"], name="paper_serial_once"),
            models.UniqueConstraint(
                fields=["assembly", "elector"],
                condition=Q(voided_at__isnull=True),
                name="one_valid_paper_per_elector",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | ~Q(scan_sha256=""), name="received_paper_is_scanned"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(received_at__isnull=False),
                name="settled_paper_was_received",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assembly_id} No. {self.serial}"


class PaperEntry(models.Model):
    """What one person read off a scanned sheet. Inserted, never changed: a second look is a second row."""

    paper = models.ForeignKey(PaperBallot, on_delete=models.PROTECT, related_name="entries")
    #: 1 and 2 are independent; 3 settles a difference.
    look = models.PositiveSmallIntegerField(_("第几次录入"))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    #: One mark a motion; X where a line carries two marks.
    choices = models.CharField(_("选择"), max_length=200)
    #: The whole sheet cannot count: one of :class:`votes.enums.UncountedReason`, or empty.
    defect = models.CharField(_("整张票的问题"), max_length=30, blank=True, default="")
    entered_at = models.DateTimeField(_("录入时间"))

    class Meta:
        verbose_name = _("纸质票录入")
        verbose_name_plural = _("纸质票录入")
        ordering = ["paper", "look"]
        constraints = [
            models.UniqueConstraint(fields=["paper", "look"], name="paper_look_once"),
            models.UniqueConstraint(fields=["paper", "entered_by"], name="each_look_by_another_person"),
            models.CheckConstraint(condition=Q(look__gte=1, look__lte=3), name="paper_look_one_to_three"),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} {self.look}"
