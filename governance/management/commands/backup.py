"""``manage.py backup``: a copy of the embedded database while it serves."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection


class Command(BaseCommand):
    help = "Copy the SQLite database to FILE, whole and as of one moment, without stopping the server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="where the copy goes; must not exist yet")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "sqlite":
            raise CommandError("This database is PostgreSQL: use pg_dump (docs/operations.md, Backup).")
        target: Path = options["file"]
        try:
            # Created by this command or not at all: a backup never overwrites a backup.
            target.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            raise CommandError(f"{target} exists already. Name a new file.") from None
        except OSError as failure:
            raise CommandError(f"{target} cannot be written: {failure.strerror}.") from None
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            connection.connection.backup(copy)
            (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise CommandError(f"The copy is damaged: {verdict}.")
        self.stdout.write(
            f"{target}: {target.stat().st_size:,} bytes. The keys are not in it; keep them apart."
        )
