"""While a vote is on, every page is read as everybody: no tally, and nobody else's name, number or phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.urls import reverse

from communities.models import Owner
from communities.values.area import format_area, format_area_plain
from tests.factories.rosters import identity_number
from tests.governance.matrix.requests import Route, send
from tests.governance.matrix.rule import EVERYBODY, ROSTER_READERS, Rule
from tests.governance.matrix.world import VOTER_AREAS, World, sums_of_options
from tests.governance.test_permission_matrix import DECLARED, ROUTES, thing
from votes.models import Ballot, Elector

pytestmark = pytest.mark.django_db

#: Where names stand in full, for those who keep the roster.
ROSTER = (
    *("communities:roster", "api:roster", "api:representative"),
    *("votes:desk-election", "votes:desk-candidate"),
)
#: Where whoever stands for a seat does so in public, with their home.
STANDING = ("votes:election", "votes:candidate", "api:election", "api:candidate")
#: The rows of an uploaded file that want mending, with the numbers that stand in them.
BEING_MENDED = ("communities:roster-preview", "api:roster-problem-rows")


def readable() -> Iterator[tuple[Route, Rule]]:
    for route in ROUTES:
        if "GET" in DECLARED[route.name]:
            yield route, DECLARED[route.name]["GET"]


@pytest.fixture(scope="module")
def texts(world: World) -> dict[tuple[str, str], str]:
    """What each role reads at each address that answers a GET, by role and route."""
    found = {}
    for route, rule in readable():
        address = route.address(thing(world, route, rule))
        for role in EVERYBODY:
            answer = send(world.client(role), "GET", route, address, world.here)
            found[role, f"{route.name}{len(route.parameters)}"] = answer.read.decode(errors="replace")
    for model in admin.site._registry:
        label = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for row in model._default_manager.all()[:20]:
            address = reverse(f"{label}_change", args=[row.pk])
            found["superuser", f"{label}/{row.pk}"] = world.client("superuser").get(address).content.decode()
        address = reverse(f"{label}_changelist")
        found["superuser", label] = world.client("superuser").get(address).content.decode()
    return found


def written(area: int) -> tuple[str, ...]:
    """Every way an area may be written."""
    return (format_area(area), format_area_plain(area), f"{area:,}")


def test_the_canaries_would_be_seen(world: World, texts: dict[tuple[str, str], str]) -> None:
    """What is legitimately shown is found by the same means: otherwise nothing below proves anything."""
    assert len(set(sums_of_options())) == 6
    assert not set(sums_of_options()) & {sum(VOTER_AREAS), *VOTER_AREAS}
    cast = sum(VOTER_AREAS)
    for role in ("owner", "firm", "chair"):
        assert any(way in texts[role, "votes:assembly1"] for way in written(cast))
        assert any(way in texts[role, "api:turnout1"] for way in written(cast))
    name = Owner.objects.get(user=world.here.voters[0]).name
    assert name in texts["chair", "communities:roster1"]


def test_no_tally_is_shown_to_anybody_before_the_close(texts: dict[tuple[str, str], str]) -> None:
    leaks = [
        (place, way)
        for place, text in texts.items()
        for area in sums_of_options()
        for way in written(area)
        if way in text
    ]
    assert leaks == []


def test_no_marks_are_shown_to_anybody_but_who_made_them(texts: dict[tuple[str, str], str]) -> None:
    marks = {ballot.choices for ballot in Ballot.objects.exclude(choices="F")}
    leaks = [
        (place, mark)
        for place, text in texts.items()
        for mark in marks
        for way in (f">{mark}<", f'"{mark}"', f"'{mark}'")
        if way in text
    ]
    assert leaks == []


def persons(world: World) -> dict[int | None, Owner]:
    """Owners by account, here and in the next estate."""
    accounts = [*world.here.voters, *world.there.voters]
    accounts += [place.people[role] for place in (world.here, world.there) for role in ("owner", "co_owner")]
    return {owner.user_id: owner for owner in Owner.objects.filter(user__in=accounts)}


def test_nobody_reads_another_s_full_name_but_who_keeps_the_roster(
    world: World, texts: dict[tuple[str, str], str]
) -> None:
    owners = persons(world)
    here = {account for account, owner in owners.items() if owner.estate_id == world.here.estate.pk}
    leaks = []
    for (role, route), text in texts.items():
        own = world.people[role].pk if role in world.people else None
        for account, owner in owners.items():
            keeps = role in (*ROSTER_READERS, "preparatory") and route.startswith(ROSTER) and account in here
            if owner.name in text and account != own and not keeps:
                leaks.append((role, route, owner.name))
    assert leaks == []


def test_nobody_reads_another_s_identity_number_or_phone(
    world: World, texts: dict[tuple[str, str], str]
) -> None:
    owners = persons(world)
    leaks = []
    for (role, route), text in texts.items():
        own = world.people[role].pk if role in world.people else None
        for account, owner in owners.items():
            if account == own:
                continue
            secrets = (owner.identity, owner.phone, owner.phone.removeprefix("+86"))
            leaks += [(role, route, secret) for secret in secrets if secret in text]
    assert leaks == []


def test_the_numbers_of_an_uploaded_file_stand_where_they_are_mended_and_nowhere_else(
    world: World, texts: dict[tuple[str, str], str]
) -> None:
    numbers = [identity_number(serial) for serial in (150, 151, 350, 351)]
    seen = {
        (role, route.rstrip("0123456789"))
        for (role, route), text in texts.items()
        if any(number in text for number in numbers)
    }
    importers = ("chair", "secretary", "preparatory")
    assert seen == {(role, route) for role in importers for route in BEING_MENDED}


def test_the_firm_is_not_shown_who_has_voted(world: World, texts: dict[tuple[str, str], str]) -> None:
    """Neither homes nor electors stand on any page of a vote that the firm can open."""
    voting = world.here.things["voting"]["pk"]
    homes = [elector.label for elector in Elector.objects.filter(assembly=voting)]
    pages = {
        route: text
        for (role, route), text in texts.items()
        if role == "firm"
        and route.startswith(("votes:", "governance:", "api:"))
        and "joinable" not in route
        and not route.startswith(STANDING)
    }
    assert [(route, home) for route, text in pages.items() for home in homes if home in text] == []


def test_whether_a_home_has_voted_is_shown_to_its_own_people_alone(
    world: World, texts: dict[tuple[str, str], str]
) -> None:
    """The number of a ballot or its receipt stands on no page of anybody else."""
    own = world.here.things["ballot"]["pk"]
    leaks = [
        (place, str(ballot.pk))
        for place, text in texts.items()
        for ballot in Ballot.objects.exclude(pk=own)
        if str(ballot.pk) in text and not place[1].startswith("admin:")
    ]
    assert leaks == []
