"""Finding proposals by pairs of characters, since Chinese has no spaces to cut words at.

A pair is kept as one word of letters and digits of ASCII, whatever it was, so that the
text search of PostgreSQL cuts it as we do; SQLite looks for the word with spaces around it.
"""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Lookup, Q
from django.db.models.sql.compiler import SQLCompiler

from governance.text import bigrams, letters

#: More pairs than this narrow nothing further.
MOST_PAIRS = 24


def word_of(pair: str) -> str:
    """ "北门" as "g5317g95e8"."""
    return "".join(f"g{ord(one):x}" for one in pair)


def search_words(*texts: str) -> str:
    """What is kept of a text to be searched: its pairs as words, a space before and after each."""
    words = dict.fromkeys(word_of(pair) for text in texts for pair in bigrams(text))
    return f" {' '.join(words)} " if words else ""


class PairsField(models.TextField[str, str]):
    """Text of :func:`search_words`."""


def vector_of(column: str) -> str:
    """The column beside ``column`` that PostgreSQL fills with its words by itself."""
    return f"{column}_vector"


class _Words(Lookup[Any]):
    """Whether a text of :func:`search_words` has some of the words of a list, in one look at the index."""

    prepare_rhs = False
    #: Between the words: in the text search of PostgreSQL, and in SQL.
    joint: tuple[str, str]

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        left, params = self.process_lhs(compiler, connection)
        sql = f" {self.joint[1]} ".join([f"{left} LIKE %s"] * len(self.rhs))
        return f"({sql})", [one for word in self.rhs for one in (*params, f"% {word} %")]

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        table, name = compiler.quote_name_unless_alias, connection.ops.quote_name
        column = f"{table(self.lhs.alias)}.{name(vector_of(self.lhs.target.column))}"
        sought = f" {self.joint[0]} ".join(self.rhs)
        return f"{column} @@ to_tsquery('simple', %s)", [sought]


@PairsField.register_lookup
class HasWords(_Words):
    """All of the words."""

    lookup_name, joint = "has_words", ("&", "AND")


@PairsField.register_lookup
class HasAnyWord(_Words):
    """At least one of the words."""

    lookup_name, joint = "has_any_word", ("|", "OR")


def matching(search: str) -> Q:
    """Proposals whose text has every pair of ``search``; a single character is looked for in the title."""
    pairs = bigrams(search)[:MOST_PAIRS]
    if not pairs:
        wanted = letters(search)
        return Q(title__icontains=wanted) if wanted else Q()
    return Q(bigrams__has_words=[word_of(pair) for pair in pairs])


class SearchIndex(Operation):
    """The words of a column, cut once when a row is written, and the index PostgreSQL searches them by.

    Cutting them when they are sought costs seconds over 10,000 rows whenever the planner prefers
    another index. SQLite, which runs small installations, reads the rows.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, *, table: str, column: str) -> None:
        self.table, self.column = table, column
        self.name = f"{table}_{column}_words"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [], {"table": self.table, "column": self.column}

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
            vector = vector_of(self.column)
            schema_editor.execute(
                f"ALTER TABLE {self.table} ADD COLUMN {vector} tsvector"
                f" GENERATED ALWAYS AS (to_tsvector('simple', {self.column})) STORED",
                params=None,
            )
            schema_editor.execute(
                # A list of pending words is read whole by every search, and makes the planner shun the index.
                f"CREATE INDEX {self.name} ON {self.table} USING gin ({vector}) WITH (fastupdate = off)",
                params=None,
            )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"ALTER TABLE {self.table} DROP COLUMN {vector_of(self.column)}", params=None
            )

    def describe(self) -> str:
        return f"Index the words of {self.table}.{self.column}"
