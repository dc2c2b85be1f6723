"""``make bench``: every benchmark on SQLite and, where it answers, on PostgreSQL.

Each runs in processes of its own on a database of its own, which is removed
afterwards. Prints the figures and writes them down.
"""

import base64
import json
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.figures import ROOT, Figure, write_down

POSTGRES = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("BENCH_REDIS_URL", "redis://127.0.0.1:6379/8")
DATABASE = "linyi_bench"
CONNECTIONS = 32
ROUNDS, BALLOTS_A_ROUND, PGBENCH_A_CLIENT = 3, 2_000, 250


def environment(database_url: str, **more: str) -> dict[str, str]:
    """As in production, with keys for this run only."""
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "governance.settings.prod",
        "DATABASE_URL": database_url,
        "SECRET_KEY": secrets.token_hex(40),
        "FIELD_ENCRYPTION_KEYS": key,
        "BLIND_INDEX_KEY": secrets.token_hex(20),
        "RECEIPT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "SEALING_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        # The database is made and removed by this run; nothing is to be remembered of it.
        "HELD_HEADS_FILE": "",
        "ALLOWED_HOSTS": "localhost",
        "REDIS_URL": REDIS,
        "LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(ROOT),
        **more,
    }


def python(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=env, cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True
    )
    return done.stdout


def measure(env: dict[str, str], program: str, place: str) -> list[Figure]:
    python(env, "manage.py", "migrate", "-v", "0")
    python(env, "manage.py", "sealing_key", "register")
    line = next(
        line
        for line in python(env, "-m", f"tests.bench.{program}").splitlines()
        if line.startswith("FIGURES ")
    )
    found = [Figure(**values) for values in json.loads(line.removeprefix("FIGURES "))]
    return [Figure(f"{figure.name} ({place})", figure.value, figure.unit, figure.limit) for figure in found]


def postgres(statement: str, database: str = "postgres") -> None:
    import psycopg

    with psycopg.connect(POSTGRES.rsplit("/", 1)[0] + f"/{database}", autocommit=True) as connection:
        connection.execute(statement)


def fresh_postgres() -> str:
    postgres(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    postgres(f"CREATE DATABASE {DATABASE}")
    return POSTGRES.rsplit("/", 1)[0] + f"/{DATABASE}"


def answers(url: str) -> bool:
    host, _, port = url.split("@")[-1].removeprefix("redis://").split("/")[0].partition(":")
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, int(port))) == 0


class Server:
    """The production server for pages, as deploy/ describes it."""

    def __init__(self, env: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "governance.wsgi", "--workers", "3"),
                *("--bind", f"127.0.0.1:{self.port}", "--backlog", "512", "--log-level", "warning"),
            ],
            env=env,
            cwd=ROOT,
        )

    def __enter__(self) -> "Server":
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.1)
        raise RuntimeError("the server did not start")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)


def send(env: dict[str, str], file: Path, port: int, first: int, last: int) -> dict[str, Any]:
    out = python(
        env,
        "-m",
        "tests.bench.casting",
        "load",
        str(file),
        str(port),
        str(CONNECTIONS),
        str(first),
        str(last),
    )
    result: dict[str, Any] = json.loads(out.split("LOAD ", 1)[1])
    return result


def pgbench_script(seeded: dict[str, Any]) -> str:
    """The statements of a cast, from the same source as the product's, with pgbench's variables."""
    from votes.services.cast_statements import FIND_ELECTOR, LOCK_ASSEMBLY, WRITE

    body = "x" * 380
    # From a variable, as the key of a request is: a random one would be sought row by row.
    key = "('00000000-0000-4000-8000-' || lpad((:place)::text, 12, '0'))::uuid"
    written = [
        *("gen_random_uuid()", str(seeded["assembly"]), ":elector", "1", key, "'online'"),
        *("'FAN'", "(SELECT area FROM votes_elector WHERE id = :elector)", "md5(random()::text)"),
        *("md5(random()::text) || md5(random()::text)", ":voter", "clock_timestamp()"),
        *(str(seeded["log"]), "'votes.ballot.cast'", "md5(random()::text) || md5(random()::text)"),
        *(f"'{body}'", "clock_timestamp()"),
        *(str(seeded["estate"]), "gen_random_uuid()::text", "clock_timestamp()"),
    ]

    def fill(statement: str, *arguments: str) -> str:
        for argument in arguments:
            statement = statement.replace("%s", argument, 1)
        return " ".join(statement.split()) + ";"

    return "\n".join(
        [
            "\\set n :n + 1",
            f"\\set place :start + :client_id * {PGBENCH_A_CLIENT} + :n",
            f"\\set elector {seeded['first_elector']} + :place",
            f"\\set voter {seeded['first_user']} + :place",
            "BEGIN;",
            fill(LOCK_ASSEMBLY["postgresql"], key, str(seeded["assembly"])),
            fill(FIND_ELECTOR["postgresql"], ":voter", ":elector", str(seeded["assembly"])),
            fill(WRITE["postgresql"][0], *written),
            "COMMIT;",
        ]
    )


def run_pgbench(script: Path, url: str, start: int) -> float:
    bindir = subprocess.run(
        ["pg_config", "--bindir"], text=True, stdout=subprocess.PIPE, check=False
    ).stdout.strip()
    program = shutil.which("pgbench") or f"{bindir}/pgbench"
    done = subprocess.run(
        [
            *(
                program,
                "-n",
                "-M",
                "prepared",
                "-c",
                str(CONNECTIONS),
                "-j",
                "2",
                "-t",
                str(PGBENCH_A_CLIENT),
            ),
            *("-D", "n=-1", "-D", f"start={start}", "-f", str(script), url),
        ],
        text=True,
        capture_output=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps = "))
    return float(line.split()[2])


def casting(env: dict[str, str], url: str, folder: Path, place: str, *, beside_pgbench: bool) -> list[Figure]:
    rounds = ROUNDS if beside_pgbench else 1
    voters = rounds * BALLOTS_A_ROUND
    more = rounds * CONNECTIONS * PGBENCH_A_CLIENT if beside_pgbench else 0
    python(env, "manage.py", "migrate", "-v", "0")
    file = folder / "requests.json"
    python(env, "-m", "tests.bench.casting", "seed", str(file), str(voters), str(voters + more))
    seeded = json.loads(file.read_text())
    script = folder / "cast.sql"
    if beside_pgbench:
        script.write_text(pgbench_script(seeded))
        postgres("VACUUM ANALYZE", DATABASE)
    results, bare = [], []
    with Server(env) as server:
        for turn in range(rounds):
            results.append(send(env, file, server.port, turn * BALLOTS_A_ROUND, (turn + 1) * BALLOTS_A_ROUND))
            if beside_pgbench:
                bare.append(run_pgbench(script, url, voters + turn * CONNECTIONS * PGBENCH_A_CLIENT))
    refused = sum(
        count for result in results for status, count in result["answers"].items() if status != "303"
    )
    rate = statistics.median(result["rate"] for result in results)
    what = f"cast over HTTP at {CONNECTIONS} connections ({place})"
    figures = [
        Figure(what, round(rate), "ballots/s"),
        Figure(f"{what}, p50", round(statistics.median(result["p50"] for result in results), 1), "ms"),
        Figure(f"{what}, p99", round(statistics.median(result["p99"] for result in results), 1), "ms"),
        Figure(f"{what}, errors", refused, "of " + str(voters), "<= 0"),
    ]
    if beside_pgbench:
        ratios = [result["rate"] / tps for result, tps in zip(results, bare, strict=True)]
        figures += [
            Figure("the same statements sent by pgbench", round(statistics.median(bare)), "transactions/s"),
            Figure("cast over HTTP ÷ pgbench", round(statistics.median(ratios), 3), "ratio", ">= 0.08"),
        ]
    return figures


def main() -> None:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for program in ("importing", "freezing", "tallying"):
            env = environment(f"sqlite:///{folder / program}.sqlite3")
            figures += measure(env, program, "SQLite")
        with_cache = answers(REDIS)
        if with_cache:
            url = f"sqlite:///{folder}/casting.sqlite3"
            figures += casting(environment(url), url, folder, "SQLite", beside_pgbench=False)
        else:
            print("Redis does not answer: casting over HTTP is left out (`make services` starts it).")
        if answers(POSTGRES):
            for program in ("importing", "freezing", "tallying"):
                figures += measure(environment(fresh_postgres()), program, "PostgreSQL")
            if with_cache:
                url = fresh_postgres()
                figures += casting(environment(url), url, folder, "PostgreSQL", beside_pgbench=True)
            postgres(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        else:
            print("PostgreSQL does not answer: its figures are left out (`make services` starts it).")
    write_down(figures)
    for figure in figures:
        verdict = {True: "kept", False: "MISSED", None: ""}[figure.ok]
        print(f"{figure.name}: {figure.value:,g} {figure.unit} {figure.limit} {verdict}")
    if any(figure.ok is False for figure in figures):
        sys.exit(1)


if __name__ == "__main__":
    main()
