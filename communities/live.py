"""Telling open pages that something changed. Pages then fetch it themselves.

A message carries no data and may be lost; the truth is in the database.
"""

import asyncio
import logging
import time

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

#: The loop that serves sockets, when pages, tasks and sockets share one process.
#: The in-memory channel layer belongs to that loop and to no other.
_serving_loop: asyncio.AbstractEventLoop | None = None


def serve_from(loop: asyncio.AbstractEventLoop | None) -> None:
    """Name the loop that serves sockets in this process."""
    global _serving_loop
    _serving_loop = loop


def announce(group: str) -> None:
    """Say "changed" to everybody who has ``group`` open. Never fails: it is a hint only."""
    layer = get_channel_layer()
    message = {"type": "changed"}
    try:
        if _serving_loop is not None and _serving_loop.is_running():
            asyncio.run_coroutine_threadsafe(layer.group_send(group, message), _serving_loop)
        else:
            async_to_sync(layer.group_send)(group, message)
    except Exception:
        logger.warning("no live message to %s", group, exc_info=True)


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
