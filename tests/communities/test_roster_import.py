"""A roster from upload to commit: what it changes, and what it must never touch."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from communities.clock import local_day
from communities.crypto import blind_index
from communities.enums import ImportStatus, RoleCode, UnitUse
from communities.errors import NotPermitted, Refusal
from communities.models import (
    Building,
    LedgerEntry,
    OutboxMessage,
    Owner,
    Ownership,
    RosterImport,
    Unit,
)
from communities.roster import CellAddress
from communities.services.rosters import (
    ImportClosed,
    RosterChanged,
    RosterEmpty,
    RosterNotApplied,
    RosterNotReadable,
    RosterTextTooLong,
    commit_roster,
    correct_roster,
    discard_roster,
    upload_roster,
)
from tests.factories.communities import EstateFactory, UserFactory, appoint
from tests.factories.rosters import Row, as_csv, identity_number, phone_number, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def estate():
    return EstateFactory()


@pytest.fixture
def secretary(estate):
    return appoint(RoleCode.SECRETARY, estate)


def today() -> date:
    return local_day(timezone.now())


def preview(estate, actor, lines, name="roster.csv"):
    return upload_roster(estate=estate, file_name=name, content=as_csv(lines), actor=actor)


def enter(estate, actor, lines):
    return commit_roster(roster_import=preview(estate, actor, lines), actor=actor)


def standing(estate):
    """The roster as a reader sees it: place, area, use, owners' names in order."""
    return {
        unit.label: (
            unit.area,
            unit.use,
            [
                title.owner.name
                for title in unit.ownerships.filter(valid_to__isnull=True).select_related("owner")
            ],
        )
        for unit in Unit.objects.filter(estate=estate).standing().select_related("building")
    }


# --- preview ----------------------------------------------------------------------


def test_upload_stores_a_preview_and_changes_no_unit_or_owner(estate, secretary):
    roster_import = preview(estate, secretary, rows(3))

    assert roster_import.status == ImportStatus.PREVIEW
    assert roster_import.report == {
        "units": 3,
        "heads": 3,
        "area": "264.00",
        "parking_units": 0,
        "parking_area": "0",
        "errors": [],
        "warnings": [],
    }
    assert roster_import.diff["counts"] == {
        "added": 3, "changed": 0, "gone": 0, "returned": 0, "owners": 0, "kept": 0
    }  # fmt: skip
    assert (Unit.objects.count(), Owner.objects.count(), Building.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("roster.xlsx", b"", "empty"),
        ("roster.xlsx", b"PK\x03\x04 broken", "damaged"),
        ("roster.csv", "你好\n".encode(), "header-missing"),
        ("roster.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old-format"),
    ],
)
def test_file_that_cannot_be_read_is_refused_with_its_sentence_and_not_kept(
    estate, secretary, name, content, reason
):
    with pytest.raises(RosterNotReadable) as refusal:
        upload_roster(estate=estate, file_name=name, content=content, actor=secretary)

    assert refusal.value.details == {"reason": reason}
    assert str(refusal.value).endswith(("。", "上传。"))
    assert (RosterImport.objects.count(), LedgerEntry.objects.count()) == (0, 0)


# --- the first import --------------------------------------------------------------


def test_commit_enters_units_owners_and_titles_from_the_day_of_import(estate, secretary):
    couple = Row(
        building="2幢",
        room="0502",
        area="120.5",
        names="王秀英、李建国",
        identities=f"{identity_number(1)}、{identity_number(2)}",
        phones=f"{phone_number(1)}、{phone_number(2)}",
    )
    shop = Row(
        building="商铺",
        staircase="",
        room="3",
        use="商业",
        area="41.2",
        names="陈立",
        identities=identity_number(3),
    )

    enter(estate, secretary, [couple, shop])

    assert standing(estate) == {
        "2幢1单元0502": (12050, "dwelling", ["王秀英", "李建国"]),
        "商铺3": (4120, "shop", ["陈立"]),
    }
    assert set(Ownership.objects.values_list("valid_from", "valid_to", "is_representative")) == {
        (today(), None, False)
    }
    owner = Owner.objects.get(identity_index=blind_index("identity", identity_number(2)))
    assert (owner.estate, owner.kind, owner.identity, owner.phone, owner.phone_index, owner.user) == (
        estate,
        "natural",
        identity_number(2),
        "+86" + phone_number(2),
        blind_index("phone", "+86" + phone_number(2)),
        None,
    )


def test_one_person_in_several_rows_is_one_owner(estate, secretary):
    first, second = rows(2)
    enter(estate, secretary, [first, second.but(identities=first.identities, names=first.names)])

    assert Owner.objects.count() == 1
    assert Ownership.objects.count() == 2


def test_buildings_are_ordered_by_their_number(estate, secretary):
    lines = [Row(building=name) for name in ("10幢", "商铺", "2幢", "B幢", "1幢")]
    enter(estate, secretary, lines)

    assert list(Building.objects.values_list("name", flat=True)) == ["1幢", "2幢", "10幢", "B幢", "商铺"]


def test_developer_held_units_are_marked(estate, secretary):
    enter(estate, secretary, [Row(delivery="未售"), Row(room="102", identities=identity_number(2))])

    assert list(Unit.objects.order_by("room").values_list("developer_held", flat=True)) == [True, False]


def test_commit_is_told_to_the_ledger_and_the_outbox_without_any_name(estate, secretary):
    roster_import = enter(estate, secretary, rows(2))

    entry = LedgerEntry.objects.get(verb="communities.roster.committed")
    assert json.loads(entry.body)["payload"] == {
        "sha256": roster_import.sha256,
        "added": 2, "changed": 0, "gone": 0, "returned": 0, "owners": 0, "kept": 0, "left_out": 0,
    }  # fmt: skip
    assert entry.actor == secretary
    assert list(OutboxMessage.objects.values_list("estate", "topic", "subject")) == [
        (estate.pk, "communities.roster-committed", str(roster_import.pk))
    ]


@pytest.mark.parametrize(
    ("name", "units", "area", "left_out"),
    [
        ("qinghe.xlsx", 316, 3_395_759, 0),
        ("yunqi-gbk.csv", 60, 645_518, 0),
        ("hemu-messy.xlsx", 65, 722_398, 7),
    ],
)
def test_rosters_as_offices_keep_them_are_entered_with_their_exact_area(
    estate, secretary, name, units, area, left_out
):
    content = (Path(__file__).parent / "roster" / "data" / name).read_bytes()
    roster_import = upload_roster(estate=estate, file_name=name, content=content, actor=secretary)

    commit_roster(roster_import=roster_import, actor=secretary)

    counted = Unit.objects.filter(estate=estate).exclude(use__in=UnitUse.uncounted())
    assert (counted.count(), sum(counted.values_list("area", flat=True))) == (units, area)
    assert len(roster_import.report["errors"]) == left_out


# --- importing again ---------------------------------------------------------------


def test_the_same_roster_again_changes_nothing(estate, secretary):
    enter(estate, secretary, rows(3))
    before = list(Ownership.objects.order_by("pk").values())

    again = enter(estate, secretary, rows(3))

    assert again.diff["changes"] == again.diff["owners"] == []
    assert list(Ownership.objects.order_by("pk").values()) == before


def test_difference_names_what_is_added_changed_and_gone(estate, secretary):
    first, second, third = rows(3)
    enter(estate, secretary, [first, second, third])
    couple = second.but(
        names="王秀2、李建国", identities=f"{second.identities}、{identity_number(9)}", area="90.10"
    )
    new = first.but(room="901", identities=identity_number(8), names="陈立")

    roster_import = preview(estate, secretary, [first, couple, new])

    assert roster_import.diff["changes"] == [
        {
            "kind": "changed",
            "unit": "1幢1单元201",
            "fields": [["area", "88.00", "90.10"], ["owners", "王**", "王**、李**"]],
        },
        {
            "kind": "added",
            "unit": "1幢1单元901",
            "fields": [
                ["area", "", "88.00"],
                ["use", "", "dwelling"],
                ["developer", "", "no"],
                ["owners", "", "陈*"],
            ],
        },
        {
            "kind": "gone",
            "unit": "1幢1单元301",
            "fields": [
                ["area", "88.00", ""],
                ["use", "dwelling", ""],
                ["developer", "no", ""],
                ["owners", "王**", ""],
            ],
        },
    ]


def test_sold_home_ends_the_old_title_and_starts_the_new_one(estate, secretary):
    line = Row()
    enter(estate, secretary, [line])
    Ownership.objects.update(valid_from=date(2020, 1, 1))

    enter(estate, secretary, [line.but(names="李建国", identities=identity_number(2))])

    titles = Ownership.objects.order_by("pk").values_list("owner__identity_index", "valid_from", "valid_to")
    assert list(titles) == [
        (blind_index("identity", identity_number(1)), date(2020, 1, 1), today()),
        (blind_index("identity", identity_number(2)), today(), None),
    ]


def test_staying_co_owner_keeps_title_and_representation(estate, secretary):
    couple = Row(names="王秀英、李建国", identities=f"{identity_number(1)}、{identity_number(2)}")
    enter(estate, secretary, [couple])
    kept = Ownership.objects.get(owner__identity_index=blind_index("identity", identity_number(2)))
    Ownership.objects.filter(pk=kept.pk).update(is_representative=True, valid_from=date(2020, 1, 1))

    enter(estate, secretary, [Row(names="李建国", identities=identity_number(2))])

    kept.refresh_from_db()
    assert (kept.is_representative, kept.valid_from, kept.valid_to) == (True, date(2020, 1, 1), None)
    assert Ownership.objects.filter(valid_to__isnull=True).count() == 1


def test_owner_is_known_by_identity_and_keeps_the_account(estate, secretary):
    enter(estate, secretary, [Row()])
    user = UserFactory()
    Owner.objects.update(user=user)

    roster_import = enter(estate, secretary, [Row(names="王秀瑛", phones=phone_number(7))])

    owner = Owner.objects.get()
    assert (owner.user, owner.name, owner.phone) == (user, "王秀瑛", "+86" + phone_number(7))
    assert owner.phone_index == blind_index("phone", "+86" + phone_number(7))
    assert roster_import.diff["owners"] == [
        {"owner": "王**", "fields": [["name", "王**", "王**"], ["phone", "", ""]]}
    ]


def test_roster_without_phones_takes_none_away(estate, secretary):
    enter(estate, secretary, [Row()])
    again = enter(estate, secretary, [Row(phones="")])

    assert Owner.objects.get().phone == "+86" + phone_number(1)
    assert again.diff["owners"] == []


def test_unit_no_longer_listed_is_gone_and_its_titles_end(estate, secretary):
    first, second = rows(2)
    enter(estate, secretary, [first, second])
    enter(estate, secretary, [first])

    gone = Unit.objects.get(room="201")
    assert gone.gone_on == today()
    assert list(gone.ownerships.values_list("valid_to", flat=True)) == [today()]
    assert list(standing(estate)) == ["1幢1单元101"]


def test_gone_unit_that_is_listed_again_returns(estate, secretary):
    first, second = rows(2)
    enter(estate, secretary, [first, second])
    enter(estate, secretary, [first])
    again = enter(estate, secretary, [first, second.but(area="77.70")])

    assert again.diff["counts"]["returned"] == 1
    assert standing(estate)["1幢1单元201"] == (7770, "dwelling", ["王秀2"])
    assert Unit.objects.count() == 2


def test_buildings_that_the_file_does_not_list_stay_as_they_are(estate, secretary):
    lines = rows(20)
    enter(estate, secretary, lines)

    roster_import = enter(estate, secretary, lines[:9])

    assert [change["unit"] for change in roster_import.diff["changes"]] == ["1幢1单元1001"]
    assert Unit.objects.standing().count() == 19


def test_unit_whose_row_has_an_error_stays_as_it_is(estate, secretary):
    first, second = rows(2)
    enter(estate, secretary, [first, second])

    roster_import = enter(estate, secretary, [first, second.but(area="八十八", names="李建国")])

    assert [problem["code"] for problem in roster_import.report["errors"]] == ["area-invalid"]
    assert roster_import.report["units"] == 1
    assert roster_import.diff["counts"]["kept"] == 1
    assert standing(estate)["1幢1单元201"] == (8800, "dwelling", ["王秀2"])


def test_row_that_does_not_say_which_home_takes_no_home_of_its_building_off(estate, secretary):
    lines = rows(12)
    enter(estate, secretary, lines)

    roster_import = enter(estate, secretary, [lines[0], lines[1].but(room=""), lines[10]])

    assert roster_import.diff["counts"]["kept"] == 9
    assert roster_import.diff["counts"]["gone"] == 1
    assert [change["unit"] for change in roster_import.diff["changes"]] == ["2幢1单元201"]


# --- corrections -------------------------------------------------------------------


def test_corrections_add_up_and_are_kept_encrypted_until_commit(estate, secretary):
    lines = [Row(area="不详"), Row(room="102", identities="99010119800101001", names="李建国")]
    roster_import = preview(estate, secretary, lines)
    assert len(roster_import.report["errors"]) == 2

    roster_import = correct_roster(
        roster_import=roster_import,
        corrections={CellAddress("roster", 2, "area"): "66.66"},
        actor=secretary,
    )
    assert [problem["row"] for problem in roster_import.report["errors"]] == [3]
    roster_import = correct_roster(
        roster_import=roster_import,
        corrections={CellAddress("roster", 3, "identities"): identity_number(5)},
        actor=secretary,
    )

    assert roster_import.report["errors"] == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT corrections FROM communities_rosterimport")
        assert identity_number(5).encode() not in bytes(cursor.fetchone()[0])
    commit_roster(roster_import=roster_import, actor=secretary)
    assert standing(estate)["1幢1单元101"] == (6666, "dwelling", ["王秀英"])
    assert standing(estate)["1幢1单元102"] == (8800, "dwelling", ["李建国"])


def test_file_and_corrections_are_forgotten_after_commit_and_after_discard(estate, secretary):
    committed = enter(estate, secretary, rows(1))
    discarded = discard_roster(roster_import=preview(estate, secretary, rows(1)), actor=secretary)

    for roster_import in (committed, discarded):
        roster_import.refresh_from_db()
        assert (roster_import.content, roster_import.corrections) == (b"", b"")
        assert roster_import.sha256
    assert (committed.status, discarded.status) == (ImportStatus.COMMITTED, ImportStatus.DISCARDED)


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
def test_only_secretary_and_chair_import(estate, code):
    actor = appoint(code, estate)
    allowed = code in (RoleCode.SECRETARY, RoleCode.COMMITTEE_CHAIR)
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
