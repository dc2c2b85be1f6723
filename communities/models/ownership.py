from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from communities.enums import OwnerKind, ResidencyKind
from communities.fields import EncryptedTextField

from .places import Estate, Unit


class Owner(models.Model):
    """业主 as the estate's roster names them: a natural or legal person.

    Name, phone and identity number are kept encrypted; the blind indexes find
    them again. ``user`` is the account that proved to be this person.
    """

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="owners")
    kind = models.CharField(_("类别"), max_length=8, choices=OwnerKind.choices, default=OwnerKind.NATURAL)
    name = EncryptedTextField(_("姓名或名称"))
    identity = EncryptedTextField(_("证件号码"))
    identity_index = models.CharField(max_length=64, editable=False)
    phone = EncryptedTextField(_("电话"), blank=True, default="")
    phone_index = models.CharField(max_length=64, editable=False, blank=True, default="")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="owners"
    )

    class Meta:
        verbose_name = _("业主")
        verbose_name_plural = _("业主")
        constraints = [
            models.UniqueConstraint(fields=["estate", "identity_index"], name="owner_once_in_estate"),
        ]
        indexes = [models.Index(fields=["estate", "user"], name="owner_by_estate_and_user")]

    def __str__(self) -> str:
        return self.masked_name

    @property
    def masked_name(self) -> str:
        """ "王**": all that others are ever shown of a natural person's name."""
        if self.kind == OwnerKind.LEGAL:
            return self.name
        return self.name[:1] + "*" * (len(self.name) - 1)


class OwnershipQuerySet(models.QuerySet["Ownership"]):
    def on(self, day: date) -> "OwnershipQuerySet":
        """Titles that hold on ``day`` (half open: the last day is not included)."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


class Ownership(models.Model):
    """A title: this owner holds (a share of) this unit from one day to another."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="ownerships")
    owner = models.ForeignKey(Owner, on_delete=models.PROTECT, related_name="ownerships")
    position = models.PositiveSmallIntegerField(_("次序"), default=0)
    #: Whom the co-owners agreed to cast for the unit. A sole owner needs none.
    is_representative = models.BooleanField(_("共有人代表"), default=False)
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True, blank=True)

    objects = OwnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("产权")
        verbose_name_plural = _("产权")
        ordering = ["unit", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "owner"],
                condition=Q(valid_to__isnull=True),
                name="one_current_title_per_owner",
            ),
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(valid_to__isnull=True, is_representative=True),
                name="one_representative_per_unit",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="title_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}/{self.owner_id}"


class Residency(models.Model):
    """A tenant or family member who lives in a unit and holds no title to it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="residencies")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="residencies")
    kind = models.CharField(_("身份"), max_length=8, choices=ResidencyKind.choices)
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("居住")
        verbose_name_plural = _("居住")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "user"], condition=Q(valid_to__isnull=True), name="one_current_residency"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}/{self.user_id}"
