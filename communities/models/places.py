from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.enums import AreaBasis, UnitUse


class Subdistrict(models.Model):
    """街道: oversees communities."""

    name = models.CharField(_("名称"), max_length=60)
    #: Administrative division code; decides which regional rules apply ("330106" → 杭州西湖区).
    region = models.CharField(_("行政区划代码"), max_length=6)
    district_name = models.CharField(_("所属区县"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("街道")
        verbose_name_plural = _("街道")
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="subdistrict_once_in_region")]

    def __str__(self) -> str:
        return self.name


class Community(models.Model):
    """社区: moderated by one secretary, holds several estates."""

    subdistrict = models.ForeignKey(Subdistrict, on_delete=models.PROTECT, related_name="communities")
    name = models.CharField(_("名称"), max_length=60)

    class Meta:
        verbose_name = _("社区")
        verbose_name_plural = _("社区")
        constraints = [
            models.UniqueConstraint(fields=["subdistrict", "name"], name="community_once_in_subdistrict")
        ]

    def __str__(self) -> str:
        return self.name


class Estate(models.Model):
    """小区: the people who decide together. Every row of the product hangs on one estate."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="estates")
    name = models.CharField(_("名称"), max_length=60)
    slug = models.SlugField(_("短名"), unique=True)
    address = models.CharField(_("地址"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("小区")
        verbose_name_plural = _("小区")
        constraints = [models.UniqueConstraint(fields=["community", "name"], name="estate_once_in_community")]

    def __str__(self) -> str:
        return self.name

    @property
    def region(self) -> str:
        return self.community.subdistrict.region


class Building(models.Model):
    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="buildings")
    name = models.CharField(_("幢"), max_length=40)
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("楼幢")
        verbose_name_plural = _("楼幢")
        ordering = ["estate", "position", "name"]
        constraints = [models.UniqueConstraint(fields=["estate", "name"], name="building_once_in_estate")]

    def __str__(self) -> str:
        return self.name


class UnitQuerySet(models.QuerySet["Unit"]):
    def standing(self) -> "UnitQuerySet":
        """Units the newest roster still lists."""
        return self.filter(gone_on__isnull=True)


class Unit(models.Model):
    """专有部分: one home, shop or parking space. Never deleted; a roster that no
    longer lists it sets ``gone_on``."""

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="units")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="units")
    staircase = models.CharField(_("单元"), max_length=20, blank=True, default="")
    room = models.CharField(_("室"), max_length=20)
    #: Exclusive floor area in 0.01 m².
    area = models.PositiveIntegerField(_("面积（0.01 m²）"))
    area_basis = models.CharField(
        _("面积依据"), max_length=10, choices=AreaBasis.choices, default=AreaBasis.REGISTER
    )
    use = models.CharField(_("用途"), max_length=10, choices=UnitUse.choices, default=UnitUse.DWELLING)
    #: Unsold, or sold and not yet delivered: the developer's, who is one head (法释〔2020〕17号 第九条).
    developer_held = models.BooleanField(_("未售或未交付"), default=False)
    gone_on = models.DateField(_("注销日期"), null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("房屋")
        verbose_name_plural = _("房屋")
        ordering = ["estate", "building__position", "building__name", "staircase", "room"]
        constraints = [
            models.UniqueConstraint(fields=["building", "staircase", "room"], name="unit_once_in_building"),
            models.CheckConstraint(condition=models.Q(area__gt=0), name="unit_area_positive"),
        ]
        indexes = [models.Index(fields=["estate", "use"], name="unit_by_estate_and_use")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """ "3幢1单元0502", as it is spoken and printed."""
        return f"{self.building.name}{self.staircase}{self.room}"
