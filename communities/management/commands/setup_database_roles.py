"""``manage.py setup_database_roles``: the three roles of PostgreSQL and what each may do.

Safe to repeat, and to be repeated after every ``migrate``: what is declared in
:mod:`communities.privileges` is what stands afterwards, whatever stood before.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from psycopg import sql

from communities.privileges import declared, tables, undeclared

#: Without any power of their own over roles, databases, replication or row security.
ATTRIBUTES = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


#: A refused statement in the log of PostgreSQL would tell who marked what. Only a superuser can set these.
QUIET = ("log_min_error_statement = panic", "log_error_verbosity = terse")


class Command(BaseCommand):
    help = (
        "建立 PostgreSQL 的三个账号（表的所有者、页面、封存者）并授予各自的权限；可以反复运行。"
        "不设密码：请用 psql 的 \\password 设定，或用本机套接字登录。"
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--owner", default="linyi_owner", help="拥有数据表，只用于 migrate")
        parser.add_argument("--app", default="linyi_app", help="页面与接口")
        parser.add_argument("--sealer", default="linyi_sealer", help="后台任务，含封存")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("只有 PostgreSQL 有账号和权限；SQLite 由文件权限保护。")
        owner, app, sealer = options["owner"], options["app"], options["sealer"]
        if len({owner, app, sealer}) < 3:
            raise CommandError("三个账号的名称必须各不相同。")
        if forgotten := undeclared():
            raise CommandError(f"communities/privileges.py 中没有：{'、'.join(sorted(forgotten))}")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            is_super = cursor.fetchone()[0]
            made = [name for name in (owner, app, sealer) if _make_role(cursor, name, is_super=is_super)]
            _hand_over(cursor, owner)
            for name, is_sealer in ((app, False), (sealer, True)):
                for statement in _grants(name, owner, is_sealer=is_sealer):
                    cursor.execute(statement)
        for name in made:
            self.stdout.write(f"已建立账号 {name}，没有密码。")
        self.stdout.write(f"权限已就绪：{owner}（所有者）、{app}（页面）、{sealer}（封存）。")


def _make_role(cursor: Any, name: str, *, is_super: bool) -> bool:
    """Make the role if it is not there. Returns whether it was made."""
    role = sql.Identifier(name)
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    is_new = cursor.fetchone() is None
    if is_new:
        cursor.execute(sql.SQL(f"CREATE ROLE {{}} {ATTRIBUTES}").format(role))
    if is_super:
        cursor.execute(sql.SQL(f"ALTER ROLE {{}} {ATTRIBUTES}").format(role))
        for setting in QUIET:
            cursor.execute(sql.SQL(f"ALTER ROLE {{}} SET {setting}").format(role))
    return is_new


def _hand_over(cursor: Any, owner: str) -> None:
    """Give tables, sequences and functions of the schema, and the schema's CREATE, to ``owner``."""
    role = sql.Identifier(owner)
    cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER'), current_schema()", [owner])
    is_member, schema_name = cursor.fetchone()
    schema = sql.Identifier(schema_name)
    if not is_member:
        cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
    cursor.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA {} TO {}").format(schema, role))
    cursor.execute(sql.SQL("REVOKE CREATE ON SCHEMA {} FROM PUBLIC").format(schema))
    cursor.execute(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace"
        " AND c.relkind IN ('r', 'p') AND c.relowner <> %s::regrole AND c.relname = ANY(%s)",
        [owner, sorted(tables())],
    )
    for (table,) in cursor.fetchall():  # its sequence goes with it
        cursor.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(sql.Identifier(table), role))
    cursor.execute(
        "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace"
        " AND p.prorettype = 'trigger'::regtype AND p.proowner <> %s::regrole AND p.pronargs = 0",
        [owner],
    )
    for (function,) in cursor.fetchall():
        cursor.execute(sql.SQL("ALTER FUNCTION {}() OWNER TO {}").format(sql.Identifier(function), role))


def _grants(name: str, owner: str, *, is_sealer: bool) -> Iterator[sql.Composable]:
    """Take everything from ``name``, give it what is declared, and of tables to come only reading."""
    role = sql.Identifier(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = (sql.Identifier(one) for one in cursor.fetchone())
    yield sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role)
    yield sql.SQL("REVOKE ALL ON SCHEMA {} FROM {}").format(schema, role)
    yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, role)
    for things in ("TABLES", "SEQUENCES"):
        for whom in (role, sql.SQL("PUBLIC")):
            yield sql.SQL(f"REVOKE ALL ON ALL {things} IN SCHEMA {{}} FROM {{}}").format(schema, whom)
    for table, privileges in declared(sealer=is_sealer).items():
        yield sql.SQL("GRANT {} ON {} TO {}").format(
            sql.SQL(", ".join(sorted(privileges))), sql.Identifier(table), role
        )
    yield sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA {} GRANT SELECT ON TABLES TO {}").format(
        sql.Identifier(owner), schema, role
    )
