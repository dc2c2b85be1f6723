"""送达 at the desk, and the doors on a phone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from communities.enums import RoleCode
from tests.factories.ballots import cast_for
from tests.factories.communities import EstateFactory, appoint
from tests.factories.papers import photo
from tests.factories.votes import owned_units, people_of, posted_assembly
from votes.models import Delivery
from votes.services.deliveries import record_deliveries

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def assembly():
    """A building of six homes and one of two."""
    estate = EstateFactory()
    owned_units(estate, 6)
    owned_units(estate, 2)
    return posted_assembly(estate)


@pytest.fixture
def member(assembly):
    return appoint(RoleCode.COMMITTEE, assembly.estate)


@pytest.fixture
def buildings(assembly):
    units = assembly.elector_units.order_by("elector__number")
    return list(dict.fromkeys(units.values_list("building", flat=True)))


def at(name, assembly, *more):
    return reverse(f"votes:{name}", args=[assembly.estate.slug, assembly.pk, *more])


def text(response) -> str:
    return response.content.decode()


def test_a_board_reaches_a_whole_building_with_one_photo(client, assembly, member, buildings):
    client.force_login(member)
    sizes = {name: assembly.elector_units.filter(building=name).count() for name in buildings}
    sent = {"method": "board", "place": buildings[0], "only_missing": "on", "evidence": photo()}
    assert client.post(at("desk-delivery-new", assembly), sent).status_code == 302
    assert Delivery.objects.count() == sizes[buildings[0]]
    again = client.post(at("desk-delivery-new", assembly), sent | {"evidence": photo()})
    assert (again.status_code, "没有选到表决人" in text(again)) == (422, True)


def test_single_homes_are_ticked(client, assembly, member):
    client.force_login(member)
    elector = assembly.electors.last()
    page = client.get(at("desk-delivery-new", assembly), {"q": elector.label})
    assert [home.pk for home in page.context["homes"]] == [elector.pk]
    client.post(at("desk-delivery-new", assembly), {"method": "hand", "place": "", "elector": elector.pk})
    assert Delivery.objects.get().elector == elector


def test_a_photo_is_asked_for_and_what_was_typed_stays(client, assembly, member):
    client.force_login(member)
    answer = client.post(at("desk-delivery-new", assembly), {"method": "board", "note": "大堂公告栏"})
    assert answer.status_code == 422
    assert "张贴要有照片" in text(answer)
    assert "大堂公告栏" in text(answer)
    assert not Delivery.objects.exists()


def test_a_record_is_taken_back_on_a_page_of_its_own(client, assembly, member):
    client.force_login(member)
    client.post(at("desk-delivery-new", assembly), {"method": "hand", "place": ""})
    row = Delivery.objects.first()
    address = at("desk-delivery-take-back", assembly, row.pk)
    assert client.post(address, {"reason": "短"}).status_code == 422
    client.post(address, {"reason": "登记错了房号，实际没有送到"})
    assert "已撤回" in text(client.get(at("desk-deliveries", assembly)))


def test_the_proof_lists_who_was_reached_and_who_was_not_without_names(client, assembly, member):
    client.force_login(member)
    reached, missed = assembly.electors.first(), assembly.electors.last()
    record_deliveries(
        assembly=assembly, electors=[reached.pk], method="post", reached=True, note="=EMS1", actor=member
    )
    page = text(client.get(at("desk-deliveries-print", assembly)))
    listed, not_reached = page.split("还没有送达的")
    assert reached.label in listed
    assert missed.label in not_reached
    assert reached.label not in not_reached
    lines = b"".join(client.get(at("desk-deliveries-csv", assembly)).streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert reached.label in lines[1]
    assert "'=EMS1" in lines[1]
    names = [member.owner.name for elector in assembly.electors.all() for member in elector.members.all()]
    assert not any(name in page or name in lines[1] for name in names)


# --- the doors -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "reached", "note"),
    [("reached", True, ""), ("away", False, "不在家"), ("refused", False, "拒收")],
)
def test_one_tap_at_a_door(client, assembly, member, buildings, outcome, reached, note):
    client.force_login(member)
    elector = assembly.electors.first()
    answer = client.post(
        at("door-record", assembly), {"elector": elector.pk, "outcome": outcome, "place": buildings[0]}
    )
    row = Delivery.objects.get()
    assert (row.elector, row.method, row.reached, row.note) == (elector, "door", reached, note)
    assert answer["Location"].endswith(f"#door-{elector.pk}")


def test_a_tap_that_says_nothing_records_nothing(client, assembly, member):
    client.force_login(member)
    for body in ({}, {"elector": "x", "outcome": "away"}, {"elector": "1", "outcome": "vote"}):
        assert client.post(at("door-record", assembly), body).status_code == 302
    assert not Delivery.objects.exists()


def doors(client, assembly, **query):
    return client.get(at("door-board", assembly), query).context["doors"]


def test_the_doors_left_are_those_not_reached_and_not_voted(client, assembly, member, buildings):
    client.force_login(member)
    large = (
        buildings[0] if assembly.elector_units.filter(building=buildings[0]).count() == 6 else buildings[1]
    )
    homes = [door.elector for door in doors(client, assembly, place=large)]
    voter = next(user for user in people_of(assembly) if homes[0].members.filter(owner__user=user).exists())
    cast_for(assembly, voter, "F")
    record_deliveries(assembly=assembly, electors=[homes[1].pk], method="hand", reached=True, actor=member)
    left = [door.elector for door in doors(client, assembly, place=large, show="left")]
    assert left == homes[2:]


def test_in_a_small_building_only_who_delivers_there_sees_who_voted(client, assembly, member, buildings):
    for user in people_of(assembly):
        cast_for(assembly, user, "F")
    small = min(buildings, key=lambda name: assembly.elector_units.filter(building=name).count())

    def seen(person):
        client.force_login(person)
        return {door.took_part for door in doors(client, assembly, place=small)}

    assert seen(member) == {None}
    assert seen(appoint(RoleCode.SECRETARY, assembly.estate)) == {True}
    assert seen(appoint(RoleCode.SCRUTINEER, assembly.estate)) == {True}
    # Nor can a member find it out with the filter.
    client.force_login(member)
    assert len(doors(client, assembly, place=small, show="left")) == 2


@pytest.mark.parametrize("count", [1, 3])
def test_the_doors_cost_the_same_for_many_homes(client, count):
    estate = EstateFactory()
    owned_units(estate, count)
    assembly = posted_assembly(estate)
    member = appoint(RoleCode.COMMITTEE, estate)
    record_deliveries(
        assembly=assembly,
        electors=assembly.electors.values_list("pk", flat=True),
        method="door",
        reached=False,
        actor=member,
    )
    client.force_login(member)
    building = assembly.elector_units.first().building
    client.get(at("door-rows", assembly))
    with CaptureQueriesContext(connection) as asked:
        assert client.get(at("door-rows", assembly), {"place": building}).status_code == 200
    assert len(asked) == 15 + int(connection.vendor == "postgresql")
