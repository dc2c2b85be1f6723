"""What stands around a roster: representatives, who is told, rolls that are frozen, many rows."""

from __future__ import annotations

import json

import pytest

from communities.enums import RoleCode
from communities.errors import NotPermitted
from communities.models import LedgerEntry, Notice, OutboxMessage, Owner, Ownership, Unit
from communities.services.outbox import relay_outbox
from communities.services.rosters import (
    NotACoOwner,
    commit_roster,
    export_roster,
    set_representative,
    upload_roster,
)
from tests.factories.communities import EstateFactory, OwnershipFactory, UserFactory, appoint
from tests.factories.rosters import Row, as_xlsx, enter, identity_number, rows
from tests.factories.votes import posted_assembly
from votes.models import Elector, ElectorMember, ElectorUnit

pytestmark = pytest.mark.django_db


@pytest.fixture
def estate():
    return EstateFactory()


@pytest.fixture
def secretary(estate):
    return appoint(RoleCode.SECRETARY, estate)


# --- representatives ---------------------------------------------------------------------


@pytest.fixture
def couple(estate):
    first = OwnershipFactory(unit__building__estate=estate)
    second = OwnershipFactory(unit=first.unit, position=1)
    return first.unit, first.owner, second.owner


def named(unit):
    return list(Ownership.objects.filter(unit=unit, is_representative=True).values_list("owner", flat=True))


def test_representative_is_entered_replaced_and_taken_back(couple, secretary):
    unit, first, second = couple
    for owner, expected in ((first, [first.pk]), (second, [second.pk]), (None, [])):
        set_representative(unit=unit, owner=owner, actor=secretary)
        assert named(unit) == expected

    payloads = [json.loads(entry.body)["payload"] for entry in LedgerEntry.objects.order_by("pk")]
    assert payloads == [{"owner": first.pk}, {"owner": second.pk}, {"owner": None}]


def test_naming_the_same_again_is_nothing_new(couple, secretary):
    unit, first, _second = couple
    set_representative(unit=unit, owner=first, actor=secretary)
    set_representative(unit=unit, owner=first, actor=secretary)

    assert LedgerEntry.objects.count() == OutboxMessage.objects.count() == 1


def test_somebody_without_a_current_title_cannot_represent(couple, secretary, estate):
    unit, first, _second = couple
    elsewhere = OwnershipFactory(unit__building__estate=estate).owner
    former = OwnershipFactory(unit=unit, position=2, valid_to="2024-01-01").owner
    set_representative(unit=unit, owner=first, actor=secretary)

    for owner in (elsewhere, former):
        with pytest.raises(NotACoOwner):
            set_representative(unit=unit, owner=owner, actor=secretary)

    assert named(unit) == [first.pk]


@pytest.mark.parametrize("code", list(RoleCode))
def test_only_secretary_and_conveners_name_representatives(couple, estate, code):
    unit, first, _second = couple
    actor = appoint(code, estate)
    if code in (RoleCode.SECRETARY, RoleCode.COMMITTEE_CHAIR, RoleCode.PREPARATORY_GROUP):
        set_representative(unit=unit, owner=first, actor=actor)
        assert named(unit) == [first.pk]
    else:
        with pytest.raises(NotPermitted):
            set_representative(unit=unit, owner=first, actor=actor)
        assert named(unit) == []


def test_co_owners_are_told_who_represents_them_with_the_name_masked(couple, secretary):
    unit, first, second = couple
    Owner.objects.filter(pk=first.pk).update(name="王秀英")
    set_representative(unit=unit, owner=first, actor=secretary)

    assert relay_outbox() == 1

    told = Notice.objects.order_by("recipient")
    assert [notice.recipient for notice in told] == [first.user, second.user]
    assert {notice.text for notice in told} == {
        "今后由 王** 代表这套房表决。如果与共有人的约定不符，请联系社区。"
    }


# --- who is told ---------------------------------------------------------------------------


def test_readers_of_the_roster_are_told_that_it_changed(estate, secretary):
    chair, member = appoint(RoleCode.COMMITTEE_CHAIR, estate), appoint(RoleCode.COMMITTEE, estate)
    appoint(RoleCode.SUBDISTRICT, estate)
    appoint(RoleCode.FIRM, estate)
    OwnershipFactory(unit__building__estate=estate)

    enter(estate, secretary, rows(2))
    relay_outbox()
    relay_outbox()

    told = Notice.objects.order_by("recipient")
    assert [notice.recipient for notice in told] == [secretary, chair, member]
    assert told[0].text == "新增 2 套，变更 0 套，注销 0 套，恢复 0 套。"


# --- exports ---------------------------------------------------------------------------------


@pytest.mark.parametrize("code", list(RoleCode))
def test_only_readers_of_the_roster_export_it(estate, code):
    actor = appoint(code, estate)
    readers = {RoleCode.COMMITTEE_CHAIR, RoleCode.COMMITTEE, RoleCode.PREPARATORY_GROUP}
    if code in readers | {RoleCode.SECRETARY}:
        assert export_roster(estate=estate, actor=actor).startswith(b"PK")
    else:
        with pytest.raises(NotPermitted):
            export_roster(estate=estate, actor=actor)
        assert LedgerEntry.objects.count() == 0


# --- a frozen roll ---------------------------------------------------------------------------


def test_roster_changes_nothing_on_a_roll_that_is_frozen(estate, secretary):
    lines = rows(3)
    enter(estate, secretary, lines)
    Owner.objects.update(user=UserFactory())
    assembly = posted_assembly(estate)
    before = [list(model.objects.order_by("pk").values()) for model in (Elector, ElectorUnit, ElectorMember)]

    enter(
        estate,
        secretary,
        [
            lines[0].but(area="11.11", names="陈立", identities=identity_number(90)),
            lines[1].but(names="改名"),
            Row(room="901", identities=identity_number(91)),
        ],
    )

    assert [
        list(model.objects.order_by("pk").values()) for model in (Elector, ElectorUnit, ElectorMember)
    ] == before
    assembly.refresh_from_db()
    assert (assembly.total_heads, assembly.total_area) == (3, 26400)
    assert Unit.objects.get(room="301").gone_on is not None


# --- many rows -------------------------------------------------------------------------------


def test_five_thousand_homes_are_entered(estate, secretary):
    content = as_xlsx(rows(5000))

    found = upload_roster(estate=estate, file_name="roster.xlsx", content=content, actor=secretary)
    commit_roster(roster_import=found, actor=secretary)

    assert Unit.objects.count() == Owner.objects.count() == Ownership.objects.count() == 5000
