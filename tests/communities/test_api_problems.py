"""Whatever is refused, it is refused in one form: RFC 9457."""

import pytest
from django.test import Client

from tests.api import PROBLEM, Api, fields_at_fault, refusal
from tests.factories.communities import EstateFactory, OwnershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> Api:
    return Api(UserFactory())


def test_nobody_logged_in_is_told_to_log_in():
    response = Api().get("estates/")

    assert refusal(response) == (401, "not-authenticated")
    assert response["WWW-Authenticate"] == "Session"


def test_an_address_that_is_none_is_a_problem_too():
    for answer in (Api().get("nothing/"), Api().post("nothing", {}), Api().send("OPTIONS", "nothing/")):
        assert refusal(answer) == (404, "not-found")


def test_a_hidden_object_reads_like_one_that_is_not_there(api):
    hidden = EstateFactory()

    answer, nothing = api.get(f"estates/{hidden.slug}/"), api.get("estates/no-such-estate/")

    assert refusal(answer) == (404, "not-found")
    assert answer.content == nothing.content == api.get("nothing/").content


def test_a_wrong_method_says_which_are_right(api):
    response = api.delete("estates/")

    assert refusal(response) == (405, "method-not-allowed")
    assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_another_content_type_is_not_read(api):
    response = api.client.post("/api/v1/notices/1/read/", {"a": "b"})
    assert refusal(response)[0] == 404, "nothing to read there, so its body does not matter"

    form = Client().post("/api/v1/tally/", {"rules": "civil-code-2021"})
    assert refusal(form) == (415, "unsupported-media-type")


def test_an_answer_in_another_form_than_json_is_not_to_be_had(api):
    response = api.client.get("/api/v1/estates/", HTTP_ACCEPT="text/html")
    assert refusal(response) == (406, "not-acceptable")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"rules": NaN}',
        b'{"rules": 1, "rules": 2}',
        b"\xff\xfe{}",
        b'{"rules": "\\ud800"}',
        b"[" * 100_000,
        b'{"rules": ' + b"9" * 5_000 + b"}",
    ],
    ids=["cut off", "NaN", "a key twice", "not UTF-8", "half a surrogate", "too deep", "too long"],
)
def test_what_two_readers_could_read_differently_is_not_read_at_all(body):
    response = Client().generic("POST", "/api/v1/tally/", body, content_type="application/json")
    assert refusal(response) == (400, "parse-error")


def test_a_body_larger_than_a_page_may_send_is_not_read(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    body = b'{"rules": "' + b"a" * 1_000 + b'"}'

    response = Client().generic("POST", "/api/v1/tally/", body, content_type="application/json")

    assert refusal(response) == (413, "body-too-large")


def test_each_mistake_is_told_by_its_place(api):
    unit = OwnershipFactory().unit
    path = f"joinable-estates/{unit.estate.slug}/units/{unit.pk}/request/"

    assert fields_at_fault(api.post(path, {"capacity": "king"})) == ["capacity", "name"]
    assert fields_at_fault(api.post(path, [])) == [""]


def test_limits_are_told_as_429(api):
    unit = OwnershipFactory().unit
    path = f"joinable-estates/{unit.estate.slug}/units/{unit.pk}/bind/"
    for _ in range(5):
        assert refusal(api.post(path, {"name": "王某", "last_six": "000000"})) == (422, "owner-not-matched")

    assert refusal(api.post(path, {"name": "王某", "last_six": "000000"})) == (429, "binding-tries-spent")


def test_answers_are_kept_by_no_cache(api):
    assert api.get("estates/")["Cache-Control"] == "private, no-store"
    assert api.get("nothing/")["Content-Type"] == PROBLEM


def test_a_page_of_a_list_is_never_longer_than_a_hundred(api):
    EstateFactory.create_batch(3)
    first = api.get("joinable-estates/?limit=2").json()
    assert (first["count"], len(first["results"])) == (3, 2)
    assert len(api.get("joinable-estates/?limit=100000").json()["results"]) == 3
    assert api.get(f"joinable-estates/?offset={10**30}").json()["results"] == []


def test_the_schema_is_served_to_everybody_and_names_the_problem():
    response = Client().get("/api/v1/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json")

    schema = response.json()
    assert schema["paths"]["/api/v1/assemblies/{id}/ballots/"]["post"]["responses"]["default"]["content"] == {
        PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}
    }
    assert "/api/v1/" not in schema["paths"], "the catch-all is no operation"


def test_the_schema_is_whole():
    """What ``manage.py spectacular --validate --fail-on-warn`` asks."""
    from django.core.management import call_command

    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")
