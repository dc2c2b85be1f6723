"""One trial: an installation, phones that cast, a hand that kills, a witness who keeps every head."""

import asyncio
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import psycopg

from tests.chaos.phones import Submission, submissions, submit
from tests.chaos.services import (
    ROOT,
    Cluster,
    Supervised,
    answers,
    environment,
    free_port,
    fresh_keys,
    python,
    redis_server,
    wait_for,
)
from tests.chaos.verdict import Check, Head, judge

PHONES = 24
#: Of each assembly's submissions, those that wait for the last moment before the deadline and after it.
AT_THE_DEADLINE = 0.06
SPREAD = 0.7
APP, SEALER, OWNER = "linyi_app", "linyi_sealer", "linyi_owner"


@dataclass
class Plan:
    """How large a trial is, and how often each thing is killed."""

    assemblies: int
    electors: int
    rivals: int
    repeats: int
    kills: dict[str, int]
    #: Seconds from the posting of an assembly to its deadline.
    window: float = 120.0
    #: Whether ballots race against the deadline and the count is waited for.
    to_the_close: bool = True
    #: Settings of PostgreSQL, for a control.
    settings: tuple[str, ...] = ()
    #: Statements run by a superuser before the phones begin, for a control.
    weakened_by: tuple[str, ...] = ()


@dataclass
class Outcome:
    checks: list[Check]
    done: Counter[str]
    sent: list[Submission]
    heads: int
    seconds: float
    said: list[str] = field(default_factory=list)


class Installation:
    """Pages, worker, clock, sealer, PostgreSQL and Redis, as deploy/ has them, under three roles."""

    def __init__(self, plan: Plan) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="linyi-chaos-"))
        self.folder.chmod(0o711)
        self.plan, self.port, self.redis_port = plan, free_port(), free_port()
        self.processes: dict[str, Supervised] = {}
        self.sealing_key = fresh_keys()["RECEIPT_KEY"]

    def __enter__(self) -> "Installation":
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> None:
        self.cluster = Cluster(self.folder, *self.plan.settings)
        self.cluster.start()
        with self.cluster.connect("postgres") as connection:
            connection.execute("CREATE DATABASE linyi")
        keys = fresh_keys()

        def env(user: str, **more: str) -> dict[str, str]:
            return environment(self.cluster.url(user), self.redis_port, self.folder, {**keys, **more})

        self.processes["redis"] = redis_server(self.redis_port, self.folder)
        self.processes["redis"].start()
        wait_for("Redis", lambda: answers(self.redis_port))
        python(env("postgres"), "manage.py", "migrate", "-v", "0")
        python(env("postgres"), "manage.py", "setup_database_roles")
        file = self.folder / "seed.json"
        plan = self.plan
        sizes = (str(plan.electors), str(plan.rivals), str(plan.assemblies))
        python(env("postgres"), "-m", "tests.chaos.seed", str(file), *sizes)
        self.seeded = json.loads(file.read_text())
        with self.cluster.connect() as connection:
            connection.execute("VACUUM ANALYZE")
            for statement in plan.weakened_by:
                connection.execute(statement)
        celery = (sys.executable, "-m", "celery", "-A", "governance")
        worker = self.worker_env = env(SEALER, SEALING_KEY=self.sealing_key)
        if (ROOT / "communities/management/commands/sealing_key.py").exists():
            python(worker, "manage.py", "sealing_key", "register")
        commands = {
            "pages": (
                [
                    *(
                        sys.executable,
                        "-m",
                        "gunicorn",
                        "governance.wsgi",
                        "--preload",
                        "--no-control-socket",
                    ),
                    *("--workers", "3", "--bind", f"127.0.0.1:{self.port}"),
                    *("--backlog", "512", "--log-level", "warning", "--timeout", "60"),
                ],
                env(APP),
            ),
            "worker": (
                [
                    *(*celery, "worker", "--concurrency", "1", "--without-gossip", "--without-mingle"),
                    *("--loglevel", "warning"),
                ],
                worker,
            ),
            "clock": (
                [
                    *(*celery, "beat", "--schedule", str(self.folder / "clock"), "--pidfile="),
                    *("--loglevel", "warning"),
                ],
                env(SEALER),
            ),
            "sealer": ([sys.executable, "-m", "tests.chaos.sealer"], worker),
        }
        for name, (command, environ) in commands.items():
            self.processes[name] = Supervised(name, command, environ, self.folder)
            self.processes[name].start()
        wait_for("the pages", lambda: answers(self.port))

    def post(self, place: int, window: float) -> float:
        """Post one of the prepared assemblies; returns its deadline in seconds since 1970."""
        pk = self.seeded["assemblies"][place]["assembly"]
        with self.cluster.connect() as connection:
            row = connection.execute(
                "UPDATE votes_assembly SET status = 'published', opens_at = now() - interval '1 hour',"
                " closes_at = clock_timestamp() + make_interval(secs => %s) WHERE id = %s"
                " RETURNING extract(epoch FROM closes_at)",
                [window, pk],
            ).fetchone()
        assert row is not None
        return float(row[0])

    def logged(self, words: str) -> int:
        """In how many lines of the logs of our processes these words stand."""
        return sum(
            words in line
            for name in ("pages", "worker", "sealer")
            for line in (self.folder / f"{name}.log").read_text(errors="replace").splitlines()
        )

    def quiet(self) -> None:
        """End all that works on the database by itself."""
        for name in ("clock", "sealer", "worker", "pages"):
            self.processes[name].end()

    def close(self) -> None:
        for process in reversed(self.processes.values()):
            process.close()
        if hasattr(self, "cluster"):
            self.cluster.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Hand:
    """Kills, by the seed's order, evenly over the submissions that were answered."""

    def __init__(self, installation: Installation, draw: random.Random) -> None:
        self.installation, self.draw = installation, draw
        self.done: Counter[str] = Counter()
        names = [name for name, number in installation.plan.kills.items() for _ in range(number)]
        draw.shuffle(names)
        self.waiting = names

    def strike(self, name: str) -> None:
        there = self.installation
        strikes: dict[str, Callable[[], None]] = {
            "web worker": lambda: there.processes["pages"].kill_child(self.draw.choice),
            "task worker": there.processes["worker"].kill,
            "clock": there.processes["clock"].kill,
            "sealer": there.processes["sealer"].kill,
            "PostgreSQL backend": lambda: there.cluster.kill_backend((APP, SEALER), self.draw.choice),
            "PostgreSQL whole": there.cluster.kill_whole,
            "Redis wiped": self._wipe_redis,
        }
        for _ in range(40):
            try:
                strikes[name]()
            except psycopg.OperationalError:
                time.sleep(0.1)  # still getting up from the last blow
                continue
            self.done[name] += 1
            return

    def _wipe_redis(self) -> None:
        self.installation.processes["redis"].kill()
        wait_for("Redis", lambda: answers(self.installation.redis_port))


class Trial:
    def __init__(self, installation: Installation, draw: random.Random) -> None:
        self.installation, self.draw, self.plan = installation, draw, installation.plan
        self.hand = Hand(installation, draw)
        self.sent: list[Submission] = []
        self.heads: set[Head] = set()
        self.answered, self.over = 0, False
        self.begun = time.monotonic()

    def say(self, text: str) -> None:
        print(f"  {time.monotonic() - self.begun:6.1f} s  {text}", flush=True)

    async def run(self) -> None:
        killing = asyncio.create_task(self._kill())
        watching = asyncio.create_task(self._witness())
        late: list[asyncio.Task[None]] = []
        try:
            for place in range(self.plan.assemblies):
                late += [await self._vote(place)]
            await asyncio.gather(*late)
            self.over = True
            await killing
            if self.plan.to_the_close:
                self.say(f"{self.answered:,} answers, {self.hand.done.total()} blows; now the count")
                await asyncio.to_thread(self._wait_for_certificates)
        finally:
            self.over = True
            for task in (killing, *late):
                task.cancel()
            await watching

    async def _vote(self, place: int) -> asyncio.Task[None]:
        """Post an assembly and send the most of it; returns what waits for the deadline."""
        plan = self.plan
        todo = submissions(
            self.installation.seeded, place, self.draw, rivals=plan.rivals, repeats=plan.repeats
        )
        self.sent += todo
        begun = time.monotonic()
        deadline = await asyncio.to_thread(self._post, place)
        kept_back = int(len(todo) * AT_THE_DEADLINE) if plan.to_the_close else 0
        storm, waiting = todo[:kept_back], iter(todo[kept_back:])

        async def phone() -> None:
            for one in waiting:
                await self._send(one)

        await asyncio.gather(*(phone() for _ in range(PHONES)))
        taken = time.monotonic() - begun
        self.say(f"assembly {place + 1}: {self.answered:,} answers, {self.hand.done.total()} blows")
        # The next one gets as much time as this one took, and some more.
        self.plan.window = min(300.0, max(15.0, taken * 1.5 + 5))
        return asyncio.create_task(self._storm(storm, deadline))

    def _post(self, place: int) -> float:
        for _ in range(100):
            try:
                return self.installation.post(place, self.plan.window)
            except psycopg.OperationalError:
                time.sleep(0.1)
        raise RuntimeError("the assembly could not be posted")

    async def _storm(self, storm: list[Submission], deadline: float) -> None:
        async def at_the_last_moment(one: Submission) -> None:
            await asyncio.sleep(max(0.0, deadline + self.draw.uniform(-SPREAD, SPREAD) - time.time()))
            await self._send(one)

        await asyncio.gather(*(at_the_last_moment(one) for one in storm))

    async def _send(self, one: Submission) -> None:
        await submit(one, self.installation.seeded, self.installation.port, self.draw)
        self.answered += 1

    async def _kill(self) -> None:
        total = sum(
            len(each["electors"]) + self.plan.rivals + self.plan.repeats
            for each in self.installation.seeded["assemblies"]
        )
        step = total * 0.97 / max(1, len(self.hand.waiting))
        for place, name in enumerate(self.hand.waiting):
            while self.answered < step * (place + 0.5) and not self.over:
                await asyncio.sleep(0.02)
            await asyncio.to_thread(self.hand.strike, name)

    async def _witness(self) -> None:
        while not self.over:
            await asyncio.to_thread(self._look_at_heads)
            await asyncio.sleep(0.3)
        await asyncio.to_thread(self._look_at_heads)

    def _look_at_heads(self) -> None:
        try:
            with self.installation.cluster.connect() as connection:
                rows = connection.execute(
                    "SELECT l.name, h.size, h.root, h.body, h.signature"
                    " FROM communities_treehead h JOIN communities_log l ON l.id = h.log_id"
                ).fetchall()
        except psycopg.OperationalError:
            return
        self.heads |= {Head(*row) for row in rows}

    def _wait_for_certificates(self) -> None:
        def all_there() -> bool:
            try:
                with self.installation.cluster.connect() as connection:
                    row = connection.execute("SELECT count(*) FROM votes_certificate").fetchone()
            except psycopg.OperationalError:
                return False
            return row == (self.plan.assemblies,)

        wait_for("certificates", all_there, patience=120)


def run_trial(plan: Plan, seed: int, afterwards: Callable[[Installation], None] = lambda _: None) -> Outcome:
    """Make an installation, do the violence, judge, remove everything. ``afterwards`` may use it before."""
    begun = time.monotonic()
    draw = random.Random(seed)
    with Installation(plan) as installation:
        trial = Trial(installation, draw)
        asyncio.run(trial.run())
        with installation.cluster.connect() as connection:
            checks = judge(connection, trial.sent, trial.heads, installation.sealing_key)
        refusals = installation.logged("REFUSED")
        checks.append(Check("times the sealer found its tree spoilt", refusals, len(trial.heads)))
        afterwards(installation)
        return Outcome(
            checks=checks,
            done=trial.hand.done,
            sent=trial.sent,
            heads=len(trial.heads),
            seconds=time.monotonic() - begun,
        )
