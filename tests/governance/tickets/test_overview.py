"""One notice that answers many tickets, and all estates of a subdistrict on one screen."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from communities.enums import RoleCode
from communities.errors import NotPermitted
from communities.models import Estate
from governance.errors.tickets import OutageIncomplete
from governance.models import Outage, Ticket
from governance.queries.overview import overview
from governance.services.outages import announce_outage
from governance.services.tickets import rate_ticket
from tests.factories.communities import BuildingFactory, EstateFactory, appoint
from tests.factories.meetings import Room
from tests.factories.tickets import closed, fixed, reported, served

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def outage(room: Room, **fields: Any) -> Outage:
    begins = timezone.now() + HOUR
    values: dict[str, Any] = {
        "category": "repair",
        "title": "二单元电梯检修",
        "text": "年度检修，请走一单元。",
        "begins_at": begins,
        "ends_at": begins + HOUR,
        "actor": room.firm,
    }
    return announce_outage(estate=room.estate, **(values | fields))


@pytest.fixture
def room() -> Room:
    room = Room()
    served(room.estate)
    return room


def test_nine_reports_are_answered_at_once_and_no_other(room: Room) -> None:
    nine = [reported(room.estate, room.one, text=f"第 {number} 次报电梯停了") for number in range(9)]
    noise = reported(room.estate, room.one, category="noise")
    done = fixed(reported(room.estate, room.one), room.firm)
    made = outage(room)
    assert made.answered == 9
    for ticket in Ticket.objects.filter(pk__in=[one.pk for one in nine]):
        assert (ticket.status, ticket.due_at) == ("working", ticket.fix_due_at)
        assert ticket.answered_at is not None
        assert "二单元电梯检修" in ticket.steps.get(act="noted").text
    noise.refresh_from_db()
    assert noise.answered_at is None
    assert not done.steps.filter(act="noted").exists()


def test_a_building_narrows_it(room: Room) -> None:
    there = BuildingFactory(estate=room.estate)
    inside, outside = reported(room.estate, room.one, building=there), reported(room.estate, room.one)
    assert outage(room, building=there).answered == 1
    outside.refresh_from_db()
    assert inside.steps.filter(act="noted").exists()
    assert outside.answered_at is None


def test_one_that_ends_before_it_begins_or_says_nothing_is_refused(room: Room) -> None:
    now = timezone.now()
    for fields in (
        {"begins_at": now + HOUR, "ends_at": now},
        {"begins_at": now - 2 * HOUR, "ends_at": now - HOUR},
        {"title": "停"},
        {"text": ""},
    ):
        with pytest.raises(OutageIncomplete):
            outage(room, **fields)
    with pytest.raises(NotPermitted):
        outage(room, actor=room.one)
    assert not Outage.objects.exists()


def passed_by(ticket: Ticket, **hours: float) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(
        **{name: ticket.reported_at + number * HOUR for name, number in hours.items()}
    )


def test_the_figures_of_an_estate_are_exact(room: Room) -> None:
    """Three answered after 1, 2 and 9 hours, two of them fixed after 4 and 6; one late, one gone up."""
    for hours, fix in ((1, 4), (2, 6), (9, None)):
        ticket = reported(room.estate, room.one)
        if fix is None:
            passed_by(ticket, due_at=-1)
            Ticket.objects.filter(pk=ticket.pk).update(
                answered_at=ticket.reported_at + hours * HOUR, escalation=1
            )
        else:
            Ticket.objects.filter(pk=ticket.pk).update(
                status="fixed",
                due_at=None,
                answered_at=ticket.reported_at + hours * HOUR,
                fixed_at=ticket.reported_at + fix * HOUR,
            )
    other = EstateFactory(community=room.estate.community)
    rows = {row["estate"]: row for row in overview([room.estate, other], timezone.now())}
    row = rows[room.estate]
    assert (row["all"], row["open"], row["late"], row["gone_up"]) == (3, 3, 1, 1)
    assert (row["answer_hours"], row["fix_hours"], row["rating"]) == (2, 4, None)
    assert (rows[other]["all"], rows[other]["answer_hours"]) == (0, None)


def test_satisfaction_from_ten_on(room: Room) -> None:
    for number in range(10):
        ticket = closed(reported(room.estate, room.one, text=f"第 {number} 处路灯不亮"), room.firm)
        rate_ticket(ticket=ticket, rating=5 if number % 2 else 4, actor=room.one)
        [row] = overview([room.estate], timezone.now())
        assert row["rating"] == (4.5 if number == 9 else None)


def test_the_subdistrict_sees_its_estates_and_no_other(client: Client, room: Room) -> None:
    elsewhere: Estate = EstateFactory(name="别处花园")
    client.force_login(room.subdistrict)
    page = client.get("/desk/estates/").content.decode()
    assert room.estate.name in page
    assert elsewhere.name not in page
    table = client.get("/desk/estates/?format=csv")
    assert table["Content-Type"].startswith("text/csv")
    assert room.estate.name in table.content.decode("utf-8-sig")
    client.force_login(appoint(RoleCode.COMMITTEE_CHAIR, room.estate))
    assert client.get("/desk/estates/").status_code == 404


def test_more_estates_cost_no_more_queries(
    client: Client, room: Room, django_assert_num_queries: Any
) -> None:
    for count in (1, 5):
        while room.estate.community.estates.count() < count:
            EstateFactory(community=room.estate.community)
        estates = list(room.estate.community.estates.all())
        with django_assert_num_queries(5):
            overview(estates, timezone.now())
