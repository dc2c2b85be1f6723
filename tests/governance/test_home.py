"""The front door leads each person where they belong; the estate's home shows what waits first."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from communities.enums import RoleCode
from communities.models import BindingRequest, CommitteeSeat, CommitteeTerm, Notice
from tests.factories.communities import (
    EstateFactory,
    OwnershipFactory,
    ResidencyFactory,
    ServiceContractFactory,
    UserFactory,
    appoint,
)
from tests.factories.votes import draft_assembly, elector_of, owned_units, people_of, posted_assembly
from votes.services.casting import cast_ballot

pytestmark = pytest.mark.django_db

#: PostgreSQL is asked for its clock; SQLite has none.
CLOCK = int(connection.vendor == "postgresql")


def home_of(estate):
    return reverse("governance:estate", args=[estate.slug])


def owner_in(estate):
    return OwnershipFactory(unit__building__estate=estate).owner.user


def text(response) -> str:
    return response.content.decode()


def vote(assembly, user) -> None:
    cast_ballot(
        assembly_id=assembly.pk,
        elector_id=elector_of(assembly, user).pk,
        choices="F" * assembly.slots,
        idempotency_key=uuid.uuid4(),
        user_id=user.pk,
    )


# --- the front door -----------------------------------------------------------------


def test_stranger_is_led_to_the_login(client):
    assert client.get("/").url == reverse("communities:login")


def test_owner_of_one_estate_is_led_home(client):
    estate = EstateFactory()
    client.force_login(owner_in(estate))

    assert client.get("/").url == home_of(estate)


def test_tenant_is_led_home(client):
    residency = ResidencyFactory()
    client.force_login(residency.user)

    assert client.get("/").url == home_of(residency.unit.estate)


@pytest.mark.parametrize("code", [RoleCode.SECRETARY, RoleCode.SUBDISTRICT, RoleCode.COMMITTEE_CHAIR])
def test_people_of_the_desk_who_live_nowhere_here_are_led_to_it(client, code):
    client.force_login(appoint(code, EstateFactory()))

    assert client.get("/").url == reverse("governance:desk")


def test_chair_who_owns_here_is_led_home_with_the_desk_at_hand(client):
    estate = EstateFactory()
    chair = appoint(RoleCode.COMMITTEE_CHAIR, estate, owner_in(estate))
    client.force_login(chair)

    response = client.get("/", follow=True)

    assert response.redirect_chain == [(home_of(estate), 302)]
    assert f"{reverse('governance:desk')}?estate={estate.slug}" in text(response)


def test_staff_of_the_firm_is_led_to_the_estate_it_serves(client):
    estate = EstateFactory()
    client.force_login(appoint(RoleCode.FIRM, estate))

    assert client.get("/").url == home_of(estate)


def test_owner_in_two_estates_chooses(client):
    first, second = EstateFactory(), EstateFactory()
    user = owner_in(first)
    OwnershipFactory(unit__building__estate=second, owner__user=user)
    client.force_login(user)

    response = client.get("/")

    assert response.status_code == 200
    assert home_of(first) in text(response)
    assert home_of(second) in text(response)


def test_account_bound_nowhere_is_led_to_the_binding(client):
    client.force_login(UserFactory())

    assert client.get("/").url == reverse("communities:bind")


# --- the home of an estate ------------------------------------------------------------


def test_home_does_not_exist_for_somebody_from_elsewhere(client):
    estate = EstateFactory()
    client.force_login(owner_in(EstateFactory()))
    assert client.get(home_of(estate)).status_code == 404
    client.force_login(owner_in(estate))
    assert client.get(home_of(estate)).status_code == 200


def test_open_assembly_waits_with_its_ruler_until_the_ballot_is_cast(client):
    assembly = posted_assembly(owners=3, motions=3)
    first, second, _third = people_of(assembly)
    vote(assembly, second)
    client.force_login(first)

    shown = text(client.get(home_of(assembly.estate)))
    assert "等您表决" in shown
    assert "去表决" in shown
    assert "，等 3 项" in shown
    assert "33.33%" in shown

    vote(assembly, first)
    shown = text(client.get(home_of(assembly.estate)))
    assert "您家已表决" in shown
    assert "去表决" not in shown


def test_resident_sees_the_vote_and_is_not_asked_to_cast(client):
    assembly = posted_assembly()
    tenant = ResidencyFactory(unit__building__estate=assembly.estate).user
    client.force_login(tenant)

    shown = text(client.get(home_of(assembly.estate)))

    assert "表决中" in shown
    assert "等您表决" not in shown
    assert "去表决" not in shown


def test_what_waits_stands_before_what_is_done(client):
    done = posted_assembly(owners=3, closes_in=timedelta(days=1))
    waiting = posted_assembly(done.estate, closes_in=timedelta(days=5))
    user = people_of(done)[0]
    vote(done, user)
    client.force_login(user)

    cards = client.get(home_of(done.estate)).context["open"]

    assert [card["assembly"] for card in cards] == [waiting, done]


@pytest.mark.parametrize("role", [None, RoleCode.COMMITTEE_CHAIR])
def test_draft_is_not_shown_at_home_even_to_those_who_prepare_it(client, role):
    estate = EstateFactory()
    draft_assembly(estate, title="还没写好的会议")
    user = owner_in(estate)
    if role:
        appoint(role, estate, user)
    client.force_login(user)

    assert "还没写好的会议" not in text(client.get(home_of(estate)))


def test_recent_lists_the_announced_and_the_counted(client):
    announced = posted_assembly(opens_in=timedelta(days=3), closes_in=timedelta(days=9))
    counted = posted_assembly(announced.estate, opens_in=timedelta(days=-9), closes_in=timedelta(days=-1))
    client.force_login(people_of(announced)[0])

    response = client.get(home_of(announced.estate))

    assert response.context["open"] == []
    assert [cell["tags"][0][0] for cell in response.context["recent"]] == ["公示中", "计票中"]
    assert response.context["recent"][1]["url"] == reverse("votes:assembly", args=[counted.pk])


def test_own_unread_notices_and_pending_bindings_are_my_turn(client):
    estate = EstateFactory()
    user, neighbour = owner_in(estate), owner_in(estate)
    now = timezone.now()
    for person, title in ((user, "给我的"), (neighbour, "给邻居的")):
        Notice.objects.create(
            recipient=person, estate=estate, topic="t", subject="1", title=title, created_at=now
        )
    Notice.objects.create(
        recipient=user, estate=estate, topic="t", subject="2", title="读过的", created_at=now, read_at=now
    )
    unit = OwnershipFactory(unit__building__estate=estate).unit
    for person in (user, neighbour):
        BindingRequest.objects.create(
            estate=estate,
            unit=unit,
            user=person,
            capacity="tenant",
            name="某某",
            created_at=now,
            due_at=now + timedelta(days=2),
        )
    client.force_login(user)

    turns = client.get(home_of(estate)).context["turns"]

    assert [cell["title"] for cell in turns] == [f"绑定 {unit.label}：等社区核对", "给我的"]


def test_committee_and_firm_of_today_are_named(client):
    estate = EstateFactory()
    term = CommitteeTerm.objects.create(
        estate=estate, number=2, starts_on=date(2024, 1, 1), ends_on=date(2029, 1, 1)
    )
    CommitteeTerm.objects.create(
        estate=estate, number=1, starts_on=date(2019, 1, 1), ends_on=date(2024, 1, 1)
    )
    for position, name, until in (
        ("member", "委员甲", None),
        ("chair", "主任乙", None),
        ("member", "离任丙", date(2025, 1, 1)),
    ):
        CommitteeSeat.objects.create(
            term=term,
            user=UserFactory(display_name=name),
            position=position,
            valid_from=date(2024, 1, 1),
            valid_to=until,
        )
    ServiceContractFactory(estate=estate, firm__name="绿波物业", monthly_fee=235)
    ServiceContractFactory(estate=estate, firm__name="从前物业", ends_on=date(2021, 1, 1))
    client.force_login(owner_in(estate))

    shown = text(client.get(home_of(estate)))

    assert "第 2 届业主委员会" in shown
    assert shown.index("主任乙") < shown.index("委员甲")
    assert "离任丙" not in shown
    assert "绿波物业" in shown
    assert "2.35 元" in shown
    assert "从前物业" not in shown


@pytest.mark.parametrize("count", [1, 3])
def test_home_asks_the_database_as_often_for_one_assembly_as_for_three(
    client, django_assert_num_queries, count
):
    estate = EstateFactory()
    owned_units(estate, 3)
    user = owner_in(estate)
    for _ in range(count):
        posted_assembly(estate)
        posted_assembly(estate, opens_in=timedelta(days=-9), closes_in=timedelta(days=-1))
    client.force_login(user)

    with django_assert_num_queries(23 + CLOCK):
        client.get(home_of(estate))
