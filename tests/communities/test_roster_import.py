"""A roster from upload to commit: what it changes, and what it must never touch."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from communities.clock import local_day
from communities.crypto import blind_index
from communities.enums import ImportStatus, RoleCode, UnitUse
from communities.models import Building, LedgerEntry, OutboxMessage, Owner, Ownership, RosterImport, Unit
from communities.roster import CellAddress
from communities.services.rosters import (
    RosterNotReadable,
    commit_roster,
    correct_roster,
    discard_roster,
    upload_roster,
)
from tests.factories.communities import EstateFactory, UserFactory, appoint
from tests.factories.rosters import Row, enter, identity_number, phone_number, preview, rows, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def estate():
    return EstateFactory()


@pytest.fixture
def secretary(estate):
    return appoint(RoleCode.SECRETARY, estate)


def today() -> date:
    return local_day(timezone.now())


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
