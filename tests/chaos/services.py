"""A PostgreSQL cluster, a Redis and the processes of an installation: made here, killed here, removed here.

Everything listens on 127.0.0.1, on ports that were free a moment ago, and lives in one
temporary folder.
"""

import base64
import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import psycopg

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(what: str, holds: Callable[[], bool], patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} did not come")
        time.sleep(0.05)


def kill_tree(pid: int) -> int:
    """SIGKILL to the process and all below it, the top first; returns how many there were."""
    try:
        top = psutil.Process(pid)
        everybody = [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for process in everybody:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(everybody, timeout=10)
    return len(everybody)


def program(name: str) -> str:
    """Where a program of PostgreSQL lies: on the path, or where Debian keeps those of the newest version."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = shutil.which(name) or (str(kept[-1]) if kept else None)
    if found is None:
        raise SystemExit(f"{name} is not there: `make services` brings it.")
    return found


class Cluster:
    """PostgreSQL with fsync and data checksums, run by the account ``postgres`` when we are root."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.data, self.port, self.settings = folder / "postgres", free_port(), settings
        self.as_postgres = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        self.log = (folder / "postgres.log").open("ab")
        self.runner: subprocess.Popen[bytes] | None = None
        self.data.mkdir(mode=0o700)
        if self.as_postgres:
            shutil.chown(self.data, "postgres", "postgres")
        subprocess.run(
            [
                *(*self.as_postgres, program("initdb"), "-D", str(self.data), "-U", "postgres"),
                *("-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8", "--data-checksums"),
            ],
            stdout=self.log,
            stderr=self.log,
            cwd="/",
            check=True,
        )

    def url(self, user: str = "postgres", database: str = "linyi") -> str:
        return f"postgres://{user}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "linyi") -> psycopg.Connection:
        return psycopg.connect(self.url(database=database), autocommit=True, connect_timeout=2)

    def answers(self, database: str = "postgres") -> bool:
        try:
            with self.connect(database):
                return True
        except psycopg.OperationalError:
            return False

    def start(self) -> None:
        """Start, and again if what is left of the killed one is still in the way."""
        for _ in range(20):
            self.runner = subprocess.Popen(
                [
                    *(*self.as_postgres, program("postgres"), "-D", str(self.data)),
                    *("-p", str(self.port), "-c", "listen_addresses=127.0.0.1"),
                    *("-c", "unix_socket_directories=", "-c", "max_connections=80"),
                    # After a crash: one call for the whole file system instead of one a file.
                    *("-c", "recovery_init_sync_method=syncfs"),
                    *(word for setting in self.settings for word in ("-c", setting)),
                ],
                stdout=self.log,
                stderr=self.log,
                cwd="/",
                start_new_session=True,
            )
            deadline = time.monotonic() + PATIENCE
            while self.runner.poll() is None and time.monotonic() < deadline:
                if self.answers():
                    return
                time.sleep(0.05)
            time.sleep(0.2)
        raise RuntimeError("PostgreSQL does not start again")

    def postmaster(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])

    def kill_whole(self) -> None:
        """As when the machine's power goes, but for the page cache: the postmaster and all its processes."""
        kill_tree(self.postmaster())
        if self.runner is not None:
            self.runner.wait(10)
        self.start()

    def kill_backend(self, users: Sequence[str], choose: Callable[[list[int]], int]) -> None:
        """One process that serves a connection of ours; PostgreSQL then restarts all of them."""
        with self.connect() as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
                " AND usename = ANY(%s) ORDER BY pid",
                [list(users)],
            ).fetchall()
        if rows:
            os.kill(choose([pid for (pid,) in rows]), signal.SIGKILL)

    def stop(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            kill_tree(self.postmaster())
        if self.runner is not None:
            kill_tree(self.runner.pid)
        self.log.close()


class Supervised:
    """A process that is started again whenever it ended, as systemd does it."""

    def __init__(self, name: str, command: Sequence[str], env: dict[str, str], folder: Path) -> None:
        self.name, self.command, self.env = name, list(command), env
        self.log = (folder / f"{name}.log").open("ab")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            env=self.env,
            cwd=ROOT,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def start_if_ended(self) -> None:
        if self.process is None or self.process.poll() is not None:
            self.start()

    def kill(self) -> None:
        """Kill it with all it started, and start it anew."""
        self.end()
        self.start()

    def kill_child(self, choose: Callable[[list[int]], int]) -> None:
        """Kill one of the workers below it; the process itself starts another one."""
        assert self.process is not None
        try:
            children = sorted(child.pid for child in psutil.Process(self.process.pid).children())
        except psutil.NoSuchProcess:
            children = []
        if children:
            os.kill(choose(children), signal.SIGKILL)

    def end(self) -> None:
        if self.process is not None:
            kill_tree(self.process.pid)
            self.process.wait(10)

    def close(self) -> None:
        self.end()
        self.log.close()


def redis_server(port: int, folder: Path) -> Supervised:
    command = [
        program("redis-server"),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    return Supervised("redis", command, dict(os.environ), folder)


def environment(database_url: str, redis_port: int, folder: Path, keys: dict[str, str]) -> dict[str, str]:
    """The settings of production, for one of the roles."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
        "DATABASE_URL": database_url,
        "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
        "ALLOWED_HOSTS": "localhost",
        "LOG_LEVEL": "WARNING",
        "VAR_DIR": str(folder),
        "DEMO_MODE": "0",
        "PYTHONPATH": str(ROOT),
        "SEALING_KEY": "",
        **keys,
    }


def fresh_keys() -> dict[str, str]:
    """Keys for this run only; ``SEALING_KEY`` is given to those who seal, apart."""
    return {
        "SECRET_KEY": secrets.token_hex(40),
        "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "BLIND_INDEX_KEY": secrets.token_hex(20),
        "RECEIPT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }


def python(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=env, cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True
    )
    return done.stdout
