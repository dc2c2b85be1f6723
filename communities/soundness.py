"""Whether the database is the last wall it is meant to be.

What is acknowledged must survive the loss of power, what is evidence must be guarded
by triggers nobody skips, and the process must not be able to do more than it has to.
Looked at when a process starts, by ``/readyz``, by ``manage.py check_database``, and
before an assembly is posted or opened; never on the path of a ballot.
"""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext_lazy as _

from communities.append_only import GuardTable, NeverEmptied
from communities.errors import Refusal
from communities.privileges import KNOWN, declared, undeclared

logger = logging.getLogger(__name__)

#: How long what was found is believed, in seconds.
BELIEVED_WHEN_SOUND, BELIEVED_WHEN_NOT = 300.0, 10.0

Guard = GuardTable | NeverEmptied


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is not as it must be. ``is_error`` stops the posting of assemblies; else it warns."""

    code: str
    text: str
    is_error: bool = True


class DatabaseUnsound(Refusal):
    """The database does not hold what is promised of it; nothing new is staked on it."""

    code = "database-unsound"
    status = 503
    message = _(
        "数据库的断电保护或防篡改保护没有完全打开，现在不能公示会议，也不能开始表决。"
        "请联系运维人员处理；您填写的内容没有丢失。"
    )


def look_at_database() -> list[Flaw]:
    """Every flaw there is, errors first. Asks the database afresh."""
    find = _postgres_flaws if connection.vendor == "postgresql" else _sqlite_flaws
    return sorted(find(), key=lambda flaw: (not flaw.is_error, flaw.code, flaw.text))


class _Believed:
    """What was found last, and until when this process believes it."""

    errors: tuple[Flaw, ...] = ()
    until = 0.0


def errors_believed() -> tuple[Flaw, ...]:
    """The errors among the flaws, asked for once in a while only."""
    if time.monotonic() >= _Believed.until:
        found = tuple(flaw for flaw in look_at_database() if flaw.is_error)
        if found and found != _Believed.errors:
            for flaw in found:
                logger.error("the database is not sound: %s: %s", flaw.code, flaw.text)
        _Believed.errors = found
        _Believed.until = time.monotonic() + (BELIEVED_WHEN_NOT if found else BELIEVED_WHEN_SOUND)
    return _Believed.errors


def forget() -> None:
    """Ask the database again next time, as a new process does."""
    _Believed.errors, _Believed.until = (), 0.0


def need_sound_database() -> None:
    """Raise :class:`DatabaseUnsound` while there is an error; cheap, because it is remembered."""
    if errors_believed():
        raise DatabaseUnsound


def report_at_start() -> None:
    """Write every flaw to the log of a process that starts. It starts all the same: pages are still read."""
    try:
        for flaw in look_at_database():
            level = logging.ERROR if flaw.is_error else logging.WARNING
            logger.log(level, "database: %s: %s", flaw.code, flaw.text)
    except Exception as failure:  # noqa: BLE001 - it may not be there yet; /readyz will say
        logger.warning("the database could not be looked at: %s", type(failure).__name__)
    finally:
        connection.close()


@lru_cache(maxsize=1)
def guards() -> dict[str, Guard]:
    """Every guard the migrations put up, by its name."""
    return {
        operation.name: operation
        for migration in MigrationLoader(None).disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, GuardTable | NeverEmptied)
    }


# --- PostgreSQL --------------------------------------------------------------------

_SETTINGS = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)"
_TRIGGERS = """
SELECT t.tgname, c.relname, t.tgenabled::text, t.tgtype, t.tgqual IS NOT NULL, p.prosrc
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
"""
_ME = """
SELECT current_user, r.rolsuper, r.rolcreaterole, r.rolbypassrls, r.rolreplication,
       EXISTS (SELECT 1 FROM pg_class c JOIN pg_roles o ON o.oid = c.relowner
               WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
               AND pg_has_role(r.oid, o.oid, 'MEMBER'))
FROM pg_roles r WHERE r.rolname = current_user
"""
#: Also what a role has by being in another, by PUBLIC, or on single columns.
_HELD = """
SELECT c.relname, p.privilege
FROM pg_class c CROSS JOIN unnest(%s::text[]) AS p(privilege)
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
AND (has_table_privilege(c.oid, p.privilege)
     OR p.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
        AND has_any_column_privilege(c.oid, p.privilege))
"""
_MAY_MORE = """
SELECT has_schema_privilege(current_schema(), 'CREATE'),
       EXISTS (SELECT 1 FROM pg_sequences s WHERE s.schemaname = current_schema()
               AND has_sequence_privilege(quote_ident(s.schemaname) || '.' || quote_ident(s.sequencename),
                                          'UPDATE'))
"""
#: From version 15 on this right can be given away.
_MAY_SKIP_TRIGGERS = "SELECT has_parameter_privilege('session_replication_role', 'SET')"

_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
#: With these PostgreSQL writes no statement to its log: a refused one holds the marks and the account.
_QUIET = {"log_statement": "none", "log_min_duration_statement": "-1", "log_min_error_statement": "panic"}

#: The bits of pg_trigger.tgtype: for each row, before the event.
_ROW, _BEFORE = 1, 2
_EVENTS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}


def _postgres_flaws() -> Iterator[Flaw]:
    with connection.cursor() as cursor:
        cursor.execute(_SETTINGS, [[*_DURABLE, "data_checksums", *_QUIET]])
        values = dict(cursor.fetchall())
        cursor.execute(_TRIGGERS)
        triggers = {name: rest for name, *rest in cursor.fetchall()}
        cursor.execute(_ME)
        name, is_super, *powers, owns = cursor.fetchone()
        yield from _durability(values)
        yield from _log_keeps_quiet(values)
        yield from _triggers(triggers)
        if is_super or owns:
            yield Flaw(
                "role-owns-tables",
                f"This process works as {name}, {'a superuser' if is_super else 'who owns the tables'}, and "
                "could take the guards off. Use the roles of `manage.py setup_database_roles`.",
                is_error=False,
            )
            return
        if any(powers):
            yield Flaw("role-too-strong", f"{name} may make roles, replicate or pass row security.")
        cursor.execute(_HELD, [sorted(KNOWN)])
        held: dict[str, set[str]] = {}
        for table, privilege in cursor.fetchall():
            held.setdefault(table, set()).add(privilege)
        yield from _privileges(name, held)
        cursor.execute(_MAY_MORE)
        creates, counts = cursor.fetchone()
        if creates:
            yield Flaw("role-may-create", f"{name} may create objects in the schema of the tables.")
        if counts:
            yield Flaw("role-may-count", f"{name} may set sequences back.")
        if connection.pg_version >= 150000:  # type: ignore[attr-defined]
            cursor.execute(_MAY_SKIP_TRIGGERS)
            if cursor.fetchone()[0]:
                yield Flaw("role-may-skip-triggers", f"{name} may set session_replication_role.")


def _durability(values: dict[str, str]) -> Iterator[Flaw]:
    if not settings.DATABASE_MAY_FORGET:
        for name in _DURABLE:
            if values[name] == "off":
                yield Flaw(
                    f"{name.replace('_', '-')}-off", f"{name} is off: acknowledged ballots can be lost."
                )
    if values["data_checksums"] == "off":
        yield Flaw(
            "data-checksums-off",
            "Data checksums are off: a flipped bit on the disk would go unnoticed (pg_checksums --enable).",
            is_error=False,
        )


def _log_keeps_quiet(values: dict[str, str]) -> Iterator[Flaw]:
    talking = [name for name, quiet in _QUIET.items() if values[name] != quiet]
    if talking:
        yield Flaw(
            "statements-logged",
            f"{_listed(set(talking))}: PostgreSQL may write statements with marks and accounts to its log.",
            is_error=False,
        )


def _triggers(found: dict[str, list[object]]) -> Iterator[Flaw]:
    for name, guard in guards().items():
        if name not in found:
            yield Flaw("guard-missing", f"The guard {name} on {guard.table} is missing.")
            continue
        table, enabled, kind, has_condition, body = found[name]
        if enabled != "A":
            yield Flaw("guard-not-always", f"The guard {name} on {guard.table} is not ENABLE ALWAYS.")
        each = 0 if guard.event == "TRUNCATE" else _ROW
        as_made = (guard.table, each | _BEFORE | _EVENTS[guard.event], bool(guard.only_when))
        if (table, kind, has_condition) != as_made or body != guard.function_body:
            yield Flaw("guard-changed", f"The guard {name} on {guard.table} does something else.")


def _privileges(name: str, held: dict[str, set[str]]) -> Iterator[Flaw]:
    """Where what the role holds differs from what is declared for a process with or without the key."""
    wanted = declared(sealer=bool(settings.SEALING_KEY))
    for table in sorted(held.keys() | wanted.keys()):
        too_much = held.get(table, set()) - wanted.get(table, frozenset())
        too_little = wanted.get(table, frozenset()) - held.get(table, set())
        if too_much:
            yield Flaw("privilege-too-much", f"{name} may {_listed(too_much)} on {table}.")
        if too_little:
            yield Flaw("privilege-missing", f"{name} may not {_listed(too_little)} on {table}.")
    for table in sorted(undeclared()):
        yield Flaw("table-undeclared", f"{table} has no entry in communities/privileges.py.")


def _listed(privileges: set[str] | frozenset[str]) -> str:
    return ", ".join(sorted(privileges))


# --- SQLite ------------------------------------------------------------------------

#: PRAGMA synchronous: 0 off, 1 normal, 2 full, 3 extra. In WAL mode "normal" may lose the newest commits.
_FULL = 2


def _sqlite_flaws() -> Iterator[Flaw]:
    with connection.cursor() as cursor:
        pragmas = {}
        for name in ("foreign_keys", "synchronous", "journal_mode"):
            cursor.execute(f"PRAGMA {name}")
            pragmas[name] = cursor.fetchone()[0]
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = dict(cursor.fetchall())
    if not pragmas["foreign_keys"]:
        yield Flaw("foreign-keys-off", "PRAGMA foreign_keys is off: rows may point to nothing.")
    if not settings.DATABASE_MAY_FORGET:
        if pragmas["synchronous"] < _FULL:
            yield Flaw("synchronous-off", "PRAGMA synchronous is less than FULL: ballots can be lost.")
        if pragmas["journal_mode"] in ("off", "memory"):
            yield Flaw(
                "journal-off", f"PRAGMA journal_mode is {pragmas['journal_mode']}: a crash can ruin it."
            )
    for name, guard in guards().items():
        if isinstance(guard, NeverEmptied):
            continue
        if name not in found:
            yield Flaw("guard-missing", f"The guard {name} on {guard.table} is missing.")
        elif found[name] != guard.sqlite_trigger:
            yield Flaw("guard-changed", f"The guard {name} on {guard.table} does something else.")
