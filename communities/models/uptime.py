from django.db import models
from django.utils.translation import gettext_lazy as _


class ServiceRun(models.Model):
    """A stretch of time during which the sweeps ran. The gaps between two are measured downtime."""

    started_at = models.DateTimeField(_("开始"))
    last_seen_at = models.DateTimeField(_("最近一次"))

    class Meta:
        verbose_name = _("运行记录")
        verbose_name_plural = _("运行记录")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
