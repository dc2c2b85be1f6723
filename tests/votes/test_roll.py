"""The frozen roll: who is one head, with which area, who may cast, and that it stays as it was."""

import random
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communities.crypto import blind_index
from communities.enums import OwnerKind, UnitUse
from communities.ledger.hashing import sha256
from communities.models import Building, Estate, Owner, Ownership, Policy, Unit
from tests.factories.communities import (
    BuildingFactory,
    EstateFactory,
    OwnerFactory,
    OwnershipFactory,
    UnitFactory,
)
from tests.factories.votes import draft_assembly, elector_of, owned_units, posted_assembly
from votes.errors import RollEmpty, RollIncomplete
from votes.models import Assembly, Elector, ElectorMember, ElectorUnit
from votes.services.rolls import freeze_roll, preview_roll

pytestmark = pytest.mark.django_db

SINCE = date(2020, 1, 1)


def own(unit: Unit, *owners: Owner, representative: Owner | None = None, **fields: Any) -> None:
    for position, owner in enumerate(owners):
        OwnershipFactory(
            unit=unit, owner=owner, position=position, is_representative=owner == representative, **fields
        )


def freeze(estate: Estate) -> Assembly:
    assembly = draft_assembly(estate)
    freeze_roll(assembly=assembly, moment=timezone.now())
    return Assembly.objects.get(pk=assembly.pk)


def heads(assembly: Assembly) -> list[tuple[int, str, int, int]]:
    return list(assembly.electors.values_list("number", "label", "unit_count", "area"))


def test_one_owners_units_are_one_head_and_a_couples_unit_is_another() -> None:
    estate = EstateFactory()
    building = BuildingFactory(estate=estate, name="3幢")
    wang, li = OwnerFactory(estate=estate), OwnerFactory(estate=estate)
    own(UnitFactory(building=building, room="0501", area=8800), wang)
    own(UnitFactory(building=building, room="0502", area=9012), wang, li)
    own(UnitFactory(building=building, room="0503", area=7050), wang)
    own(UnitFactory(building=building, room="0504", area=6000), li, wang)

    assembly = freeze(estate)

    assert heads(assembly) == [
        (1, "3幢1单元0501 等 2 套", 2, 15850),
        (2, "3幢1单元0502 等 2 套", 2, 15012),
    ]
    assert (assembly.total_heads, assembly.total_area) == (2, 30862)


def test_the_same_name_is_not_the_same_person() -> None:
    estate = EstateFactory()
    for room in ("0101", "0102"):
        own(
            UnitFactory(building__estate=estate, room=room),
            OwnerFactory(estate=estate, name="王秀英"),
        )
    assert freeze(estate).total_heads == 2


def test_the_developers_units_are_one_head() -> None:
    estate = EstateFactory()
    building = BuildingFactory(estate=estate)
    developer = OwnerFactory(estate=estate, kind=OwnerKind.LEGAL, name="湖滨置业有限公司")
    buyer = OwnerFactory(estate=estate)
    unsold = UnitFactory(building=building, room="0101", area=100_00, developer_held=True)
    own(unsold, developer)
    # Sold but not handed over: the buyer is on the title, the developer still votes.
    own(UnitFactory(building=building, room="0102", area=50_00, developer_held=True), buyer)
    own(UnitFactory(building=building, room="0103", area=70_00), buyer)

    assembly = freeze(estate)

    held = assembly.electors.get(is_developer=True)
    assert (held.unit_count, held.area) == (2, 150_00)
    assert list(held.members.values_list("owner", "may_cast")) == [(developer.pk, True)]
    assert assembly.total_heads == 2


def test_what_the_developer_also_holds_by_title_joins_its_head() -> None:
    estate = EstateFactory()
    building = BuildingFactory(estate=estate)
    developer = OwnerFactory(estate=estate, kind=OwnerKind.LEGAL)
    own(UnitFactory(building=building, room="0101", area=100_00, developer_held=True), developer)
    own(UnitFactory(building=building, room="0102", area=60_00), developer)
    assembly = freeze(estate)
    assert list(assembly.electors.values_list("is_developer", "unit_count", "area")) == [(True, 2, 160_00)]


def test_a_developer_nobody_registered_is_a_head_nobody_casts_for() -> None:
    estate = EstateFactory()
    UnitFactory(building__estate=estate, developer_held=True)
    assembly = freeze(estate)
    assert assembly.total_heads == 1
    assert not ElectorMember.objects.filter(elector__assembly=assembly).exists()


@pytest.mark.parametrize("use", [UnitUse.PARKING, UnitUse.STORAGE])
def test_parking_and_storage_do_not_count(use: UnitUse) -> None:
    estate = EstateFactory()
    own(UnitFactory(building__estate=estate, area=8800), OwnerFactory(estate=estate))
    # Nobody owns it, and that stops nothing: it is not on the roll at all.
    UnitFactory(building__estate=estate, area=1250, use=use)
    assembly = freeze(estate)
    assert (assembly.total_heads, assembly.total_area) == (1, 8800)


def test_parking_counts_where_the_estates_own_rules_say_so() -> None:
    estate = EstateFactory()
    Policy.objects.create(
        estate=estate, key="count-parking", value=True, article="本小区议事规则第八条", valid_from=SINCE
    )
    owner = OwnerFactory(estate=estate)
    own(UnitFactory(building__estate=estate, area=8800), owner)
    own(UnitFactory(building__estate=estate, area=1250, use=UnitUse.PARKING), owner)
    assembly = freeze(estate)
    assert (assembly.total_heads, assembly.total_area) == (1, 10050)


@pytest.mark.parametrize("use", [UnitUse.SHOP, UnitUse.OFFICE, UnitUse.OTHER])
def test_shops_and_offices_count(use: UnitUse) -> None:
    estate = EstateFactory()
    own(UnitFactory(building__estate=estate, area=8800, use=use), OwnerFactory(estate=estate))
    assert freeze(estate).total_area == 8800


def test_only_todays_titles_count_and_gone_units_do_not() -> None:
    estate, today = EstateFactory(), timezone.localdate()
    building = BuildingFactory(estate=estate)
    before, now, next_owner = (OwnerFactory(estate=estate) for _ in range(3))
    unit = UnitFactory(building=building, room="0101")
    own(unit, before, valid_to=today)
    own(unit, now, valid_from=today, valid_to=today + timedelta(days=1))
    own(unit, next_owner, valid_from=today + timedelta(days=1))
    own(UnitFactory(building=building, room="0102", gone_on=today), before)

    assembly = freeze(estate)

    assert list(ElectorMember.objects.values_list("owner", flat=True)) == [now.pk]
    assert assembly.total_heads == 1


def test_another_estates_units_are_not_on_the_roll() -> None:
    estate = EstateFactory()
    owned_units(estate, 1)
    owned_units(EstateFactory(), 2)
    assert freeze(estate).total_heads == 1


def test_where_a_representative_is_named_only_they_may_cast() -> None:
    estate = EstateFactory()
    building = BuildingFactory(estate=estate)
    wang, li = OwnerFactory(estate=estate), OwnerFactory(estate=estate)
    own(UnitFactory(building=building, room="0101"), wang, li, representative=li)
    own(UnitFactory(building=building, room="0102"), wang, li)
    assembly = freeze(estate)
    assert assembly.total_heads == 1
    assert dict(ElectorMember.objects.values_list("owner", "may_cast")) == {wang.pk: False, li.pk: True}


def test_without_a_representative_each_co_owner_may_cast() -> None:
    estate = EstateFactory()
    wang, li = OwnerFactory(estate=estate), OwnerFactory(estate=estate)
    own(UnitFactory(building__estate=estate), wang, li)
    freeze(estate)
    assert dict(ElectorMember.objects.values_list("owner", "may_cast")) == {wang.pk: True, li.pk: True}


def test_numbers_follow_building_staircase_and_room_as_people_count() -> None:
    estate = EstateFactory()
    places = [
        ("10幢", "1单元", "0101"),
        ("2幢", "10单元", "0101"),
        ("2幢", "2单元", "1001"),
        ("2幢", "2单元", "901"),
        ("1幢", "", "商铺2"),
        ("1幢", "", "商铺10"),
    ]
    buildings = {name: BuildingFactory(estate=estate, name=name) for name in ("10幢", "2幢", "1幢")}
    for building, staircase, room in places:
        own(
            UnitFactory(building=buildings[building], staircase=staircase, room=room),
            OwnerFactory(estate=estate),
        )
    labels = [label for _, label, _, _ in heads(freeze(estate))]
    assert labels == [
        "1幢商铺2",
        "1幢商铺10",
        "2幢2单元901",
        "2幢2单元1001",
        "2幢10单元0101",
        "10幢1单元0101",
    ]


def test_a_unit_without_an_owner_stops_the_freezing_and_leaves_nothing() -> None:
    estate = EstateFactory()
    owned_units(estate, 2)
    UnitFactory(building__estate=estate)
    assembly = draft_assembly(estate)
    with pytest.raises(RollIncomplete), transaction.atomic():
        freeze_roll(assembly=assembly, moment=timezone.now())
    assert not Elector.objects.exists()
    assert Assembly.objects.get(pk=assembly.pk).total_heads == 0


def test_an_estate_without_counted_units_has_no_roll() -> None:
    with pytest.raises(RollEmpty):
        freeze_roll(assembly=draft_assembly(), moment=timezone.now())


def test_the_hash_is_over_the_lines_the_documentation_describes() -> None:
    estate = EstateFactory()
    building = BuildingFactory(estate=estate, name="3幢")
    wang = OwnerFactory(estate=estate)
    own(UnitFactory(building=building, room="0502", area=8812), wang)
    assembly = freeze(estate)
    key = blind_index("head", f"{assembly.pk}:{wang.identity_index}")
    assert assembly.electors.get().head_key == key
    line = f'{{"area":8812,"head":"{key}","number":1,"units":[["3幢","1单元","0502",8812,"register"]]}}\n'
    assert assembly.roll_hash == sha256(line)


def test_the_same_people_have_another_key_in_another_assembly() -> None:
    estate = EstateFactory()
    owned_units(estate, 1)
    first, second = freeze(estate), freeze(estate)
    assert first.electors.get().head_key != second.electors.get().head_key
    assert wang_index(estate) not in first.electors.get().head_key


def wang_index(estate: Estate) -> str:
    return Owner.objects.get(estate=estate).identity_index


def test_a_later_sale_does_not_change_a_frozen_roll() -> None:
    assembly = posted_assembly(owners=2)
    title = Ownership.objects.order_by("pk").first()
    assert title is not None
    seller = title.owner.user
    Ownership.objects.filter(pk=title.pk).update(valid_to=timezone.localdate())
    own(title.unit, OwnerFactory(estate=assembly.estate), valid_from=timezone.localdate())
    assert seller is not None
    assert elector_of(assembly, seller).number == 1
    assert Assembly.objects.get(pk=assembly.pk).total_heads == 2


@pytest.mark.parametrize("table", ["elector", "electorunit", "electormember"])
@pytest.mark.parametrize("event", ["update", "delete"])
def test_raw_sql_cannot_touch_a_posted_roll(table: str, event: str) -> None:
    posted_assembly(owners=2)
    column = {"elector": "area", "electorunit": "area", "electormember": "owner_id"}[table]
    statement = (
        f"UPDATE votes_{table} SET {column} = {column}" if event == "update" else f"DELETE FROM votes_{table}"
    )
    with (
        pytest.raises(DatabaseError, match="keeps its"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert {Elector: 2, ElectorUnit: 2, ElectorMember: 2} == {
        model: model.objects.count() for model in (Elector, ElectorUnit, ElectorMember)
    }


def test_nobody_is_added_to_a_posted_roll() -> None:
    assembly = posted_assembly(owners=1)
    with pytest.raises(DatabaseError, match="keeps its"), transaction.atomic():
        Elector.objects.create(assembly=assembly, number=9, head_key="x", label="x", unit_count=1, area=1)
    assert assembly.electors.count() == 1


def test_the_preview_says_what_would_be_frozen_and_writes_nothing() -> None:
    estate = EstateFactory()
    owned_units(estate, 2, area=8800)
    own(UnitFactory(building__estate=estate, area=5000), OwnerFactory(estate=estate, user=None))
    UnitFactory(building__estate=estate, area=4000, developer_held=True)
    preview = preview_roll(estate, timezone.now())
    assert (preview.heads, preview.area, preview.units, preview.developer_units, preview.reachable) == (
        4,
        26600,
        4,
        1,
        2,
    )
    assert not Elector.objects.exists()


# --- against an independent reckoning ---------------------------------------------

#: Heads and area by the database alone. Knows nothing of the service's code.
ORACLE = """
WITH counted AS (
  SELECT u.id, u.area, u.developer_held FROM communities_unit u
  WHERE u.estate_id = %(estate)s AND u.gone_on IS NULL AND u.use NOT IN ('parking', 'storage')
), titled AS (
  SELECT c.id, c.area, w.identity_index AS identity
  FROM counted c JOIN communities_ownership o ON o.unit_id = c.id
    JOIN communities_owner w ON w.id = o.owner_id
  WHERE NOT c.developer_held AND o.valid_from <= %(day)s AND (o.valid_to IS NULL OR o.valid_to > %(day)s)
), sets AS (
  SELECT id, {concat} AS members FROM (SELECT * FROM titled ORDER BY id, identity) t GROUP BY id
)
SELECT
  (SELECT COUNT(DISTINCT members) FROM sets)
    + (SELECT COUNT(*) FROM (SELECT 1 FROM counted WHERE developer_held LIMIT 1) d),
  (SELECT COALESCE(SUM(area), 0) FROM counted)
"""


def reckon(estate: Estate) -> tuple[int, int]:
    concat = (
        "STRING_AGG(identity, ',' ORDER BY identity)"
        if connection.vendor == "postgresql"
        else "GROUP_CONCAT(identity, ',')"
    )
    with connection.cursor() as cursor:
        cursor.execute(ORACLE.format(concat=concat), {"estate": estate.pk, "day": timezone.localdate()})
        heads_found, area = cursor.fetchone()
    return heads_found, area


unit_plans = st.tuples(
    st.sets(st.integers(0, 4), min_size=1, max_size=3),
    st.integers(1, 30_000),
    st.sampled_from(["dwelling", "dwelling", "shop", "parking", "storage"]),
    st.sampled_from(["sold", "sold", "sold", "held", "gone"]),
    st.integers(0, 2),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans=st.lists(unit_plans, min_size=1, max_size=14))
def test_heads_and_area_equal_those_of_the_database(plans: list[Any]) -> None:
    point = transaction.savepoint()
    try:
        estate, today = EstateFactory(), timezone.localdate()
        owners = [OwnerFactory(estate=estate, user=None) for _ in range(6)]
        building = BuildingFactory(estate=estate)
        for room, (members, area, use, state, former) in enumerate(plans):
            unit = UnitFactory(
                building=building,
                room=f"{room:04d}",
                area=area,
                use=use,
                developer_held=state == "held",
                gone_on=today if state == "gone" else None,
            )
            own(unit, *(owners[index] for index in sorted(members)))
            if former:
                own(unit, owners[5], valid_to=today - timedelta(days=former))
        assembly = draft_assembly(estate)
        expected = reckon(estate)
        if expected == (0, 0):
            with pytest.raises(RollEmpty):
                freeze_roll(assembly=assembly, moment=timezone.now())
            return
        frozen = freeze_roll(assembly=assembly, moment=timezone.now())
        assert (frozen.heads, frozen.area) == expected
        assert (assembly.electors.count(), sum(assembly.electors.values_list("area", flat=True))) == expected
        assert sum(assembly.elector_units.values_list("area", flat=True)) == expected[1]
        numbers = list(assembly.electors.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, expected[0] + 1))
    finally:
        transaction.savepoint_rollback(point)


def test_twenty_thousand_units_freeze_in_ten_seconds() -> None:
    estate, dice = EstateFactory(), random.Random(20_261_122)
    buildings = Building.objects.bulk_create(
        Building(estate=estate, name=f"{number}幢", position=number) for number in range(1, 101)
    )
    owners = Owner.objects.bulk_create(
        Owner(
            estate=estate,
            name="王某",
            identity=str(number),
            identity_index=blind_index("identity", str(number)),
        )
        for number in range(18_000)
    )
    units = Unit.objects.bulk_create(
        Unit(
            estate=estate,
            building=building,
            staircase=f"{room % 4 + 1}单元",
            room=f"{room:04d}",
            area=dice.randrange(4000, 20000),
        )
        for building in buildings
        for room in range(200)
    )
    Ownership.objects.bulk_create(
        Ownership(unit=unit, owner=owner, position=place, valid_from=SINCE)
        for unit in units
        for place, owner in enumerate(dice.sample(owners, dice.choice([1, 1, 1, 2])))
    )
    assembly = draft_assembly(estate)

    frozen = freeze_roll(assembly=assembly, moment=timezone.now())

    # The other reckoning joins as the tables' figures advise, and these are brand new.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert (frozen.heads, frozen.area) == reckon(estate)
