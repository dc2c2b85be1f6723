"""Sessions in the database, read through the cache.

The cache may be wiped or gone at any moment; a session survives that.
"""

import logging
from typing import Any

from django.contrib.sessions.backends.cached_db import SessionStore as CachedStore
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

logger = logging.getLogger(__name__)


class SessionStore(CachedStore):
    @classmethod
    def get_model_class(cls) -> Any:
        return DatabaseStore.get_model_class()

    def load(self) -> Any:
        try:
            return super().load()
        except OSError:
            logger.warning("session cache is not answering; reading the database")
            return DatabaseStore(self.session_key).load()
