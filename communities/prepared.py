"""Subqueries that are built once a process and filled anew for every request."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from communities.models import User

#: Stand for the account and the day while the statement is built. No account has this number.
_ACCOUNT = -990101
_DAY = date(1899, 12, 31)

OfPerson = Callable[[User, date], QuerySet[Any]]


def prepared(rows: OfPerson) -> Callable[[User, date], RawSQL]:
    """``rows``, a query of one column for an account on a day, as an expression for ``__in``.

    Asking the ORM to build such a query costs a request more than asking the
    database to answer it. It is built for each kind of database once, and later
    only the account and the day are put in; so it may depend on nothing else.
    """

    @cache
    def built(vendor: str) -> tuple[str, tuple[Any, ...]]:
        sql, params = rows(User(pk=_ACCOUNT), _DAY).query.sql_with_params()
        return sql, params

    def filled(user: User, day: date) -> RawSQL:
        sql, params = built(connection.vendor)
        values = {
            _ACCOUNT: user.pk,
            connection.ops.adapt_datefield_value(_DAY): connection.ops.adapt_datefield_value(day),
        }
        return RawSQL(sql, [values.get(one, one) for one in params])  # noqa: S611

    return filled


def run_prepared(parts: Mapping[str, RawSQL]) -> dict[str, set[Any]]:
    """What each of several prepared queries finds, asked in one statement."""
    sql = " UNION ALL ".join(
        f"SELECT '{name}', part.* FROM ({one.sql}) part"  # noqa: S608 - names and queries of ours
        for name, one in parts.items()
    )
    found: dict[str, set[Any]] = {name: set() for name in parts}
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for one in parts.values() for value in one.params])
        for name, value in cursor.fetchall():
            found[name].add(value)
    return found
