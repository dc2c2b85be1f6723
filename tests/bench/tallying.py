"""Counting 100,000 electors on five motions."""

import random
import time
import uuid

import django

django.setup()

from django.utils import timezone  # noqa: E402

from tests.bench.data import make_draft, make_electors, make_estate, post  # noqa: E402
from tests.bench.figures import Figure, emit  # noqa: E402
from votes.models import Ballot, Elector  # noqa: E402
from votes.services.tallies import count_assembly  # noqa: E402

ELECTORS, MOTIONS = 100_000, 5


def main() -> None:
    assembly = make_draft(make_estate(), motions=MOTIONS)
    area = make_electors(assembly, ELECTORS)
    assembly = post(assembly, heads=ELECTORS, area=area, motions=MOTIONS)
    draw, now = random.Random(3), timezone.now()
    Ballot.objects.bulk_create(
        [
            Ballot(
                assembly=assembly,
                elector_id=pk,
                idempotency_key=uuid.UUID(int=pk),
                choices="".join(draw.choices("FAN", (6, 3, 1), k=MOTIONS)),
                area=elector_area,
                salt="0" * 32,
                leaf_hash=f"{pk:064x}",
                accepted_at=now,
            )
            for pk, elector_area in Elector.objects.values_list("pk", "area")
        ],
        batch_size=5000,
    )
    times = []
    for _ in range(5):
        start = time.perf_counter()
        decisions = count_assembly(assembly)
        times.append(time.perf_counter() - start)
    assert all(decision.tally.received.heads == ELECTORS for decision in decisions)
    emit([Figure("count 100,000 electors × 5 motions", round(sorted(times)[2], 3), "s", "<= 3")])


main()
