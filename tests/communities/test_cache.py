"""The cache on Redis asks with one client, however often it is asked."""

import os

import pytest

from communities.cache import SteadyRedisCache

pytestmark = pytest.mark.redis


def test_one_client_serves_every_question() -> None:
    cache = SteadyRedisCache(os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9"), {})
    cache.set("test:steady", "kept", 5)
    assert cache.get("test:steady") == "kept"
    assert cache.delete("test:steady")
    assert cache.get("test:steady") is None
    assert cache._cache.get_client() is cache._cache.get_client(write=True)
