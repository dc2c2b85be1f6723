"""Everything in one process: pages, sockets, tasks and their clock.

The queue lives in this process and dies with it. That loses nothing, because
every task is a sweep over rows: the next sweep finds what the last one left.
Exactly one such process may serve a database, since the live messages and the
queue reach no other.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from celery import beat, signals
from celery.worker import state
from django.conf import settings

from communities import live
from governance import readiness

from .celery import app

logger = logging.getLogger(__name__)

#: Long before any deadline: whatever came due while nothing ran is due at once.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
#: How long the sweeps may be silent before the process no longer calls itself ready.
SILENCE = 60.0
#: How many seconds requests have to finish when the server is told to end.
GRACE = 1


class AlreadyServed(Exception):
    """Another process serves this database."""


class Sole:
    """The mark that this process, and no other, serves a database.

    The operating system drops the mark with the process, however it ends.
    """

    def __init__(self) -> None:
        self.path = _mark_path()

    def __enter__(self) -> None:
        """Take the mark. Raises :class:`AlreadyServed`."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.file = self.path.open("a+")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.file.seek(0)
            holder = self.file.read().strip()
            self.file.close()
            raise AlreadyServed(holder) from None
        self.file.truncate(0)
        self.file.write(str(os.getpid()))
        self.file.flush()

    def __exit__(self, *_: object) -> None:
        self.file.close()


def _mark_path() -> Path:
    database = settings.DATABASES["default"]
    name = Path(str(database["NAME"]))
    if database["ENGINE"].endswith("sqlite3"):
        return name.with_name(name.name + ".serving").resolve()
    return Path(settings.VAR_DIR) / f"{name.name}.serving"


class SweepSchedule(beat.Scheduler):
    """The schedule in memory. Every entry is due at the start.

    A machine that is switched off each night would otherwise never reach the
    sweeps of that hour.
    """

    def setup_schedule(self) -> None:
        self.merge_inplace(app.conf.beat_schedule)
        for entry in self.schedule.values():
            if entry.task not in app.tasks:
                logger.error("the schedule names a task that nothing defines: %s", entry.task)
        self.data = {name: entry for name, entry in self.schedule.items() if entry.task in app.tasks}
        for entry in self.schedule.values():
            entry.last_run_at = NEVER


class Background:
    """The worker and the clock of this process, on threads of their own."""

    def __init__(self) -> None:
        self.started_at = time.monotonic()
        #: When each task last ended well, by its name.
        self.swept: dict[str, float] = {}

    def start(self) -> None:
        app.finalize()
        app.set_default()
        signals.task_success.connect(self._note)
        self.worker = app.WorkController(
            pool="threads",
            concurrency=2,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        # Task modules were loaded through django.setup(), which sets the levels anew.
        for name in ("celery", "kombu"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self.worker_thread = threading.Thread(target=self.worker.start, name="worker", daemon=True)
        self.worker_thread.start()
        self.clock = beat.Service(app, max_interval=1, scheduler_cls=SweepSchedule)
        self.clock_thread = threading.Thread(target=self.clock.start, name="clock", daemon=True)
        self.clock_thread.start()

    def stop(self) -> None:
        """Begin nothing more. A task that runs is finished before the process ends."""
        self.clock.stop()
        state.should_stop = os.EX_OK  # type: ignore[assignment]  # the stubs know only None

    def trouble(self) -> str:
        """What is wrong with the sweeps, or nothing."""
        if not (self.worker_thread.is_alive() and self.clock_thread.is_alive()):
            return "stopped"
        latest = max(self.swept.values(), default=self.started_at)
        return "silent" if time.monotonic() - latest > SILENCE else ""

    def _note(self, *, sender: Any, **_: Any) -> None:
        self.swept[sender.name] = time.monotonic()


class Server(uvicorn.Server):
    """Uvicorn, with the worker and the clock beside it."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self.announce = announce
        self.background = Background()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        live.serve_from(asyncio.get_running_loop())
        self.background.start()
        readiness.probes["tasks"] = self.background.trouble
        self.announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        del readiness.probes["tasks"]
        live.serve_from(None)
        self.background.stop()


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to ``host`` and ``port``. Raises :class:`OSError`."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


def addresses(listener: socket.socket) -> list[str]:
    """Where a person can open the pages: this machine, then its network."""
    host, port = listener.getsockname()[:2]
    if host not in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return [f"http://{host}:{port}"]
    found = [f"http://localhost:{port}"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # A datagram socket only chooses its own address here; nothing is sent.
            probe.connect(("192.0.2.1", 9))
            found.append(f"http://{probe.getsockname()[0]}:{port}")
        except OSError:
            pass
    return found


def serve(listener: socket.socket, *, announce: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM. ``announce`` is called once pages answer."""
    config = uvicorn.Config(
        "governance.asgi:application",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        ws="websockets-sansio",
        ws_max_size=64 * 1024,
    )
    Server(config, announce).run(sockets=[listener])
