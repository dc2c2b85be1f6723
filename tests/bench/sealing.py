"""Sealing 100,000 leaves at once, a few more behind them, and the first proof under the new head."""

import time

import django

django.setup()

from django.utils import timezone  # noqa: E402

from communities.ledger.hashing import leaf_hash  # noqa: E402
from communities.models import LedgerEntry, Log  # noqa: E402
from communities.proofs import inclusion  # noqa: E402
from communities.services.ledger import log_of_estate, record  # noqa: E402
from communities.services.sealing import seal_log  # noqa: E402
from tests.bench.data import make_estate  # noqa: E402
from tests.bench.figures import Figure, emit, peak_memory  # noqa: E402

LEAVES, MORE = 100_000, 5


def fill(log: Log) -> None:
    moment = timezone.now()
    bodies = [f'{{"at":"{moment:%Y}","n":{number},"more":"{"x" * 300}"}}' for number in range(LEAVES)]
    LedgerEntry.objects.bulk_create(
        [
            LedgerEntry(log=log, verb="bench", leaf_hash=leaf_hash(body), body=body, recorded_at=moment)
            for body in bodies
        ],
        batch_size=5000,
    )


def seconds_to_seal(log: Log) -> float:
    start = time.perf_counter()
    assert seal_log(log=log) is not None
    return round(time.perf_counter() - start, 2)


def main() -> None:
    log = log_of_estate(make_estate())
    fill(log)
    first = seconds_to_seal(log)
    for _ in range(MORE):
        record(log=log, verb="bench", subject=log, actor=None)
    again = seconds_to_seal(log)
    [leaf] = log.leaves.filter(index=LEAVES // 3).values_list("entry__leaf_hash", flat=True)
    start = time.perf_counter()
    assert inclusion(leaf) is not None
    proved = (time.perf_counter() - start) * 1000
    emit(
        [
            Figure("seal 100,000 leaves at once", first, "s"),
            Figure("seal 5 leaves behind 100,000, all proved anew", again, "s"),
            Figure("seal 100,000 leaves, peak memory", round(peak_memory()), "MB"),
            Figure("first inclusion proof after a new head, 100,000 leaves", round(proved, 1), "ms", "<= 50"),
        ]
    )


main()
