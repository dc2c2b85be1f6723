import pytest
from django.test import Client
from django.urls import reverse

from communities.models import User
from communities.sms import InboxSms
from governance.demo.people import DEMO_PEOPLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings):
    settings.DEMO_MODE = True
    settings.ROOT_URLCONF = "tests.governance.demo_urlconf"
    settings.SMS_BACKEND = "communities.sms.InboxSms"
    InboxSms.kept.clear()
    yield
    InboxSms.kept.clear()


def test_outside_the_demo_its_addresses_do_not_exist(client: Client):
    User.objects.create_user("+8619900000001")
    for path in ("/demo/", "/demo/inbox/"):
        assert client.get(path).status_code == 404
    assert client.post("/demo/login/owner/").status_code == 404
    assert "_auth_user_id" not in client.session
    assert "演示" not in client.get(reverse("communities:login")).content.decode()


def test_every_demo_phone_and_key_is_its_own():
    assert len({person.phone for person in DEMO_PEOPLE}) == len(DEMO_PEOPLE)
    assert len({person.key for person in DEMO_PEOPLE}) == len(DEMO_PEOPLE)


def test_one_press_logs_in_as_the_person(demo, client: Client):
    user = User.objects.create_user("+8619900000001")

    assert DEMO_PEOPLE[0].name in client.get("/demo/").content.decode()
    response = client.post("/demo/login/owner/")

    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_person_not_made_yet_cannot_be_pressed(demo, client: Client):
    page = client.get("/demo/").content.decode()
    assert page.count(" disabled") == len(DEMO_PEOPLE)

    assert client.post("/demo/login/owner/")["Location"] == "/demo/"
    assert client.post("/demo/login/nobody/").status_code == 404
    assert "_auth_user_id" not in client.session


def test_logging_in_takes_a_press_not_a_link(demo, client: Client):
    User.objects.create_user("+8619900000001")
    assert client.get("/demo/login/owner/").status_code == 405
    assert "_auth_user_id" not in client.session


def test_the_inbox_shows_the_newest_code_first(demo, client: Client, capsys):
    for phone in ("138 0000 0001", "138 0000 0002"):
        client.post(reverse("communities:login"), {"phone": phone})

    assert [message.phone for message in InboxSms.kept] == ["+8613800000002", "+8613800000001"]
    page = client.get("/demo/inbox/").content.decode()
    assert page.index("+8613800000002") < page.index("+8613800000001")
    assert InboxSms.kept[0].text in page
    assert InboxSms.kept[0].text in capsys.readouterr().out, "printed as well"


def test_the_inbox_keeps_fifty(demo):
    for number in range(60):
        InboxSms().send(phone=f"+86138{number:08d}", text=str(number))
    assert [message.text for message in InboxSms.kept] == [str(number) for number in range(59, 9, -1)]


def test_the_login_page_leads_to_the_demo_people(demo, client: Client):
    assert 'href="/demo/"' in client.get(reverse("communities:login")).content.decode()
