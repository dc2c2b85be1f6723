"""Where only a part of the estate decides, that part is the whole: roll, checks, pages and words."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from communities.enums import OwnerKind, RoleCode
from communities.models import Building, Estate, LedgerEntry, Unit, User
from tests.api import Api, fields_at_fault, refusal
from tests.factories.ballots import settled
from tests.factories.communities import (
    BuildingFactory,
    EstateFactory,
    OwnerFactory,
    OwnershipFactory,
    UnitFactory,
    appoint,
)
from tests.factories.votes import draft_assembly, people_of, posted_assembly
from votes.errors import ScopeUnknown
from votes.linting import lint
from votes.models import Assembly, Elector
from votes.queries import turnout, turnout_by_building
from votes.services.assemblies import copy_assembly, create_assembly, publish_assembly
from votes.services.overrides import sign_override
from votes.services.rolls import freeze_roll, preview_roll, scope_of

pytestmark = pytest.mark.django_db

HERE_ONLY = "只更换3幢的电梯，费用由3幢业主承担（上海六十九条）"


@pytest.fixture
def estate() -> Estate:
    """3幢 with two staircases of two homes each, 5幢 with one home; somebody owns in both."""
    estate = EstateFactory()
    here, there = (BuildingFactory(estate=estate, name=name) for name in ("3幢", "5幢"))
    for staircase in ("1单元", "2单元"):
        for room in ("0101", "0102"):
            OwnershipFactory(unit=UnitFactory(building=here, staircase=staircase, room=room, area=10_000))
    both = here.units.get(staircase="1单元", room="0101").ownerships.get().owner
    OwnershipFactory(unit=UnitFactory(building=there, area=50_000), owner=both)
    return estate


@pytest.fixture
def here(estate: Estate) -> Building:
    return estate.buildings.get(name="3幢")


@pytest.fixture
def chair(estate: Estate) -> User:
    return appoint(RoleCode.COMMITTEE_CHAIR, estate)


def totals(assembly: Assembly) -> tuple[int, int]:
    return assembly.total_heads, assembly.total_area


@pytest.mark.parametrize(
    ("building", "staircase", "expected"),
    [
        ("", "", (4, 90_000)),
        ("3幢", "", (4, 40_000)),
        ("3幢", "2单元", (2, 20_000)),
        ("5幢", "", (1, 50_000)),
    ],
)
def test_the_part_is_the_whole_denominator(
    estate: Estate, building: str, staircase: str, expected: tuple[int, int]
) -> None:
    part = estate.buildings.get(name=building) if building else None
    assembly = posted_assembly(estate, scope_building=part, scope_staircase=staircase)
    assert totals(assembly) == expected
    preview = preview_roll(estate, timezone.now(), scope=scope_of(assembly))
    assert (preview.heads, preview.area) == expected
    assert (turnout(assembly).total_heads, turnout(assembly).total_area) == expected


def test_an_owner_in_and_out_of_the_part_votes_with_what_lies_in_it(estate: Estate, here: Building) -> None:
    assembly = posted_assembly(estate, scope_building=here)
    elector = Elector.objects.get(assembly=assembly, label="3幢1单元0101")
    assert (elector.area, elector.unit_count) == (10_000, 1)
    whole = posted_assembly(estate)
    assert (
        Elector.objects.get(
            assembly=whole,
            units__unit__room="0101",
            units__unit__staircase="1单元",
            units__unit__building=here,
        ).area
        == 60_000
    )


def test_the_developers_head_has_only_its_units_of_the_part(estate: Estate, here: Building) -> None:
    developer = OwnerFactory(estate=estate, kind=OwnerKind.LEGAL)
    for building, area in ((here, 7_000), (estate.buildings.get(name="5幢"), 9_000)):
        OwnershipFactory(
            unit=UnitFactory(building=building, area=area, developer_held=True, staircase="1单元"),
            owner=developer,
        )
    assembly = posted_assembly(estate, scope_building=here)
    head = Elector.objects.get(assembly=assembly, is_developer=True)
    assert head.area == 7_000
    other = posted_assembly(estate, scope_building=here, scope_staircase="2单元")
    assert not Elector.objects.filter(assembly=other, is_developer=True).exists()


def test_who_owns_nothing_in_the_part_is_not_on_the_roll(estate: Estate, here: Building) -> None:
    stranger = OwnershipFactory(unit=UnitFactory(building=estate.buildings.get(name="5幢"))).owner
    assembly = posted_assembly(estate, scope_building=here)
    assert stranger.user not in people_of(assembly)
    client = Client()
    client.force_login(stranger.user)
    page = client.get(reverse("votes:assembly", args=[assembly.pk])).content.decode()
    assert "仅限3幢业主表决" in page
    assert 'name="elector"' not in page


def test_turnout_and_result_are_of_the_part(estate: Estate, here: Building) -> None:
    assembly = settled(posted_assembly(estate, scope_building=here, items=[5]), ["F", "F", "F"])
    result = assembly.motions.get().result
    assert (result.participating_heads, result.participating_area) == (3, 30_000)
    assert result.verdict == "passed"
    assert [row.building for row in turnout_by_building(assembly)] == ["3幢"]


def test_the_law_of_the_part_is_in_the_log_and_the_certificate(
    estate: Estate, here: Building, chair: User
) -> None:
    draft = draft_assembly(
        estate, posted_topics="修改管理规约", scope_building=here, scope_staircase="1单元", items=[5]
    )
    for finding in lint(draft, timezone.now()):
        sign_override(assembly=draft, finding=finding.key, reason=HERE_ONLY, actor=chair)
    publish_assembly(assembly=draft, actor=chair)
    leaf = LedgerEntry.objects.get(verb="votes.assembly.published")
    assert json.loads(leaf.body)["payload"]["scope"] == ["3幢", "1单元"]
    assembly = settled(posted_assembly(estate, scope_building=here))
    assert json.loads(assembly.certificate.body)["scope"] == ["3幢", ""]
    whole = settled(posted_assembly(estate))
    assert "scope" not in json.loads(whole.certificate.body)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([5], {"scope-in-part"}),
        ([7], {"scope-in-part"}),
        ([4], {"scope-in-part", "scope-for-what-concerns-everybody"}),
        ([2], {"scope-in-part", "scope-for-what-concerns-everybody"}),
    ],
)
def test_a_part_is_signed_for_and_doubted_for_what_concerns_everybody(
    estate: Estate, here: Building, items: list[int], expected: set[str]
) -> None:
    def scoped(**fields: Any) -> set[str]:
        draft = draft_assembly(estate, items=items, **fields)
        return {one.code for one in lint(draft, timezone.now()) if one.code.startswith("scope")}

    assert scoped(scope_building=here) == expected
    assert scoped() == set()


def test_checks_of_the_roll_look_at_the_part_alone(estate: Estate, here: Building) -> None:
    UnitFactory(building=estate.buildings.get(name="5幢"), room="0909")
    part, whole = draft_assembly(estate, scope_building=here), draft_assembly(estate)

    def codes(assembly: Assembly) -> set[str]:
        return {finding.code for finding in lint(assembly, timezone.now())}

    assert "unit-without-owner" not in codes(part)
    assert "unit-without-owner" in codes(whole)
    freeze_roll(assembly=part, moment=timezone.now())
    assert totals(part) == (4, 40_000)
    Unit.objects.filter(building=here).update(gone_on="2026-01-01")
    assert "roll-empty" in codes(part)


def test_a_copy_asks_the_same_part(estate: Estate, here: Building, chair: User) -> None:
    copy = copy_assembly(
        assembly=posted_assembly(estate, scope_building=here, scope_staircase="2单元"), actor=chair
    )
    assert (copy.scope_building, copy.scope_staircase) == (here, "2单元")


def test_a_part_must_be_there(estate: Estate, here: Building, chair: User) -> None:
    for building, staircase in ((None, "1单元"), (here, "9单元"), (BuildingFactory(name="3幢"), "")):
        with pytest.raises(ScopeUnknown):
            create_assembly(
                estate=estate,
                title="会议",
                kind="regular",
                actor=chair,
                scope_building=building,
                scope_staircase=staircase,
            )
    assert not Assembly.objects.exists()


def test_the_form_offers_buildings_and_staircases(estate: Estate, here: Building, chair: User) -> None:
    client = Client()
    client.force_login(chair)
    url = reverse("votes:desk-assembly-new", args=[estate.slug])
    choices = dict(client.get(url).context["form"].fields["scope"].choices)
    assert list(choices.values()) == [
        "全体业主",
        "仅限3幢业主",
        "仅限3幢1单元业主",
        "仅限3幢2单元业主",
        "仅限5幢业主",
    ]
    fields = {"title": "会议", "kind": "regular", "convener": "committee", "scope": f"{here.pk}:2单元"}
    assert client.post(url, fields).status_code == 302
    assembly = Assembly.objects.get()
    assert (assembly.scope_building, assembly.scope_staircase) == (here, "2单元")
    edit = reverse("votes:desk-assembly-edit", args=[estate.slug, assembly.pk])
    assert client.get(edit).context["form"].initial["scope"] == f"{here.pk}:2单元"
    assert client.post(edit, fields | {"scope": "0:"}).status_code == 422
    client.post(edit, fields | {"scope": ""})
    assert Assembly.objects.get().scope_building is None


def test_the_api_takes_and_shows_the_part(estate: Estate, here: Building, chair: User) -> None:
    api = Api(chair)
    body = {"title": "会议", "scope_building": "3幢", "scope_staircase": "1单元"}
    made = api.post(f"estates/{estate.slug}/assemblies/", body)
    assert made.status_code == 201, made.content
    assert (made.json()["scope_building"], made.json()["scope_staircase"]) == ("3幢", "1单元")
    path = f"assemblies/{made.json()['id']}/"
    assert api.patch(path, {"title": "新名"}).json()["scope_building"] == "3幢"
    assert fields_at_fault(api.patch(path, {"scope_building": "9幢"})) == ["scope_building"]
    assert refusal(api.patch(path, {"scope_staircase": "9单元"})) == (422, "scope-unknown")
    assert api.patch(path, {"scope_building": None}).json()["scope_staircase"] == ""


def test_papers_and_pages_say_whom_it_concerns(estate: Estate, here: Building, chair: User) -> None:
    assembly = posted_assembly(estate, scope_building=here, scope_staircase="1单元")
    owner, client = people_of(assembly)[0], Client()
    client.force_login(owner)
    ballot = client.get(reverse("votes:assembly", args=[assembly.pk])).content.decode()
    assert 'name="elector"' in ballot
    assert "仅限3幢1单元业主表决" in ballot
    assert (
        "仅限3幢1单元业主表决"
        in client.get(reverse("votes:assembly-list", args=[estate.slug])).content.decode()
    )
    client.force_login(chair)
    notice = client.get(reverse("votes:notice-print", args=[estate.slug, assembly.pk])).content.decode()
    assert "3幢1单元全体业主：" in notice
    assert "本次仅限3幢1单元业主表决" in notice
    done = settled(posted_assembly(estate, scope_building=here, closes_in=timedelta(hours=1)))
    for name in ("result", "result-print"):
        page = client.get(reverse(f"votes:{name}", args=[done.pk])).content.decode()
        assert "仅限" in page
        assert "全体业主，共" not in page
