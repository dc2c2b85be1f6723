"""``make chaos``: violence, proof, and the controls that show the proof can fail.

Makes its own PostgreSQL cluster and Redis and removes them. ``CHAOS=full`` does it five
times as large, ``CHAOS=quick`` a fifth, ``CHAOS_SEED`` repeats the order of a former run.
Writes ``build/chaos.json`` and, unless quick, ``docs/reliability.md``.
"""

import json
import os
import random
import secrets
import signal
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NoReturn

from tests.chaos.services import ROOT, python
from tests.chaos.trial import Installation, Outcome, Plan, run_trial
from tests.chaos.verdict import Check

JSON_FILE = ROOT / "build" / "chaos.json"
PAGE = ROOT / "docs" / "reliability.md"

KILLS = {
    "web worker": 34,
    "task worker": 5,
    "clock": 1,
    "sealer": 10,
    "PostgreSQL backend": 8,
    "PostgreSQL whole": 5,
    "Redis wiped": 6,
}
#: Assemblies, kills of each kind by five, rounds of the close race, seconds of the sealing race.
SIZES = {"quick": (2, 1, 60, 6), "": (10, 5, 300, 12), "full": (50, 25, 1000, 60)}
NOT_A_KILL = "Redis wiped"
CONSTRAINT = "ALTER TABLE votes_ballot DROP CONSTRAINT one_ballot_per_revision"

HEAD = """# Reliability, shown by violence

Written by `make chaos`; do not edit. An installation as `deploy/` describes it, under
the three roles of the database, on a PostgreSQL cluster and a Redis made for it alone:
phones cast over HTTP and send again with the same key until they are answered, while
processes are killed with `kill -9` in an order drawn from the seed. Afterwards SQL and the
pure modules of the log ask what became of every answer that was given.

`kill -9` is not the loss of power: whether the disk keeps what it confirmed is not shown
here.

"""


@dataclass(frozen=True)
class Control:
    """A defence taken away, and the check that must notice."""

    name: str
    check: str
    wrong: int
    of: int

    @property
    def ok(self) -> bool:
        return self.wrong > 0


def race(installation: Installation, *arguments: str) -> dict[str, int]:
    out = python(installation.worker_env, "-m", "tests.chaos.races", *arguments)
    found: dict[str, int] = json.loads(out.split("RACE ", 1)[1])
    return found


def races(installation: Installation, rounds: int, seconds: int) -> tuple[list[Check], list[Control]]:
    """The close and the sealer, once as they are and once without their defence."""
    installation.quiet()
    # They wait more than they compute, so two of them go side by side.
    with ThreadPoolExecutor(2) as pool:
        halves = pool.map(
            lambda half: race(installation, "close", str(half), "16"), (rounds // 2, rounds - rounds // 2)
        )
        close = Counter[str]()
        for half in halves:
            close.update(half)
        loose = pool.submit(race, installation, "close", "25", "16", "without-lock").result()
        seal, missed = pool.map(
            lambda arguments: race(installation, "seal", *arguments),
            ((str(seconds),), ("8", "by-watermark")),
        )
    late, gaps = (
        f"late ballots in {rounds} closes × 16 casters",
        "entries the sealer left out, slow transactions",
    )
    return [Check(late, close["wrong"], close["of"]), Check(gaps, seal["wrong"], seal["of"])], [
        Control("shared lock of the cast removed", "late ballots, 25 closes", loose["wrong"], loose["of"]),
        Control("sealer by `id > last`", "entries left out", missed["wrong"], missed["of"]),
    ]


def controls(seed: int) -> list[Control]:
    """Two small trials, each without one defence."""
    wanted = {
        "unique constraint dropped": (
            "electors counted twice",
            Plan(
                1,
                electors=150,
                rivals=150,
                repeats=0,
                kills={},
                window=3600,
                to_the_close=False,
                weakened_by=(CONSTRAINT,),
            ),
        ),
        "`synchronous_commit = off`": (
            "acknowledged ballots lost",
            Plan(
                1,
                electors=600,
                rivals=0,
                repeats=0,
                kills={"PostgreSQL whole": 5},
                window=3600,
                to_the_close=False,
                settings=("synchronous_commit=off",),
            ),
        ),
    }

    def tried(name: str) -> Control:
        check_name, plan = wanted[name]
        print(f"control: {name}", flush=True)
        check = next(check for check in run_trial(plan, seed).checks if check.name == check_name)
        return Control(name, check_name, check.wrong, check.of)

    with ThreadPoolExecutor(len(wanted)) as pool:
        return list(pool.map(tried, wanted))


def figures(outcome: Outcome) -> dict[str, Any]:
    kinds = Counter(one.kind for one in outcome.sent)
    return {
        "submissions": len(outcome.sent),
        "of rival phones": kinds["rival"],
        "repeats with the same key": kinds["repeat"],
        "requests over HTTP": sum(one.sends for one in outcome.sent),
        "requests that broke off unanswered": sum(one.broken for one in outcome.sent),
        "answered with the receipt of a ballot received before": sum(one.replayed for one in outcome.sent),
        "ballots acknowledged": len({one.ballot for one in outcome.sent if one.outcome == "received"}),
        "kill -9": outcome.done.total() - outcome.done[NOT_A_KILL],
        **{f"kill -9: {name}": number for name, number in outcome.done.items() if name != NOT_A_KILL},
        "Redis killed and empty": outcome.done[NOT_A_KILL],
        "signed heads a witness kept": outcome.heads,
    }


def write_down(
    seed: int, numbers: dict[str, Any], checks: list[Check], tried: list[Control], seconds: float
) -> str:
    """Write ``build/chaos.json``, print the tables, and return the page of them."""
    document = {
        "seed": seed,
        "seconds": round(seconds),
        "figures": numbers,
        "checks": [{"name": one.name, "wrong": one.wrong, "of": one.of, "ok": one.ok} for one in checks],
        "controls": [
            {"name": one.name, "check": one.check, "wrong": one.wrong, "of": one.of, "fired": one.ok}
            for one in tried
        ],
    }
    JSON_FILE.parent.mkdir(exist_ok=True)
    JSON_FILE.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    lines = [f"Seed {seed}, {seconds / 60:.1f} minutes, 2 cores.", "", "| what was done | |", "|---|---:|"]
    lines += [f"| {name} | {value:,} |" for name, value in numbers.items()]
    lines += ["", "| what must not have happened | times | of | |", "|---|---:|---:|---|"]
    lines += [f"| {one.name} | {one.wrong:,} | {one.of:,} | {_word(one.ok)} |" for one in checks]
    lines += [
        "",
        "Each defence taken away once: the matching check has to fail, or it would prove nothing.",
        "",
        "| without | check | times | of | |",
        "|---|---|---:|---:|---|",
    ]
    lines += [
        f"| {one.name} | {one.check} | {one.wrong:,} | {one.of:,} | {_word(one.ok, noticed=True)} |"
        for one in tried
    ]
    print("\n".join(lines[2:]))
    return HEAD + "\n".join(lines) + "\n"


def _word(is_ok: bool, *, noticed: bool = False) -> str:
    if noticed:
        return "noticed" if is_ok else "**not noticed**"
    return "kept" if is_ok else "**broken**"


def leave(*_: object) -> NoReturn:
    raise SystemExit("stopped; everything of it is removed")


def main() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    begun = time.monotonic()
    seed = int(os.environ.get("CHAOS_SEED") or secrets.randbelow(10**6))
    size = os.environ.get("CHAOS", "")
    assemblies, fifths, rounds, seconds = SIZES[size]
    print(f"seed {seed}", flush=True)
    random.seed(seed)
    plan = Plan(
        assemblies=assemblies,
        electors=1404,
        rivals=402,
        repeats=201,
        kills={name: -(-number * fifths // 5) for name, number in KILLS.items()},
    )
    raced: list[tuple[list[Check], list[Control]]] = []
    outcome = run_trial(plan, seed, afterwards=lambda there: raced.append(races(there, rounds, seconds)))
    checks, tried = outcome.checks + raced[0][0], controls(seed) + raced[0][1]
    page = write_down(seed, figures(outcome), checks, tried, time.monotonic() - begun)
    if size != "quick":
        PAGE.write_text(page)
    if not (all(one.ok for one in checks) and all(one.ok for one in tried)):
        sys.exit(1)


if __name__ == "__main__":
    main()
