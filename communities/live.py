"""Telling open pages that something changed. Pages then fetch it themselves.

A message carries no data and may be lost; the truth is in the database.
"""

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Callable

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.core.cache import cache

logger = logging.getLogger(__name__)

#: A part drawn longer ago is drawn anew even when nothing was announced.
PART_SECONDS, GENERATION_SECONDS = 5, 3600
_drawing = threading.Lock()

#: The loop that serves sockets, when pages, tasks and sockets share one process.
#: The in-memory channel layer belongs to that loop and to no other.
_serving_loop: asyncio.AbstractEventLoop | None = None


def serve_from(loop: asyncio.AbstractEventLoop | None) -> None:
    """Name the loop that serves sockets in this process."""
    global _serving_loop
    _serving_loop = loop


def announce(group: str) -> None:
    """Say "changed" to everybody who has ``group`` open. Never fails: it is a hint only."""
    cache.set(_generation_key(group), secrets.token_hex(8), GENERATION_SECONDS)
    layer = get_channel_layer()
    message = {"type": "changed"}
    try:
        if _serving_loop is not None and _serving_loop.is_running():
            asyncio.run_coroutine_threadsafe(layer.group_send(group, message), _serving_loop)
        else:
            async_to_sync(layer.group_send)(group, message)
    except Exception:
        logger.warning("no live message to %s", group, exc_info=True)


def shared_part(group: str, name: str, render: Callable[[], str]) -> str:
    """A part of a page that is the same for all who have ``group`` open, drawn once for all of them.

    Hundreds of phones that hear "changed" ask for it in the same second. What was drawn before
    the last :func:`announce` is never given out after it: it is kept under the generation that
    stood when its drawing began. Without a cache it is drawn each time.
    """
    key = f"{_generation_key(group)}:{_generation(group)}:{name}"
    kept: str | None = cache.get(key)
    if kept is None:
        with _drawing:
            kept = cache.get(key)
            if kept is None:
                kept = render()
                cache.set(key, kept, PART_SECONDS)
    return kept


def _generation(group: str) -> str:
    key = _generation_key(group)
    known: str | None = cache.get(key)
    if known is None:
        cache.add(key, secrets.token_hex(8), GENERATION_SECONDS)
        known = cache.get(key) or secrets.token_hex(8)
    return known


def _generation_key(group: str) -> str:
    return f"live:{group}"


class SparingAnnouncer:
    """Announces a group at most once in so many seconds from this process.

    Hundreds of ballots in a minute need not redraw every open page hundreds of
    times. Whoever uses one sees to it that somebody else announces afterwards.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._announced_at: dict[str, float] = {}

    def announce(self, group: str) -> None:
        moment = time.monotonic()
        if moment - self._announced_at.get(group, -self.seconds) >= self.seconds:
            self._announced_at[group] = moment
            announce(group)

    def forget(self) -> None:
        """Begin anew, as a new process does."""
        self._announced_at.clear()
