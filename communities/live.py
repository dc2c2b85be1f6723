"""Telling open pages that something changed. Pages then fetch it themselves.

A message carries no data and may be lost; the truth is in the database.
"""

import asyncio
import logging

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
