from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from communities.models import Building, Estate
from governance.enums import Party, TicketCategory


class Outage(models.Model):
    """停用公告: something will not work for a while, which answers everybody who reported it."""

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="outages")
    category = models.CharField(_("类别"), max_length=12, choices=TicketCategory.choices)
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, null=True, blank=True, related_name="outages"
    )
    title = models.CharField(_("标题"), max_length=60)
    text = models.TextField(_("说明"), max_length=1000)
    begins_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("预计恢复"))
    party = models.CharField(_("发布方"), max_length=12, choices=Party.choices)
    announced_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    announced_at = models.DateTimeField(_("发布时间"))
    #: How many tickets it answered.
    answered = models.PositiveIntegerField(_("答复报事数"), default=0)

    class Meta:
        verbose_name = _("停用公告")
        verbose_name_plural = _("停用公告")
        ordering = ["-begins_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("begins_at")), name="outage_ends_after_begin"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(text=""), name="outage_has_words"),
        ]
        indexes = [models.Index(fields=["estate", "-ends_at"], name="outage_by_end")]

    def __str__(self) -> str:
        return self.title
