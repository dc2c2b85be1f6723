"""Redis as a cache, with one client a process.

Django makes a new client for every question, which costs more than the question.
"""

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class SteadyClient(RedisCacheClient):
    """Keeps the client it made first. Threads may share it: each question takes a connection of the pool."""

    _steady: Any = None

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if self._steady is None:
            self._steady = super().get_client(key, write=write)
        return self._steady


class SteadyRedisCache(RedisCache):
    """For one server, which is all that ``REDIS_URL`` names."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = SteadyClient
