from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .places import Estate


class Log(models.Model):
    """One append-only log: of a community of owners, or of one assembly.

    ``name`` says whose ("estate:12", "assembly:7"); it is part of every leaf's bytes.
    """

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="logs")
    name = models.CharField(_("名称"), max_length=60, unique=True)

    class Meta:
        verbose_name = _("日志")
        verbose_name_plural = _("日志")

    def __str__(self) -> str:
        return self.name


class LedgerEntry(models.Model):
    """One leaf of a log. Inserted, never changed or deleted: triggers on both
    databases refuse it.

    ``body`` is the canonical text the leaf hash covers; what is in it is listed
    in :mod:`communities.ledger.leaves`. It names people by number and holds
    choices only as a salted commitment, so erasing personal data breaks no hash.
    """

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="entries")
    verb = models.CharField(_("事件"), max_length=60)
    #: RFC 6962 leaf hash of ``body``: SHA-256(0x00 ‖ body), in hex.
    leaf_hash = models.CharField(_("叶哈希"), max_length=64, unique=True)
    body = models.TextField(_("规范文本"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(_("记录时间"))

    class Meta:
        verbose_name = _("日志条目")
        verbose_name_plural = _("日志条目")
        indexes = [models.Index(fields=["log", "verb"], name="entry_by_log_and_verb")]

    def __str__(self) -> str:
        return f"{self.verb} {self.leaf_hash[:12]}"
