"""What a roster would change: the homes as they stand against the homes as it lists them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from communities.crypto import blind_index
from communities.ledger.canonical import canonical
from communities.models import Estate, Owner, Ownership, Unit
from communities.roster import Field, ProblemCode, Roster, RosterUnit
from communities.roster.labels import canonical_building, canonical_room, canonical_staircase, split_address
from communities.values.area import format_area_plain

ADDED, CHANGED, GONE, RETURNED = "added", "changed", "gone", "returned"


class Place(NamedTuple):
    """Where a unit is; what two rosters recognise it by."""

    building: str
    staircase: str
    room: str

    @property
    def label(self) -> str:
        return "".join(self)


@dataclass(frozen=True, slots=True)
class Title:
    """A current ownership: its row, the owner's identity index and the order in which owners are written."""

    pk: int
    owner: str
    position: int


@dataclass(frozen=True, slots=True)
class StandingUnit:
    pk: int
    area: int
    use: str
    developer_held: bool
    is_gone: bool
    titles: tuple[Title, ...]

    @property
    def owners(self) -> tuple[str, ...]:
        return tuple(title.owner for title in self.titles)


@dataclass(frozen=True, slots=True)
class StandingOwner:
    pk: int
    masked: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The estate's roster as the database has it."""

    units: dict[Place, StandingUnit]
    owners: dict[str, StandingOwner]


@dataclass(frozen=True, slots=True)
class WantedOwner:
    index: str
    kind: str
    name: str
    identity: str = field(repr=False)
    phone: str = field(repr=False)

    @property
    def masked(self) -> str:
        return Owner(kind=self.kind, name=self.name).masked_name


@dataclass(frozen=True, slots=True)
class WantedUnit:
    place: Place
    row: RosterUnit
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One unit that would be added, changed, taken off or put back. Either side may be missing."""

    kind: str
    place: Place
    standing: StandingUnit | None
    wanted: WantedUnit | None

    @property
    def owners_change(self) -> bool:
        old = () if self.standing is None else self.standing.owners
        new = () if self.wanted is None else self.wanted.owners
        return set(old) != set(new)


@dataclass(frozen=True, slots=True)
class OwnerUpdate:
    """An owner known by identity whose name or phone the roster writes otherwise."""

    standing: StandingOwner
    wanted: WantedOwner

    @property
    def renamed(self) -> bool:
        return self.standing.name != self.wanted.name

    @property
    def phone_changed(self) -> bool:
        """A roster that leaves the phone blank takes none away."""
        return bool(self.wanted.phone) and self.standing.phone != self.wanted.phone


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that would change, and who is new. ``kept`` counts the units that the file does not
    list, but which stay because a row or sheet that may be theirs could not be read."""

    changes: tuple[Change, ...]
    owner_updates: tuple[OwnerUpdate, ...]
    new_owners: tuple[WantedOwner, ...]
    standing: Standing
    kept: int = 0

    def of_kind(self, kind: str) -> list[Change]:
        return [change for change in self.changes if change.kind == kind]

    @property
    def counts(self) -> dict[str, int]:
        counts = {kind: len(self.of_kind(kind)) for kind in (ADDED, CHANGED, GONE, RETURNED)}
        return counts | {"owners": len(self.owner_updates), "kept": self.kept}

    @property
    def digest(self) -> str:
        """Keyed hash of everything above: equal exactly when the same would be done to the same rows."""
        facts = {
            "changes": [_facts(change) for change in self.changes],
            "owners": [
                [update.wanted.index, update.standing.name, update.wanted.name, update.wanted.phone]
                for update in self.owner_updates
            ],
            "new": sorted([owner.index, owner.name, owner.phone] for owner in self.new_owners),
        }
        return blind_index("roster-comparison", canonical(facts))

    def as_json(self, names: dict[str, str]) -> dict[str, Any]:
        """The comparison for a page: areas in m², people masked. ``names`` masks each identity index."""
        return {
            "digest": self.digest,
            "counts": self.counts,
            "changes": [_described(change, names) for change in self.changes],
            "owners": [_owner_described(update) for update in self.owner_updates],
        }


def compare(estate: Estate, roster: Roster) -> Comparison:
    """What importing ``roster`` would do to ``estate`` as it stands.

    Only the buildings the file lists are compared: an estate may send its
    roster building by building.
    """
    standing = _standing(estate)
    owners: dict[str, WantedOwner] = {}
    wanted = {unit.place: unit for unit in (_wanted(row, owners) for row in roster.units)}
    changes = [
        change for unit in wanted.values() for change in _arriving(unit, standing.units.get(unit.place))
    ]
    missing = _missing(standing, wanted)
    unread = _Unread.of(roster)
    gone = [place for place in missing if not unread.may_hide(place)]
    changes += [Change(GONE, place, standing.units[place], None) for place in gone]
    updates = (
        OwnerUpdate(standing.owners[index], owner)
        for index, owner in owners.items()
        if index in standing.owners
    )
    return Comparison(
        tuple(changes),
        tuple(update for update in updates if update.renamed or update.phone_changed),
        tuple(owner for index, owner in owners.items() if index not in standing.owners),
        standing,
        kept=len(missing) - len(gone),
    )


def masked_names(comparison: Comparison) -> dict[str, str]:
    """Each owner's masked name by identity index, as the roster writes it or else as it stood."""
    names = {index: owner.masked for index, owner in comparison.standing.owners.items()}
    return names | {owner.index: owner.masked for owner in comparison.new_owners}


def identity_index(number: str) -> str:
    return blind_index("identity", number)


def _standing(estate: Estate) -> Standing:
    owners = {
        owner.identity_index: StandingOwner(owner.pk, owner.masked_name, owner.name, owner.phone)
        for owner in Owner.objects.filter(estate=estate).only("identity_index", "kind", "name", "phone")
    }
    titles: dict[int, list[Title]] = {}
    current = Ownership.objects.filter(unit__estate=estate, valid_to__isnull=True).order_by("position", "pk")
    for pk, unit, index, position in current.values_list(
        "pk", "unit_id", "owner__identity_index", "position"
    ):
        titles.setdefault(unit, []).append(Title(pk, index, position))
    units = {}
    for row in (
        Unit.objects.filter(estate=estate)
        .order_by()
        .values_list("building__name", "staircase", "room", "pk", "area", "use", "developer_held", "gone_on")
    ):
        pk, area, use, developer_held, gone_on = row[3:]
        units[Place(*row[:3])] = StandingUnit(
            pk, area, use, developer_held, gone_on is not None, tuple(titles.get(pk, ()))
        )
    return Standing(units, owners)


def _wanted(row: RosterUnit, owners: dict[str, WantedOwner]) -> WantedUnit:
    indexes = []
    for person in row.owners:
        index = identity_index(person.identity)
        indexes.append(index)
        known = owners.get(index)
        # One person, written in several rows: the first name stands, and the first phone there is.
        if known is None or (person.phone and not known.phone):
            name = known.name if known else person.name
            owners[index] = WantedOwner(index, person.kind.value, name, person.identity, person.phone or "")
    return WantedUnit(Place(row.building, row.staircase, row.room), row, tuple(dict.fromkeys(indexes)))


def _arriving(unit: WantedUnit, standing: StandingUnit | None) -> Iterator[Change]:
    if standing is None:
        yield Change(ADDED, unit.place, None, unit)
    elif standing.is_gone:
        yield Change(RETURNED, unit.place, standing, unit)
    elif (standing.area, standing.use, standing.developer_held) != (
        unit.row.area,
        unit.row.use.value,
        unit.row.developer_held,
    ) or set(standing.owners) != set(unit.owners):
        yield Change(CHANGED, unit.place, standing, unit)


def _missing(standing: Standing, wanted: dict[Place, WantedUnit]) -> list[Place]:
    listed = {place.building for place in wanted}
    return [
        place
        for place, unit in standing.units.items()
        if not unit.is_gone and place.building in listed and place not in wanted
    ]


@dataclass(frozen=True, slots=True)
class _Unread:
    """Which units a row or sheet that was left out may be about."""

    places: frozenset[Place]
    buildings: frozenset[str]
    everything: bool

    @classmethod
    def of(cls, roster: Roster) -> "_Unread":
        places, buildings, everything = set(), set(), False
        for problem in roster.errors:
            texts = roster.problem_rows.get((problem.sheet, problem.row), {})
            place = _place_of(texts)
            if problem.code is ProblemCode.HEADER_MISSING or not place.building:
                everything = True
            elif place.room:
                places.add(place)
            else:
                buildings.add(place.building)
        return cls(frozenset(places), frozenset(buildings), everything)

    def may_hide(self, place: Place) -> bool:
        return self.everything or place.building in self.buildings or place in self.places


def _place_of(texts: Any) -> Place:
    building = canonical_building(texts.get(Field.BUILDING, ""))
    staircase = canonical_staircase(texts.get(Field.STAIRCASE, ""))
    room = texts.get(Field.ROOM, "")
    split = split_address(room, building)
    if split is None:
        return Place(building, staircase, canonical_room(room))
    return Place(split.building, split.staircase or staircase, split.room)


def _facts(change: Change) -> list[Any]:
    old, new = change.standing, change.wanted
    return [
        change.kind,
        list(change.place),
        None if old is None else [old.pk, old.area, old.use, old.developer_held, sorted(old.owners)],
        None
        if new is None
        else [new.row.area, new.row.use.value, new.row.developer_held, sorted(new.owners)],
    ]


def _described(change: Change, names: dict[str, str]) -> dict[str, Any]:
    """``{"kind", "unit", "fields": [[name, old, new], …]}``; an empty text where there is no such side."""
    old, new = change.standing, change.wanted
    sides = [
        ("area", old and format_area_plain(old.area), new and format_area_plain(new.row.area)),
        ("use", old and old.use, new and new.row.use.value),
        ("developer", old and _yes(old.developer_held), new and _yes(new.row.developer_held)),
    ]
    fields = [[name, before or "", after or ""] for name, before, after in sides if before != after]
    if change.owners_change or change.kind == RETURNED:
        before = "、".join(names[index] for index in old.owners) if old else ""
        after = "、".join(names[index] for index in new.owners) if new else ""
        fields.append(["owners", before, after])
    return {"kind": change.kind, "unit": change.place.label, "fields": fields}


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _owner_described(update: OwnerUpdate) -> dict[str, Any]:
    fields = []
    if update.renamed:
        fields.append(["name", update.standing.masked, update.wanted.masked])
    if update.phone_changed:
        fields.append(["phone", "", ""])
    return {"owner": update.wanted.masked, "fields": fields}
