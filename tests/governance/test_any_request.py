"""Whatever stands in an address or a form, a page answers; it never breaks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction

from tests.governance.matrix.requests import BODIES, UPLOADS, Route
from tests.governance.matrix.rule import NOBODY, Rule
from tests.governance.matrix.world import World
from tests.governance.test_permission_matrix import DECLARED, ROUTES, thing

pytestmark = pytest.mark.django_db

#: What the pages read from their addresses.
ASKED = (
    *("q", "page", "rows", "show", "building", "staircase", "room", "unit", "unnamed", "status", "stage"),
    *(
        "elector",
        "mandate",
        "phase",
        "next",
        "capacity",
        "estate",
        "limit",
        "offset",
        "judge",
        "motions",
        "rules",
    ),
)
#: Superscripts are digits to some and numbers to none; an Arabic digit is a number to all.
ODD = (
    "²",
    "٣",
    "-1",
    "9" * 40,
    "\x00",
    "%",
    "' OR 1=1 --",
    "<script>",
    "9999-12-31",
    "x" * 5_000,
    "\ud7ff、",
)
ODDEST = ("²", "9" * 40, "\x00", "9999-12-31")


def ask(world: World, role: str, method: str, address: str, body: Any, **extra: Any) -> Any:
    browser = world.client(role)
    browser.raise_request_exception = False
    with transaction.atomic():
        try:
            if extra:
                return browser.generic(method, address, json.dumps(body).encode(), **extra)
            return getattr(browser, method.lower())(address, body)
        finally:
            transaction.set_rollback(True)
            browser.raise_request_exception = True


def who(rule: Rule) -> str:
    return next(role for role in rule.may if role != NOBODY or len(rule.may) == 1)


@pytest.mark.parametrize(
    "route",
    [
        pytest.param(
            route,
            id=f"{route.name}-{len(route.parameters)}",
            marks=[pytest.mark.pango] if "pdf" in route.name else [],
        )
        for route in ROUTES
        if "GET" in DECLARED[route.name] and route.name not in ("api:schema", "api:docs")
    ],
)
def test_any_query(world: World, route: Route) -> None:
    rule = DECLARED[route.name]["GET"]
    address = route.address(thing(world, route, rule))
    answers = {odd: ask(world, who(rule), "GET", address, dict.fromkeys(ASKED, odd)) for odd in ODD}
    broken = [odd for odd, answer in answers.items() if answer.status_code >= 500]
    assert broken == []


@pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if "POST" in DECLARED[route.name] and route.name not in UPLOADS],
    ids=lambda route: f"{route.name}-{len(route.parameters)}",
)
def test_any_form(world: World, route: Route) -> None:
    """All fields odd; then each by itself, with the others in order."""
    rule = DECLARED[route.name]["POST"]
    address = route.address(thing(world, route, rule))
    given = BODIES.get(route.name, {})
    fitting = given(world.here) if callable(given) else given
    fields = fitting or {
        "owner": "",
        "reason": "",
        "code": "",
        "phone": "",
        "to": "",
        "language": "",
        "next": "",
    }
    extra = {"content_type": "application/json"} if route.name.startswith("api:") else {}
    bodies = [dict.fromkeys(fields, odd) for odd in ODD]
    bodies += [{**fitting, name: odd} for name in fields for odd in ODDEST]
    broken = [
        body for body in bodies if ask(world, who(rule), "POST", address, body, **extra).status_code >= 500
    ]
    assert broken == []
