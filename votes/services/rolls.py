"""Freezing the roll: who counts as one head, with which area, and who may cast for it."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from django.db import connection, transaction
from django.db.models import Count, FilteredRelation, Model, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from communities.clock import local_day
from communities.crypto import blind_index
from communities.enums import OwnerKind, UnitUse
from communities.ledger.canonical import Plain, canonical
from communities.models import Estate, Owner, Ownership, Unit, User
from communities.queries import policies_in_force
from votes.errors import RollEmpty, RollIncomplete, RollMismatch
from votes.models import Assembly, Elector, ElectorMember, ElectorUnit

#: Rows written at a time, so that memory holds a batch and not a second roll.
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class RollUnit:
    """A counted unit as the roster has it at the moment of freezing. Area in 0.01 m²."""

    pk: int
    building: str
    staircase: str
    room: str
    area: int
    area_basis: str

    @property
    def label(self) -> str:
        return f"{self.building}{self.staircase}{self.room}"


@dataclass(slots=True)
class Head:
    """One head before it becomes an :class:`Elector`: its owner set and all its units."""

    identities: tuple[str, ...]
    is_developer: bool = False
    units: list[RollUnit] = field(default_factory=list)
    owners: dict[int, str] = field(default_factory=dict)
    representatives: set[int] = field(default_factory=set)

    @property
    def area(self) -> int:
        return sum(unit.area for unit in self.units)

    @property
    def label(self) -> str:
        """ "3幢1单元0502", or with several units "3幢1单元0502 等 2 套"."""
        first = self.units[0].label
        if len(self.units) == 1:
            return first
        return _("%(first)s 等 %(number)s 套") % {"first": first, "number": len(self.units)}

    @property
    def members(self) -> list[tuple[int, bool]]:
        """Each owner's number with whether they may cast.

        Where the co-owners named a representative for any of the units, only
        representatives may; otherwise each of them may, and the first ballot stands.
        """
        return [
            (owner, not self.representatives or owner in self.representatives)
            for owner in sorted(self.owners)
        ]


@dataclass(frozen=True, slots=True)
class FrozenRoll:
    """The totals of a roll: heads, area in 0.01 m², and the hash over its rows."""

    heads: int
    area: int
    roll_hash: str


def counts_parking(estate: Estate, moment: datetime) -> bool:
    """Whether the estate's rules count parking spaces and storage rooms."""
    return bool(policies_in_force(estate, on=local_day(moment))["count-parking"].value)


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of an estate that decides: all of it, one building, or one staircase of a building."""

    building: int | None = None
    staircase: str = ""


def scope_of(assembly: Assembly) -> Scope:
    return Scope(assembly.scope_building_id, assembly.scope_staircase)


def counted_units(estate: Estate, *, count_parking: bool, scope: Scope | None = None) -> QuerySet[Unit]:
    """Standing units whose area and owners count; with ``scope`` only those of that part."""
    units = Unit.objects.standing().filter(estate=estate)
    if scope and scope.building:
        units = units.filter(building=scope.building)
        if scope.staircase:
            units = units.filter(staircase=scope.staircase)
    return units if count_parking else units.exclude(use__in=UnitUse.uncounted())


def gather_roll(
    *, estate: Estate, moment: datetime, count_parking: bool, scope: Scope | None = None
) -> list[Head]:
    """The heads of ``estate`` at ``moment``, in the order of building, staircase and room.

    With ``scope`` the part is the whole: units outside it neither count nor make anybody a head.

    One head is one set of owners (法释〔2020〕17号 第九条): one owner's several
    units are one head; what the developer has not sold or not handed over is one
    head. Reads the roster in one statement, so that no change falls between.
    Raises :class:`RollIncomplete` for a unit without a current owner.
    """
    return gather_heads(counted_units(estate, count_parking=count_parking, scope=scope), moment)


def gather_heads(units: QuerySet[Unit], moment: datetime) -> list[Head]:
    """:func:`gather_roll` over any units: exact for a head whose units are all among them."""
    heads: dict[tuple[str, ...], Head] = {}
    developer = Head((), is_developer=True)
    for unit, developer_held, titles in _units_with_titles(units, moment):
        if developer_held:
            head = developer
            titles = [title for title in titles if title.is_legal_person]
        elif not titles:
            raise RollIncomplete(unit=unit.label)
        else:
            identities = tuple(sorted(title.identity for title in titles))
            head = heads.setdefault(identities, Head(identities))
        head.units.append(unit)
        for title in titles:
            head.owners[title.owner] = title.identity
            if title.is_representative:
                head.representatives.add(title.owner)
    if developer.units:
        _join_developer(heads, developer)
    ordered = list(heads.values())
    for head in ordered:
        head.units.sort(key=place_of)
    ordered.sort(key=lambda head: place_of(head.units[0]))
    return ordered


def heads_of(user: User, estate: Estate, moment: datetime) -> list[Head]:
    """The heads ``user`` is an owner in: alone, and with each set of co-owners.

    The units of a head are those of its whole set of owners, so all of them are among the user's.
    """
    titled = Ownership.objects.on(local_day(moment)).filter(owner__user=user, owner__estate=estate)
    counted = counted_units(estate, count_parking=counts_parking(estate, moment))
    mine = counted.filter(pk__in=titled.values("unit"))
    if mine.filter(developer_held=True).exists():
        mine = counted.filter(Q(pk__in=titled.values("unit")) | Q(developer_held=True))
    return gather_heads(mine, moment)


def _join_developer(heads: dict[tuple[str, ...], Head], developer: Head) -> None:
    """Add the developer as one head, together with what it holds by title alone."""
    developer.identities = tuple(sorted(developer.owners.values()))
    own = heads.pop(developer.identities, None) if len(developer.identities) == 1 else None
    if own is not None:
        developer.units += own.units
        developer.representatives |= own.representatives
    # An owner set is never empty, so this key is free.
    heads[()] = developer


@dataclass(frozen=True, slots=True)
class _Title:
    owner: int
    identity: str
    is_legal_person: bool
    is_representative: bool


def _units_with_titles(
    units: QuerySet[Unit], moment: datetime
) -> Iterator[tuple[RollUnit, bool, list[_Title]]]:
    day = local_day(moment)
    rows = (
        units.annotate(
            title=FilteredRelation(
                "ownerships",
                condition=Q(ownerships__valid_from__lte=day)
                & (Q(ownerships__valid_to__isnull=True) | Q(ownerships__valid_to__gt=day)),
            )
        )
        .order_by("pk")
        .values_list(
            "pk",
            "building__name",
            "staircase",
            "room",
            "area",
            "area_basis",
            "developer_held",
            "title__owner_id",
            "title__owner__identity_index",
            "title__owner__kind",
            "title__is_representative",
        )
    )
    unit: RollUnit | None = None
    held = False
    titles: list[_Title] = []
    for pk, building, staircase, room, area, basis, developer_held, owner, *title in rows.iterator(BATCH):
        if unit is None or unit.pk != pk:
            if unit is not None:
                yield unit, held, titles
            unit, held, titles = RollUnit(pk, building, staircase, room, area, basis), developer_held, []
        if owner is not None:
            identity, kind, is_representative = title
            titles.append(_Title(owner, identity, kind == OwnerKind.LEGAL, is_representative))
    if unit is not None:
        yield unit, held, titles


_NUMBER = re.compile(r"(\d+)")


def place_of(unit: RollUnit) -> tuple[list[tuple[int, int, str]], ...]:
    """Where a unit stands in the order people expect: 2幢 before 10幢."""
    return tuple(
        [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in _NUMBER.split(text) if part]
        for text in (unit.building, unit.staircase, unit.room)
    )


def head_key(assembly: Assembly, head: Head) -> str:
    """Names the owner set within one assembly only: the same people get another key in the next."""
    who = "developer" if head.is_developer else ",".join(head.identities)
    return blind_index("head", f"{assembly.pk}:{who}")


def roll_line(*, number: int, key: str, area: int, units: list[RollUnit]) -> str:
    """The canonical line of one elector; :func:`freeze_roll` hashes all of them in order of number."""
    places: list[Plain] = [
        [unit.building, unit.staircase, unit.room, unit.area, unit.area_basis] for unit in units
    ]
    return canonical({"number": number, "head": key, "area": area, "units": places})


@transaction.atomic
def freeze_roll(*, assembly: Assembly, moment: datetime) -> FrozenRoll:
    """Write the roll of a draft as the roster stands at ``moment``, and its totals on the assembly.

    Totals are integers of heads and of 0.01 m²; the hash is SHA-256 over the
    lines of :func:`roll_line`, each ended by a newline. Raises
    :class:`RollIncomplete`, :class:`RollEmpty` and :class:`RollMismatch`. Once
    the assembly is posted, triggers keep every row.
    """
    estate = assembly.estate
    count_parking = counts_parking(estate, moment)
    scope = scope_of(assembly)
    heads = gather_roll(estate=estate, moment=moment, count_parking=count_parking, scope=scope)
    if not heads:
        raise RollEmpty
    digest = hashlib.sha256()
    for start in range(0, len(heads), BATCH):
        _write_batch(assembly, heads[start : start + BATCH], start, digest)
    frozen = FrozenRoll(len(heads), sum(head.area for head in heads), digest.hexdigest())
    check_against_roster(assembly, frozen, counted_units(estate, count_parking=count_parking, scope=scope))
    assembly.total_heads, assembly.total_area, assembly.roll_hash = (
        frozen.heads,
        frozen.area,
        frozen.roll_hash,
    )
    assembly.save(update_fields=["total_heads", "total_area", "roll_hash"])
    return frozen


def _write_batch(assembly: Assembly, heads: list[Head], start: int, digest: "hashlib._Hash") -> None:
    keys = [head_key(assembly, head) for head in heads]
    electors: list[Row] = []
    for number, (head, key) in enumerate(zip(heads, keys, strict=True), start=start + 1):
        area = head.area
        line = roll_line(number=number, key=key, area=area, units=head.units)
        digest.update(f"{line}\n".encode())
        electors.append((assembly.pk, number, key, head.label, len(head.units), area, head.is_developer))
    _insert(Elector, ELECTOR_COLUMNS, electors)
    written = Elector.objects.filter(assembly=assembly, number__gt=start, number__lte=start + len(heads))
    pks = list(written.order_by("number").values_list("pk", flat=True))
    write_contents(assembly, zip(pks, heads, strict=True))


class HasContents(Protocol):
    """A head, or an entry of a roll: what :func:`write_contents` reads."""

    @property
    def units(self) -> Sequence[RollUnit]: ...
    @property
    def members(self) -> Sequence[tuple[int, bool]]: ...


class HasPlace(HasContents, Protocol):
    @property
    def number(self) -> int: ...
    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def area(self) -> int: ...
    @property
    def is_developer(self) -> bool: ...


def insert_electors(assembly: Assembly, entries: Sequence[HasPlace]) -> dict[int, int]:
    """Write the electors of ``entries``, without their contents; returns each one's row by its number."""
    rows: list[Row] = [
        (
            assembly.pk,
            entry.number,
            entry.key,
            entry.label,
            len(entry.units),
            entry.area,
            entry.is_developer,
        )
        for entry in entries
    ]
    _insert(Elector, ELECTOR_COLUMNS, rows)
    numbers = [entry.number for entry in entries]
    written = Elector.objects.filter(
        assembly=assembly, number__gte=min(numbers, default=1), number__lte=max(numbers, default=0)
    )
    return dict(written.values_list("number", "pk"))


def write_contents(assembly: Assembly, electors: Iterable[tuple[int, HasContents]]) -> None:
    """The units and members of electors, each given by its row and its head."""
    units: list[Row] = []
    members: list[Row] = []
    for pk, head in electors:
        units += [
            (assembly.pk, pk, unit.pk, unit.building, unit.staircase, unit.room, unit.area, unit.area_basis)
            for unit in head.units
        ]
        members += [(pk, owner, may_cast) for owner, may_cast in head.members]
    _insert(ElectorUnit, UNIT_COLUMNS, units)
    _insert(ElectorMember, MEMBER_COLUMNS, members)


# Written by hand: through model instances 20,000 units take several times as long.
ELECTOR_COLUMNS = ("assembly_id", "number", "head_key", "label", "unit_count", "area", "is_developer")
UNIT_COLUMNS = ("assembly_id", "elector_id", "unit_id", "building", "staircase", "room", "area", "area_basis")
MEMBER_COLUMNS = ("elector_id", "owner_id", "may_cast")
ROWS_A_STATEMENT = 500
Row: TypeAlias = "tuple[int | str | bool, ...]"


def _insert(model: type[Model], columns: tuple[str, ...], rows: list[Row]) -> None:
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    place = f"({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS_A_STATEMENT):
            batch = rows[start : start + ROWS_A_STATEMENT]
            places = ", ".join([place] * len(batch))
            # Names of our own tables and columns; every value is a parameter.
            statement = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES {places}"  # noqa: S608
            cursor.execute(statement, [value for row in batch for value in row])


def check_against_roster(assembly: Assembly, frozen: FrozenRoll, units: QuerySet[Unit]) -> None:
    """A second reckoning by the database alone: areas and units of the roll are those of the roster."""
    roster = units.aggregate(area=Sum("area"), units=Count("pk"))
    written = ElectorUnit.objects.filter(assembly=assembly).aggregate(area=Sum("area"), units=Count("pk"))
    by_head = Elector.objects.filter(assembly=assembly).aggregate(area=Sum("area"), heads=Count("pk"))
    if roster != written or by_head != {"area": frozen.area, "heads": frozen.heads}:
        raise RollMismatch
    if by_head["area"] != roster["area"]:
        raise RollMismatch


@dataclass(frozen=True, slots=True)
class RollPreview:
    """What a roll frozen now would hold. ``reachable``: heads somebody could cast for with an account."""

    heads: int
    area: int
    units: int
    developer_units: int
    reachable: int


def preview_roll(estate: Estate, moment: datetime, *, scope: Scope | None = None) -> RollPreview:
    """The roll as :func:`freeze_roll` would write it, written nowhere. Raises :class:`RollIncomplete`."""
    heads = gather_roll(
        estate=estate, moment=moment, count_parking=counts_parking(estate, moment), scope=scope
    )
    bound = set(Owner.objects.filter(estate=estate, user__isnull=False).values_list("pk", flat=True))
    return RollPreview(
        heads=len(heads),
        area=sum(head.area for head in heads),
        units=sum(len(head.units) for head in heads),
        developer_units=sum(len(head.units) for head in heads if head.is_developer),
        reachable=sum(any(may_cast and owner in bound for owner, may_cast in head.members) for head in heads),
    )
