"""``make test``: the suite on SQLite, then on PostgreSQL, with whatever else answers.

A machine without services runs all that needs none and says what it left out.
REQUIRE_SERVICES=1 makes a missing service an error.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Where a server for tests is looked for: by address, then by this machine's socket.
POSTGRES = ("postgres://postgres@127.0.0.1:5432/linyi_test", "postgres:////var/run/postgresql/linyi_test")
REDIS = "redis://127.0.0.1:6379/9"
NO_TEST_SELECTED = 5


def answering_postgres() -> str:
    """The address of a server on which this account may create databases, or nothing."""
    import environ
    import psycopg

    named = os.environ.get("TEST_DATABASE_URL")
    for address in [named] if named else POSTGRES:
        parts = environ.Env.db_url_config(address)
        try:
            with psycopg.connect(
                host=parts["HOST"] or None,
                port=parts["PORT"] or None,
                user=parts["USER"] or None,
                password=parts["PASSWORD"] or None,
                dbname="postgres",
                connect_timeout=3,
            ) as connection:
                row = connection.execute(
                    "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
        except psycopg.OperationalError:
            continue
        if row and row[0]:
            return address
    return ""


def answering_redis() -> bool:
    import redis

    try:
        return bool(redis.Redis.from_url(os.environ.get("TEST_REDIS_URL", REDIS)).ping())
    except redis.RedisError:
        return False


def run(title: str, database: str, arguments: list[str]) -> int:
    print(f"== {title}", flush=True)
    started = time.monotonic()
    environment = {
        **os.environ,
        # Set even when empty: what an installation keeps in .env is not for tests.
        "DATABASE_URL": database,
        "REDIS_URL": "",
        "DEMO_MODE": "0",
        "EMBEDDED": "1",
    }
    command = [sys.executable, "-m", "pytest", *arguments]
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603
    print(f"== {title}: {time.monotonic() - started:.0f} s", flush=True)
    return status


def main(arguments: list[str]) -> int:
    postgres = answering_postgres()
    chromium = any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    present = {"PostgreSQL": bool(postgres), "Redis": answering_redis(), "Chromium": chromium}
    missing = " and ".join(name for name, there in present.items() if not there)
    advice = "`make services` brings what is missing"
    if missing and os.environ.get("REQUIRE_SERVICES") == "1":
        print(f"No answer from {missing}; {advice}.", file=sys.stderr)
        return 1

    statuses = [run("SQLite", "sqlite://:memory:", ["-m", "not postgres", *arguments])]
    if postgres:
        # A browser sees the same pages on either database, and what is pure has none: once is enough.
        wanted = ["--only-database", "-m", "postgres or not browser"]
        statuses.append(run("PostgreSQL", postgres, [*wanted, *arguments]))
    if missing:
        print(f"Left out is what needs {missing}; {advice}.")
    return verdict(statuses)


def verdict(statuses: list[int]) -> int:
    """Zero when every run that had a test went well; a run ended by a signal has not."""
    executed = [status for status in statuses if status != NO_TEST_SELECTED]
    if not executed:
        return NO_TEST_SELECTED
    return int(any(executed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
