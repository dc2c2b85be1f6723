import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from communities.enums import BindingCapacity, BindingStatus, RoleCode
from communities.models import BindingRequest, Owner, Residency
from communities.services.binding import bind_owner, request_binding
from tests.factories.communities import (
    BuildingFactory,
    EstateFactory,
    OwnerFactory,
    OwnershipFactory,
    UnitFactory,
    UserFactory,
    appoint,
)

pytestmark = pytest.mark.django_db

IDENTITY = "99010119800101002X"


@pytest.fixture
def unit():
    return UnitFactory(building__estate__name="清和里", building__estate__slug="qinghe", room="0502")


@pytest.fixture
def owner(unit):
    owner = OwnerFactory(estate=unit.estate, name="王秀英", identity=IDENTITY, user=None)
    OwnershipFactory(unit=unit, owner=owner)
    return owner


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def secretary(client, unit):
    secretary = appoint(RoleCode.SECRETARY, unit.estate)
    client.force_login(secretary)
    return secretary


def text(response) -> str:
    return response.content.decode()


def asked(unit, capacity=BindingCapacity.TENANT, **fields) -> BindingRequest:
    return request_binding(
        unit=unit,
        capacity=capacity,
        name=fields.pop("name", "赵敏"),
        actor=fields.pop("user", None) or UserFactory(),
    )


# --- finding the home ------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/bind/", "/e/qinghe/bind/", "/me/", "/notices/", "/desk/qinghe/bindings/", "/me/security/"]
)
def test_all_of_it_is_for_people_logged_in(client, unit, path):
    assert client.get(path)["Location"] == f"{reverse('communities:login')}?next={path}"


def test_estates_are_found_by_name_or_address(client, user, unit):
    EstateFactory(name="和睦家园", address="湖滨路8号")
    for words, found, left_out in (("清和", "清和里", "和睦家园"), ("湖滨路", "和睦家园", "清和里")):
        page = text(client.get(reverse("communities:bind"), {"q": words}))
        assert found in page and left_out not in page
    assert "没有找到" in text(client.get(reverse("communities:bind"), {"q": "不存在"}))


def test_each_choice_brings_the_next_and_the_last_leads_on(client, user, unit):
    second = BuildingFactory(estate=unit.estate)
    UnitFactory(building=second, staircase="1单元", room="0101")
    other = UnitFactory(building=second, staircase="2单元", room="0102")
    gone = UnitFactory(building=second, staircase="2单元", room="0103", gone_on="2024-01-01")
    url = reverse("communities:bind", args=["qinghe"])

    fields = [
        list(client.get(url, query).context["form"].fields)
        for query in (
            {},
            {"building": unit.building_id},
            {"building": second.pk},
            {"building": second.pk, "staircase": "2单元"},
        )
    ]
    assert fields == [
        ["building"],
        ["building", "unit"],
        ["building", "staircase"],
        ["building", "staircase", "unit"],
    ]
    last = client.get(url, {"building": second.pk, "staircase": "2单元"}).context["form"]
    assert [value for value, _label in last.fields["unit"].choices] == ["", str(other.pk)]
    assert f'value="{gone.pk}"' not in str(last)

    chosen = {"building": second.pk, "staircase": "2单元", "unit": other.pk}
    assert client.get(url, chosen)["Location"] == reverse("communities:bind-unit", args=["qinghe", other.pk])


@pytest.mark.parametrize("query", [{"building": "x"}, {"building": "999999"}, {"unit": "1' or 1=1"}])
def test_choices_that_do_not_exist_ask_again(client, user, unit, query):
    BuildingFactory(estate=unit.estate)
    response = client.get(reverse("communities:bind", args=["qinghe"]), query)
    assert response.status_code == 200


def test_a_unit_of_another_estate_or_a_gone_one_does_not_exist_here(client, user, unit):
    elsewhere, gone = UnitFactory(), UnitFactory(building=unit.building, gone_on="2024-01-01")
    for pk in (elsewhere.pk, gone.pk, 999999):
        assert client.get(reverse("communities:bind-unit", args=["qinghe", pk])).status_code == 404
    assert client.get(reverse("communities:bind-unit", args=["qinghe", unit.pk])).status_code == 200


def test_the_pages_before_the_proof_name_no_owner(client, user, unit, owner):
    pages = text(client.get(reverse("communities:bind", args=["qinghe"]), {"building": unit.building_id}))
    pages += text(client.get(reverse("communities:bind-unit", args=["qinghe", unit.pk])))
    assert "王" not in pages


# --- proving, asking ----------------------------------------------------------------


def test_the_right_name_and_digits_bind(client, user, unit, owner):
    url = reverse("communities:bind-unit", args=["qinghe", unit.pk])
    response = client.post(url, {"name": "王秀英", "last_six": "01002x"})
    assert (response.status_code, response["Location"]) == (302, "/me/")
    assert Owner.objects.get().user == user
    assert unit.label in text(client.get("/me/"))


def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(client, user, unit, owner):
    url = reverse("communities:bind-unit", args=["qinghe", unit.pk])
    response = client.post(url, {"name": "王秀芳", "last_six": "010029"})
    assert response.status_code == 422
    page = text(response)
    assert "对不上" in page and "王秀芳" in page and "010029" in page
    assert Owner.objects.get().user is None


@pytest.mark.parametrize("digits", ["12345", "1234567", "abcdef", "X12345", IDENTITY])
def test_digits_that_cannot_be_right_cost_no_try(client, user, unit, owner, digits):
    from communities.models import RateCount

    url = reverse("communities:bind-unit", args=["qinghe", unit.pk])
    assert client.post(url, {"name": "王秀英", "last_six": digits}).status_code == 422
    assert RateCount.objects.count() == 0


def test_when_the_tries_are_spent_the_page_points_to_asking(client, user, unit, owner):
    url = reverse("communities:bind-unit", args=["qinghe", unit.pk])
    for _ in range(5):
        client.post(url, {"name": "王秀英", "last_six": "000000"})
    response = client.post(url, {"name": "王秀英", "last_six": "01002X"})
    assert response.status_code == 429
    assert "提出申请" in text(response)


def test_an_owner_bound_elsewhere_leads_to_asking_with_the_name_kept(client, user, unit, owner):
    bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=UserFactory())
    response = client.post(
        reverse("communities:bind-unit", args=["qinghe", unit.pk]), {"name": "王秀英", "last_six": "01002X"}
    )
    assert response.status_code == 409
    page = text(response)
    assert "另一个账号" in page and 'value="王秀英"' in page
    assert f'action="{reverse("communities:bind-request", args=["qinghe", unit.pk])}"' in page
    assert "01002X" not in page


def test_asking_and_what_one_sees_then(client, user, unit):
    url = reverse("communities:bind-request", args=["qinghe", unit.pk])
    assert "checked" in text(client.get(url, {"capacity": "tenant"}))
    assert client.post(url, {"capacity": "guest", "name": ""}).status_code == 422
    assert BindingRequest.objects.count() == 0

    response = client.post(url, {"capacity": "tenant", "name": "赵敏", "note": "2025年起租住"})
    assert (response.status_code, response["Location"]) == (302, "/me/")
    page = text(client.get("/me/"))
    assert "待社区核对" in page and "轮到社区" in page and "24:00" in page
    assert "待社区核对" in text(client.get("/bind/"))

    again = client.post(url, {"capacity": "tenant", "name": "赵敏", "note": "再写一次"})
    assert again.status_code == 409
    assert "再写一次" in text(again)
    assert BindingRequest.objects.count() == 1


def test_withdrawing_is_asked_on_a_page_of_its_own_and_only_for_ones_own(client, user, unit):
    mine, theirs = asked(unit, user=user), asked(unit)
    url = reverse("communities:withdraw-binding", args=[mine.pk])
    client.get(url)
    assert BindingRequest.objects.get(pk=mine.pk).status == BindingStatus.PENDING
    client.post(url)
    assert BindingRequest.objects.get(pk=mine.pk).status == BindingStatus.WITHDRAWN

    assert client.post(reverse("communities:withdraw-binding", args=[theirs.pk])).status_code == 404
    assert BindingRequest.objects.get(pk=theirs.pk).status == BindingStatus.PENDING


# --- the desk -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", [code for code in RoleCode if code != RoleCode.SECRETARY] + ["owner", "elsewhere"]
)
def test_requests_do_not_exist_for_anybody_but_the_secretary(client, unit, owner, code):
    binding = asked(unit)
    secretary = appoint(RoleCode.SECRETARY, unit.estate)
    if code == "owner":
        actor = UserFactory()
        bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=actor)
    elif code == "elsewhere":
        actor = appoint(RoleCode.SECRETARY, EstateFactory())
    else:
        actor = appoint(code, unit.estate)
    gets = [
        reverse("communities:bindings", args=["qinghe"]),
        reverse("communities:binding", args=["qinghe", binding.pk]),
    ]
    posts = [
        reverse(f"communities:binding-{act}", args=["qinghe", binding.pk]) for act in ("approve", "refuse")
    ]

    client.force_login(actor)
    assert {client.get(url).status_code for url in gets} == {404}
    assert {client.post(url, {"reason": "写得足够长的一个理由。"}).status_code for url in posts} == {404}
    assert BindingRequest.objects.get().status == BindingStatus.PENDING

    client.force_login(secretary)
    assert {client.get(url).status_code for url in gets} == {200}
    assert client.post(posts[0]).status_code == 302
    assert BindingRequest.objects.get().status == BindingStatus.APPROVED


def test_a_request_of_another_estate_is_not_under_this_one(client, secretary, unit):
    elsewhere = asked(UnitFactory(building__estate__community=unit.estate.community))
    assert client.get(reverse("communities:binding", args=["qinghe", elsewhere.pk])).status_code == 404


def test_the_list_is_what_waits_soonest_first_and_searched_by_room_or_name(client, secretary, unit):
    first = asked(unit, name="赵敏")
    other = asked(UnitFactory(building=unit.building, room="0601"), name="钱多")
    done = asked(UnitFactory(building=unit.building, room="0701"), name="孙可")
    client.post(reverse("communities:binding-approve", args=["qinghe", done.pk]))
    url = reverse("communities:bindings", args=["qinghe"])

    def listed(**query: str) -> list[int]:
        return [one.pk for one in client.get(url, query).context["page"]]

    assert listed() == [first.pk, other.pk]
    assert listed(show="decided") == [done.pk]
    assert listed(show="nonsense") == [first.pk, other.pk]
    assert listed(q="0601") == [other.pk]
    assert listed(q="赵 敏") == [first.pk]
    assert listed(q="孙可") == []


def test_names_phones_and_numbers_are_masked(client, secretary, unit, owner):
    binding = asked(unit, BindingCapacity.OWNER, name="王秀英")
    pages = text(client.get(reverse("communities:bindings", args=["qinghe"])))
    pages += text(client.get(reverse("communities:binding", args=["qinghe", binding.pk])))
    assert "王**" in pages
    for secret in ("王秀英", IDENTITY, IDENTITY[-6:], binding.user.phone, binding.user.phone[3:]):
        assert secret not in pages


def test_what_the_roster_says_stands_beside_what_was_claimed(client, secretary, unit, owner):
    co_owner = OwnerFactory(estate=unit.estate, name="李建国")
    OwnershipFactory(unit=unit, owner=co_owner, position=1)
    binding = asked(unit, BindingCapacity.OWNER, name="王 秀英")
    matches = client.get(reverse("communities:binding", args=["qinghe", binding.pk])).context["matches"]
    assert {(match.owner, match.name_fits) for match in matches} == {(owner, True), (co_owner, False)}


def test_approving_an_owner_takes_the_choice_of_one(client, secretary, unit, owner):
    binding = asked(unit, BindingCapacity.OWNER)
    url = reverse("communities:binding-approve", args=["qinghe", binding.pk])
    stranger = OwnerFactory(estate=unit.estate, user=None)
    for data in ({}, {"owner": stranger.pk}, {"owner": "x"}):
        assert client.post(url, data).status_code == 422
    assert not Owner.objects.filter(user=binding.user).exists()

    assert client.post(url, {"owner": owner.pk}).status_code == 302
    assert Owner.objects.get(user=binding.user) == owner


def test_taking_an_owner_from_another_account_is_asked_on_a_page_of_its_own(client, secretary, unit, owner):
    before = UserFactory()
    bind_owner(unit=unit, name="王秀英", last_six="01002X", actor=before)
    binding = asked(unit, BindingCapacity.OWNER)
    url = reverse("communities:binding-approve", args=["qinghe", binding.pk])

    page = client.post(url, {"owner": owner.pk})
    assert page.status_code == 200
    assert "业主要换账号吗" in text(page) and 'name="confirmed" value="yes"' in text(page)
    assert Owner.objects.get(pk=owner.pk).user == before

    assert client.post(url, {"owner": owner.pk, "confirmed": "yes"}).status_code == 302
    assert Owner.objects.get(pk=owner.pk).user == binding.user


def test_a_reason_too_short_is_sent_back_with_what_was_typed(client, secretary, unit):
    binding = asked(unit)
    url = reverse("communities:binding-refuse", args=["qinghe", binding.pk])
    response = client.post(url, {"reason": "材料不全"})
    assert response.status_code == 422
    assert "材料不全" in text(response) and "至少十个字" in text(response)
    assert BindingRequest.objects.get().status == BindingStatus.PENDING

    client.post(url, {"reason": "请带租赁合同到社区服务中心核对。"})
    assert BindingRequest.objects.get().status == BindingStatus.REFUSED


def test_a_secretary_sees_but_does_not_decide_their_own(client, secretary, unit):
    binding = asked(unit, user=secretary)
    page = text(client.get(reverse("communities:binding", args=["qinghe", binding.pk])))
    assert "请由另一位社区工作人员核对" in page and "通过，绑定" not in page
    response = client.post(reverse("communities:binding-approve", args=["qinghe", binding.pk]))
    assert response.status_code == 403
    assert Residency.objects.count() == 0


def test_the_list_costs_the_same_for_one_and_for_three(client, secretary, unit):
    url = reverse("communities:bindings", args=["qinghe"])
    costs = []
    for rooms in (["0901"], ["0902", "0903"]):
        for room in rooms:
            asked(UnitFactory(building=unit.building, room=room))
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        costs.append(len(captured))
    assert costs[0] == costs[1]
