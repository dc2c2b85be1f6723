"""Assemblies for tests: drafts, and posted ones whose window lies where the test wants it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from communities.clock import local_day
from communities.models import Estate, Log, Unit, User
from communities.policies import DELIBERATION_KEYS
from communities.queries import policies_in_force
from tests.factories.communities import (
    BuildingFactory,
    EstateFactory,
    OwnershipFactory,
    UnitFactory,
    UserFactory,
)
from votes.enums import AssemblyStatus
from votes.models import Assembly, Elector, Motion
from votes.services.rolls import freeze_roll
from votes.statutes import statute_for

REGULAR_NOTICE = timedelta(days=16)


class AssemblyFactory(DjangoModelFactory[Assembly]):
    """A draft that lints clean but for what the test takes away: notice, topics and window are there."""

    class Meta:
        model = Assembly

    estate = factory.SubFactory(EstateFactory)
    title = factory.Sequence(lambda n: f"2026年第{n + 1}次业主大会会议")
    notice = "定于下列时间召开业主大会会议，请各位业主按时参加表决。"
    posted_topics = "续聘物业服务企业\n修改管理规约"
    opens_at = factory.LazyFunction(lambda: timezone.now() + REGULAR_NOTICE)
    closes_at = factory.LazyAttribute(lambda assembly: assembly.opens_at + timedelta(days=10))
    created_by = factory.SubFactory(UserFactory)
    created_at = factory.LazyFunction(timezone.now)


class MotionFactory(DjangoModelFactory[Motion]):
    class Meta:
        model = Motion

    assembly = factory.SubFactory(AssemblyFactory)
    position = 1
    title = factory.Sequence(lambda n: f"修改管理规约第{n + 1}条")
    text = "修改后的条文附后，自公布之日起施行。"
    topic = "修改管理规约"
    item = 2
    item_reason = "修改的是管理规约的条文，属第二项"


def draft_assembly(
    estate: Estate | None = None, motions: int = 1, items: Sequence[int] = (), **fields: Any
) -> Assembly:
    """A draft with ``motions`` motions in places 1, 2, …, or one for each of ``items`` of the statute."""
    if estate is not None:
        fields["estate"] = estate
    assembly: Assembly = AssemblyFactory(**fields)
    for position, item in enumerate(items or [2] * motions, start=1):
        MotionFactory(assembly=assembly, position=position, item=item)
    return assembly


def owned_units(estate: Estate, owners: int, area: int = 8800) -> list[Unit]:
    """``owners`` units in a new building of ``estate``, each with its own owner who has an account."""
    building = BuildingFactory(estate=estate)
    return [
        OwnershipFactory(unit=UnitFactory(building=building, room=f"{number:04d}", area=area)).unit
        for number in range(101, 101 + owners)
    ]


def posted_assembly(
    estate: Estate | None = None,
    *,
    units: Iterable[Unit] = (),
    owners: int = 3,
    motions: int = 1,
    opens_in: timedelta = timedelta(hours=-1),
    closes_in: timedelta = timedelta(days=10),
    rules: dict[str, Any] | None = None,
    **fields: Any,
) -> Assembly:
    """A published assembly with its roll frozen, ``opens_in`` and ``closes_in`` from now (negative: past).

    Without ``estate`` and ``units`` a new estate with ``owners`` owners of 88 m²
    each is made. An estate that has units already gets no more. ``rules``
    replaces single frozen values: ``{"ballot-change": "revisable"}``.
    """
    units = list(units)
    if estate is None:
        estate = units[0].estate if units else EstateFactory()
    if not Unit.objects.filter(estate=estate).exists():
        owned_units(estate, owners)
    now = timezone.now()
    assembly = draft_assembly(estate, motions, opens_at=now + opens_in, closes_at=now + closes_in, **fields)
    return post_draft(assembly, now=now, rules=rules)


def post_draft(assembly: Assembly, *, now: datetime, rules: dict[str, Any] | None = None) -> Assembly:
    """``assembly`` as published, with its roll of ``now`` frozen, wherever its window lies."""
    estate = assembly.estate
    assert assembly.opens_at is not None and assembly.closes_at is not None
    freeze_roll(assembly=assembly, moment=now)
    frozen = {
        key: {"value": policy.value, "article": policy.article}
        for key, policy in policies_in_force(estate, on=local_day(now)).items()
        if key not in DELIBERATION_KEYS
    }
    for key, value in (rules or {}).items():
        frozen[key] = {"value": value, "article": "本小区业主大会议事规则第一条"}
    # The triggers guard posted rows only, so a draft may be put anywhere in time.
    Assembly.objects.filter(pk=assembly.pk).update(
        status=AssemblyStatus.PUBLISHED,
        published_at=min(now, assembly.opens_at) - REGULAR_NOTICE,
        published_by=assembly.created_by,
        rules=frozen,
        statute=statute_for(local_day(assembly.closes_at)).code,
        slots=assembly.motions.count(),
        log=Log.objects.create(estate=estate, name=f"assembly:{assembly.pk}"),
    )
    return Assembly.objects.select_related("estate", "log").get(pk=assembly.pk)


def elector_of(assembly: Assembly, user: User) -> Elector:
    """The one elector of ``assembly`` to which ``user`` belongs as an owner."""
    return Elector.objects.filter(assembly=assembly, members__owner__user=user).distinct().get()


def people_of(assembly: Assembly) -> list[User]:
    """One account for each elector, in order of number."""
    return [
        User.objects.filter(owners__in=elector.members.filter(may_cast=True).values("owner"))
        .order_by("pk")[:1]
        .get()
        for elector in assembly.electors.all()
    ]
