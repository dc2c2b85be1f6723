from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from communities.models import Building, Estate, Log
from votes.enums import AssemblyKind, AssemblyStatus, BallotSecrecy, Convener


class AssemblyQuerySet(models.QuerySet["Assembly"]):
    def posted(self) -> "AssemblyQuerySet":
        """Assemblies the owners have been told of."""
        return self.exclude(status=AssemblyStatus.DRAFT)


class Assembly(FSMModelMixin, models.Model):
    """业主大会会议: motions put to a frozen roll of electors for a fixed window.

    The window is half open, ``opens_at <= t < closes_at``. What is true at a
    moment is :meth:`phase`; the stored ``status`` follows when a task comes by,
    and no ballot depends on that task.
    """

    estate = models.ForeignKey(Estate, on_delete=models.PROTECT, related_name="assemblies")
    title = models.CharField(_("会议名称"), max_length=120)
    kind = models.CharField(
        _("会议类型"), max_length=10, choices=AssemblyKind.choices, default=AssemblyKind.REGULAR
    )
    convener = models.CharField(
        _("召集人"), max_length=24, choices=Convener.choices, default=Convener.COMMITTEE
    )
    notice = models.TextField(_("会议公告"), blank=True, default="")
    #: The topics announced in the notice, one a line. Only they may be voted on.
    posted_topics = models.TextField(_("公告的议题"), blank=True, default="")
    #: Only the owners of one building (or one of its staircases) decide, where the matter is theirs
    #: alone; empty: the whole estate. The roll, and so every denominator, is of this part.
    scope_building = models.ForeignKey(
        Building, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("限于幢")
    )
    scope_staircase = models.CharField(_("限于单元"), max_length=20, blank=True, default="")
    opens_at = models.DateTimeField(_("表决开始"), null=True, blank=True)
    closes_at = models.DateTimeField(_("表决截止"), null=True, blank=True)

    status = FSMField(
        _("状态"), max_length=12, choices=AssemblyStatus.choices, default=AssemblyStatus.DRAFT, protected=True
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("创建时间"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(_("公示时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("截止计票时间"), null=True, blank=True)
    certified_at = models.DateTimeField(_("公布结果时间"), null=True, blank=True)

    # Frozen at publication.
    #: ``{key: {"value": …, "article": …}}``: every policy in force when it was published.
    rules = models.JSONField(_("适用规则"), default=dict, blank=True)
    #: Code of the statute that decides (:mod:`votes.statutes`).
    statute = models.CharField(_("法定规则"), max_length=40, blank=True, default="")
    total_heads = models.PositiveIntegerField(_("总人数"), default=0)
    #: 0.01 m²
    total_area = models.PositiveBigIntegerField(_("总面积"), default=0)
    #: Number of marks on a ballot: one a motion.
    slots = models.PositiveSmallIntegerField(_("表决项数"), default=0)
    roll_hash = models.CharField(_("名册哈希"), max_length=64, blank=True, default="")
    log = models.OneToOneField(Log, on_delete=models.PROTECT, null=True, blank=True, related_name="assembly")

    objects = AssemblyQuerySet.as_manager()

    class Meta:
        verbose_name = _("业主大会会议")
        verbose_name_plural = _("业主大会会议")
        ordering = ["-opens_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True)
                | Q(closes_at__isnull=True)
                | Q(opens_at__lt=F("closes_at")),
                name="assembly_opens_before_it_closes",
                violation_error_message=_("表决截止必须晚于表决开始。"),
            ),
            models.CheckConstraint(
                condition=Q(status=AssemblyStatus.DRAFT)
                | Q(
                    opens_at__isnull=False,
                    closes_at__isnull=False,
                    published_at__isnull=False,
                    log__isnull=False,
                ),
                name="published_assembly_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[AssemblyStatus.CLOSED, AssemblyStatus.CERTIFIED])
                | Q(closed_at__isnull=False),
                name="closed_assembly_says_when",
            ),
            models.CheckConstraint(
                condition=Q(scope_staircase="") | Q(scope_building__isnull=False),
                name="staircase_scope_names_its_building",
            ),
        ]
        indexes = [models.Index(fields=["estate", "status"], name="assembly_by_estate_and_status")]

    def __str__(self) -> str:
        return self.title

    def phase(self, moment: datetime) -> AssemblyStatus:
        """The state that holds at ``moment``, whether or not a task has written it down."""
        status = AssemblyStatus(self.status)
        if status in (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN):
            assert self.opens_at is not None and self.closes_at is not None
            if moment >= self.closes_at:
                return AssemblyStatus.CLOSED
            return AssemblyStatus.OPEN if moment >= self.opens_at else AssemblyStatus.PUBLISHED
        return status

    def rule(self, key: str) -> Any:
        """The frozen value of one policy."""
        return self.rules[key]["value"]

    @property
    def secrecy(self) -> BallotSecrecy:
        """Who may ever see what one ballot says. Of a draft: what is usual."""
        rule = self.rules.get("ballot-secrecy", {"value": BallotSecrecy.NAMED})
        return BallotSecrecy(rule["value"])

    @property
    def is_secret(self) -> bool:
        return self.secrecy == BallotSecrecy.SECRET

    @property
    def scope_label(self) -> str:
        """ "3幢", "3幢1单元"; empty where the whole estate decides."""
        return f"{self.scope_building.name}{self.scope_staircase}" if self.scope_building else ""

    @property
    def topics(self) -> list[str]:
        return [line.strip() for line in self.posted_topics.splitlines() if line.strip()]

    # Each transition is taken by one service of :mod:`votes.services.assemblies`.

    @transition(field=status, source=AssemblyStatus.DRAFT, target=AssemblyStatus.PUBLISHED)
    def publish(self) -> None: ...

    @transition(field=status, source=AssemblyStatus.PUBLISHED, target=AssemblyStatus.OPEN)
    def open(self) -> None: ...

    @transition(
        field=status, source=[AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN], target=AssemblyStatus.CLOSED
    )
    def close(self) -> None: ...

    @transition(field=status, source=AssemblyStatus.CLOSED, target=AssemblyStatus.CERTIFIED)
    def certify(self) -> None: ...

    @transition(
        field=status, source=[AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN], target=AssemblyStatus.CANCELLED
    )
    def cancel(self) -> None: ...

    @transition(field=status, source=AssemblyStatus.CERTIFIED, target=AssemblyStatus.VOID)
    def make_void(self) -> None: ...
