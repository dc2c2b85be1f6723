"""The list of votes: what waits for me first, and only what I may see."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from communities.enums import RoleCode
from tests.factories.ballots import cast_for, open_with_areas, settled
from tests.factories.communities import EstateFactory, ResidencyFactory, appoint
from tests.factories.votes import draft_assembly, owned_units, people_of, posted_assembly

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
#: Session, person, estate, number, page, motions, results, roll, ballots, turnout,
#: mandates, papers, notices.
#: PostgreSQL is asked for its clock as well.
QUERIES = 13 + (connection.vendor == "postgresql")


@pytest.fixture
def estate():
    estate = EstateFactory()
    owned_units(estate, 3)
    return estate


def shown(client, estate, **query):
    response = client.get(reverse("votes:assembly-list", args=[estate.slug]), query)
    assert response.status_code == 200
    return response


def titles(response) -> list[str]:
    return [entry["assembly"].title for entry in response.context["entries"]]


def test_waiting_comes_first_then_open_announced_and_decided(client, estate):
    decided = settled(posted_assembly(estate, title="已定"))
    announced = posted_assembly(estate, title="公示", opens_in=5 * HOUR)
    later = posted_assembly(estate, title="等我，后截止", closes_in=9 * HOUR)
    sooner = posted_assembly(estate, title="等我，先截止", closes_in=8 * HOUR)
    cast = posted_assembly(estate, title="投过了", closes_in=HOUR)
    owner = people_of(cast)[0]
    cast_for(cast, owner, "F")
    client.force_login(owner)

    assert titles(shown(client, estate)) == [one.title for one in (sooner, later, cast, announced, decided)]


def test_each_card_says_how_i_stand(client, estate):
    waiting, cast = posted_assembly(estate, title="等我"), posted_assembly(estate, title="投过了")
    owner = people_of(cast)[0]
    cast_for(cast, owner, "F")

    client.force_login(owner)
    tags = {
        entry["assembly"].title: entry["tags"][0][0] for entry in shown(client, estate).context["entries"]
    }
    assert tags == {waiting.title: "等您表决", cast.title: "您家已表决"}

    client.force_login(ResidencyFactory(unit=estate.units.first()).user)
    seen = [entry["tags"][0][0] for entry in shown(client, estate).context["entries"]]
    assert seen == ["不在名册", "不在名册"]


@pytest.mark.parametrize(
    ("status", "kept"),
    [
        ("", ["等我", "投过了", "公示", "已定"]),
        ("waiting", ["等我"]),
        ("open", ["等我", "投过了"]),
        ("upcoming", ["公示"]),
        ("done", ["已定"]),
        ("nonsense", ["等我", "投过了", "公示", "已定"]),
    ],
)
def test_the_filter_keeps_one_status(client, estate, status, kept):
    settled(posted_assembly(estate, title="已定"))
    posted_assembly(estate, title="公示", opens_in=5 * HOUR)
    posted_assembly(estate, title="等我")
    cast = posted_assembly(estate, title="投过了")
    owner = people_of(cast)[0]
    cast_for(cast, owner, "F")
    client.force_login(owner)

    assert titles(shown(client, estate, status=status)) == kept


def test_a_vote_whose_hour_has_come_is_open_before_any_task_wrote_it_down(client, estate):
    assembly = posted_assembly(estate, opens_in=-HOUR)
    assert assembly.status == "published"
    client.force_login(people_of(assembly)[0])

    [entry] = shown(client, estate, status="waiting").context["entries"]
    assert entry["phase"] == "open"


def test_search_finds_the_title_of_the_meeting_or_of_a_motion_once(client, estate):
    meeting = posted_assembly(estate, title="电梯会议", motions=2)
    motion = posted_assembly(estate, title="别的会议", motions=2)
    client.force_login(people_of(meeting)[0])

    assert titles(shown(client, estate, q="电梯")) == ["电梯会议"]
    assert titles(shown(client, estate, q=motion.motions.first().title)) == ["别的会议"]
    assert titles(shown(client, estate, q="管理规约")) == ["电梯会议", "别的会议"], (
        "two motions each, one card each"
    )
    assert titles(shown(client, estate, q="没有这个")) == []
    assert "没有符合条件的表决" in shown(client, estate, q="没有这个").content.decode()


def test_drafts_are_on_nobodys_list(client, estate):
    draft_assembly(estate)
    for person in (estate.owners.first().user, appoint(RoleCode.COMMITTEE_CHAIR, estate)):
        client.force_login(person)
        response = shown(client, estate)
        assert titles(response) == []
        assert "还没有表决" in response.content.decode()


def test_another_estates_list_does_not_exist(client, estate):
    posted_assembly(estate)
    url = reverse("votes:assembly-list", args=[estate.slug])

    client.force_login(people_of(posted_assembly())[0])
    assert client.get(url).status_code == 404

    client.force_login(estate.owners.first().user)
    assert client.get(url).status_code == 200

    client.logout()
    assert client.get(url).status_code == 302


def test_a_decided_vote_says_its_outcome_and_an_open_one_none(client):
    assembly = open_with_areas([100, 100, 100], items=[2, 8])
    owner = people_of(assembly)[2]
    settled(assembly, ["FF", "FA"])
    posted_assembly(assembly.estate)
    client.force_login(owner)

    outcomes = [entry["outcome"] for entry in shown(client, assembly.estate).context["entries"]]
    assert outcomes == ["", "通过 1 项，未形成决定 1 项"]


def test_a_long_list_is_shown_in_pages_that_keep_the_filter(client, estate):
    for _ in range(11):
        posted_assembly(estate)
    client.force_login(estate.owners.first().user)

    first = shown(client, estate, status="waiting")
    assert len(titles(first)) == 10
    assert re.search(r'href="\?status=waiting&amp;page=2"', first.content.decode())
    assert len(titles(shown(client, estate, status="waiting", page="2"))) == 1


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_list(client, estate, number, django_assert_num_queries):
    for _ in range(number):
        settled(posted_assembly(estate, motions=2), ["FF"])
        cast_for(posted_assembly(estate, motions=2), estate.owners.first().user, "FA")
    client.force_login(estate.owners.first().user)
    shown(client, estate)

    with django_assert_num_queries(QUERIES):
        shown(client, estate)
