"""Being bound to a home through the API."""

import pytest

from communities.enums import BindingStatus, RoleCode
from communities.models import BindingRequest, Residency
from tests.api import Api, fields_at_fault, refusal
from tests.factories.communities import EstateFactory, OwnerFactory, OwnershipFactory, UserFactory, appoint
from tests.factories.rosters import identity_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    """A unit whose owner has no account yet."""
    estate = EstateFactory()
    owner = OwnerFactory(estate=estate, name="王秀英", identity=identity_number(7), user=None)
    return OwnershipFactory(unit__building__estate=estate, owner=owner)


@pytest.fixture
def secretary(home):
    return appoint(RoleCode.SECRETARY, home.unit.estate)


def at(home) -> str:
    return f"joinable-estates/{home.unit.estate.slug}/units/{home.unit.pk}/"


def asked(home, user=None, **fields) -> BindingRequest:
    user = user or UserFactory()
    body = {"capacity": "owner", "name": "王秀英", "note": "名册上电话旧了"} | fields
    response = Api(user).post(f"{at(home)}request/", body)
    assert response.status_code == 201, response.content
    return BindingRequest.objects.get(pk=response.json()["id"])


def desk(binding: BindingRequest, act: str = "") -> str:
    return f"estates/{binding.estate.slug}/binding-requests/{binding.pk}/{act}"


def test_estates_and_units_are_found_and_nobody_is_named(home):
    api = Api(UserFactory())

    found = api.get(f"joinable-estates/?q={home.unit.estate.name}").json()["results"]
    assert [estate["slug"] for estate in found] == [home.unit.estate.slug]

    units = api.get(f"joinable-estates/{home.unit.estate.slug}/units/?room={home.unit.room}")
    assert units.json()["results"] == [
        {
            "id": home.unit.pk,
            "label": home.unit.label,
            "building": home.unit.building.name,
            "staircase": "1单元",
            "room": home.unit.room,
        }
    ]
    assert "王" not in units.content.decode()


def test_the_right_proof_binds_at_once(home):
    user = UserFactory()
    api = Api(user)

    response = api.post(f"{at(home)}bind/", {"name": "王秀英", "last_six": identity_number(7)[-6:].lower()})

    assert response.status_code == 201
    assert response.json() == {
        "estate": home.unit.estate.slug,
        "unit": home.unit.pk,
        "label": home.unit.label,
        "capacity": "owner",
        "co_owned": False,
    }
    assert api.get("me/homes/").json() == [response.json()]


def test_a_wrong_proof_binds_nobody(home):
    user = UserFactory()
    right = identity_number(7)[-6:]
    for name, digits in (("王秀兰", right), ("王秀英", "000000")):
        answer = Api(user).post(f"{at(home)}bind/", {"name": name, "last_six": digits})
        assert refusal(answer) == (422, "owner-not-matched")
    assert fields_at_fault(Api(user).post(f"{at(home)}bind/", {"name": "王秀英", "last_six": "12"})) == [
        "last_six"
    ]
    home.owner.refresh_from_db()
    assert home.owner.user is None


def test_one_request_a_home_and_it_can_be_taken_back(home):
    user = UserFactory()
    binding = asked(home, user)
    api = Api(user)

    again = api.post(f"{at(home)}request/", {"capacity": "owner", "name": "王秀英"})
    assert refusal(again) == (409, "binding-already-requested")
    assert [one["id"] for one in api.get("me/binding-requests/").json()["results"]] == [binding.pk]

    assert Api(UserFactory()).post(f"me/binding-requests/{binding.pk}/withdraw/").status_code == 404
    assert api.post(f"me/binding-requests/{binding.pk}/withdraw/").json()["status"] == "withdrawn"
    assert refusal(api.post(f"me/binding-requests/{binding.pk}/withdraw/")) == (409, "binding-decided")


def test_the_desk_sees_who_asks_masked_beside_the_roster(home, secretary):
    binding = asked(home)
    api = Api(secretary)

    listed = api.get(f"estates/{binding.estate.slug}/binding-requests/").json()["results"]
    shown = api.get(desk(binding)).json()

    assert [one["id"] for one in listed] == [binding.pk]
    assert (shown["name"], shown["may_decide"]) == ("王**", True)
    assert shown["matches"] == [
        {
            "owner": home.owner.pk,
            "name": "王**",
            "identity": shown["matches"][0]["identity"],
            "phone": "",
            "bound": False,
            "name_fits": True,
            "phone_fits": False,
        }
    ]
    assert identity_number(7) not in str(shown)


@pytest.mark.parametrize("code", [None, RoleCode.COMMITTEE_CHAIR, RoleCode.FIRM, RoleCode.SUBDISTRICT])
def test_only_the_secretary_decides(home, secretary, code):
    binding = asked(home)
    other = appoint(code, binding.estate) if code else binding.user
    for act, body in (
        ("approve/", {"owner": home.owner.pk}),
        ("refuse/", {"reason": "材料不全，请补充房产证"}),
    ):
        assert refusal(Api(other).post(desk(binding, act), body)) == (404, "not-found")
    binding.refresh_from_db()
    assert binding.status == BindingStatus.PENDING

    approved = Api(secretary).post(desk(binding, "approve/"), {"owner": home.owner.pk})
    assert approved.json()["status"] == "approved"
    home.owner.refresh_from_db()
    assert home.owner.user == binding.user


def test_a_stranger_to_the_unit_cannot_be_chosen_as_its_owner(home, secretary):
    binding = asked(home)
    stranger = OwnerFactory(estate=binding.estate)

    for owner in (stranger.pk, None):
        answer = Api(secretary).post(desk(binding, "approve/"), {"owner": owner})
        assert refusal(answer) == (422, "owner-not-matched")
    assert fields_at_fault(Api(secretary).post(desk(binding, "approve/"), {"owner": 10**30})) == ["owner"]
    binding.refresh_from_db()
    assert binding.status == BindingStatus.PENDING


def test_a_tenant_is_bound_without_choosing_an_owner(home, secretary):
    binding = asked(home, capacity="tenant", name="李明")
    Api(secretary).post(desk(binding, "approve/"), {})
    assert Residency.objects.get(unit=home.unit).user == binding.user


def test_a_refusal_needs_a_reason_that_the_person_reads(home, secretary):
    binding = asked(home)
    assert refusal(Api(secretary).post(desk(binding, "refuse/"), {"reason": "不行"})) == (
        422,
        "reason-missing",
    )
    reason = "与名册对不上，请带房产证到社区"
    assert Api(secretary).post(desk(binding, "refuse/"), {"reason": reason}).status_code == 200
    own = Api(binding.user).get("me/binding-requests/").json()["results"]
    assert [(one["status"], one["reason"]) for one in own] == [("refused", reason)]


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_list_asks_the_database_as_often_for_many(
    home, secretary, count, django_assert_max_num_queries
):
    for _ in range(count):
        asked(home)
    api = Api(secretary)
    with django_assert_max_num_queries(9):
        assert api.get(f"estates/{home.unit.estate.slug}/binding-requests/").json()["count"] == count
