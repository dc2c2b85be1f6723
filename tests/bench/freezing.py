"""Freezing the roll of 20,000 units."""

import time

import django

django.setup()

from django.utils import timezone  # noqa: E402

from tests.bench.data import make_draft, make_estate, make_homes  # noqa: E402
from tests.bench.figures import Figure, emit, peak_memory  # noqa: E402
from votes.models import Elector  # noqa: E402
from votes.services.rolls import freeze_roll  # noqa: E402

UNITS = 20_000


def main() -> None:
    estate = make_estate()
    make_homes(estate, UNITS)
    assembly = make_draft(estate, motions=1)
    start = time.perf_counter()
    freeze_roll(assembly=assembly, moment=timezone.now())
    taken = time.perf_counter() - start
    assert Elector.objects.filter(assembly=assembly).count() == UNITS
    emit(
        [
            Figure("freeze a roll of 20,000 units", round(taken, 2), "s", "<= 10"),
            Figure("freeze a roll of 20,000 units, peak memory", round(peak_memory()), "MB"),
        ]
    )


main()
