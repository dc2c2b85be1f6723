"""Sessions in the database, read through the cache.

The cache may be wiped or gone at any moment; a session survives that.
"""

import logging
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.cached_db import SessionStore as CachedStore
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.core.cache import caches

logger = logging.getLogger(__name__)


class SessionStore(CachedStore):
    @classmethod
    def get_model_class(cls) -> Any:
        return DatabaseStore.get_model_class()

    def load(self) -> Any:
        try:
            return super().load()
        except Exception:  # noqa: BLE001 - each cache has errors of its own
            logger.warning("session cache is not answering; reading the database")
            return DatabaseStore(self.session_key).load()

    def exists(self, session_key: str) -> bool:
        return DatabaseStore.exists(self, session_key)

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        DatabaseStore.delete(self, key)
        try:
            caches[settings.SESSION_CACHE_ALIAS].delete(f"{self.cache_key_prefix}{key}")
        except Exception:  # noqa: BLE001 - the same
            logger.warning("session cache is not answering; a session ended in the database only")
