"""What every test may use. Tests that need a service are left out, and counted, where it does not answer."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from django.core.cache import cache

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _postgres_configured() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


def _redis_answers() -> bool:
    import redis

    try:
        return bool(redis.Redis.from_url(os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")).ping())
    except redis.RedisError:
        return False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot run here; ``REQUIRE_SERVICES=1`` makes that an error instead."""
    present = {"postgres": _postgres_configured(), "redis": None, "browser": CHROMIUM is not None}
    if any(item.get_closest_marker("redis") for item in items):
        present["redis"] = _redis_answers()
    for item in items:
        missing = [name for name, there in present.items() if not there and item.get_closest_marker(name)]
        if missing and os.environ.get("REQUIRE_SERVICES") != "1":
            item.add_marker(pytest.mark.skip(reason=f"needs {', '.join(missing)}: run `make services`"))


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()
