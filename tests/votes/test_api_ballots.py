"""Casting through the API is casting through the page."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from communities.enums import RoleCode
from tests.api import Api, fields_at_fault, refusal
from tests.factories.communities import OwnershipFactory, UserFactory, appoint
from tests.factories.votes import draft_assembly, elector_of, people_of, posted_assembly
from votes.enums import MotionOption
from votes.forms.ballot import mark_field
from votes.models import Assembly, Ballot
from votes.services.closing import settle_assembly

pytestmark = pytest.mark.django_db


@pytest.fixture
def assembly():
    return posted_assembly(motions=2)


@pytest.fixture
def owner(assembly):
    return people_of(assembly)[0]


def ballot_of(assembly, user, *options: str, key: uuid.UUID | None = None) -> dict[str, object]:
    return {
        "elector": elector_of(assembly, user).pk,
        "idempotency_key": str(key or uuid.uuid4()),
        "choices": {str(place): option for place, option in enumerate(options, 1)},
    }


def cast(assembly, user, body):
    return Api(user).post(f"assemblies/{assembly.pk}/ballots/", body)


def on_the_page(assembly, user, *options: str, key: uuid.UUID):
    client = Client()
    client.force_login(user)
    marks = {
        mark_field(motion): option
        for motion, option in zip(assembly.motions.order_by("position"), options, strict=True)
    }
    body = {"elector": elector_of(assembly, user).pk, "key": str(key)} | marks
    return client.post(reverse("votes:cast", args=[assembly.pk]), body)


def test_a_ballot_is_received_and_answered_with_its_receipt(assembly, owner):
    response = cast(assembly, owner, ballot_of(assembly, owner, "for", "against"))

    ballot = Ballot.objects.get()
    assert response.status_code == 201
    told = response.json()
    assert (told["ballot"], told["leaf_hash"], told["replayed"]) == (
        str(ballot.pk),
        ballot.leaf_hash,
        False,
    )
    assert ballot.choices == "FA"


def test_no_answer_says_what_was_marked(assembly, owner):
    response = cast(assembly, owner, ballot_of(assembly, owner, "for", "against"))
    receipt = Api(owner).get(f"ballots/{response.json()['ballot']}/")
    electors = Api(owner).get(f"assemblies/{assembly.pk}/electors/")

    assert sorted(response.json()) == ["accepted_at", "ballot", "code", "leaf_hash", "replayed"]
    assert receipt.json() == response.json() | {"replayed": True}
    assert electors.json()[0]["ballot"] == response.json()["ballot"]
    for answer in (response, receipt, electors):
        assert not any(f'"{option}"' in answer.content.decode() for option in MotionOption.values)
        assert '"FA"' not in answer.content.decode()


def test_the_same_key_gives_the_same_receipt_here_and_on_the_page(assembly, owner):
    key = uuid.uuid4()
    first = cast(assembly, owner, ballot_of(assembly, owner, "for", "against", key=key))

    again = cast(assembly, owner, ballot_of(assembly, owner, "for", "against", key=key))
    page = on_the_page(assembly, owner, "for", "against", key=key)

    assert (again.status_code, again.json()) == (200, first.json() | {"replayed": True})
    assert page["Location"] == reverse("votes:receipt", args=[first.json()["ballot"]])
    assert Ballot.objects.count() == 1


def test_a_ballot_of_the_page_is_found_by_its_key_here(assembly, owner):
    key = uuid.uuid4()
    page = on_the_page(assembly, owner, "abstain", "for", key=key)

    here = cast(assembly, owner, ballot_of(assembly, owner, "abstain", "for", key=key))

    assert here.status_code == 200
    assert page["Location"] == reverse("votes:receipt", args=[here.json()["ballot"]])
    other = cast(assembly, owner, ballot_of(assembly, owner, "for", "for", key=key))
    assert refusal(other) == (409, "key-reused")
    assert Ballot.objects.get().choices == "NF"


def test_a_second_ballot_is_refused_and_the_first_stands(assembly, owner):
    cast(assembly, owner, ballot_of(assembly, owner, "for", "for"))
    again = cast(assembly, owner, ballot_of(assembly, owner, "against", "against"))
    assert refusal(again) == (409, "already-cast")
    assert Ballot.objects.get().choices == "FF"


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({}, (422, "choices-invalid")),
        ({"1": "for"}, (422, "choices-invalid")),
        ({"1": "for", "2": "follow"}, (422, "choices-invalid")),
        ({"1": "for", "2": "for", "3": "for"}, (422, "choices-invalid")),
        ({"1": "for", "3": "for"}, (422, "invalid")),
        ({"1": "for", "2": "maybe"}, (422, "invalid")),
        ({"0": "for", "1": "for"}, (422, "invalid")),
        (["for", "for"], (422, "invalid")),
        ("FF", (422, "invalid")),
    ],
)
def test_every_motion_needs_one_offered_mark(assembly, owner, choices, expected):
    body = ballot_of(assembly, owner) | {"choices": choices}
    assert refusal(cast(assembly, owner, body)) == expected
    assert not Ballot.objects.exists()


@pytest.mark.parametrize("elector", [0, -1, 10**30, "x", None, True])
def test_an_elector_is_the_number_of_one(assembly, owner, elector):
    body = ballot_of(assembly, owner, "for", "for") | {"elector": elector}
    answer = cast(assembly, owner, body)
    assert refusal(answer)[0] in (403, 422)
    assert not Ballot.objects.exists()


def test_nobody_casts_for_another(assembly, owner):
    neighbour = people_of(assembly)[1]
    body = ballot_of(assembly, neighbour, "for", "for")
    assert refusal(cast(assembly, owner, body)) == (403, "not-on-roll")
    nobody = body | {"elector": 999_999_999}
    assert cast(assembly, owner, nobody).content == cast(assembly, owner, body).content
    assert not Ballot.objects.exists()
    assert cast(assembly, neighbour, body).status_code == 201


@pytest.mark.parametrize("code", list(RoleCode))
def test_no_role_casts(assembly, owner, code):
    body = ballot_of(assembly, owner, "for", "for")
    assert refusal(cast(assembly, appoint(code, assembly.estate), body)) == (403, "not-on-roll")
    assert not Ballot.objects.exists()


def test_strangers_and_superusers_do_not_find_the_assembly(assembly, owner):
    body = ballot_of(assembly, owner, "for", "for")
    for user in (UserFactory(), UserFactory(is_staff=True, is_superuser=True), None):
        assert refusal(cast(assembly, user, body))[0] == (404 if user else 401)
    assert not Ballot.objects.exists()


@pytest.mark.parametrize(
    ("window", "code"),
    [
        ({"opens_in": timedelta(days=1)}, "assembly-not-yet-open"),
        ({"opens_in": timedelta(days=-9), "closes_in": timedelta(seconds=-1)}, "assembly-closed"),
    ],
)
def test_outside_the_window_nothing_is_received(window, code):
    assembly = posted_assembly(**window)
    owner = people_of(assembly)[0]
    assert refusal(cast(assembly, owner, ballot_of(assembly, owner, "for"))) == (409, code)
    assert not Ballot.objects.exists()


def test_nothing_is_cast_on_a_draft(assembly):
    draft = draft_assembly(assembly.estate)
    chair = appoint(RoleCode.COMMITTEE_CHAIR, assembly.estate)
    body = {"elector": 1, "idempotency_key": str(uuid.uuid4()), "choices": {"1": "for"}}
    assert refusal(cast(draft, chair, body)) == (409, "assembly-not-open")
    assert refusal(cast(draft, people_of(assembly)[0], body)) == (404, "not-found")


def test_a_receipt_is_shown_to_the_members_of_its_elector_alone(assembly, owner):
    told = cast(assembly, owner, ballot_of(assembly, owner, "for", "for")).json()
    for user in (people_of(assembly)[1], appoint(RoleCode.SECRETARY, assembly.estate)):
        assert refusal(Api(user).get(f"ballots/{told['ballot']}/")) == (404, "not-found")


def test_turnout_counts_heads_and_area_and_says_what_is_missing(assembly, owner):
    cast(assembly, owner, ballot_of(assembly, owner, "for", "for"))
    assert Api(owner).get(f"assemblies/{assembly.pk}/turnout/").json() == {
        "heads": 1,
        "total_heads": 3,
        "area": "88.00",
        "total_area": "264.00",
        "heads_missing": 1,
        "area_missing": "88.00",
    }


# --- the roll -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "may"),
    [
        (RoleCode.COMMITTEE, True),
        (RoleCode.SECRETARY, True),
        (RoleCode.SUBDISTRICT, True),
        (RoleCode.SCRUTINEER, True),
        (RoleCode.FIRM, False),
        (RoleCode.ASSESSOR, False),
        (None, False),
    ],
)
def test_who_may_read_the_roll(assembly, owner, code, may):
    user = appoint(code, assembly.estate) if code else owner
    answer = Api(user).get(f"assemblies/{assembly.pk}/roll/")
    assert answer.status_code == (200 if may else 404)


def test_the_roll_tells_places_and_areas_but_not_who_or_whether(assembly, owner):
    secretary = Api(appoint(RoleCode.SECRETARY, assembly.estate))
    before = secretary.get(f"assemblies/{assembly.pk}/roll/?limit=1")
    cast(assembly, owner, ballot_of(assembly, owner, "for", "for"))
    after = secretary.get(f"assemblies/{assembly.pk}/roll/?limit=1")

    assert after.content == before.content
    told = after.json()
    assert (told["count"], len(told["results"])) == (3, 1)
    assert sorted(told["results"][0]) == [
        *("area", "casters", "is_developer", "label", "number", "owners", "unit_count", "units")
    ]


def test_a_roll_that_is_not_frozen_is_not_there(assembly):
    draft = draft_assembly(assembly.estate)
    secretary = Api(appoint(RoleCode.SECRETARY, assembly.estate))
    assert refusal(secretary.get(f"assemblies/{draft.pk}/roll/")) == (404, "not-found")


@pytest.mark.parametrize("owners", [1, 3])
def test_the_roll_asks_the_database_as_often_for_many(owners, django_assert_max_num_queries):
    assembly = posted_assembly(owners=owners)
    secretary = Api(appoint(RoleCode.SECRETARY, assembly.estate))
    with django_assert_max_num_queries(10):
        assert secretary.get(f"assemblies/{assembly.pk}/roll/").json()["count"] == owners


# --- the result -----------------------------------------------------------------------


@pytest.fixture
def decided():
    """Three owners of 88 m² each; two voted, one for and one against the first motion."""
    assembly = posted_assembly(opens_in=timedelta(days=-2), closes_in=timedelta(minutes=10), motions=1)
    for user, option in zip(people_of(assembly), ("for", "against"), strict=False):
        assert cast(assembly, user, ballot_of(assembly, user, option)).status_code == 201
    return assembly


def close(assembly) -> None:
    assembly = Assembly.objects.select_related("estate", "log").get(pk=assembly.pk)
    settle_assembly(assembly=assembly, moment=assembly.closes_at + timedelta(seconds=1))


def test_before_the_close_there_is_no_result_for_anybody(decided):
    for user in (people_of(decided)[0], appoint(RoleCode.SECRETARY, decided.estate)):
        for path in ("result/", "result.csv"):
            assert refusal(Api(user).get(f"assemblies/{decided.pk}/{path}")) == (404, "not-found")


def test_the_result_has_areas_as_strings_with_two_decimals(decided):
    close(decided)
    told = Api(people_of(decided)[2]).get(f"assemblies/{decided.pk}/result/").json()

    assert (told["received"], told["counted"]) == (2, 2)
    (motion,) = told["motions"]
    assert (motion["for_heads"], motion["for_area"]) == (1, "88.00")
    assert (motion["against_heads"], motion["against_area"]) == (1, "88.00")
    assert (motion["participating_heads"], motion["participating_area"]) == (2, "176.00")
    assert {type(test["have"]) for test in motion["tests"] if test["dimension"] == "area"} == {str}
    assert {type(test["have"]) for test in motion["tests"] if test["dimension"] == "heads"} == {int}


def test_the_file_of_figures_is_the_page_s(decided):
    close(decided)
    user = people_of(decided)[0]
    page = Client()
    page.force_login(user)
    here = Api(user).get(f"assemblies/{decided.pk}/result.csv")
    assert here.content == page.get(reverse("votes:result-csv", args=[decided.pk])).content
    assert here["Content-Type"].startswith("text/csv")
    assert refusal(Api(UserFactory()).get(f"assemblies/{decided.pk}/result.csv")) == (404, "not-found")


# --- 表决核算 ---------------------------------------------------------------------------


def test_published_figures_are_judged_for_anybody():
    document = {
        "rules": "civil-code-2021",
        "denominator": {"heads": 300, "area": "30000.00"},
        "motions": [
            {
                "id": "1",
                "item": 5,
                "for": {"heads": 190, "area": "19000.00"},
                "against": {"heads": 10, "area": "1000.00"},
                "abstain": {"heads": 10, "area": "1000.00"},
            }
        ],
    }
    response = Api().post("tally/", document)
    assert response.status_code == 200, response.content
    wrong = Api().post("tally/", document | {"rules": "the law of the jungle"})
    assert refusal(wrong) == (422, "figures-refused")
    assert wrong.json()["errors"][0]["field"]


def test_who_owns_nothing_has_no_electors(assembly):
    tenant = OwnershipFactory(unit__building__estate=assembly.estate).owner.user
    assert Api(tenant).get(f"assemblies/{assembly.pk}/electors/").json() == []
    assert fields_at_fault(cast(assembly, tenant, {})) == ["elector", "idempotency_key", "choices"]
