"""``manage.py serve``: the whole product in one process."""

import signal
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance import embedded


class Command(BaseCommand):
    help = "Serve pages, sockets and tasks from this one process, until Ctrl-C."
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 for all")
        parser.add_argument("--port", default=8000, type=int, help="port to listen on; 0 for a free one")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError(
                "These settings are for several processes. See docs/operations.md for how to start them."
            )
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.leave)
        try:
            with embedded.Sole():
                self.serve(options["host"], options["port"])
        except embedded.AlreadyServed as refusal:
            raise CommandError(
                f"This database is already served by process {refusal}. "
                f"Stop that one first, or name another database in DATABASE_URL."
            ) from None

    def serve(self, host: str, port: int) -> None:
        try:
            listener = embedded.listen(host, port)
        except OSError as failure:
            raise CommandError(
                f"Port {port} on {host} cannot be used: {failure.strerror}. "
                f"Choose another one, for example PORT={port + 1}."
            ) from None
        embedded.serve(listener, announce=lambda: self.announce(embedded.addresses(listener)))

    def announce(self, addresses: list[str]) -> None:
        self.stdout.write(f"邻议 Linyi  {'  ·  '.join(addresses)}  (Ctrl-C stops)")
        if settings.DEMO_MODE:
            self.stdout.write(
                "演示：打开网址，在登录页点选一个人即可进入。"
                "Demo: open the address and pick a person on the login page; no password, no code."
            )
        self.stdout.flush()

    @staticmethod
    def leave(*_: object) -> NoReturn:
        raise SystemExit(0)
