"""What of a frozen roll differs from the roll that would be frozen now."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from communities.ledger.canonical import canonical
from communities.ledger.hashing import sha256
from votes.models import Assembly, Elector, ElectorMember, ElectorUnit

from .rolls import FrozenRoll, Head, RollUnit, gather_roll, head_key, place_of, roll_line, scope_of


@dataclass(frozen=True, slots=True)
class RollEntry:
    """One elector, frozen or as it would be frozen. Area in 0.01 m²."""

    number: int
    key: str
    label: str
    is_developer: bool
    units: tuple[RollUnit, ...]
    #: Each owner's number with whether they may cast, by number.
    members: tuple[tuple[int, bool], ...]

    @property
    def area(self) -> int:
        return sum(unit.area for unit in self.units)

    @property
    def line(self) -> str:
        return roll_line(number=self.number, key=self.key, area=self.area, units=list(self.units))


@dataclass(frozen=True, slots=True)
class RollChange:
    """One elector that is not as it was: ``then`` is None for a new one, ``now`` for one that is gone."""

    then: RollEntry | None
    now: RollEntry | None

    @property
    def kind(self) -> str:
        """ "added", "gone" or "changed"."""
        if self.then is None:
            return "added"
        return "gone" if self.now is None else "changed"

    @property
    def label(self) -> str:
        entry = self.now or self.then
        return entry.label if entry else ""

    @property
    def number(self) -> int:
        entry = self.now or self.then
        return entry.number if entry else 0

    @property
    def units_added(self) -> list[RollUnit]:
        return _missing(self.now, self.then)

    @property
    def units_gone(self) -> list[RollUnit]:
        return _missing(self.then, self.now)

    @property
    def areas_changed(self) -> list[tuple[RollUnit, RollUnit]]:
        """Units of both whose area or its basis differs: then and now."""
        if self.then is None or self.now is None:
            return []
        now = {unit.pk: unit for unit in self.now.units}
        pairs = [(unit, now[unit.pk]) for unit in self.then.units if unit.pk in now]
        return [
            (then, new) for then, new in pairs if (then.area, then.area_basis) != (new.area, new.area_basis)
        ]

    @property
    def members_changed(self) -> bool:
        """Whether the same head has other owners' rows, or others may cast for it."""
        return bool(self.then and self.now and self.then.members != self.now.members)

    @property
    def owners(self) -> set[int]:
        return {owner for entry in (self.then, self.now) if entry for owner, _may_cast in entry.members}


def _missing(entry: RollEntry | None, other: RollEntry | None) -> list[RollUnit]:
    there = {unit.pk for unit in other.units} if other else set()
    return [unit for unit in (entry.units if entry else ()) if unit.pk not in there]


@dataclass(frozen=True, slots=True)
class RollDelta:
    """A frozen roll beside the one that would be frozen now. ``shown`` names exactly this difference."""

    before: FrozenRoll
    after: FrozenRoll
    changes: list[RollChange]
    shown: str

    @property
    def counts(self) -> dict[str, int]:
        """How many of each, for the log and for pages. No number tells whose."""
        changed = [change for change in self.changes if change.kind == "changed"]
        return {
            "heads_added": sum(change.kind == "added" for change in self.changes),
            "heads_gone": sum(change.kind == "gone" for change in self.changes),
            "heads_changed": len(changed),
            "units_added": sum(len(change.units_added) for change in self.changes),
            "units_gone": sum(len(change.units_gone) for change in self.changes),
            "areas_changed": sum(len(change.areas_changed) for change in changed),
            "members_changed": sum(change.members_changed for change in changed),
        }

    @property
    def owners(self) -> set[int]:
        """The owners of every head that changes, before and after."""
        return set().union(*(change.owners for change in self.changes))


def roll_delta(assembly: Assembly, moment: datetime) -> RollDelta:
    """The difference between the frozen roll and the one the rules frozen with it give at ``moment``.

    A head that is the same set of owners keeps its number; new ones get the numbers
    after the last. Raises :class:`votes.errors.RollIncomplete`.
    """
    then = {entry.key: entry for entry in frozen_entries(assembly)}
    heads = gather_roll(
        estate=assembly.estate,
        moment=moment,
        count_parking=bool(assembly.rule("count-parking")),
        scope=scope_of(assembly),
    )
    now = {entry.key: entry for entry in _numbered(assembly, heads, then)}
    changes = [
        RollChange(then.get(key), now.get(key)) for key in {**then, **now} if then.get(key) != now.get(key)
    ]
    changes.sort(key=lambda change: change.number)
    entries = sorted(now.values(), key=lambda entry: entry.number)
    digest = lines_hash(entries)
    members = sha256(canonical([[entry.number, [list(one) for one in entry.members]] for entry in entries]))
    return RollDelta(
        before=FrozenRoll(assembly.total_heads, assembly.total_area, assembly.roll_hash),
        after=FrozenRoll(len(entries), sum(entry.area for entry in entries), digest),
        changes=changes,
        shown=sha256(canonical([assembly.roll_hash, digest, members])),
    )


def lines_hash(entries: Iterable[RollEntry]) -> str:
    """SHA-256 over the lines of ``entries``, each ended by a newline, as when the roll was frozen."""
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(f"{entry.line}\n".encode())
    return digest.hexdigest()


def frozen_entries(assembly: Assembly) -> list[RollEntry]:
    """The frozen roll, in order of number."""
    units: dict[int, list[RollUnit]] = defaultdict(list)
    rows = ElectorUnit.objects.filter(assembly=assembly).values_list(
        "elector", "unit", "building", "staircase", "room", "area", "area_basis"
    )
    for elector, unit, building, staircase, room, area, basis in rows:
        units[elector].append(RollUnit(unit, building, staircase, room, area, basis))
    members: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    named = ElectorMember.objects.filter(elector__assembly=assembly).order_by("owner")
    for elector, owner, may_cast in named.values_list("elector", "owner", "may_cast"):
        members[elector].append((owner, may_cast))
    return [
        RollEntry(
            number=elector.number,
            key=elector.head_key,
            label=elector.label,
            is_developer=elector.is_developer,
            units=tuple(sorted(units[elector.pk], key=place_of)),
            members=tuple(members[elector.pk]),
        )
        for elector in Elector.objects.filter(assembly=assembly).order_by("number")
    ]


def _numbered(assembly: Assembly, heads: list[Head], then: dict[str, RollEntry]) -> list[RollEntry]:
    last = max((entry.number for entry in then.values()), default=0)
    entries = []
    for head in heads:
        key = head_key(assembly, head)
        if key in then:
            number = then[key].number
        else:
            last += 1
            number = last
        entries.append(
            RollEntry(
                number=number,
                key=key,
                label=head.label,
                is_developer=head.is_developer,
                units=tuple(head.units),
                members=tuple(head.members),
            )
        )
    return entries
