"""Who was reached: one or many at once, with evidence, taken back with a reason; and by building."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from communities.enums import RoleCode
from communities.errors import NotPermitted, ReasonMissing
from communities.models import LedgerEntry
from tests.factories.ballots import cast_for, settled
from tests.factories.communities import BuildingFactory, EstateFactory, OwnershipFactory, UnitFactory, appoint
from tests.factories.papers import photo, printed, received, scrutineers_of
from tests.factories.votes import people_of, posted_assembly
from votes.delivery_states import electors_at, places_on_roll, reach_by_building, reach_of, with_reach
from votes.errors import (
    DeliveryEvidenceMissing,
    DeliveryNotNow,
    DeliveryTakenBack,
    DeliveryTimeImpossible,
    DeliveryToNobody,
)
from votes.models import Assembly, Delivery, Elector
from votes.services.deliveries import record_deliveries, take_back_delivery

pytestmark = pytest.mark.django_db

REASON = "敲错了门，这一户没有人应答"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def assembly() -> Assembly:
    return posted_assembly()


@pytest.fixture
def member(assembly):
    return appoint(RoleCode.COMMITTEE, assembly.estate)


def everybody(assembly) -> list[int]:
    return list(assembly.electors.values_list("pk", flat=True))


def to_all(assembly, actor, method="hand", reached=True, **more):
    return record_deliveries(
        assembly=assembly, electors=everybody(assembly), method=method, reached=reached, actor=actor, **more
    )


def test_many_are_recorded_at_once_with_one_evidence_and_one_leaf(assembly, member, media):
    rows = to_all(assembly, member, "board", evidence=photo(), note="大堂公告栏")
    assert len(rows) == 3
    assert len({row.evidence.name for row in rows}) == 1
    assert len([path for path in media.rglob("*") if path.is_file()]) == 1
    (entry,) = LedgerEntry.objects.filter(verb="votes.delivery.recorded")
    payload = json.loads(entry.body)["payload"]
    assert (payload["number"], payload["method"], payload["reached"]) == (3, "board", True)
    assert payload["evidence"] == rows[0].evidence_sha256
    assert not any(elector.label in entry.body for elector in assembly.electors.all())
    assert reach_of(assembly).reached == 3


@pytest.mark.parametrize("code", list(RoleCode))
def test_who_records_deliveries(assembly, code):
    actor = appoint(code, assembly.estate)
    conveners = {RoleCode.COMMITTEE, RoleCode.COMMITTEE_CHAIR, RoleCode.PREPARATORY_GROUP}
    delivers = conveners | {RoleCode.SECRETARY, RoleCode.SCRUTINEER}
    if code in delivers:
        to_all(assembly, actor)
    else:
        with pytest.raises(NotPermitted):
            to_all(assembly, actor)
    assert Delivery.objects.exists() == (code in delivers)


def test_a_committee_member_who_works_for_the_firm_does_not(assembly, member):
    appoint(RoleCode.FIRM, assembly.estate, user=member)
    with pytest.raises(NotPermitted):
        to_all(assembly, member)


@pytest.mark.parametrize(
    ("method", "note", "with_photo", "enough"),
    [
        ("hand", "", False, True),
        ("door", "", False, True),
        ("post", "", False, False),
        ("post", "EMS 10086", False, True),
        ("sms", "  ", False, False),
        ("sms", "", True, True),
        ("board", "大堂", False, False),
        ("board", "", True, True),
    ],
)
def test_what_nobody_saw_needs_something_to_show(assembly, member, method, note, with_photo, enough):
    evidence = photo() if with_photo else None
    if enough:
        to_all(assembly, member, method, note=note, evidence=evidence)
    else:
        with pytest.raises(DeliveryEvidenceMissing):
            to_all(assembly, member, method, note=note, evidence=evidence)
    assert Delivery.objects.exists() == enough


def test_the_time_lies_between_posting_and_now(assembly, member):
    to_all(assembly, member, delivered_at=assembly.published_at + timedelta(hours=1))
    for at in (assembly.published_at - timedelta(seconds=1), assembly.closes_at - timedelta(hours=1)):
        with pytest.raises(DeliveryTimeImpossible):
            to_all(assembly, member, delivered_at=at)


def test_electors_of_another_vote_are_nobody(assembly, member, media):
    other = posted_assembly()
    with pytest.raises(DeliveryToNobody):
        record_deliveries(
            assembly=assembly,
            electors=everybody(other),
            method="board",
            reached=True,
            evidence=photo(),
            actor=member,
        )
    assert not Delivery.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_nothing_is_recorded_once_the_result_is_published(assembly, member):
    (row, *_) = to_all(assembly, member)
    assembly = settled(assembly)
    with pytest.raises(DeliveryNotNow):
        to_all(assembly, member)
    with pytest.raises(DeliveryNotNow):
        take_back_delivery(delivery=row, reason=REASON, actor=member)


def test_a_record_is_taken_back_with_a_reason_and_stays(assembly, member):
    row = to_all(assembly, member)[0]
    with pytest.raises(ReasonMissing):
        take_back_delivery(delivery=row, reason="点错", actor=member)
    take_back_delivery(delivery=row, reason=REASON, actor=member)
    row.refresh_from_db()
    assert row.taken_back_reason == REASON
    assert reach_of(assembly).reached == 2
    with pytest.raises(DeliveryTakenBack):
        take_back_delivery(delivery=row, reason=REASON, actor=member)
    with pytest.raises(DatabaseError), transaction.atomic():
        Delivery.objects.filter(pk=row.pk).update(reached=False)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()


def test_an_attempt_that_reached_nobody_proves_nothing(assembly, member):
    to_all(assembly, member, "door", reached=False, note="不在家")
    assert reach_of(assembly).reached == 0


# --- by building -----------------------------------------------------------------------


@pytest.fixture
def two_buildings() -> Assembly:
    """A building of five homes and one of two; an owner has a home in each."""
    estate = EstateFactory()
    large, small = (BuildingFactory(estate=estate, name=name) for name in ("10幢", "2幢"))
    for room in range(101, 106):
        OwnershipFactory(unit=UnitFactory(building=large, staircase="1单元", room=f"0{room}"))
    both = OwnershipFactory(unit=UnitFactory(building=small, staircase="1单元", room="0101"))
    OwnershipFactory(unit=UnitFactory(building=small, staircase="2单元", room="0102"))
    OwnershipFactory(unit=UnitFactory(building=large, staircase="2单元", room="0301"), owner=both.owner)
    return posted_assembly(estate)


def test_reach_is_counted_by_building_and_small_ones_hide_who_voted(two_buildings):
    secretary = appoint(RoleCode.SECRETARY, two_buildings.estate)
    for user in people_of(two_buildings):
        cast_for(two_buildings, user, "F")
    record_deliveries(
        assembly=two_buildings,
        electors=electors_at(two_buildings, "2幢|1单元").values_list("pk", flat=True),
        method="hand",
        reached=True,
        actor=secretary,
    )

    def shown(small):
        rows = reach_by_building(two_buildings, small=small)
        return [(row.building, row.electors, row.reached, row.took_part) for row in rows]

    assert shown(small=True) == [("2幢", 2, 1, 2), ("10幢", 6, 1, 6)]
    assert shown(small=False) == [("2幢", 2, 1, None), ("10幢", 6, 1, 6)]


def test_a_staircase_is_named_where_there_are_several(two_buildings):
    keys = [place.key for place in places_on_roll(two_buildings)]
    assert keys == ["2幢", "2幢|1单元", "2幢|2单元", "10幢", "10幢|1单元", "10幢|2单元"]
    assert electors_at(two_buildings, "10幢|2单元").count() == 1
    assert electors_at(two_buildings, wanted="2幢2单元0102").count() == 1


def test_a_sheet_that_came_back_is_taking_part(settings, assembly):
    people = scrutineers_of(assembly)
    sheet = received(printed(assembly, people[0])[0], people[0])
    took_part = with_reach(Elector.objects.filter(assembly=assembly)).filter(took_part=True)
    assert list(took_part) == [sheet.elector]
