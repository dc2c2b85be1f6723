"""The one command that serves everything, run as a person would run it."""

from __future__ import annotations

import json
import os
import select
import signal
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

#: Seconds within which an interrupted server is gone.
END = 3.0


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "governance.settings.dev",
        "DATABASE_URL": f"sqlite:///{folder / 'estate.sqlite3'}",
        "REDIS_URL": "",
        "VAR_DIR": str(folder),
        "DEMO_MODE": "0",
        # servestatic closes a file that was read whole only when it is collected.
        "PYTHONWARNINGS": "default,ignore::ResourceWarning",
    }


def serve(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", "0"],
        cwd=settings.BASE_DIR,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def managed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command run to its end, or killed when it does not come to one."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=120,
    )


@dataclass
class Served:
    process: subprocess.Popen[str]
    folder: Path
    greeting: str
    #: What lay in the project's folder before it started.
    beside: set[str]

    @property
    def database(self) -> Path:
        return self.folder / "estate.sqlite3"

    @property
    def address(self) -> str:
        return next(word for word in self.greeting.split() if word.startswith("http://"))

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        try:
            with urllib.request.urlopen(f"{self.address}{path}", timeout=10) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as failure:
            return failure.code, dict(failure.headers), failure.read()


def until(ask: Callable[[], Any], *, within: float) -> None:
    """Ask until the answer is yes; a failure when it never is in time."""
    deadline = time.monotonic() + within
    while not ask():
        assert time.monotonic() < deadline, f"not within {within} s"
        select.select([], [], [], 0.05)


def rows(file: Path, table: str) -> int:
    with closing(sqlite3.connect(file)) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all: starting takes seconds. In its database lies a count long spent."""
    folder = tmp_path_factory.mktemp("served")
    migration = managed(folder, "migrate", "--verbosity", "0")
    assert migration.returncode == 0, migration.stderr
    with closing(sqlite3.connect(folder / "estate.sqlite3")) as database:
        database.execute(
            "INSERT INTO communities_ratecount (key, count, expires_at) VALUES (?, 1, ?)",
            ("code-phone:spent", "2020-01-01 00:00:00"),
        )
        database.commit()
    beside = {path.name for path in settings.BASE_DIR.iterdir()}
    process = serve(folder)
    try:
        assert process.stdout is not None
        yield Served(process, folder, process.stdout.readline(), beside)
    finally:
        process.kill()
        process.communicate()


def test_it_says_where_it_can_be_opened(served):
    assert served.greeting == f"邻议 Linyi  {served.address}  (Ctrl-C stops)\n"


def test_it_is_alive_and_ready(served):
    assert (served.get("/healthz")[0], json.loads(served.get("/healthz")[2])) == (200, {"status": "ok"})
    status, _, body = served.get("/readyz")
    assert (status, json.loads(body)) == (
        200,
        {"status": "ok", "probes": ["database", "log", "tasks", "walls"]},
    )


def test_it_hands_out_static_files(served):
    status, headers, body = served.get("/static/css/app.css")
    assert (status, headers["Content-Type"]) == (200, 'text/css; charset="utf-8"')
    assert body == (settings.BASE_DIR / "static/css/app.css").read_bytes()


def test_it_runs_the_sweeps_that_came_due_before_it_started(served):
    until(lambda: rows(served.database, "communities_ratecount") == 0, within=10)


def test_it_refuses_to_serve_a_database_twice(served):
    second = managed(served.folder, "serve", "--port", "0")
    assert (second.returncode, second.stdout) == (1, "")
    assert f"already served by process {served.process.pid}." in second.stderr
    assert served.get("/healthz")[0] == 200


def test_its_database_can_be_copied_meanwhile_but_never_over_another_copy(served):
    copy = served.folder / "copy.sqlite3"
    copying = managed(served.folder, "backup", str(copy))
    assert (copying.returncode, copying.stderr) == (0, "")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert rows(copy, "django_migrations") == rows(served.database, "django_migrations") > 0

    held = copy.read_bytes()
    again = managed(served.folder, "backup", str(copy))
    assert again.returncode == 1
    assert "exists already" in again.stderr
    assert copy.read_bytes() == held


def test_it_ends_cleanly_on_interrupt_and_leaves_nothing_in_the_project(served):
    # Last in this file: it ends the server of all.
    served.process.send_signal(signal.SIGINT)
    started = time.monotonic()
    said, complaints = served.process.communicate(timeout=END)
    assert time.monotonic() - started < END
    assert (served.process.returncode, said, complaints) == (0, "", "")
    assert {path.name for path in settings.BASE_DIR.iterdir()} == served.beside
