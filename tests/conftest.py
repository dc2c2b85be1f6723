"""What every test may use. Tests that need a service are left out, and counted, where it does not answer."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


LEFT_OUT = pytest.StashKey[Counter[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database", action="store_true", help="leave out what can tell no database from another"
    )


def _reaches_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures or item.get_closest_marker("django_db") or item.get_closest_marker("postgres"))


def _redis_answers() -> bool:
    import redis

    try:
        return bool(redis.Redis.from_url(os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")).ping())
    except redis.RedisError:
        return False


def _pango_answers() -> bool:
    try:
        import weasyprint  # noqa: F401
    except OSError:
        return False
    return True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot run here; ``REQUIRE_SERVICES=1`` makes that an error instead."""
    if config.getoption("--only-database"):
        config.hook.pytest_deselected(items=[item for item in items if not _reaches_database(item)])
        items[:] = filter(_reaches_database, items)
    left_out: Counter[str] = Counter()
    config.stash[LEFT_OUT] = left_out
    if os.environ.get("REQUIRE_SERVICES") == "1":
        return
    answers = {
        "postgres": lambda: connection.vendor == "postgresql",
        "redis": _redis_answers,
        "browser": lambda: CHROMIUM is not None,
        "pango": _pango_answers,
    }
    wanted = [name for name in answers if any(item.get_closest_marker(name) for item in items)]
    absent = [name for name in wanted if not answers[name]()]
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        needs = next((name for name in absent if item.get_closest_marker(name)), None)
        (dropped if needs else kept).append(item)
        if needs:
            left_out[needs] += 1
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if left_out := config.stash.get(LEFT_OUT, None):
        told = ", ".join(f"{number} need {name}" for name, number in sorted(left_out.items()))
        terminalreporter.write_line(f"left out of this run: {told} (see CONTRIBUTING.md, Tests)")


@pytest.fixture(scope="session", autouse=True)
def _tables_emptied_between_tests() -> Iterator[None]:
    """Between tests with transactions of their own Django empties every table, which guards refuse."""
    written = DatabaseOperations.sql_flush

    def sql_flush(self: DatabaseOperations, *arguments: Any, **named: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE '%_no_truncate'"
            )
            guards = cursor.fetchall()
        return [
            *(f"ALTER TABLE {table} DISABLE TRIGGER {guard}" for table, guard in guards),
            *written(self, *arguments, **named),
            *(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard}" for table, guard in guards),
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _nothing_remembered_of_assemblies() -> None:
    """Numbers of rolled back assemblies are given out again; a process never sees that elsewhere."""
    from votes.receivers import assemblies as told
    from votes.services import ballot_forms, casting, secret_casting

    ballot_forms.ballot_form.cache_clear()
    casting.open_pages.forget()
    secret_casting.open_pages.forget()
    told.open_pages.forget()


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Channels drops the connection around each question; a test's lies in one transaction."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)
