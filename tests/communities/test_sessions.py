"""Sessions live in the database; the cache before it may be gone at any moment."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.urls import reverse

from communities.sessions import SessionStore
from tests.factories.communities import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_cache(settings):
    """A cache server at an address where nobody listens."""
    settings.CACHES = {
        "default": {
            "BACKEND": "communities.cache.SteadyRedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }


def test_somebody_logged_in_stays_so_while_the_cache_is_gone(client, no_cache):
    user = UserFactory()
    client.force_login(user)
    assert client.session[SESSION_KEY] == str(user.pk)
    assert Session.objects.count() == 1
    client.post(reverse("communities:logout"))
    assert Session.objects.count() == 0


def test_a_session_written_while_the_cache_was_gone_is_read_afterwards(settings, no_cache):
    session = SessionStore()
    session["way"] = "home"
    session.save()
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert SessionStore(session.session_key)["way"] == "home"


def test_a_wiped_cache_ends_no_session(client):
    user = UserFactory()
    client.force_login(user)
    caches["default"].clear()
    assert client.session[SESSION_KEY] == str(user.pk)
