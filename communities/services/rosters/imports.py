"""A roster from upload to commit."""

import hashlib
import json
from collections.abc import Iterable, Mapping

from django.db import DataError, IntegrityError, transaction

from communities.clock import database_now, local_day
from communities.enums import ImportStatus
from communities.errors import NotPermitted
from communities.models import Estate, RosterImport, User
from communities.roster import CellAddress, Roster, RosterUnreadable, read_roster
from communities.rules import allows
from communities.services.ledger import log_of_estate, record
from communities.services.outbox import tell

from .applying import apply_comparison
from .comparing import Comparison, compare, masked_names
from .refusals import ImportClosed, RosterChanged, RosterEmpty, RosterNotApplied, RosterNotReadable

NAME_LENGTH = RosterImport.file_name.field.max_length or 0


def read_content(file_name: str, content: bytes, corrections: Mapping[CellAddress, str]) -> Roster:
    """The roster in a file. Raises :class:`RosterNotReadable` with the reader's own sentence."""
    try:
        return read_roster(file_name, content, corrections=corrections)
    except RosterUnreadable as error:
        raise RosterNotReadable(error.message, reason=error.code.value) from error


def roster_of(roster_import: RosterImport) -> Roster:
    """The roster of an import still open, read again with its corrections."""
    return read_content(roster_import.file_name, roster_import.content, corrections_of(roster_import))


def corrections_of(roster_import: RosterImport) -> dict[CellAddress, str]:
    """What was put right on the preview page, cell by cell."""
    kept = json.loads(roster_import.corrections or b"[]")
    return {CellAddress(sheet, row, column): text for sheet, row, column, text in kept}


def upload_roster(*, estate: Estate, file_name: str, content: bytes, actor: User | None) -> RosterImport:
    """Keep a roster for preview: what it says, what is wrong in it and what it would change.

    Changes no unit and no owner. ``actor`` is None for the command on the
    server. Raises :class:`RosterNotReadable`, and then keeps nothing.
    """
    _need_permission(actor, estate)
    roster = read_content(file_name, content, {})
    with transaction.atomic():
        moment = database_now()
        roster_import = RosterImport(
            estate=estate,
            uploaded_by=actor,
            uploaded_at=moment,
            file_name=file_name[-NAME_LENGTH:],
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
        )
        _describe(roster_import, roster, compare(estate, roster))
        roster_import.save()
        record(
            log=log_of_estate(estate),
            verb="communities.roster.uploaded",
            subject=roster_import,
            actor=actor,
            payload={"sha256": roster_import.sha256},
            moment=moment,
        )
    return roster_import


@transaction.atomic
def correct_roster(
    *, roster_import: RosterImport, corrections: Mapping[CellAddress, str], actor: User | None
) -> RosterImport:
    """Judge the file again with these cells put right, and compare it with the roster as it is now.

    Corrections add up; the last one of a cell stands. Raises :class:`ImportClosed`.
    """
    roster_import = _lock(roster_import)
    _need_permission(actor, roster_import.estate)
    merged = corrections_of(roster_import) | dict(corrections)
    roster_import.corrections = _packed(merged.items())
    roster = roster_of(roster_import)
    _describe(roster_import, roster, compare(roster_import.estate, roster))
    roster_import.save(update_fields=["corrections", "report", "diff"])
    if corrections:
        record(
            log=log_of_estate(roster_import.estate),
            verb="communities.roster.corrected",
            subject=roster_import,
            actor=actor,
            payload={"cells": len(corrections)},
        )
    return roster_import


def commit_roster(*, roster_import: RosterImport, actor: User | None, shown: str = "") -> RosterImport:
    """Make the estate's roster say what the file says. All of it, or none of it.

    Rows with errors are left out, and the units they may be about stay as they
    are. ``shown`` is the digest of the comparison the person looked at; without
    it the stored one counts. Raises :class:`RosterChanged` when anything else
    would be done now, :class:`ImportClosed`, :class:`RosterEmpty`, and
    :class:`RosterNotApplied` when the database holds something against it.
    A roll that is frozen stays as it is (法释〔2020〕17号 第九条 counts the roster of its day).
    """
    try:
        with transaction.atomic():
            return _commit(roster_import, actor, shown)
    except (DataError, IntegrityError) as error:
        raise RosterNotApplied from error


def _commit(roster_import: RosterImport, actor: User | None, shown: str) -> RosterImport:
    roster_import = _lock(roster_import)
    estate = roster_import.estate
    _need_permission(actor, estate)
    roster = roster_of(roster_import)
    if not roster.units:
        raise RosterEmpty
    comparison = compare(estate, roster)
    stored = roster_import.diff.get("digest", "")
    if comparison.digest != stored or (shown and shown != stored):
        raise RosterChanged
    moment = database_now()
    apply_comparison(estate=estate, comparison=comparison, day=local_day(moment))
    roster_import.status = ImportStatus.COMMITTED
    roster_import.committed_by = actor
    roster_import.committed_at = moment
    _forget(roster_import)
    record(
        log=log_of_estate(estate),
        verb="communities.roster.committed",
        subject=roster_import,
        actor=actor,
        payload={"sha256": roster_import.sha256, **comparison.counts, "left_out": len(roster.errors)},
        moment=moment,
    )
    tell(estate=estate, topic="communities.roster-committed", subject=roster_import.pk)
    return roster_import


@transaction.atomic
def discard_roster(*, roster_import: RosterImport, actor: User | None) -> RosterImport:
    """Give an import up. Its file is forgotten; the roster stays as it is. Raises :class:`ImportClosed`."""
    roster_import = _lock(roster_import)
    _need_permission(actor, roster_import.estate)
    roster_import.status = ImportStatus.DISCARDED
    _forget(roster_import)
    record(
        log=log_of_estate(roster_import.estate),
        verb="communities.roster.discarded",
        subject=roster_import,
        actor=actor,
    )
    return roster_import


def _need_permission(actor: User | None, estate: Estate) -> None:
    if actor is not None and not allows("communities.import_roster", actor, estate):
        raise NotPermitted


def _lock(roster_import: RosterImport) -> RosterImport:
    """The import, still open, with its estate locked: one roster at a time."""
    Estate.objects.select_for_update().get(pk=roster_import.estate_id)
    locked = (
        RosterImport.objects.select_for_update(of=("self",))
        .select_related("estate__community__subdistrict")
        .get(pk=roster_import.pk)
    )
    if locked.status != ImportStatus.PREVIEW:
        raise ImportClosed
    return locked


def _describe(roster_import: RosterImport, roster: Roster, comparison: Comparison) -> None:
    roster_import.report = dict(roster.report())
    roster_import.diff = comparison.as_json(masked_names(comparison))
    roster_import.diff["skipped"] = list(roster.skipped_sheets)


def _forget(roster_import: RosterImport) -> None:
    """Keep no more than the hash, the report and the masked comparison."""
    roster_import.content = roster_import.corrections = b""
    roster_import.save()


def _packed(corrections: Iterable[tuple[CellAddress, str]]) -> bytes:
    rows = [[address.sheet, address.row, str(address.column), text] for address, text in corrections]
    return json.dumps(rows, ensure_ascii=False).encode()
