"""Writing a comparison down: units, owners and titles, in bulk. The caller holds the transaction."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from communities.crypto import blind_index
from communities.models import Building, Estate, Owner, Ownership, Unit

from .comparing import (
    ADDED,
    CHANGED,
    GONE,
    RETURNED,
    Change,
    Comparison,
    OwnerUpdate,
    Place,
    WantedOwner,
    WantedUnit,
)
from .refusals import RosterTextTooLong

BATCH = 500

_LEADING_NUMBER = re.compile(r"\d{1,6}")
_LEADING_LETTER = re.compile(r"[A-Za-z]")


def apply_comparison(*, estate: Estate, comparison: Comparison, day: date) -> None:
    """Make the estate's roster say what the compared file says, from ``day`` on.

    Titles that end keep their row with ``valid_to``; titles that stay are not
    touched, so a representative stays one. Nothing frozen is read or written.
    """
    _need_short_texts(comparison)
    buildings = _buildings(estate, {change.place.building for change in comparison.of_kind(ADDED)})
    owners = {index: owner.pk for index, owner in comparison.standing.owners.items()}
    owners |= _create_owners(estate, comparison.new_owners)
    _update_owners(estate, comparison.owner_updates)
    # Titles end before others begin: a unit has one current title an owner, and one representative.
    _end_titles(comparison.changes, day)
    units = _create_units(estate, buildings, comparison.of_kind(ADDED))
    _update_units(estate, buildings, comparison.of_kind(CHANGED) + comparison.of_kind(RETURNED))
    _take_off([change.standing.pk for change in comparison.of_kind(GONE) if change.standing], day)
    _begin_titles(comparison.changes, units, owners, day)


def building_position(name: str) -> int:
    """Where a building stands among the others: by its number, then by its letter, then the named ones."""
    number = _LEADING_NUMBER.match(name)
    if number:
        return int(number[0])
    letter = _LEADING_LETTER.match(name)
    return 1_000_000 + ord(letter[0].upper()) if letter else 2_000_000


def _need_short_texts(comparison: Comparison) -> None:
    columns = [Building.name.field, Unit.staircase.field, Unit.room.field]
    longest = [column.max_length or 0 for column in columns]
    for change in comparison.changes:
        if change.wanted and any(
            len(text) > limit for text, limit in zip(change.place, longest, strict=True)
        ):
            row = change.wanted.row
            raise RosterTextTooLong(
                f"“{row.sheet}”第 {row.row} 行的楼幢、单元或房号太长，整份名册都没有导入。请改短后重新上传。"
            )


def _buildings(estate: Estate, names: set[str]) -> dict[str, Building]:
    known = {building.name: building for building in Building.objects.filter(estate=estate)}
    new = [
        Building(estate=estate, name=name, position=building_position(name))
        for name in sorted(names - known.keys())
    ]
    return known | {building.name: building for building in Building.objects.bulk_create(new, BATCH)}


def _create_owners(estate: Estate, wanted: Iterable[WantedOwner]) -> dict[str, int]:
    new = [_owner(estate, owner) for owner in wanted]
    return {owner.identity_index: owner.pk for owner in Owner.objects.bulk_create(new, BATCH)}


def _update_owners(estate: Estate, updates: Iterable[OwnerUpdate]) -> None:
    changed = []
    for update in updates:
        phone = update.wanted.phone or update.standing.phone
        changed.append(_owner(estate, replace(update.wanted, phone=phone)))
    # An upsert on the key that found them: many times faster than bulk_update.
    Owner.objects.bulk_create(
        changed,
        BATCH,
        update_conflicts=True,
        unique_fields=["estate", "identity_index"],
        update_fields=["name", "phone", "phone_index"],
    )


def _owner(estate: Estate, owner: WantedOwner) -> Owner:
    return Owner(
        estate=estate,
        kind=owner.kind,
        name=owner.name,
        identity=owner.identity,
        identity_index=owner.index,
        phone=owner.phone,
        phone_index=blind_index("phone", owner.phone) if owner.phone else "",
    )


def _create_units(
    estate: Estate, buildings: dict[str, Building], changes: Iterable[Change]
) -> dict[Place, int]:
    new = [_unit(estate, buildings, change.wanted) for change in changes if change.wanted]
    created = Unit.objects.bulk_create(new, BATCH)
    return {Place(unit.building.name, unit.staircase, unit.room): unit.pk for unit in created}


def _update_units(estate: Estate, buildings: dict[str, Building], changes: Iterable[Change]) -> None:
    changed = [_unit(estate, buildings, change.wanted) for change in changes if change.wanted]
    Unit.objects.bulk_create(
        changed,
        BATCH,
        update_conflicts=True,
        unique_fields=["building", "staircase", "room"],
        update_fields=["area", "use", "developer_held", "gone_on"],
    )


def _unit(estate: Estate, buildings: dict[str, Building], wanted: WantedUnit) -> Unit:
    return Unit(
        estate=estate,
        building=buildings[wanted.place.building],
        staircase=wanted.place.staircase,
        room=wanted.place.room,
        area=wanted.row.area,
        use=wanted.row.use.value,
        developer_held=wanted.row.developer_held,
    )


def _take_off(units: list[int], day: date) -> None:
    for start in range(0, len(units), BATCH):
        Unit.objects.filter(pk__in=units[start : start + BATCH]).update(gone_on=day)


def _end_titles(changes: Iterable[Change], day: date) -> None:
    ended = [
        title.pk
        for change in changes
        if change.standing
        for title in change.standing.titles
        if change.wanted is None or title.owner not in change.wanted.owners
    ]
    for start in range(0, len(ended), BATCH):
        Ownership.objects.filter(pk__in=ended[start : start + BATCH]).update(valid_to=day)


def _begin_titles(
    changes: Iterable[Change], created: dict[Place, int], owners: dict[str, int], day: date
) -> None:
    begun = []
    for change in changes:
        if change.wanted is None:
            continue
        unit = change.standing.pk if change.standing else created[change.place]
        held = change.standing.owners if change.standing else ()
        begun += [
            Ownership(unit_id=unit, owner_id=owners[index], position=position, valid_from=day)
            for position, index in enumerate(change.wanted.owners)
            if index not in held
        ]
    Ownership.objects.bulk_create(begun, BATCH)
