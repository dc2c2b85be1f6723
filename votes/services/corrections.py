"""Correcting a frozen roll: between publication and opening, by two people, with the difference on record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from communities.clock import database_now
from communities.ledger.canonical import Plain
from communities.ledger.hashing import sha256
from communities.models import Estate, User
from communities.services.ledger import record
from communities.services.outbox import tell
from votes.errors import HeadStillReferred, RollChangedAgain, RollUnchanged
from votes.models import Assembly, Elector, ElectorMember, ElectorUnit, TwoPersonAct

from .roll_deltas import RollDelta, RollEntry, frozen_entries, lines_hash, roll_delta
from .rolls import check_against_roster, counted_units, insert_electors, scope_of, write_contents


def check_correction(assembly: Assembly, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a proposed correction: both totals, the counts, and which difference was ``shown``.

    ``payload["shown"]`` must be what :func:`roll_delta` gave the proposer: nobody
    signs for a difference they have not seen. Raises :class:`RollUnchanged`,
    :class:`RollChangedAgain`, :class:`HeadStillReferred`.
    """
    delta = roll_delta(assembly, database_now())
    if not delta.changes:
        raise RollUnchanged
    if payload.get("shown") != delta.shown:
        raise RollChangedAgain
    need_free_heads(assembly, delta)
    return {
        "roll": _totals(delta.after.heads, delta.after.area, delta.after.roll_hash),
        "was": _totals(delta.before.heads, delta.before.area, delta.before.roll_hash),
        "delta": delta.counts,
        "shown": delta.shown,
    }


def apply_correction(act: TwoPersonAct, actor: User, moment: datetime) -> None:
    """Write the roll as it would be frozen now, if that is still what was proposed.

    Kept electors keep their rows and numbers, new ones get the numbers after the
    last, gone ones are removed. The log gets the new totals, the hash before and
    after, and the hash of every line that went or came; everybody on the roll is
    told, and the owners concerned once more. Raises :class:`RollChangedAgain` and
    :class:`HeadStillReferred`.
    """
    assembly = act.assembly
    # Commits of a roster hold the same row: what is compared is what is written.
    Estate.objects.select_for_update().get(pk=assembly.estate_id)
    delta = roll_delta(assembly, moment)
    if act.payload.get("shown") != delta.shown:
        raise RollChangedAgain
    need_free_heads(assembly, delta)
    _write(assembly, delta)
    assembly.total_heads, assembly.total_area = delta.after.heads, delta.after.area
    assembly.roll_hash = delta.after.roll_hash
    assembly.save(update_fields=["total_heads", "total_area", "roll_hash"])
    _check_written(assembly, delta)
    assert assembly.log is not None
    record(
        log=assembly.log,
        verb="votes.roll.corrected",
        subject=assembly,
        actor=actor,
        payload=_leaf(act, delta),
        moment=moment,
    )
    tell(estate=assembly.estate, topic="votes.roll-corrected", subject=act.pk)
    for owner in sorted(delta.owners):
        tell(estate=assembly.estate, topic="votes.roll-entry-corrected", subject=f"{act.pk}:{owner}")


def need_free_heads(assembly: Assembly, delta: RollDelta) -> None:
    """Raise :class:`HeadStillReferred`, with whose homes, where a head to be removed has records already."""
    gone = [change.number for change in delta.changes if change.kind == "gone"]
    electors = Elector.objects.filter(assembly=assembly, number__in=gone)
    own = {ElectorUnit, ElectorMember}
    held: set[str] = set()
    for relation in Elector._meta.related_objects:
        if relation.related_model not in own:
            rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": electors})
            held.update(rows.values_list(f"{relation.field.name}__label", flat=True))
    if held:
        raise HeadStillReferred(
            f"{HeadStillReferred.message}（{'、'.join(sorted(held))}）", labels=sorted(held)
        )


def _write(assembly: Assembly, delta: RollDelta) -> None:
    before = {change.then.key: change.then for change in delta.changes if change.then}
    after = {change.now.key: change.now for change in delta.changes if change.now}
    rows = {elector.head_key: elector for elector in Elector.objects.filter(assembly=assembly)}
    touched = [rows[key].pk for key in before]
    # A unit stands once on a roll: all that move leave before any comes.
    ElectorUnit.objects.filter(elector__in=touched).delete()
    ElectorMember.objects.filter(elector__in=touched).delete()
    Elector.objects.filter(pk__in=[rows[key].pk for key in before if key not in after]).delete()
    kept = [(rows[key], entry) for key, entry in after.items() if key in before]
    for elector, entry in kept:
        elector.label, elector.area = entry.label, entry.area
        elector.unit_count, elector.is_developer = len(entry.units), entry.is_developer
    fields = ["label", "area", "unit_count", "is_developer"]
    Elector.objects.bulk_update([elector for elector, _entry in kept], fields, batch_size=200)
    new = [entry for key, entry in after.items() if key not in before]
    pks = insert_electors(assembly, new)
    write_contents(assembly, [(elector.pk, entry) for elector, entry in kept])
    write_contents(assembly, [(pks[entry.number], entry) for entry in new])


def _check_written(assembly: Assembly, delta: RollDelta) -> None:
    """A second reckoning over what now stands in the database."""
    units = counted_units(
        assembly.estate, count_parking=bool(assembly.rule("count-parking")), scope=scope_of(assembly)
    )
    check_against_roster(assembly, delta.after, units)
    if lines_hash(frozen_entries(assembly)) != delta.after.roll_hash:
        raise RollChangedAgain


def _totals(heads: int, area: int, digest: str) -> dict[str, Plain]:
    return {"heads": heads, "area": area, "sha256": digest}


def _leaf(act: TwoPersonAct, delta: RollDelta) -> dict[str, Plain]:
    def lines(entries: list[RollEntry]) -> list[Plain]:
        return [sha256(entry.line) for entry in sorted(entries, key=lambda entry: entry.number)]

    return {
        "act": act.pk,
        "roll": _totals(delta.after.heads, delta.after.area, delta.after.roll_hash),
        "before": delta.before.roll_hash,
        "delta": delta.counts,
        "lines": {
            "gone": lines([change.then for change in delta.changes if change.then]),
            "come": lines([change.now for change in delta.changes if change.now]),
        },
    }
