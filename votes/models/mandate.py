import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from communities.fields import EncryptedTextField
from communities.models import Owner

from .assembly import Assembly
from .roll import Elector


class Mandate(models.Model):
    """委托书: one elector's vote in one assembly, in somebody else's hand.

    Valid from ``granted_at`` until revoked, ``expires_at`` or the close. At most one
    stands per elector. A ballot cast under it is replaced by the principal's own, if
    that comes before the close. ``instructions`` holds one mark a motion ("?" where
    the holder is free); a ballot that departs from them is refused.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assembly = models.ForeignKey(Assembly, on_delete=models.PROTECT, related_name="mandates")
    elector = models.ForeignKey(Elector, on_delete=models.PROTECT, related_name="mandates")
    #: The owner who grants it.
    principal = models.ForeignKey(Owner, on_delete=models.PROTECT, related_name="+")
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    holder_name = EncryptedTextField(_("受托人"))
    holder_phone = EncryptedTextField(_("受托人手机"))
    #: Finds the holder's account, also one that registers later.
    holder_phone_index = models.CharField(max_length=64, editable=False)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="held_mandates",
    )
    instructions = models.CharField(_("投票指示"), max_length=200, blank=True, default="")
    #: Of a mandate given on paper: its scan, and who registered it.
    scan = models.FileField(_("委托书扫描件"), upload_to="mandates/%Y/%m/", blank=True)
    scan_sha256 = models.CharField(max_length=64, blank=True, default="")
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    granted_at = models.DateTimeField(_("委托时间"))
    expires_at = models.DateTimeField(_("有效期至"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    revoked_reason = models.CharField(_("撤回原因"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("委托书")
        verbose_name_plural = _("委托书")
        ordering = ["assembly", "granted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["assembly", "elector"],
                condition=Q(revoked_at__isnull=True),
                name="one_standing_mandate_per_elector",
            ),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=False) | Q(registered_by__isnull=False),
                name="mandate_has_a_source",
            ),
        ]
        indexes = [
            models.Index(fields=["assembly", "holder"], name="mandate_by_holder"),
            models.Index(fields=["holder_phone_index"], name="mandate_by_holder_phone"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
