"""10,000 proposals listed and searched, the map of 5,000 people, minutes of 30 items and 200 people."""

import os
import random
import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import django

django.setup()

import numpy as np  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from communities.models import User  # noqa: E402
from governance.common_ground import Answer, find_common_ground  # noqa: E402
from governance.minutes_files import minutes_docx, minutes_pdf  # noqa: E402
from governance.models import AgendaItem, Attendance, Minutes, Proposal  # noqa: E402
from governance.search import search_words  # noqa: E402
from governance.services.minutes import ask_for_confirmation, draft_minutes  # noqa: E402
from tests.bench.asking import p95  # noqa: E402
from tests.bench.figures import Figure, emit, peak_memory  # noqa: E402
from tests.bench.run import Server  # noqa: E402
from tests.factories.meetings import Room  # noqa: E402

PROPOSALS, ASKED, CONNECTIONS = 10_000, 480, 8
PEOPLE, STATEMENTS, ANSWERED = 5_000, 200, 0.3
ITEMS, ATTENDEES = 30, 200
WORDS = "北门夜间开放地下车库照明电梯维修停车充电绿化垃圾分类公共收益物业收费养老食堂儿童乐园消防通道"


def make_proposals(room: Room) -> None:
    draw, now = random.Random(4), timezone.now()
    made = []
    for number in range(1, PROPOSALS + 1):
        title = "".join(draw.choices(WORDS, k=14))
        body = "".join(draw.choices(WORDS, k=120))
        made.append(
            Proposal(
                estate=room.estate,
                number=number,
                author=room.one,
                capacity="owner",
                category="rules",
                title=title,
                body=body,
                status="accepted",
                bigrams=search_words(title, body),
                created_at=now,
                changed_at=now - timedelta(minutes=number),
                submitted_at=now,
                accepted_at=now,
            )
        )
    Proposal.objects.bulk_create(made, batch_size=1000)


def searched(number: int) -> str:
    """Two neighbouring characters of what the proposals are made of."""
    start = random.Random(number).randrange(len(WORDS) - 4)
    return f"?q={quote(WORDS[start : start + 2])}"


def map_seconds() -> float:
    draw = np.random.default_rng(1)
    opinions = draw.choice([-1, 1], size=(4, STATEMENTS))
    groups = draw.integers(4, size=PEOPLE)
    answers = [
        Answer(person, statement, int(opinions[groups[person], statement]))
        for person in range(PEOPLE)
        for statement in range(STATEMENTS)
        if draw.random() < ANSWERED
    ]
    return median(lambda: find_common_ground(answers, range(STATEMENTS), group_min=5))


def long_minutes(room: Room) -> Minutes:
    meeting = room.recorded()
    for position in range(2, ITEMS + 1):
        AgendaItem.objects.create(
            meeting=meeting,
            position=position,
            title=f"第 {position} 项议程",
            discussion="大家认为有必要，先试行再看。" * 20,
            consensus="先试行三个月。" * 5,
            status="done",
        )
    for number in range(ATTENDEES - meeting.attendances.count()):
        Attendance.objects.create(
            meeting=meeting,
            name=f"住户{number}",
            party="residents",
            signed_in_at=timezone.now(),
            sign_in_method="desk",
        )
    drafted = draft_minutes(meeting=meeting, actor=room.chair)
    return ask_for_confirmation(minutes=drafted, actor=room.chair)


def median(act: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        act()
        times.append(time.perf_counter() - begun)
    return round(sorted(times)[1], 2)


def main() -> None:
    seconds, memory = map_seconds(), round(peak_memory(), 1)
    call_command("collectstatic", interactive=False, verbosity=0)
    room = Room()
    minutes = long_minutes(room)
    figures = [
        Figure(
            "minutes of 30 items, 200 people: PDF", median(lambda: minutes_pdf(minutes, "/")), "s", "<= 5"
        ),
        Figure(
            "minutes of 30 items, 200 people: DOCX", median(lambda: minutes_docx(minutes, "/")), "s", "<= 2"
        ),
        Figure("map of 5,000 people × 200 statements", seconds, "s", "<= 5"),
        Figure("peak memory of the map", memory, "MB", "<= 400"),
    ]
    make_proposals(room)
    with connection.cursor() as cursor:
        # As the server of a database that lives does by itself.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    page, reader = f"/e/{room.estate.slug}/proposals/", User.objects.get(pk=room.one.pk)
    with Server(dict(os.environ)) as server:
        for address, words in (
            (lambda _number: page, "list of 10,000 proposals"),
            (lambda number: page + searched(number), "search in 10,000 proposals"),
        ):
            took = p95(server, reader, address, asked=ASKED, connections=CONNECTIONS)
            limit = "<= 150" if connection.vendor == "postgresql" else ""
            figures.append(Figure(f"{words}, 8 connections: p95", took, "ms", limit))
    emit(figures)


main()
