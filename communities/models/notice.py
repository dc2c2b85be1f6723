from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .places import Estate


class OutboxMessage(models.Model):
    """Something to tell, written in the transaction that made it true.

    The relay turns it into notices afterwards, once, however often it runs.
    ``topic`` names the handler; ``subject`` is the number of the row it is about.
    """

    estate = models.ForeignKey(Estate, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(_("主题"), max_length=60)
    subject = models.CharField(_("对象"), max_length=60)
    created_at = models.DateTimeField(_("写入时间"))
    relayed_at = models.DateTimeField(_("发出时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("待发消息")
        verbose_name_plural = _("待发消息")
        indexes = [
            models.Index(fields=["id"], condition=Q(relayed_at__isnull=True), name="outbox_not_relayed"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.subject}"


class Notice(models.Model):
    """通知: one thing one person is told, in the in-app inbox."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    estate = models.ForeignKey(Estate, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(_("主题"), max_length=60)
    subject = models.CharField(_("对象"), max_length=60)
    title = models.CharField(_("标题"), max_length=120)
    text = models.CharField(_("正文"), max_length=500, blank=True, default="")
    url = models.CharField(_("链接"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("已读时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "topic", "subject"], name="notice_told_once"),
        ]
        indexes = [models.Index(fields=["recipient", "read_at"], name="notice_by_recipient_and_read")]

    def __str__(self) -> str:
        return self.title
