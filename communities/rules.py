"""Who may do what: predicates over role and scope, named once for pages, API and templates."""

import operator
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import rules
from django.contrib.auth.models import AnonymousUser
from django.db.models import F, QuerySet
from django.utils import timezone

from communities.clock import local_day
from communities.enums import RoleCode
from communities.models import Estate, Ownership, Residency, Role, User
from communities.prepared import prepared, run_prepared

DESK_ROLES = (
    RoleCode.SECRETARY,
    RoleCode.COMMITTEE_CHAIR,
    RoleCode.COMMITTEE,
    RoleCode.PREPARATORY_GROUP,
    RoleCode.SUBDISTRICT,
    RoleCode.SCRUTINEER,
)


def today() -> date:
    return local_day(timezone.now())


def role_codes(user: User, estate: Estate) -> frozenset[str]:
    """The roles ``user`` holds over ``estate`` today. One query per user object and estate."""
    cache: dict[int, frozenset[str]] = user.__dict__.setdefault("_role_codes", {})
    if estate.pk not in cache:
        held = Role.objects.on(today()).covering(estate).filter(user=user)
        cache[estate.pk] = frozenset(held.values_list("code", flat=True))
    return cache[estate.pk]


def allows(name: str, user: User, thing: object) -> bool:
    """Whether the rule called ``name`` lets ``user`` do it. A superuser needs a role like everybody."""
    return bool(rules.has_perm(name, user, thing))


def learn_roles(user: User, estates: Iterable[Estate]) -> None:
    """Fetch what :func:`role_codes` will say of ``user`` over all of ``estates``, in one query."""
    held = list(
        Role.objects.on(today())
        .filter(user=user)
        .values_list("code", "estate", "contract__estate", "community", "subdistrict")
    )
    cache: dict[int, frozenset[str]] = user.__dict__.setdefault("_role_codes", {})
    for estate in estates:
        scope = (estate.pk, estate.pk, estate.community_id, estate.community.subdistrict_id)
        cache[estate.pk] = frozenset(code for code, *places in held if any(map(operator.eq, places, scope)))


def has_role(*codes: RoleCode) -> rules.Predicate:
    """A predicate: holds one of ``codes`` over the estate of the object."""

    def check(user: User | AnonymousUser, thing: object) -> bool:
        return isinstance(user, User) and not role_codes(user, estate_of(thing)).isdisjoint(codes)

    return rules.predicate(check, name="has_role:" + ",".join(codes))


def estate_of(thing: object) -> Estate:
    """The estate a thing belongs to: itself, or by its ``estate``, or its assembly's."""
    if isinstance(thing, Estate):
        return thing
    if hasattr(thing, "estate"):
        return thing.estate  # type: ignore[no-any-return]
    return estate_of(thing.assembly)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class AtHome:
    """What ties an account to an estate today besides its roles."""

    owns: bool
    lives: bool


def remember_home(user: User) -> User:
    """Let :func:`at_home` ask once for ``user``, an account fetched for one request."""
    user._homes = None  # type: ignore[attr-defined]
    return user


@prepared
def _owned_on(user: User, day: date) -> QuerySet[Ownership, int]:
    """Numbers of the estates ``user`` owns a unit in on ``day``."""
    held = Ownership.objects.on(day).filter(owner__user=user, owner__estate=F("unit__estate"))
    return held.order_by().values_list("unit__estate", flat=True)


@prepared
def _lived_on(user: User, day: date) -> QuerySet[Residency, int]:
    """Numbers of the estates ``user`` lives in."""
    living = Residency.objects.filter(user=user, valid_to__isnull=True)
    return living.values_list("unit__estate", flat=True)


def at_home(user: User, estate: Estate) -> AtHome:
    """Whether ``user`` owns in ``estate`` today, and lives there. One query for all estates."""
    # By attribute: what wraps the account of a request has a dict of its own.
    homes: tuple[set[int], set[int]] | None = getattr(user, "_homes", None)
    if homes is None:
        owned, lived = _owned_on(user, today()), _lived_on(user, today())
        rows = run_prepared({"owned": owned, "lived": lived})
        homes = rows["owned"], rows["lived"]
        if hasattr(user, "_homes"):
            user._homes = homes
    return AtHome(owns=estate.pk in homes[0], lives=estate.pk in homes[1])


@rules.predicate
def is_owner(user: User, thing: object) -> bool:
    return at_home(user, estate_of(thing)).owns


@rules.predicate
def is_resident(user: User, thing: object) -> bool:
    return at_home(user, estate_of(thing)).lives


@rules.predicate
def is_own(user: User, thing: object) -> bool:
    """Whether the thing was asked for by ``user``; an estate never was."""
    return getattr(thing, "user_id", None) == user.pk


is_secretary = has_role(RoleCode.SECRETARY)
is_chair = has_role(RoleCode.COMMITTEE_CHAIR)
is_committee = has_role(RoleCode.COMMITTEE_CHAIR, RoleCode.COMMITTEE)
#: 筹备组: convenes the first assembly, until it has elected a committee (《物业管理条例》第十条).
is_preparatory = has_role(RoleCode.PREPARATORY_GROUP)
#: Who calls the owners together.
is_convener = is_chair | is_preparatory
is_guide = has_role(RoleCode.SECRETARY, RoleCode.SUBDISTRICT)
is_at_desk = has_role(*DESK_ROLES)

rules.add_perm("communities.view_estate", is_owner | is_resident | has_role(*RoleCode))
rules.add_perm("communities.use_desk", is_at_desk)
rules.add_perm("communities.import_roster", is_secretary | is_convener)
rules.add_perm("communities.view_roster", is_secretary | is_committee | is_preparatory)
rules.add_perm("communities.set_representative", is_secretary | is_convener)
rules.add_perm("communities.decide_binding", is_secretary & ~is_own)
rules.add_perm("communities.manage_witnesses", is_secretary | is_chair)


# --- the committee and its term ---
rules.add_perm("communities.enter_term", is_secretary)
rules.add_perm("communities.manage_committee", is_secretary | is_chair)
rules.add_perm("communities.hand_over", is_secretary | is_committee)
rules.add_perm("communities.file_committee", is_guide)
rules.add_perm("communities.assess_committee", is_guide)
rules.add_perm("communities.view_member_assessments", is_committee | is_guide)
rules.add_perm("communities.view_reserve", is_guide)
rules.add_perm("communities.manage_reserve", is_secretary)
