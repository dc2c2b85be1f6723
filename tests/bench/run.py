"""``make bench``: every benchmark on SQLite and, where it answers, on PostgreSQL.

Each runs in processes of its own on a database of its own, which is removed
afterwards. Prints the figures and writes them down.
"""

import base64
import contextlib
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
PROGRAMS = ("importing", "freezing", "tallying", "sealing", "evidence", "deliberating", "handling")
#: Only where there are servers to follow it.
ON_SERVERS = ("following",)
ROUNDS, BALLOTS_A_ROUND, PGBENCH_A_CLIENT = 3, 2_000, 250
#: With and without a sealer, in turn, so that whatever else the machine does strikes both.
PAIRS, BALLOTS_A_TURN, SEALING_EVERY = 5, 1_000, "2"


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
        "ALLOWED_HOSTS": "localhost",
        "REDIS_URL": REDIS,
        # No head of a former run is missed in a database that is made anew.
        "HELD_HEADS_FILE": "",
        "LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(ROOT),
        **more,
    }


def python(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=env, cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True
    )
    return done.stdout


def prepare(env: dict[str, str]) -> None:
    """An empty database whose logs can be sealed."""
    python(env, "manage.py", "migrate", "-v", "0")
    python(env, "manage.py", "sealing_key", "register")


def measure(env: dict[str, str], program: str, place: str) -> list[Figure]:
    prepare(env)
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


class Sealer:
    """Seals the log of the assembly while the load runs, as the worker does, only more often."""

    def __init__(self, env: dict[str, str], log: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.sealer", str(log), SEALING_EVERY],
            env=env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> None:
        assert self.process.stdout is not None
        self.process.stdout.readline()

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(20)


class Server:
    """The production server for pages, as deploy/ describes it."""

    def __init__(self, env: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "governance.wsgi", "--preload", "--workers", "3"),
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
        *(str(seeded["log_of_pgbench"]), "'votes.ballot.cast'", "md5(random()::text) || md5(random()::text)"),
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
    turns = 2 * PAIRS * BALLOTS_A_TURN if beside_pgbench else 0
    more = rounds * CONNECTIONS * PGBENCH_A_CLIENT if beside_pgbench else 0
    prepare(env)
    file = folder / "requests.json"
    python(
        env, "-m", "tests.bench.casting", "seed", str(file), str(voters + turns), str(voters + turns + more)
    )
    seeded = json.loads(file.read_text())
    script = folder / "cast.sql"
    if beside_pgbench:
        script.write_text(pgbench_script(seeded))
        postgres("VACUUM ANALYZE", DATABASE)
    results, bare, sealed = [], [], []
    with Server(env) as server:
        for turn in range(rounds):
            results.append(send(env, file, server.port, turn * BALLOTS_A_ROUND, (turn + 1) * BALLOTS_A_ROUND))
            if beside_pgbench:
                place_of_first = voters + turns + turn * CONNECTIONS * PGBENCH_A_CLIENT
                bare.append(run_pgbench(script, url, place_of_first))
        if turns:
            sealed = with_and_without_sealer(env, file, server.port, voters, seeded["log"])
    refused = sum(
        count
        for result in (*results, *(one for pair in sealed for one in pair))
        for status, count in result["answers"].items()
        if status != "303"
    )
    rate = statistics.median(result["rate"] for result in results)
    what = f"cast over HTTP at {CONNECTIONS} connections ({place})"
    p99 = round(statistics.median(result["p99"] for result in results), 1)
    figures = [
        Figure(what, round(rate), "ballots/s"),
        Figure(f"{what}, p50", round(statistics.median(result["p50"] for result in results), 1), "ms"),
        Figure(f"{what}, p99", p99, "ms", "<= 150" if beside_pgbench else ""),
        Figure(f"{what}, errors", refused, "of " + str(voters + turns), "<= 0"),
    ]
    if beside_pgbench:
        ratios = [result["rate"] / tps for result, tps in zip(results, bare, strict=True)]
        kept = [with_it["rate"] / without["rate"] for without, with_it in sealed]
        figures += [
            Figure("the same statements sent by pgbench", round(statistics.median(bare)), "transactions/s"),
            Figure("cast over HTTP ÷ pgbench", round(statistics.median(ratios), 3), "ratio", ">= 0.10"),
            Figure(
                "casting while the log is sealed every 2 s ÷ without a sealer",
                round(statistics.median(kept), 3),
                "ratio",
                ">= 0.85",
            ),
        ]
    return figures


def with_and_without_sealer(
    env: dict[str, str], file: Path, port: int, first: int, log: int
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The same load in turns: without a sealer, then with one; every other pair the other way round."""
    pairs = []
    for pair in range(PAIRS):
        found = {}
        for is_sealed in (False, True) if pair % 2 == 0 else (True, False):
            with Sealer(env, log) if is_sealed else contextlib.nullcontext():
                found[is_sealed] = send(env, file, port, first, first + BALLOTS_A_TURN)
            first += BALLOTS_A_TURN
        pairs.append((found[False], found[True]))
    return pairs


def races(env: dict[str, str]) -> list[Figure]:
    """Ballots at the very moment of the close, and entries that commit late under a sealer."""
    prepare(env)
    figures = []
    for arguments, name in (
        (("close", "60", "16"), "late ballots in 60 closes × 16 casters"),
        (("seal", "6"), "entries the sealer left out, slow transactions"),
    ):
        out = python(env, "-m", "tests.chaos.races", *arguments)
        found = json.loads(out.split("RACE ", 1)[1])
        figures.append(Figure(name, found["wrong"], f"of {found['of']:,}", "<= 0"))
    return figures


def main() -> None:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for program in PROGRAMS:
            env = environment(f"sqlite:///{folder / program}.sqlite3")
            figures += measure(env, program, "SQLite")
        with_cache = answers(REDIS)
        if with_cache:
            url = f"sqlite:///{folder}/casting.sqlite3"
            figures += casting(environment(url), url, folder, "SQLite", beside_pgbench=False)
        else:
            print("Redis does not answer: casting over HTTP is left out (`make services` starts it).")
        if answers(POSTGRES):
            for program in PROGRAMS:
                figures += measure(environment(fresh_postgres()), program, "PostgreSQL")
            if with_cache:
                for program in ON_SERVERS:
                    figures += measure(environment(fresh_postgres()), program, "PostgreSQL")
                url = fresh_postgres()
                figures += casting(environment(url), url, folder, "PostgreSQL", beside_pgbench=True)
            figures += races(environment(fresh_postgres()))
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
