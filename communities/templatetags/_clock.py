"""Moments in the words people here use. No clock is read: ``now`` is always given."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

#: The law and every notice speak this time, wherever the server or the reader is.
HERE = ZoneInfo("Asia/Shanghai")
HOUR, DAY = 60, 24 * 60


def _day(moment: datetime, now: datetime, *, relative: bool, year: bool) -> str:
    if relative:
        match (moment.date() - now.date()).days:
            case 0:
                return _("今天")
            case 1:
                return _("明天")
            case -1:
                return _("昨天")
    parts = {"year": moment.year, "month": moment.month, "day": moment.day}
    if year or moment.year != now.year:
        return _("%(year)s年%(month)s月%(day)s日") % parts
    return _("%(month)s月%(day)s日") % parts


def moment_words(moment: datetime, now: datetime, *, relative: bool = False, year: bool = False) -> str:
    """``11月22日 10:41``; the year is added when it is another one or ``year`` asks for it."""
    moment, now = moment.astimezone(HERE), now.astimezone(HERE)
    return f"{_day(moment, now, relative=relative, year=year)} {moment:%H:%M}"


def day_words(moment: datetime, now: datetime, *, relative: bool = False, year: bool = False) -> str:
    """The day of ``moment`` alone: ``11月22日``."""
    return _day(moment.astimezone(HERE), now.astimezone(HERE), relative=relative, year=year)


def deadline_words(due: datetime, now: datetime, *, relative: bool = True, year: bool = False) -> str:
    """When ``due`` falls, as a last moment: midnight belongs to the day it ends.

    "11月25日 00:00" reads as one more day to most people and as one less to a
    few; "11月24日 24:00" reads the same to all.
    """
    due, now = due.astimezone(HERE), now.astimezone(HERE)
    if (due.hour, due.minute) == (0, 0):
        return f"{_day(due - timedelta(days=1), now, relative=relative, year=year)} 24:00"
    return f"{_day(due, now, relative=relative, year=year)} {due:%H:%M}"


def span_words(span: timedelta) -> str:
    """A length of time, cut and not rounded: ``2 天 5 小时``, ``6 小时``, ``2 小时 15 分钟``.

    Minutes are told only below three hours, where they begin to matter.
    """
    minutes = int(span.total_seconds()) // 60
    days, hours, rest = minutes // DAY, minutes % DAY // HOUR, minutes % HOUR
    parts: list[str] = []
    if days:
        parts.append(ngettext("%(number)s 天", "%(number)s 天", days) % {"number": days})
    if hours:
        parts.append(ngettext("%(number)s 小时", "%(number)s 小时", hours) % {"number": hours})
    if rest and minutes < 3 * HOUR:
        parts.append(ngettext("%(number)s 分钟", "%(number)s 分钟", rest) % {"number": rest})
    return " ".join(parts) if parts else _("不到 1 分钟")


def remaining_words(due: datetime, now: datetime) -> str:
    """``还有 2 天 5 小时`` before ``due``, ``已超期 6 小时`` from that moment on."""
    if now < due:
        return _("还有 %(span)s") % {"span": span_words(due - now)}
    return _("已超期 %(span)s") % {"span": span_words(now - due)}
