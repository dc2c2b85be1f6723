from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .act import TwoPersonAct
from .ballot import Ballot


class BallotLook(models.Model):
    """调阅: somebody looked at what one ballot says, after the close, and why. Inserted, never changed."""

    ballot = models.ForeignKey(Ballot, on_delete=models.PROTECT, related_name="looks")
    looked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    looked_at = models.DateTimeField(_("调阅时间"))
    reason = models.CharField(_("理由"), max_length=500)
    #: Of a confidential vote: the act by which two people opened this ballot.
    act = models.ForeignKey(
        TwoPersonAct, on_delete=models.PROTECT, null=True, blank=True, related_name="looks"
    )

    class Meta:
        verbose_name = _("调阅记录")
        verbose_name_plural = _("调阅记录")
        ordering = ["-looked_at", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="look_has_a_reason")]

    def __str__(self) -> str:
        return f"{self.ballot_id} {self.looked_at}"
