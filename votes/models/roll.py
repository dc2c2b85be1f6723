from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from communities.models import Owner, Unit

from .assembly import Assembly


class Elector(models.Model):
    """表决人: one head of a frozen roll, with all the area that head holds.

    One head is the distinct set of owners of a unit (法释〔2020〕17号 第九条): one
    owner's several units are one head, a couple's unit is another, and all the
    developer's unsold or undelivered units together are one.
    """

    assembly = models.ForeignKey(Assembly, on_delete=models.PROTECT, related_name="electors")
    number = models.PositiveIntegerField(_("编号"))
    #: Identifies the owner set without naming it.
    head_key = models.CharField(max_length=64)
    label = models.CharField(_("房屋"), max_length=200)
    unit_count = models.PositiveIntegerField(_("套数"))
    #: 0.01 m²
    area = models.PositiveBigIntegerField(_("面积"))
    is_developer = models.BooleanField(_("建设单位"), default=False)

    class Meta:
        verbose_name = _("表决人")
        verbose_name_plural = _("表决人")
        ordering = ["assembly", "number"]
        constraints = [
            models.UniqueConstraint(fields=["assembly", "number"], name="elector_number_once"),
            models.UniqueConstraint(fields=["assembly", "head_key"], name="one_head_per_owner_set"),
            models.CheckConstraint(condition=Q(area__gt=0), name="elector_area_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.label}"


class ElectorUnit(models.Model):
    """A unit of an elector, as it stood when the roll was frozen."""

    assembly = models.ForeignKey(Assembly, on_delete=models.PROTECT, related_name="elector_units")
    elector = models.ForeignKey(Elector, on_delete=models.PROTECT, related_name="units")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    building = models.CharField(_("幢"), max_length=40)
    staircase = models.CharField(_("单元"), max_length=20, blank=True, default="")
    room = models.CharField(_("室"), max_length=20)
    #: 0.01 m²
    area = models.PositiveIntegerField(_("面积"))
    area_basis = models.CharField(_("面积依据"), max_length=10)

    class Meta:
        verbose_name = _("表决人房屋")
        verbose_name_plural = _("表决人房屋")
        constraints = [models.UniqueConstraint(fields=["assembly", "unit"], name="unit_once_on_a_roll")]
        indexes = [models.Index(fields=["assembly", "building"], name="elector_unit_by_building")]

    def __str__(self) -> str:
        return f"{self.building}{self.staircase}{self.room}"


class ElectorMember(models.Model):
    """An owner within an elector. ``may_cast`` is false for co-owners who agreed on another."""

    elector = models.ForeignKey(Elector, on_delete=models.PROTECT, related_name="members")
    owner = models.ForeignKey(Owner, on_delete=models.PROTECT, related_name="+")
    may_cast = models.BooleanField(_("可以投票"), default=True)

    class Meta:
        verbose_name = _("表决人成员")
        verbose_name_plural = _("表决人成员")
        constraints = [models.UniqueConstraint(fields=["elector", "owner"], name="member_once_in_elector")]

    def __str__(self) -> str:
        return f"{self.elector_id}/{self.owner_id}"
