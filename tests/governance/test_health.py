"""Whether the process lives, and whether it can work: asked by machines, from nobody."""

import pytest
from django.urls import reverse

from communities import soundness
from governance import readiness

pytestmark = pytest.mark.django_db


def test_alive_asks_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get(reverse("governance:healthz"))
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_asks_the_database_once_and_is_never_kept(client, django_assert_num_queries):
    soundness.errors_believed()  # the walls are looked at now and then only
    with django_assert_num_queries(1):
        answer = client.get(reverse("governance:readyz"))
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "probes": ["database", "walls"]})
    assert "no-store" in answer["Cache-Control"]


def test_ready_names_what_does_not_answer_and_says_no_more(client, monkeypatch, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "communities.cache.SteadyRedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    monkeypatch.setitem(readiness.probes, "redis", readiness.ask_redis)
    monkeypatch.setitem(readiness.probes, "tasks", lambda: "silent")
    answer = client.get(reverse("governance:readyz"))
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "unavailable",
        "troubles": {"redis": "ConnectionError", "tasks": "silent"},
    }
