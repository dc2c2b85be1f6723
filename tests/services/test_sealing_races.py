"""Sealing on a real PostgreSQL while entries are being written: no gap, and nobody waits for the sealer."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from communities.ledger.tree import tree_root
from communities.models import LedgerEntry, Log, TreeHead
from communities.proofs import leaf_hashes
from communities.services import sealing
from communities.services.ledger import log_of_estate, record
from communities.services.sealing import seal_due_logs, seal_log
from tests.communities.races import in_parallel
from tests.factories.communities import EstateFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PATIENCE = 20
WRITERS, ENTRIES = 6, 25


@pytest.fixture
def log() -> Log:
    return log_of_estate(EstateFactory())


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=WRITERS + 2) as executor:
        yield executor


def in_own_connection(work: Callable[[], Any]) -> Any:
    try:
        return work()
    finally:
        connection.close()


class SlowWriter:
    """Writes an entry and commits only when it is told to."""

    def __init__(self, pool: ThreadPoolExecutor, log: Log) -> None:
        self.written, self.may_commit = threading.Event(), threading.Event()
        self.done = pool.submit(in_own_connection, lambda: self._write(log))
        assert self.written.wait(PATIENCE)

    def _write(self, log: Log) -> str:
        with transaction.atomic():
            entry = record(log=log, verb="test.happened", subject=log, actor=None)
            self.written.set()
            assert self.may_commit.wait(PATIENCE)
        return entry.leaf_hash

    def commit(self) -> str:
        self.may_commit.set()
        return self.done.result(PATIENCE)


class WatermarkSealer:
    """The sealer that must not be: it takes what has a larger number than all it took before."""

    def __init__(self) -> None:
        self.last = 0
        self.taken: list[str] = []

    def seal(self, log: Log) -> None:
        for pk, digest in LedgerEntry.objects.filter(log=log, pk__gt=self.last).values_list(
            "pk", "leaf_hash"
        ):
            self.last = max(self.last, pk)
            self.taken.append(digest)


def test_an_entry_that_commits_after_later_ones_is_sealed_next(log, pool):
    slow = SlowWriter(pool, log)
    quick = record(log=log, verb="test.happened", subject=log, actor=None).leaf_hash
    watermark = WatermarkSealer()
    assert seal_log(log=log).size == 1
    watermark.seal(log)
    late = slow.commit()
    assert seal_log(log=log).size == 2
    watermark.seal(log)
    assert leaf_hashes(log) == [quick, late]
    # The control: without the anti-join the entry is left out for ever.
    assert watermark.taken == [quick]


def test_writers_of_any_pace_leave_no_gap(log, pool):
    """Seeded: the order in which transactions overlap is the scheduler's, the paces are not."""
    watermark, paces = WatermarkSealer(), random.Random(20260630)
    written: list[str] = []
    finished = threading.Event()

    def write(pauses: list[float]) -> None:
        for pause in pauses:
            with transaction.atomic():
                entry = record(log=log, verb="test.happened", subject=log, actor=None)
                connection.cursor().execute("SELECT pg_sleep(%s)", [pause])
            written.append(entry.leaf_hash)

    def seal() -> None:
        while not finished.is_set():
            seal_log(log=log)
            watermark.seal(log)

    sealer = pool.submit(in_own_connection, seal)
    pauses = [[paces.choice((0.0, 0.002, 0.02)) for _ in range(ENTRIES)] for _ in range(WRITERS)]
    writers = [pool.submit(in_own_connection, lambda row=row: write(row)) for row in pauses]
    for writer in writers:
        writer.result(PATIENCE)
    finished.set()
    sealer.result(PATIENCE)
    seal_log(log=log)
    watermark.seal(log)

    placed = leaf_hashes(log)
    assert sorted(placed) == sorted(written)
    assert list(log.leaves.order_by("index").values_list("index", flat=True)) == list(range(len(written)))
    for head in log.heads.all():
        assert tree_root(placed[: head.size]) == head.root
    missed = set(written) - set(watermark.taken)
    print(f"{len(written)} entries, {log.heads.count()} heads; a watermark would have missed {len(missed)}")
    assert missed


def test_sealers_of_one_log_at_once_sign_one_head(log, monkeypatch):
    for _ in range(7):
        record(log=log, verb="test.happened", subject=log, actor=None)
    heads = [head for head in in_parallel(5, lambda: seal_log(log=log)) if head]
    assert [head.size for head in heads] == [7]
    for _ in range(5):
        record(log=log, verb="test.happened", subject=log, actor=None)
    monkeypatch.setattr(sealing, "sweep", sealing.Sweep())
    assert sum(in_parallel(5, seal_due_logs)) == 1
    assert sorted(TreeHead.objects.values_list("size", flat=True)) == [7, 12]


@pytest.mark.parametrize("lock", ["NO KEY UPDATE", "UPDATE"])
def test_nobody_who_writes_waits_for_the_sealer(log, pool, lock):
    """The control: the stronger lock stops every entry, because it refers to the log's row."""
    held, enough = threading.Event(), threading.Event()

    def seal() -> None:
        with transaction.atomic():
            cursor = connection.cursor()
            if lock == "UPDATE":
                cursor.execute("SELECT 1 FROM communities_log WHERE id = %s FOR UPDATE", [log.pk])
            else:
                Log.objects.select_for_update(no_key=True).get(pk=log.pk)
            held.set()
            assert enough.wait(PATIENCE)

    sealer = pool.submit(in_own_connection, seal)
    assert held.wait(PATIENCE)
    try:
        with transaction.atomic():
            connection.cursor().execute("SET LOCAL lock_timeout = '200ms'")
            record(log=log, verb="test.happened", subject=log, actor=None)
            connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
        waited = False
    except OperationalError:
        waited = True
    finally:
        enough.set()
        sealer.result(PATIENCE)
    assert waited == (lock == "UPDATE")


def test_the_sealer_takes_the_weaker_lock(log):
    record(log=log, verb="test.happened", subject=log, actor=None)
    statements: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        seal_log(log=log)
    locks = [
        sql.rpartition(" FOR ")[2] for sql in statements if '"communities_log"' in sql and " FOR " in sql
    ]
    assert locks[0] == "NO KEY UPDATE"
    assert "UPDATE" not in locks
