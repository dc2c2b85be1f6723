"""When the database is away: what people and programs are told, and when it is that.

Nothing of the request was acknowledged; whether it was recorded may be unknown, when the
connection broke in the very moment of the commit. Sending the same form again tells: a
ballot that came with the same key gets its former receipt.
"""

import logging
import sqlite3
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views.defaults import server_error

from communities.errors import Refusal

logger = logging.getLogger(__name__)

#: In how many seconds it is worth trying again.
RETRY_AFTER = 3
#: Classes of SQLSTATE that pass by themselves: connection, resources, an operator's hand, the
#: system, a lost race for locks; 25006 is a standby that was not yet promoted.
PASSING = ("08", "53", "57", "58", "40", "55P03", "25006")
_SQLITE_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}


class DatabaseAway(Refusal):
    code = "database-away"
    status = 503
    message = _(
        "系统暂时连不上数据库，刚才的提交没有得到确认。请稍后用同一页面再提交；"
        "已经收到的会给出原来的回执，不会算两次。"
    )


def is_away(error: BaseException | None) -> bool:
    """Whether ``error`` says that the database cannot be worked with now, and is no fault of the program."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return (getattr(cause, "sqlite_errorcode", 0) & 0xFF) in _SQLITE_PASSING
    state = getattr(cause, "sqlstate", None)
    # Without a state there was nobody to give one: the connection is gone or was never made.
    return state is None or state.startswith(PASSING)


def away_response(error: BaseException) -> HttpResponse:
    """503 in words, made without asking the database or the session for anything."""
    logger.error("the database is away: %s", type(error.__cause__ or error).__name__)
    answer = HttpResponse(render_to_string("503.html"), status=DatabaseAway.status)
    answer["Retry-After"] = str(RETRY_AFTER)
    answer["Cache-Control"] = "no-store"
    return answer


def server_failure(request: HttpRequest) -> HttpResponse:
    """What went wrong outside of any view: the database away, else the page of a fault."""
    error = sys.exc_info()[1]
    if error is not None and is_away(error):
        return away_response(error)
    return server_error(request)
