"""Two races without HTTP, against the services themselves, each with its control.

``close ROUNDS CASTERS [without-lock]`` and ``seal SECONDS [by-watermark]``. Prints one line:
``RACE {"wrong": …, "of": …}``.
"""

import json
import os
import random
import sys
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.db.models import Max  # noqa: E402

from communities.models import LedgerEntry, Log, SealedLeaf  # noqa: E402
from communities.services.ledger import log_of_estate, record  # noqa: E402
from communities.services.sealing import seal_log  # noqa: E402
from tests.factories.communities import (  # noqa: E402
    CommunityFactory,
    EstateFactory,
    SubdistrictFactory,
    UserFactory,
)
from tests.factories.votes import owned_units, posted_assembly  # noqa: E402
from votes.errors import AssemblyNotOpen  # noqa: E402
from votes.models import Assembly, Ballot, Certificate, ElectorMember  # noqa: E402
from votes.services import cast_statements  # noqa: E402
from votes.services.casting import cast_ballot  # noqa: E402
from votes.services.closing import close_assembly  # noqa: E402

#: Seconds that a slow process lets pass inside the transaction, before it writes and after.
SLOW = 0.006
#: Seconds around the deadline in which the ballots come: most of them at the very end.
BEFORE, AFTER = 0.12, 0.03


def slowly(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if "INSERT INTO votes_ballot" not in sql:
        return execute(sql, params, many, context)
    time.sleep(random.uniform(0, SLOW))
    result = execute(sql, params, many, context)
    time.sleep(random.uniform(0, SLOW))
    return result


def close_race(rounds: int, casters: int) -> tuple[int, int, int]:
    """Late ballots, rounds that had one, and ballots that were received in all."""
    estate = EstateFactory()
    owned_units(estate, casters)
    late = spoilt = received = 0
    ahead = 0.5
    with ThreadPoolExecutor(casters + 1) as pool:
        for _ in range(rounds):
            begun = time.monotonic()
            assembly = posted_assembly(estate, closes_in=timedelta(seconds=ahead))
            members = list(
                ElectorMember.objects.filter(elector__assembly=assembly).values_list("elector", "owner__user")
            )
            assert len(members) == casters
            # The next round gets what the preparing took this time.
            ahead = (time.monotonic() - begun) * 1.3 + BEFORE + 0.05
            start = threading.Barrier(casters + 1)
            casts = [pool.submit(_cast, assembly, elector, user, start) for elector, user in members]
            closing = pool.submit(_close, assembly, start)
            acknowledged = sum(cast.result() for cast in casts)
            closing.result()
            certificate = Certificate.objects.get(assembly=assembly)
            there = Ballot.objects.filter(assembly=assembly)
            wrong = (
                there.count()
                - certificate.received
                + there.filter(accepted_at__gte=assembly.closes_at).count()
                + abs(acknowledged - there.count())
            )
            late, spoilt, received = late + wrong, spoilt + (wrong > 0), received + certificate.received
        list(pool.map(lambda _: connection.close(), range(casters + 1)))
    return late, spoilt, received


def _sleep_until(assembly: Assembly, seconds: float) -> None:
    """Until so many seconds after the deadline (negative: before it)."""
    assert assembly.closes_at is not None
    time.sleep(max(0.0, assembly.closes_at.timestamp() + seconds - time.time()))


def _cast(assembly: Assembly, elector: int, user: int, start: threading.Barrier) -> bool:
    connection.ensure_connection()
    start.wait(30)
    _sleep_until(assembly, random.triangular(-BEFORE, AFTER, 0))
    try:
        with connection.execute_wrapper(slowly):
            cast_ballot(
                assembly_id=assembly.pk,
                elector_id=elector,
                choices="F",
                idempotency_key=uuid.uuid4(),
                user_id=user,
            )
    except AssemblyNotOpen:
        return False
    return True


def _close(assembly: Assembly, start: threading.Barrier) -> None:
    connection.ensure_connection()
    start.wait(30)
    _sleep_until(assembly, -0.01)
    while not close_assembly(assembly_id=assembly.pk):
        time.sleep(0.001)


def sealing_race(seconds: float, seal: Callable[[Log], object]) -> tuple[int, int]:
    """Entries that two more seals at the end still leave out, and entries in all."""
    log = log_of_estate(EstateFactory())
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            with transaction.atomic():
                record(log=log, verb="chaos.happened", subject=log, actor=None)
                time.sleep(random.choice((0, 0.002, 0.02, 0.2)) * random.random())
        connection.close()

    def keep_sealing() -> None:
        while not over.wait(0.05):
            seal(log)
        connection.close()

    threads = [threading.Thread(target=target) for target in (*[write] * 8, keep_sealing)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    over.set()
    for thread in threads:
        thread.join()
    seal(log)
    seal(log)
    entries = LedgerEntry.objects.filter(log=log)
    return entries.filter(sealed__isnull=True).count(), entries.count()


@transaction.atomic
def seal_by_watermark(log: Log) -> None:
    """The control: whatever is newer than the last one that was sealed. It misses what commits late."""
    Log.objects.select_for_update(no_key=True).get(pk=log.pk)
    sealed = SealedLeaf.objects.filter(log=log)
    newest, size = sealed.aggregate(newest=Max("entry_id"))["newest"] or 0, sealed.count()
    waiting = LedgerEntry.objects.filter(log=log, pk__gt=newest).order_by("leaf_hash")
    SealedLeaf.objects.bulk_create(
        [SealedLeaf(log=log, index=size + place, entry=entry) for place, entry in enumerate(waiting)]
    )


def begin_anew() -> None:
    """Invent other people than the races before this one in the same database did."""
    number = (int(time.time()) + os.getpid()) % 90_000 * 1_000
    for factory in (UserFactory, SubdistrictFactory, CommunityFactory, EstateFactory):
        factory.reset_sequence(number)


def main() -> None:
    begin_anew()
    what, *numbers = sys.argv[1:]
    control = numbers.pop() if not numbers[-1].isdigit() else ""
    if what == "close":
        if control:
            unlocked = cast_statements.LOCK_ASSEMBLY["postgresql"].removesuffix(" FOR SHARE OF a")
            cast_statements.LOCK_ASSEMBLY["postgresql"] = unlocked
        late, spoilt, received = close_race(int(numbers[0]), int(numbers[1]))
        print("RACE " + json.dumps({"wrong": late, "of": received, "rounds": spoilt}))
    else:
        seal = seal_by_watermark if control else lambda log: seal_log(log=log)
        gaps, entries = sealing_race(float(numbers[0]), seal)
        print("RACE " + json.dumps({"wrong": gaps, "of": entries}))


if __name__ == "__main__":
    main()
