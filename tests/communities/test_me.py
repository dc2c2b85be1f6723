from datetime import date

import pytest
from django.urls import reverse

from communities.accounts import has_second_step
from communities.enums import RoleCode
from communities.models import Notice, Residency, User
from communities.services.notices import notify
from tests.communities.test_login import totp
from tests.factories.communities import (
    EstateFactory,
    OwnershipFactory,
    ResidencyFactory,
    UnitFactory,
    UserFactory,
    appoint,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    user = UserFactory(phone="+8613800000000", display_name="王秀英")
    client.force_login(user)
    return user


def page(client, path="/me/") -> str:
    return client.get(path).content.decode()


# --- 我的 -----------------------------------------------------------------------------


def test_homes_are_ones_own_and_current(client, user):
    owned = OwnershipFactory(owner__user=user, unit__area=10687)
    OwnershipFactory(unit=owned.unit, position=1)
    rented = ResidencyFactory(user=user)
    sold = OwnershipFactory(owner__user=user, valid_to=date(2021, 1, 1))
    left = ResidencyFactory(user=user, valid_to=date(2021, 1, 1))
    neighbour = OwnershipFactory()

    shown = page(client)
    for unit in (owned.unit, rented.unit):
        assert unit.label in shown
    for unit in (sold.unit, left.unit, neighbour.unit):
        assert unit.label not in shown
    assert "106.87" in shown and "共有业主" in shown and "租户" in shown


def test_the_phone_is_masked(client, user):
    shown = page(client)
    assert "138****0000" in shown
    assert "13800000000" not in shown


def test_without_a_home_the_way_there_is_offered(client, user):
    assert f'href="{reverse("communities:bind")}"' in page(client)


def test_the_public_check_of_votes_is_one_tap_away(client, user):
    assert f'href="{reverse("votes:tally")}"' in page(client)


@pytest.mark.parametrize("homes", [1, 3])
def test_more_homes_cost_no_more_queries(client, user, homes, django_assert_num_queries):
    unit = UnitFactory()
    for room in range(homes):
        Residency.objects.create(
            unit=UnitFactory(building=unit.building, room=f"甲{room}"),
            user=user,
            kind="family",
            valid_from=date(2024, 1, 1),
        )
    page(client)
    with django_assert_num_queries(ME_QUERIES):
        page(client)


ME_QUERIES = 6


def test_the_name_shown_is_ones_own_to_change(client, user):
    other = UserFactory(display_name="赵敏")
    assert client.post(reverse("communities:me-name"), {"display_name": " "}).status_code == 422
    assert client.post(reverse("communities:me-name"), {"display_name": "秀英"}).status_code == 302
    assert User.objects.get(pk=user.pk).display_name == "秀英"
    assert User.objects.get(pk=other.pk).display_name == "赵敏"


@pytest.mark.parametrize(
    ("sent", "cookie", "shown"),
    [
        ({"care": "on"}, ("care", "on"), 'data-weui-mode="care"'),
        ({"theme": "dark"}, ("theme", "dark"), 'data-weui-theme="dark"'),
        ({"theme": "light"}, ("theme", "light"), 'data-weui-theme="light"'),
    ],
)
def test_appearance_is_kept_for_a_year(client, user, sent, cookie, shown):
    assert shown not in page(client)
    response = client.post(reverse("communities:appearance"), {**sent, "next": "/me/"})
    assert (response.status_code, response["Location"]) == (302, "/me/")
    kept = response.cookies[cookie[0]]
    assert (kept.value, kept["max-age"], kept["samesite"]) == (cookie[1], 31536000, "Lax")
    assert len(response.cookies) == 1, "what was not sent stays as it was"
    assert shown in page(client)


def test_appearance_goes_back(client, user):
    client.cookies["care"], client.cookies["theme"] = "on", "dark"
    for sent in ({"care": "off"}, {"theme": "auto"}):
        client.post(reverse("communities:appearance"), sent)
    shown = page(client)
    assert 'data-weui-mode="care"' not in shown and "data-weui-theme" not in shown


@pytest.mark.parametrize("sent", [{"care": "x"}, {"theme": '"><script>'}, {}])
def test_an_appearance_that_does_not_exist_sets_nothing(client, sent):
    response = client.post(reverse("communities:appearance"), {**sent, "next": "https://elsewhere.example/"})
    assert response["Location"] == "/"
    assert not response.cookies


def test_the_language_is_kept(client, user):
    response = client.post(reverse("communities:set-language"), {"language": "en", "next": "/me/"})
    assert response["Location"] == "/me/"
    assert 'lang="en"' in page(client).partition("<head>")[0]


def test_a_password_is_set_once_then_changed_only_with_the_old_one(client, user):
    url = reverse("communities:me-password")
    user.set_unusable_password()
    user.save()
    client.force_login(user)

    def works(password: str) -> bool:
        return User.objects.get(pk=user.pk).check_password(password)

    for weak in ("12345678901", "short", "password123"):
        assert client.post(url, {"new": weak}).status_code == 422
    assert client.post(url, {"new": "apple pear plum"}).status_code == 302
    assert works("apple pear plum")
    assert client.get("/me/").status_code == 200, "still logged in here"

    assert client.post(url, {"new": "another long one"}).status_code == 422
    assert client.post(url, {"old": "wrong", "new": "another long one"}).status_code == 422
    assert works("apple pear plum")
    assert client.post(url, {"old": "apple pear plum", "new": "another long one"}).status_code == 302
    assert works("another long one")


def test_guessing_the_old_password_is_limited(client, user):
    user.set_password("apple pear plum")
    user.save()
    client.force_login(user)
    url = reverse("communities:me-password")
    for _ in range(5):
        assert client.post(url, {"old": "wrong", "new": "another long one"}).status_code == 422
    assert client.post(url, {"old": "apple pear plum", "new": "another long one"}).status_code == 429
    assert User.objects.get(pk=user.pk).check_password("apple pear plum")


@pytest.mark.parametrize(
    "name", ["mfa_index", "mfa_activate_totp", "communities:me-security", "communities:me-password"]
)
def test_the_pages_about_logging_in_are_in_our_words(client, user, name):
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    shown = page(client, reverse(name))
    assert "<main" in shown and "Authenticator" not in shown


def test_the_second_step_is_set_up_shown_and_taken_away(client, user):
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    form = client.get(reverse("mfa_activate_totp")).context["form"]
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 200
    assert not has_second_step(user)

    answer = client.post(reverse("mfa_activate_totp"), {"code": totp(form.secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert has_second_step(user)

    # From here on only somebody who holds the phone with the app may change it.
    assert client.get(answer["Location"])["Location"].startswith(reverse("mfa_reauthenticate"))
    repeat = reverse("mfa_reauthenticate")
    assert "确认是您本人" in page(client, repeat)
    client.post(repeat, {"code": totp(form.secret)})
    shown = page(client, reverse("mfa_view_recovery_codes"))
    assert shown.count('class="code"') == 10
    assert "备用码" in page(client, reverse("mfa_generate_recovery_codes"))
    assert "停用" in page(client, reverse("mfa_deactivate_totp"))
    client.post(reverse("mfa_deactivate_totp"))
    assert not has_second_step(user)


# --- 消息 -----------------------------------------------------------------------------


def told(user, subject="1", url="/tally/", **fields) -> Notice:
    estate = fields.pop("estate", None) or EstateFactory()
    notify(recipients=[user], estate=estate, topic="t", subject=subject, title=f"第{subject}件事", url=url)
    return Notice.objects.get(recipient=user, subject=subject)


def test_opening_a_notice_marks_it_read_and_goes_there(client, user):
    notice, other = told(user), told(user, "2")
    response = client.get(reverse("communities:notice", args=[notice.pk]))
    assert (response.status_code, response["Location"]) == (302, "/tally/")
    first = Notice.objects.get(pk=notice.pk).read_at
    assert first is not None
    client.get(reverse("communities:notice", args=[notice.pk]))
    assert Notice.objects.get(pk=notice.pk).read_at == first
    assert Notice.objects.get(pk=other.pk).read_at is None


@pytest.mark.parametrize("url", ["", "https://elsewhere.example/", "//elsewhere.example"])
def test_a_notice_without_a_page_of_ours_stays_in_the_list(client, user, url):
    notice = told(user, url="")
    Notice.objects.update(url=url)
    response = client.get(reverse("communities:notice", args=[notice.pk]))
    assert response["Location"] == reverse("communities:notices")


def test_somebody_elses_notice_does_not_exist(client, user):
    other = UserFactory()
    notice = told(other)
    assert client.get(reverse("communities:notice", args=[notice.pk])).status_code == 404
    assert Notice.objects.get().read_at is None
    assert "第1件事" not in page(client, "/notices/")

    client.force_login(other)
    assert client.get(reverse("communities:notice", args=[notice.pk])).status_code == 302


def test_reading_all_takes_a_post(client, user):
    for subject in ("1", "2"):
        told(user, subject)
    assert client.get(reverse("communities:notices-read")).status_code == 405
    assert page(client, "/notices/").count("未读") == 2
    client.post(reverse("communities:notices-read"))
    assert page(client, "/notices/").count("未读") == 0


@pytest.mark.parametrize("number", [1, 3])
def test_more_notices_cost_no_more_queries(client, user, number, django_assert_num_queries):
    for subject in range(number):
        told(user, str(subject))
    page(client, "/notices/")
    with django_assert_num_queries(NOTICE_QUERIES):
        page(client, "/notices/")


NOTICE_QUERIES = 5


# --- the tabs -------------------------------------------------------------------------


def tabs(client, path="/me/") -> list[tuple[str, str]]:
    return [(tab["key"], tab["url"]) for tab in client.get(path).context["tabs"]]


def test_who_belongs_to_no_estate_has_no_votes(client, user):
    assert tabs(client) == [("home", "/"), ("me", "/me/")]


def test_tabs_lead_to_ones_estate_and_count_what_is_unread(client, user):
    unit = OwnershipFactory(owner__user=user).unit
    told(user)
    assert tabs(client) == [
        ("home", f"/e/{unit.estate.slug}/"),
        ("talks", f"/e/{unit.estate.slug}/proposals/"),
        ("votes", f"/e/{unit.estate.slug}/votes/"),
        ("tickets", f"/e/{unit.estate.slug}/tickets/"),
        ("me", "/me/"),
    ]
    found = {tab["key"]: tab for tab in client.get("/me/").context["tabs"]}
    assert found["me"]["count"] == 1
    assert [key for key, tab in found.items() if tab["current"]] == ["me"]


def test_the_estate_seen_last_is_remembered_while_one_belongs_to_it(client, user):
    first = OwnershipFactory(owner__user=user, unit__building__estate__name="甲").unit.estate
    second = OwnershipFactory(owner__user=user, unit__building__estate__name="乙").unit.estate
    slugs = {first.slug, second.slug}
    start = tabs(client)[0][1].split("/")[2]
    other = (slugs - {start}).pop()
    client.get(f"/e/{other}/votes/")
    assert tabs(client)[0] == ("home", f"/e/{other}/")

    user.owners.filter(estate__slug=other).update(user=None)
    assert tabs(client)[0] == ("home", f"/e/{start}/")


def test_an_estate_one_does_not_belong_to_is_never_in_the_tabs(client, user):
    stranger = EstateFactory()
    client.get(reverse("communities:bind", args=[stranger.slug]))
    assert tabs(client)[0] == ("home", "/")


def test_the_desk_is_offered_to_those_who_work_there(client, user):
    assert f'href="{reverse("governance:desk")}"' not in page(client)
    appoint(RoleCode.SECRETARY, EstateFactory(), user)
    assert f'href="{reverse("governance:desk")}"' in page(client)
