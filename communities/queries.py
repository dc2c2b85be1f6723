"""Reading that more than one page needs."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, Max, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Concat

from communities.crypto import blind_index
from communities.enums import BindingCapacity, RoleCode, UnitUse
from communities.models import (
    BindingRequest,
    Estate,
    LedgerEntry,
    Notice,
    Owner,
    Ownership,
    Policy,
    Residency,
    Role,
    Unit,
    User,
)
from communities.policies import known_keys, statutory_rule
from communities.rules import today
from communities.values.identity import mask_identity
from communities.values.text import half_width, without_space


@dataclass(frozen=True)
class PolicyInForce:
    """What holds in one estate on one day, and by which article."""

    key: str
    value: Any
    article: str


def policies_in_force(estate: Estate, *, on: date) -> dict[str, PolicyInForce]:
    """Every policy of the estate on a day: its own rule where it has one, else the law's."""
    return policies_of([estate], on=on)[estate.pk]


def policies_of(estates: Iterable[Estate], *, on: date) -> dict[int, dict[str, PolicyInForce]]:
    """:func:`policies_in_force` of several estates by their number, in one query."""
    estates = list(estates)
    own = {
        (policy.estate_id, policy.key): policy
        for policy in Policy.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=on), estate__in=estates, valid_from__lte=on
        ).order_by("valid_from")
    }
    found: dict[int, dict[str, PolicyInForce]] = {}
    for estate in estates:
        found[estate.pk] = {}
        for key in known_keys():
            rule = own.get((estate.pk, key)) or statutory_rule(key, region=estate.region, on=on)
            found[estate.pk][key] = PolicyInForce(key, rule.value, rule.article)
    return found


def unread_count(user: User) -> int:
    """How many notices ``user`` has not opened. One query."""
    return Notice.objects.filter(recipient=user, read_at__isnull=True).count()


def unread_of(user: User) -> Coalesce:
    """:func:`unread_count` as a column of another query."""
    unread = Notice.objects.filter(recipient=user, read_at__isnull=True).order_by()
    counted = unread.values("recipient").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


@dataclass(frozen=True)
class RosterFigures:
    """What an estate's roster adds up to. Areas in 0.01 m²; parking and storage are counted apart."""

    units: int
    heads: int
    area: int
    parking_units: int
    parking_area: int


def roster_figures(estate: Estate, *, on: date) -> RosterFigures:
    """The figures of a roster on a day. One head is one owner set, or the developer."""
    owners: dict[int, set[int]] = {}
    for unit, owner in Ownership.objects.on(on).filter(unit__estate=estate).values_list("unit", "owner"):
        owners.setdefault(unit, set()).add(owner)
    heads: set[frozenset[int]] = set()
    counted, parking = [], []
    for pk, area, use, developer_held in (
        Unit.objects.standing().filter(estate=estate).values_list("pk", "area", "use", "developer_held")
    ):
        if use in UnitUse.uncounted():
            parking.append(area)
            continue
        counted.append(area)
        heads.add(frozenset() if developer_held else frozenset(owners.get(pk, {-pk})))
    return RosterFigures(len(counted), len(heads), sum(counted), len(parking), sum(parking))


def unrepresented_units(estates: Iterable[Estate], *, on: date) -> QuerySet[Unit]:
    """Counted units of several owners who have not said which of them casts for the unit."""
    lacking = (
        Ownership.objects.on(on)
        .filter(unit__estate__in=estates)
        .order_by()
        .values("unit")
        .annotate(owners=Count("pk"), named=Count("pk", filter=Q(is_representative=True)))
        .filter(owners__gt=1, named=0)
        .values("unit")
    )
    return (
        Unit.objects.standing()
        .filter(pk__in=lacking, developer_held=False)
        .exclude(use__in=UnitUse.uncounted())
    )


def current_titles(*, on: date) -> Prefetch[str, QuerySet[Ownership], str]:
    """For ``prefetch_related``: puts a unit's titles of the day, with their owners, on ``unit.titles``."""
    titles = Ownership.objects.on(on).select_related("owner").order_by("position", "pk")
    return Prefetch("ownerships", queryset=titles, to_attr="titles")


def owners_called(estate: Estate, name: str) -> list[int]:
    """Numbers of the estate's owners whose name is exactly ``name``, space and width aside.

    Names are encrypted, so each one is opened: fine for the thousands of one estate.
    """
    wanted = without_space(name)
    owners = Owner.objects.filter(estate=estate).only("name")
    return [owner.pk for owner in owners.iterator() if without_space(owner.name) == wanted]


def units_called(estate: Estate, words: str) -> QuerySet[Unit]:
    """Units whose place, written as people do ("3幢1单元0502", "3幢 502 室"), contains every word."""
    found = Unit.objects.filter(estate=estate).annotate(
        place=Concat("building__name", "staircase", "room", output_field=CharField())
    )
    for word in half_width(words).split():
        found = found.filter(place__icontains=word.removesuffix("室"))
    return found


def roster_readers(estate: Estate) -> list[int]:
    """Accounts that may read the estate's roster: its secretary and the members of its committee."""
    codes = [
        RoleCode.SECRETARY,
        RoleCode.COMMITTEE_CHAIR,
        RoleCode.COMMITTEE,
        RoleCode.PREPARATORY_GROUP,
    ]
    held = Role.objects.on(today()).covering(estate).filter(code__in=codes, user__is_active=True)
    return sorted(set(held.values_list("user", flat=True)))


def keepers_of_witnesses(estate: Estate) -> list[int]:
    """Accounts that answer for the estate's witnesses: its secretary and the committee's chair."""
    codes = [RoleCode.SECRETARY, RoleCode.COMMITTEE_CHAIR]
    held = Role.objects.on(today()).covering(estate).filter(code__in=codes, user__is_active=True)
    return sorted(set(held.values_list("user", flat=True)))


def current_owners(unit: Unit, *, on: date) -> QuerySet[Owner]:
    """Who holds title to ``unit`` on a day."""
    return Owner.objects.filter(pk__in=Ownership.objects.on(on).filter(unit=unit).values("owner"))


def is_bound(user: User, unit: Unit, capacity: BindingCapacity) -> bool:
    """Whether ``user`` is already what ``capacity`` says, in ``unit``, today."""
    if capacity == BindingCapacity.OWNER:
        return current_owners(unit, on=today()).filter(user=user).exists()
    return Residency.objects.filter(unit=unit, user=user, valid_to__isnull=True).exists()


def secretaries_of(estate: Estate) -> list[int]:
    """Accounts of those who answer for the estate at the community, today."""
    held = Role.objects.on(today()).covering(estate).filter(code=RoleCode.SECRETARY, user__is_active=True)
    return list(held.values_list("user", flat=True).distinct())


@dataclass(frozen=True)
class Home:
    """A unit somebody is bound to, and as what."""

    unit: Unit
    capacity: BindingCapacity
    co_owned: bool = False


def homes_of(user: User) -> list[Home]:
    """Every unit ``user`` owns or lives in today. Three queries."""
    current = Ownership.objects.on(today())
    titles = (
        current.filter(owner__user=user)
        .select_related("unit__building", "unit__estate")
        .order_by("unit__estate__name", "unit__building__position", "unit__staircase", "unit__room")
    )
    units = [title.unit for title in titles]
    owners = Counter(current.filter(unit__in=units).values_list("unit", flat=True))
    owned = [Home(unit, BindingCapacity.OWNER, co_owned=owners[unit.pk] > 1) for unit in units]
    living = Residency.objects.filter(user=user, valid_to__isnull=True)
    return owned + [
        Home(stay.unit, BindingCapacity(stay.kind))
        for stay in living.select_related("unit__building", "unit__estate")
    ]


@dataclass(frozen=True)
class RosterMatch:
    """One owner of a unit beside what somebody claims."""

    owner: Owner
    name_fits: bool
    phone_fits: bool

    @property
    def identity(self) -> str:
        """The identity number as it may be shown."""
        return mask_identity(self.owner.identity)


def roster_beside(binding: BindingRequest, *, on: date) -> list[RosterMatch]:
    """What the roster says of the unit on a day, compared with what was claimed."""
    name, phone = without_space(binding.name), blind_index("phone", binding.user.phone)
    return [
        RosterMatch(owner, without_space(owner.name) == name, owner.phone_index == phone)
        for owner in current_owners(binding.unit, on=on).select_related("user")
    ]


#: What has waited so long to be sealed is waiting for somebody.
LATE = timedelta(minutes=5)
#: How many of the newest entries are looked at when not all are.
NEWEST_ENTRIES = 20_000


def unsealed(*, all_of_them: bool = False) -> QuerySet[LedgerEntry]:
    """Entries without a place in their tree; unless ``all_of_them``, only among the newest ones.

    Nearly all entries were sealed long ago, and to look through them takes the longer the
    more there are. An entry that committed very late is missed by the short look alone.
    """
    waiting = LedgerEntry.objects.filter(sealed__isnull=True)
    if not all_of_them:
        newest = LedgerEntry.objects.aggregate(newest=Max("pk"))["newest"] or 0
        waiting = waiting.filter(pk__gt=newest - NEWEST_ENTRIES)
    return waiting


def late_entries(moment: datetime) -> QuerySet[LedgerEntry]:
    """Entries that should have been sealed long before ``moment``: the sealer stands still or refuses."""
    return unsealed().filter(recorded_at__lte=moment - LATE)
