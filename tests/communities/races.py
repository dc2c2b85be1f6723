"""Letting threads go at once, each on a connection of its own. Only PostgreSQL shows a race."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


def in_parallel(count: int, act: Callable[[], Any]) -> list[Any]:
    """What ``act`` returned or raised in ``count`` threads let go at once."""
    outcomes: list[Any] = []
    gate = threading.Barrier(count)

    def run() -> None:
        try:
            gate.wait()
            outcomes.append(act())
        except Exception as error:  # noqa: BLE001
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
