"""Moments in words; the expected words are written out."""

from datetime import UTC, datetime, timedelta

import pytest

from communities.templatetags._clock import (
    HERE,
    day_words,
    deadline_words,
    moment_words,
    remaining_words,
    span_words,
)

NOW = datetime(2026, 11, 22, 10, 41, tzinfo=HERE)


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=HERE)


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (at(2026, 11, 25, 0, 0), "11月24日 24:00"),
        (at(2026, 11, 23, 0, 0), "今天 24:00"),
        (at(2026, 11, 24, 0, 0), "明天 24:00"),
        (at(2026, 11, 22, 0, 0), "昨天 24:00"),
        (at(2026, 11, 22, 18, 0), "今天 18:00"),
        (at(2026, 11, 23, 18, 0), "明天 18:00"),
        (at(2026, 11, 21, 9, 5), "昨天 09:05"),
        (at(2026, 11, 28, 19, 0), "11月28日 19:00"),
        (at(2027, 1, 1, 0, 0), "12月31日 24:00"),
        (at(2027, 1, 1, 0, 1), "2027年1月1日 00:01"),
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), "11月24日 24:00"),
    ],
)
def test_midnight_belongs_to_the_day_it_ends(due, words):
    assert deadline_words(due, NOW) == words


def test_deadline_on_paper_says_neither_today_nor_tomorrow():
    assert deadline_words(at(2026, 11, 23), NOW, relative=False) == "11月22日 24:00"
    assert deadline_words(at(2026, 11, 23), NOW, relative=False, year=True) == "2026年11月22日 24:00"


def test_a_day_begins_at_midnight_here_and_not_in_utc():
    late_evening = at(2026, 11, 22, 23, 59)

    assert deadline_words(at(2026, 11, 23, 12, 0), late_evening) == "明天 12:00"
    assert deadline_words(at(2026, 11, 23, 12, 0), late_evening + timedelta(minutes=1)) == "今天 12:00"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(days=2, hours=5, minutes=59), "2 天 5 小时"),
        (timedelta(days=2, minutes=59), "2 天"),
        (timedelta(hours=6, minutes=9), "6 小时"),
        (timedelta(hours=3), "3 小时"),
        (timedelta(hours=2, minutes=59, seconds=59), "2 小时 59 分钟"),
        (timedelta(hours=2), "2 小时"),
        (timedelta(minutes=1), "1 分钟"),
        (timedelta(seconds=59), "不到 1 分钟"),
    ],
)
def test_span_is_cut_to_what_matters(span, words):
    assert span_words(span) == words


def test_the_deadline_itself_is_already_too_late():
    due = NOW + timedelta(hours=6)

    assert remaining_words(due, NOW) == "还有 6 小时"
    assert remaining_words(due, due - timedelta(seconds=1)) == "还有 不到 1 分钟"
    assert remaining_words(due, due) == "已超期 不到 1 分钟"
    assert remaining_words(due, due + timedelta(hours=6)) == "已超期 6 小时"


def test_moment_names_the_year_only_when_it_is_another_or_asked_for():
    moment = at(2026, 11, 22, 10, 41)

    assert moment_words(moment, NOW) == "11月22日 10:41"
    assert moment_words(moment, NOW, relative=True) == "今天 10:41"
    assert moment_words(moment, NOW, year=True) == "2026年11月22日 10:41"
    assert moment_words(moment, NOW.replace(year=2027)) == "2026年11月22日 10:41"
    assert day_words(moment, NOW) == "11月22日"
    assert day_words(moment, NOW + timedelta(days=1), relative=True) == "昨天"
