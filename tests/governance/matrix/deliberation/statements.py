"""Who may reach what of statements, what is sent there, and the things it is tried on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from governance.services.statements import draw_map, moderate_statement, write_statement
from tests.factories.proposals import accepted
from tests.governance.matrix.rule import AT_HOME, OF_THE_ESTATE, Rule
from tests.governance.matrix.world_place import Place

NOT_AT_HOME = tuple(role for role in OF_THE_ESTATE if role not in AT_HOME)

TABLE: tuple[Rule, ...] = (
    Rule(
        "statements and what they show",
        OF_THE_ESTATE,
        """
        GET          governance:statements
        GET          governance:common-ground
        GET          governance:common-ground-csv
        """,
        at="stated",
    ),
    Rule(
        "an idea of those at home",
        AT_HOME,
        """
        POST         governance:statements
        """,
        at="stated",
        refused=NOT_AT_HOME,
    ),
    Rule(
        "an answer of theirs",
        AT_HOME,
        """
        POST         governance:statement-opine
        """,
        at="statement",
        refused=NOT_AT_HOME,
    ),
    Rule(
        "statements that wait",
        ("secretary",),
        """
        GET          governance:desk-statements
        """,
        at="estate",
    ),
    Rule(
        "one that waits",
        ("secretary",),
        """
        POST         governance:desk-statement
        """,
        at="waiting statement",
    ),
    Rule(
        "statements over the API",
        OF_THE_ESTATE,
        """
        GET api:statements
        GET api:common-ground
        """,
        at="stated",
    ),
    Rule(
        "an idea over the API",
        AT_HOME,
        """
        POST api:statements
        """,
        at="stated",
        refused=NOT_AT_HOME,
    ),
    Rule(
        "an answer over the API",
        AT_HOME,
        """
        PUT api:statement-opinion
        """,
        at="statement",
        refused=NOT_AT_HOME,
    ),
    Rule(
        "moderation over the API",
        ("secretary",),
        """
        POST api:statement-moderation
        """,
        at="waiting statement",
    ),
)
BODIES: dict[str, dict[str, Any] | Callable[[Place], dict[str, Any]]] = {
    "governance:statements": {"text": "小门只给行人走，车辆走南门"},
    "governance:statement-opine": {"value": "1"},
    "governance:desk-statement": {"to": "approved"},
    "api:statements": {"text": "小门只给行人走，车辆走南门"},
    "api:statement-opinion": {"value": 1},
    "api:statement-moderation": {"approve": True},
}
UPLOADS: tuple[str, ...] = ()
SOCKETS: dict[str, tuple[str, ...]] = {}


def furnish(place: Place) -> None:
    """Put what the rules' ``at`` names into ``place.things``."""
    proposal = accepted(place.estate, place.people["owner"], by=place.people["secretary"])
    shown = write_statement(proposal=proposal, text="先试行三个月再定", actor=place.people["owner"])
    moderate_statement(statement=shown, approve=True, actor=place.people["secretary"])
    waiting = write_statement(proposal=proposal, text="夜间增加一名保安", actor=place.people["tenant"])
    place.things["stated"] = {"pk": proposal.pk}
    place.things["statement"] = {"pk": shown.pk}
    place.things["waiting statement"] = {"slug": place.estate.slug, "pk": waiting.pk}
    draw_map(proposal=proposal)
