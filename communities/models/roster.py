from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.enums import ImportStatus
from communities.fields import EncryptedBinaryField

from .places import Estate


class RosterImport(models.Model):
    """One uploaded roster, from preview to commit.

    The file itself is kept encrypted until it is committed or discarded, with
    the corrections made on the preview page, so that reading it again gives the
    same rows; afterwards only its hash and its report remain.
    """

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="roster_imports")
    #: Nobody when the roster came by command on the server.
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("上传时间"))
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(_("文件哈希"), max_length=64)
    content = EncryptedBinaryField(_("文件"), default=b"")
    #: JSON list of [sheet, row, column, text], encrypted since a cell may hold an identity number.
    corrections = EncryptedBinaryField(_("更正"), default=b"")
    report = models.JSONField(_("报告"), default=dict)
    diff = models.JSONField(_("变化"), default=dict)
    status = models.CharField(
        _("状态"), max_length=10, choices=ImportStatus.choices, default=ImportStatus.PREVIEW
    )
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    committed_at = models.DateTimeField(_("导入时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("名册导入")
        verbose_name_plural = _("名册导入")
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name
