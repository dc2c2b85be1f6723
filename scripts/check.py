"""``make check``: all that can be judged without running the product. Every failure is shown."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PYTHON = sys.executable


def production() -> dict[str, str]:
    """An environment that is whole and belongs to nobody, to judge the production settings by."""
    return {
        "DJANGO_SETTINGS_MODULE": "governance.settings.prod",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "BLIND_INDEX_KEY": secrets.token_urlsafe(32),
        "RECEIPT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "ALLOWED_HOSTS": "linyi.example",
        "DATABASE_URL": "postgres://linyi@127.0.0.1/linyi",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "DEMO_MODE": "0",
    }


def testing() -> dict[str, str]:
    return {"DJANGO_SETTINGS_MODULE": "governance.settings.test", "DATABASE_URL": "sqlite://:memory:"}


def templates() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "templates/**.html"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return [name for name in listed.stdout.split("\0") if name]


def main() -> int:
    checks: dict[str, tuple[list[str], dict[str, str]]] = {
        "format": ([f"{BIN}/ruff", "format", "--check", "--quiet", "."], {}),
        "lint": ([f"{BIN}/ruff", "check", "--quiet", "."], {}),
        "templates": ([f"{BIN}/djade", "--check", *templates()], {}),
        "types": ([f"{BIN}/mypy", "communities", "votes", "governance", "scripts", "tests"], testing()),
        "layers": ([f"{BIN}/lint-imports"], testing()),
        "migrations": ([PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"], testing()),
        "deployment": ([PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], production()),
        "translations": ([PYTHON, "scripts/messages.py", "--check"], {}),
    }
    failed = []
    for title, (command, environment) in checks.items():
        started = time.monotonic()
        done = subprocess.run(  # noqa: S603
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{title:<13}{verdict} ({time.monotonic() - started:.1f} s)", flush=True)
        if done.returncode:
            failed.append(title)
            print(done.stdout, flush=True)
    if failed:
        print(f"Not in order: {', '.join(failed)}.", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
