"""When the service did not run is measured from when it did."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from communities.models import ServiceRun
from communities.services.uptime import note_running
from communities.uptime import outages_between

pytestmark = pytest.mark.django_db

START = datetime(2026, 12, 8, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def ran(*runs: tuple[float, float]) -> None:
    for started, seen in runs:
        ServiceRun.objects.create(started_at=at(started), last_seen_at=at(seen))


def found(starts: float, ends: float) -> list[tuple[float, float, int]]:
    return [
        (
            (one.starts_at - START) / timedelta(minutes=1),
            (one.ends_at - START) / timedelta(minutes=1),
            one.minutes,
        )
        for one in outages_between(at(starts), at(ends))
    ]


def test_sweeps_that_follow_one_another_are_one_run() -> None:
    first = note_running()
    again = note_running()
    assert first.pk == again.pk
    assert again.last_seen_at >= first.last_seen_at
    assert ServiceRun.objects.count() == 1


@pytest.mark.parametrize(("silent_for", "runs"), [(timedelta(seconds=110), 1), (timedelta(seconds=130), 2)])
def test_after_two_minutes_of_silence_another_run_begins(silent_for: timedelta, runs: int) -> None:
    then = timezone.now() - silent_for
    ServiceRun.objects.create(started_at=then, last_seen_at=then)
    note_running()
    assert ServiceRun.objects.count() == runs


def test_a_gap_between_two_runs_is_an_outage() -> None:
    ran((0, 100), (130.5, 200))
    assert found(50, 150) == [(100, 130.5, 31)]


def test_a_gap_that_only_touches_is_shown_whole() -> None:
    ran((0, 100), (130, 200), (260, 300))
    assert found(120, 210) == [(100, 130, 30), (200, 260, 60)]


def test_a_gap_outside_is_not_shown() -> None:
    ran((0, 100), (130, 200))
    assert found(0, 100) == []
    assert found(130, 200) == []


def test_runs_of_two_workers_at_once_cover_one_another() -> None:
    ran((0, 100), (50, 160), (130, 200))
    assert found(0, 200) == []


def test_a_silence_that_nothing_ended_is_not_yet_measured() -> None:
    ran((0, 100))
    assert found(0, 200) == []


def test_nothing_is_known_before_the_first_run() -> None:
    ran((60, 100))
    assert found(0, 100) == []
