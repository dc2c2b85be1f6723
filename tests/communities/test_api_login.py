"""Logging in without a browser: by code, by password, with the second step."""

import pytest
from django.urls import reverse

from communities.models import User
from communities.sms import MemorySms
from tests.api import Api, fields_at_fault, refusal
from tests.communities.test_login import PASSWORD, PHONE, guarded, newest_code, sent, totp, wrong
from tests.factories.communities import UserFactory

__all__ = ["guarded", "sent"]
pytestmark = pytest.mark.django_db


def ask(api: Api, phone: str = "138 0000 0000") -> str:
    response = api.post("login-codes/", {"phone": phone})
    assert response.status_code == 201, response.content
    return str(response.json()["request"])


def who(api: Api) -> str | None:
    found: str | None = api.client.session.get("_auth_user_id")
    return found


def test_a_code_opens_the_session_that_asked():
    user = User.objects.create_user(PHONE, display_name="王秀英")
    api = Api(csrf=True)
    request = ask(api)

    response = api.post(f"login-codes/{request}/", {"code": newest_code()})

    assert response.status_code == 200
    assert response.json() == {"logged_in": True, "user": user.pk, "display_name": "王秀英"}
    assert api.get("session/").json() == response.json()
    assert api.get("me/").json() == {"id": user.pk, "phone": PHONE, "display_name": "王秀英"}


def test_the_address_of_the_second_step_does_not_hold_the_phone():
    assert PHONE.removeprefix("+86") not in ask(Api())


def test_another_session_cannot_use_the_code():
    request = ask(Api())
    thief = Api()

    assert refusal(thief.post(f"login-codes/{request}/", {"code": newest_code()})) == (
        422,
        "login-code-spent",
    )
    assert who(thief) is None
    assert not User.objects.exists()


def test_a_wrong_code_costs_a_try_and_says_how_many_are_left():
    api = Api()
    request = ask(api)

    response = api.post(f"login-codes/{request}/", {"code": wrong(newest_code())})

    assert refusal(response) == (422, "login-code-wrong")
    assert response.json()["left"] == 4
    assert who(api) is None
    assert api.post(f"login-codes/{request}/", {"code": newest_code()}).status_code == 200


def test_what_is_no_phone_or_no_code_is_told_before_anything_is_sent():
    api = Api()
    assert fields_at_fault(api.post("login-codes/", {"phone": "12345"})) == ["phone"]
    assert not MemorySms.sent
    request = ask(api)
    assert fields_at_fault(api.post(f"login-codes/{request}/", {"code": "12x"})) == ["code"]


def test_a_known_and_an_unknown_phone_are_answered_alike():
    User.objects.create_user(PHONE)
    known = Api().post("login-codes/", {"phone": PHONE}).json()
    unknown = Api().post("login-codes/", {"phone": "13800000001"}).json()
    assert known.keys() == unknown.keys()
    assert len(known["request"]) == len(unknown["request"])


@pytest.mark.parametrize("way", ["code", "password"])
def test_who_has_an_authenticator_is_not_in_before_the_second_step(guarded, way):
    user, secret = guarded
    api = Api()
    if way == "code":
        request = ask(api)
        response = api.post(f"login-codes/{request}/", {"code": newest_code()})
    else:
        response = api.post("session/", {"phone": PHONE, "password": PASSWORD})
    assert (response.status_code, response.json()["logged_in"]) == (202, False)
    assert who(api) is None
    assert refusal(api.get("me/")) == (401, "not-authenticated")

    assert fields_at_fault(api.post("session/second-step/", {"code": wrong(totp(secret))})) == ["code"]
    assert who(api) is None

    response = api.post("session/second-step/", {"code": totp(secret)})
    assert (response.status_code, response.json()["logged_in"]) == (200, True)
    assert who(api) == str(user.pk)


def test_a_second_step_without_a_first_is_none(guarded):
    _user, secret = guarded
    api = Api()
    assert refusal(api.post("session/second-step/", {"code": totp(secret)})) == (409, "second-step-missing")
    assert who(api) is None


def test_a_wrong_password_reads_like_an_unknown_phone():
    User.objects.create_user(PHONE, PASSWORD)
    api = Api()
    first = api.post("session/", {"phone": PHONE, "password": "wrong"})
    second = api.post("session/", {"phone": "13800000001", "password": PASSWORD})
    assert refusal(first) == (422, "password-wrong")
    assert first.content == second.content


def test_logging_out_ends_the_session():
    api = Api(UserFactory())
    assert api.delete("session/").status_code == 204
    assert api.get("session/").json() == {"logged_in": False, "user": None, "display_name": ""}
    assert refusal(api.get("me/")) == (401, "not-authenticated")


def test_a_change_needs_the_mark_against_forgery():
    user = UserFactory(display_name="旧名")
    api = Api(user, csrf=True)
    api.get("session/")
    token = api.client.cookies["csrftoken"].value

    assert refusal(api.patch("me/", {"display_name": "新名"})) == (403, "csrf-failed")
    user.refresh_from_db()
    assert user.display_name == "旧名"

    response = api.send("PATCH", "me/", {"display_name": "新名"}, HTTP_X_CSRFTOKEN=token)
    assert response.json()["display_name"] == "新名"


def test_a_password_is_set_once_freely_and_then_only_with_the_old_one():
    user = User.objects.create_user(PHONE)
    api = Api(user)

    assert refusal(api.put("me/password/", {"new": "123"})) == (422, "password-unfit")
    assert api.put("me/password/", {"new": PASSWORD}).status_code == 204
    assert api.get("me/").status_code == 200, "this session goes on"
    assert refusal(api.put("me/password/", {"new": PASSWORD * 2})) == (422, "password-wrong")
    assert api.put("me/password/", {"old": PASSWORD, "new": PASSWORD * 2}).status_code == 204


def test_the_session_is_the_one_of_the_pages():
    api = Api()
    User.objects.create_user(PHONE)
    request = ask(api)
    api.post(f"login-codes/{request}/", {"code": newest_code()})

    assert api.client.get(reverse("communities:me")).status_code == 200
