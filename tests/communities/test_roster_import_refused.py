"""What a roster import refuses, and that a refusal leaves everything as it was."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from communities.clock import local_day
from communities.crypto import blind_index
from communities.enums import ImportStatus, RoleCode
from communities.errors import NotPermitted, Refusal
from communities.models import Building, LedgerEntry, OutboxMessage, Owner, Ownership, Unit
from communities.roster import CellAddress
from communities.services.rosters import (
    ImportClosed,
    RosterChanged,
    RosterEmpty,
    RosterNotApplied,
    RosterTextTooLong,
    commit_roster,
    correct_roster,
    discard_roster,
)
from tests.factories.communities import EstateFactory, UserFactory, appoint
from tests.factories.rosters import Row, enter, identity_number, preview, rows, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def estate():
    return EstateFactory()


@pytest.fixture
def secretary(estate):
    return appoint(RoleCode.SECRETARY, estate)


def today() -> date:
    return local_day(timezone.now())


# --- refusals leave everything as it was -----------------------------------------------


@pytest.mark.parametrize("act", [commit_roster, discard_roster])
@pytest.mark.parametrize("end", [commit_roster, discard_roster])
def test_import_ends_once(estate, secretary, act, end):
    roster_import = preview(estate, secretary, rows(1))
    end(roster_import=roster_import, actor=secretary)
    before = LedgerEntry.objects.count()

    with pytest.raises(ImportClosed):
        act(roster_import=roster_import, actor=secretary)

    assert LedgerEntry.objects.count() == before


def test_commit_is_refused_when_the_roster_changed_after_the_preview(estate, secretary):
    stale = preview(estate, secretary, rows(2))
    enter(estate, secretary, rows(1))

    with pytest.raises(RosterChanged):
        commit_roster(roster_import=stale, actor=secretary)
    assert list(standing(estate)) == ["1幢1单元101"]

    stale = correct_roster(roster_import=stale, corrections={}, actor=secretary)
    assert stale.diff["counts"]["added"] == 1
    commit_roster(roster_import=stale, actor=secretary)
    assert list(standing(estate)) == ["1幢1单元101", "1幢1单元201"]


def test_commit_is_refused_when_another_page_corrected_the_file(estate, secretary):
    roster_import = preview(estate, secretary, [Row()])
    shown = roster_import.diff["digest"]
    correct_roster(
        roster_import=roster_import, corrections={CellAddress("roster", 2, "area"): "99"}, actor=secretary
    )

    with pytest.raises(RosterChanged):
        commit_roster(roster_import=roster_import, actor=secretary, shown=shown)

    assert Unit.objects.count() == 0


def test_roster_without_a_readable_row_is_not_entered(estate, secretary):
    roster_import = preview(estate, secretary, [Row(area="")])

    with pytest.raises(RosterEmpty):
        commit_roster(roster_import=roster_import, actor=secretary)


def test_database_refusing_the_last_step_undoes_all_of_it(estate, secretary):
    lines = rows(3)
    enter(estate, secretary, lines)
    # A title entered ahead of time: ending it today would end it before it begins.
    Ownership.objects.filter(unit__room="301").update(valid_from=today() + timedelta(days=3))
    changed = [
        Row(room="801", names="赵六", identities=identity_number(80)),
        lines[0].but(area="11.11"),
        lines[1].but(names="陈立", identities=identity_number(81)),
        lines[2].but(names="周五", identities=identity_number(82)),
    ]
    roster_import = preview(estate, secretary, changed)
    before = [list(model.objects.order_by("pk").values()) for model in (Unit, Owner, Ownership, Building)]
    entries, messages = LedgerEntry.objects.count(), OutboxMessage.objects.count()

    with pytest.raises(RosterNotApplied):
        commit_roster(roster_import=roster_import, actor=secretary)

    assert [
        list(model.objects.order_by("pk").values()) for model in (Unit, Owner, Ownership, Building)
    ] == before
    assert (LedgerEntry.objects.count(), OutboxMessage.objects.count()) == (entries, messages)
    roster_import.refresh_from_db()
    assert (roster_import.status, bool(roster_import.content)) == (ImportStatus.PREVIEW, True)


def test_place_too_long_for_the_roster_is_refused_by_row(estate, secretary):
    roster_import = preview(estate, secretary, [Row(), Row(room="一" * 21, identities=identity_number(2))])

    with pytest.raises(RosterTextTooLong) as refusal:
        commit_roster(roster_import=roster_import, actor=secretary)

    assert "第 3 行" in str(refusal.value)
    assert Unit.objects.count() == 0


# --- who may -------------------------------------------------------------------------


@pytest.mark.parametrize("code", list(RoleCode))
def test_only_secretary_and_conveners_import(estate, code):
    actor = appoint(code, estate)
    allowed = code in (RoleCode.SECRETARY, RoleCode.COMMITTEE_CHAIR, RoleCode.PREPARATORY_GROUP)
    if allowed:
        enter(estate, actor, rows(1))
    else:
        with pytest.raises(NotPermitted):
            preview(estate, actor, rows(1))

    assert Unit.objects.count() == (1 if allowed else 0)


@pytest.mark.parametrize("act", ["correct", "commit", "discard"])
def test_secretary_of_another_community_can_do_nothing_with_an_import(estate, secretary, act):
    stranger = appoint(RoleCode.SECRETARY, EstateFactory())
    roster_import = preview(estate, secretary, rows(1))
    acts = {
        "correct": lambda actor: correct_roster(roster_import=roster_import, corrections={}, actor=actor),
        "commit": lambda actor: commit_roster(roster_import=roster_import, actor=actor),
        "discard": lambda actor: discard_roster(roster_import=roster_import, actor=actor),
    }

    with pytest.raises(NotPermitted):
        acts[act](stranger)
    roster_import.refresh_from_db()
    assert roster_import.status == ImportStatus.PREVIEW
    acts[act](secretary)


def test_roster_of_one_estate_touches_no_other(estate, secretary):
    other = EstateFactory(community=estate.community)
    enter(other, secretary, rows(3))
    before = list(Ownership.objects.order_by("pk").values())

    enter(estate, secretary, [Row()])

    assert list(Ownership.objects.filter(unit__estate=other).order_by("pk").values()) == before
    assert Owner.objects.filter(identity_index=blind_index("identity", identity_number(1))).count() == 2


def test_superuser_without_a_role_is_refused(estate):
    operator = UserFactory(is_superuser=True, is_staff=True)

    with pytest.raises(Refusal):
        preview(estate, operator, rows(1))


# --- nothing personal in the clear -----------------------------------------------------


def test_no_name_phone_or_number_stands_in_the_database_in_the_clear(estate, secretary, caplog):
    first, second = rows(2)
    wrong = Row(names="李建国", room="777", identities="990101198001010000")
    roster_import = preview(estate, secretary, [first, second.but(area="不详"), wrong])
    correct_roster(
        roster_import=roster_import,
        corrections={CellAddress("roster", 4, "identities"): identity_number(77)},
        actor=secretary,
    )
    commit_roster(roster_import=roster_import, actor=secretary)
    enter(estate, secretary, [first.but(names="王秀瑛")])

    dump = _dump()
    for secret in (
        first.identities, second.identities, identity_number(77), "990101198001010000",
        first.phones, first.names, "李建国", "王秀瑛",
    ):  # fmt: skip
        assert secret not in dump
        assert secret not in caplog.text
    assert blind_index("identity", first.identities) in dump


def _dump() -> str:
    """Every column of every table, as the database holds it."""
    found: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                found += [
                    bytes(cell).decode("utf-8", "replace")
                    if isinstance(cell, bytes | memoryview)
                    else str(cell)
                    for cell in row
                ]
    return "\n".join(found)
