"""Migration operations for rows that may only ever be added.

The wall is in the database, for whoever reaches it: page, shell or client. On
PostgreSQL the triggers are ``ENABLE ALWAYS``, because an ordinary trigger is
skipped under ``session_replication_role = replica``.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class GuardTable(Operation):
    """Refuse, for one table and event, every row for which ``refused_when`` holds.

    ``refused_when`` is an SQL condition over ``NEW`` and ``OLD`` that both
    databases understand; without one every row is refused.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(
        self,
        *,
        table: str,
        event: str,
        name: str,
        message: str,
        refused_when: str = "",
        only_when: str = "",
    ) -> None:
        self.table, self.event, self.name = table, event, name
        self.message, self.refused_when, self.only_when = message, refused_when, only_when

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        names = ("table", "event", "name", "message", "refused_when", "only_when")
        return self.__class__.__qualname__, [], {name: getattr(self, name) for name in names}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models do not know."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql "
                f"AS $guard${self.function_body}$guard$",
                params=None,
            )
            schema_editor.execute(
                f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH ROW "
                f"{f'WHEN ({self.only_when}) ' if self.only_when else ''}EXECUTE FUNCTION {self.name}()",
                params=None,
            )
            schema_editor.execute(f"ALTER TABLE {self.table} ENABLE ALWAYS TRIGGER {self.name}", params=None)
        else:
            schema_editor.execute(self.sqlite_trigger, params=None)

    @property
    def function_body(self) -> str:
        """What the trigger does on PostgreSQL, to the letter: the check of the walls compares it."""
        kept = "OLD" if self.event == "DELETE" else "NEW"
        return (
            f" BEGIN IF {self.refused_when or 'TRUE'} THEN "
            f"RAISE EXCEPTION '{self.message}' USING ERRCODE = '23001'; END IF; RETURN {kept}; END "
        )

    @property
    def sqlite_trigger(self) -> str:
        """The whole trigger on SQLite, which keeps the statement that made it."""
        conditions = [f"({text})" for text in (self.only_when, self.refused_when) if text]
        when = f"WHEN {' AND '.join(conditions)} " if conditions else ""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH ROW {when}"
            f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {self.name} ON {self.table}", params=None)
            schema_editor.execute(f"DROP FUNCTION {self.name}()", params=None)
        else:
            schema_editor.execute(f"DROP TRIGGER {self.name}", params=None)

    def describe(self) -> str:
        return f"Guard {self.table} against {self.event}: {self.message}"


def append_only(*tables: str) -> list[GuardTable]:
    """Refuse every UPDATE and DELETE on each of these tables."""
    return [
        GuardTable(
            table=table, event=event, name=f"{table}_no_{event.lower()}", message=f"{table} is append-only"
        )
        for table in tables
        for event in ("UPDATE", "DELETE")
    ]


class NeverEmptied(Operation):
    """Refuse TRUNCATE on one table. PostgreSQL alone knows it; row triggers do not see it."""

    reversible = True
    reduces_to_sql = True
    event, only_when = "TRUNCATE", ""

    def __init__(self, *, table: str) -> None:
        self.table = table

    @property
    def name(self) -> str:
        return f"{self.table}_no_truncate"

    @property
    def function_body(self) -> str:
        return f" BEGIN RAISE EXCEPTION '{self.table} is append-only' USING ERRCODE = '23001'; END "

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [], {"table": self.table}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models do not know."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        schema_editor.execute(
            f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql "
            f"AS $guard${self.function_body}$guard$",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {self.name} BEFORE TRUNCATE ON {self.table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {self.name}()",
            params=None,
        )
        schema_editor.execute(f"ALTER TABLE {self.table} ENABLE ALWAYS TRIGGER {self.name}", params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {self.name} ON {self.table}", params=None)
            schema_editor.execute(f"DROP FUNCTION {self.name}()", params=None)

    def describe(self) -> str:
        return f"Guard {self.table} against TRUNCATE"


def never_emptied(*tables: str) -> list[NeverEmptied]:
    return [NeverEmptied(table=table) for table in tables]
