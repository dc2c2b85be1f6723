"""A meeting that 300 phones follow: how long a change takes until the last of them shows it."""

import asyncio
import contextlib
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

import django

django.setup()

import websockets  # noqa: E402
from asgiref.sync import sync_to_async  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from communities.models import User  # noqa: E402
from governance.models import AgendaItem, Attendance, Meeting  # noqa: E402
from governance.services.live_meetings import write_record  # noqa: E402
from tests.bench.figures import ROOT, Figure, emit  # noqa: E402
from tests.bench.run import Server  # noqa: E402
from tests.factories.meetings import Room  # noqa: E402
from tests.factories.proposals import at_home  # noqa: E402

PHONES, CHANGES = 300, 5
#: As static/js/app.js spreads a page whose data-live-spread is 100, in seconds.
CALM, SPREAD = 0.05, 0.1


class SocketServer:
    """The production server for sockets, as deploy/ describes it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn", "governance.asgi:application", "--lifespan", "off"),
                *("--port", str(port), "--ws", "websockets-sansio", "--log-level", "warning"),
            ],
            env=dict(os.environ),
            cwd=ROOT,
        )

    def __enter__(self) -> "SocketServer":
        for _ in range(200):
            with contextlib.suppress(OSError):
                import socket

                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            time.sleep(0.1)
        raise RuntimeError("the server of sockets did not start")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)


def followed() -> tuple[Meeting, list[str], User]:
    """A meeting under way, a session for each of its phones, and who records it."""
    room = Room()
    meeting = room.running()
    sessions = []
    for number in range(PHONES):
        user = at_home(room.estate)
        Attendance.objects.create(
            meeting=meeting,
            user=user,
            name=f"住户{number}",
            party="residents",
            signed_in_at=timezone.now(),
            sign_in_method="door",
        )
        client = Client()
        client.force_login(user)
        sessions.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    return meeting, sessions, room.chair


async def phone(place: int, cookie: str, meeting: int, sockets: int, pages: int, news: "News") -> None:
    head = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}", "Origin": "https://localhost"}
    draw = random.Random(place)
    uri = f"ws://localhost:{sockets}/ws/meetings/{meeting}/"
    async with websockets.connect(uri, additional_headers=head, open_timeout=60) as socket:
        news.listening += 1
        async for _ in socket:
            await asyncio.sleep(CALM + draw.random() * SPREAD)
            reader, writer = await asyncio.open_connection("127.0.0.1", pages)
            lines = [f"GET /meetings/{meeting}/live/ HTTP/1.0", "Host: localhost", "X-Forwarded-Proto: https"]
            lines += ["HX-Request: true", f"Cookie: {head['Cookie']}", "", ""]
            writer.write("\r\n".join(lines).encode())
            body = await reader.read()
            writer.close()
            if news.text.encode() in body:
                news.shown.append(time.perf_counter() - news.begun)


class News:
    """What is written next, and after how many seconds each phone showed it."""

    def __init__(self) -> None:
        self.listening, self.text, self.begun = 0, "", 0.0
        self.shown: list[float] = []


async def follow(
    meeting: Meeting, sessions: list[str], recorder: User, sockets: int, pages: int
) -> list[float]:
    """For each change, after how many seconds the last of all phones showed it."""
    news, item = News(), await sync_to_async(meeting.items.get)(position=1)
    phones = [
        asyncio.create_task(phone(place, cookie, meeting.pk, sockets, pages, news))
        for place, cookie in enumerate(sessions)
    ]
    while news.listening < PHONES:
        await asyncio.sleep(0.2)
        for one in phones:
            if one.done():
                one.result()
    slowest = []
    for number in range(CHANGES + 1):
        news.text, news.shown = f"第 {number} 次修改的记录", []
        fresh = await sync_to_async(AgendaItem.objects.get)(pk=item.pk)
        news.begun = time.perf_counter()
        await sync_to_async(write_record)(
            item=fresh, version=fresh.version, discussion="", consensus=news.text, dissent="", actor=recorder
        )
        deadline = news.begun + 30
        while len(news.shown) < PHONES and time.perf_counter() < deadline:
            await asyncio.sleep(0.01)
        assert len(news.shown) == PHONES, f"only {len(news.shown)} phones showed it"
        if number:
            slowest.append(max(news.shown))
        await asyncio.sleep(1)
    for one in phones:
        one.cancel()
    return slowest


@contextlib.contextmanager
def both_servers() -> Iterator[tuple[int, int]]:
    with Server(dict(os.environ)) as pages, SocketServer(pages.port + 1) as sockets:
        yield sockets.port, pages.port


def main() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
    meeting, sessions, recorder = followed()
    with both_servers() as (sockets, pages):
        seconds = asyncio.run(follow(meeting, sessions, recorder, sockets, pages))
    emit(
        [
            Figure(
                "a change at a meeting until the last of 300 phones shows it",
                round(statistics.median(seconds), 2),
                "s",
                "<= 1",
            )
        ]
    )
    print(seconds, file=sys.stderr)


main()
