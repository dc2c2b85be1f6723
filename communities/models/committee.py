from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from communities.enums import SeatPosition

from .places import Estate


class CommitteeTerm(models.Model):
    """届: one term of an estate's owners' committee, three to five years."""

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="committee_terms")
    number = models.PositiveSmallIntegerField(_("第几届"))
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"))
    filed_on = models.DateField(_("备案日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("业委会任期")
        verbose_name_plural = _("业委会任期")
        ordering = ["estate", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="committee_term_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="committee_term_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"第{self.number}届"


class CommitteeSeat(models.Model):
    """委员: one seat of a term, held by an account from one day to another."""

    term = models.ForeignKey(CommitteeTerm, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="committee_seats"
    )
    position = models.CharField(
        _("职务"), max_length=12, choices=SeatPosition.choices, default=SeatPosition.MEMBER
    )
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("业委会委员")
        verbose_name_plural = _("业委会委员")
        constraints = [
            models.UniqueConstraint(
                fields=["term", "user"],
                condition=Q(valid_to__isnull=True),
                name="one_current_seat_per_member",
            ),
            models.UniqueConstraint(
                fields=["term"],
                condition=Q(valid_to__isnull=True, position=SeatPosition.CHAIR),
                name="one_chair_per_term",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term_id}/{self.user_id}"
