"""Whether the process lives, and whether it can work: asked by machines, from nobody."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from communities import soundness
from communities.services.ledger import log_of_estate, record
from communities.services.sealing import seal_log
from governance import readiness
from tests.factories.communities import EstateFactory

pytestmark = pytest.mark.django_db


def test_alive_asks_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get(reverse("governance:healthz"))
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


#: Whether it answers, the newest entry and what is late behind it; PostgreSQL is asked for the time too.
READY_QUERIES = 3 + (connection.vendor == "postgresql")


def test_ready_asks_the_database_little_and_is_never_kept(client, django_assert_num_queries):
    soundness.errors_believed()  # the walls are looked at now and then only
    with django_assert_num_queries(READY_QUERIES):
        answer = client.get(reverse("governance:readyz"))
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "probes": ["database", "log", "walls"]},
    )
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


def test_ready_says_that_entries_wait_too_long_to_be_sealed(client):
    log = log_of_estate(EstateFactory())
    for minutes in (4, 6):
        moment = timezone.now() - timedelta(minutes=minutes)
        entry = record(log=log, verb="test.happened", subject=log, actor=None, moment=moment)
        answer = client.get(reverse("governance:readyz"))
        assert answer.status_code == (200 if minutes < 5 else 503)
    assert answer.json()["troubles"] == {"log": "unsealed for too long"}
    seal_log(log=entry.log)
    assert client.get(reverse("governance:readyz")).status_code == 200
