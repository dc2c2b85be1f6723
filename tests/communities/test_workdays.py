import logging
from datetime import UTC, datetime

import pytest

from communities import workdays
from communities.workdays import add_working_days


def utc(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def test_three_working_days_end_at_local_midnight():
    # Monday 2026-11-23 09:00 here; Thursday 24:00 here is 16:00 UTC.
    assert add_working_days(utc(2026, 11, 23, 1), 3) == utc(2026, 11, 26, 16)


def test_a_weekend_is_not_counted():
    # Friday → Monday, Tuesday, Wednesday.
    assert add_working_days(utc(2026, 11, 20, 1), 3) == utc(2026, 11, 25, 16)


def test_a_holiday_is_not_counted_and_a_transferred_working_day_is():
    # National Day 2026: 1–7 October off, Saturday 10 October worked.
    assert add_working_days(utc(2026, 9, 30, 1), 1) == utc(2026, 10, 8, 16)
    assert add_working_days(utc(2026, 10, 9, 1), 1) == utc(2026, 10, 10, 16)


def test_the_day_is_the_local_one():
    # 2026-11-22 23:30 UTC is already Monday here: Tuesday is the first working day after it.
    assert add_working_days(utc(2026, 11, 22, 23, 30), 1) == utc(2026, 11, 24, 16)


def test_a_year_without_an_arrangement_counts_monday_to_friday_and_says_so(caplog: pytest.LogCaptureFixture):
    workdays._warn_once.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert add_working_days(utc(2090, 1, 6, 1), 1) == utc(2090, 1, 9, 16)  # Friday → Monday
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "2090" in caplog.text
