"""Every route × method × role: declared in one table, tried on every one of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.test import Client, override_settings

from governance.asgi import application
from governance.routing import websocket_urlpatterns
from tests.governance.matrix.requests import METHODS, Route, all_routes, missing, outcome, send
from tests.governance.matrix.rule import EVERYBODY, NOBODY, Rule
from tests.governance.matrix.table import NO_ROUTE, SOCKETS, TABLE, TAKES_ANY_METHOD, WITHOUT_FORGERY_MARK
from tests.governance.matrix.world import World

pytestmark = pytest.mark.django_db

with override_settings(ROOT_URLCONF="tests.governance.demo_urlconf"):
    ROUTES = [route for route in all_routes() if route.name not in NO_ROUTE]

#: What the table says of a route: its rule for each method.
DECLARED: dict[str, dict[str, Rule]] = {route.name: {} for route in ROUTES}
for rule in TABLE:
    for method, name in rule.lines():
        rules = DECLARED.setdefault(name, {})
        assert method not in rules, f"{method} {name} stands twice"
        rules[method] = rule

#: Things that ``communities:bind`` and the like are about depend on the arguments they take.
ABOUT: dict[tuple[str, tuple[str, ...]], str] = {
    ("communities:bind", ("slug",)): "estate",
    ("api:joinable-units", ("slug",)): "estate",
}


def thing(world: World, route: Route, rule: Rule) -> dict[str, Any]:
    if rule.at == "demo":
        return {"key": "owner"}
    if not route.parameters:
        return {}
    if route.name == "api:login-code":
        return {"key": "x"}
    return world.here.things[ABOUT.get((route.name, route.parameters), rule.at)]


def each(routes: list[Route]) -> Any:
    return pytest.mark.parametrize("route", routes, ids=lambda route: f"{route.name}-{len(route.parameters)}")


def test_every_route_is_declared_and_nothing_else() -> None:
    assert [name for name, rules in DECLARED.items() if not rules] == []
    assert set(DECLARED) == {route.name for route in ROUTES}


@each(ROUTES)
def test_each_role_gets_where_the_table_says(world: World, route: Route) -> None:
    found, wanted = {}, {}
    for method, rule in DECLARED[route.name].items():
        address = route.address(thing(world, route, rule))
        for role in EVERYBODY:
            response = send(world.client(role), method, route, address, world.here)
            found[method, role] = outcome(route, response)
            wanted[method, role] = rule.expected(role)
    assert {key: value for key, value in found.items() if value != wanted[key]} == {}


@each(ROUTES)
def test_a_method_that_is_not_declared_is_refused_as_such(world: World, route: Route) -> None:
    rules = DECLARED[route.name]
    if not rules:
        pytest.skip("not declared at all")
    rule = next(iter(rules.values()))
    address = route.address(thing(world, route, rule))
    role = next(role for role in rule.may if role != NOBODY)
    others = [
        method for method in METHODS if method not in rules and not route.name.startswith(TAKES_ANY_METHOD)
    ]
    answers = {method: send(world.client(role), method, route, address, world.here) for method in others}
    assert {method: answer.status_code for method, answer in answers.items()} == dict.fromkeys(others, 405)


def objects(route: Route) -> bool:
    """Whether its address names something that may belong to somebody else."""
    abouts = {rule.at for rule in DECLARED[route.name].values()}
    return bool(route.parameters) and bool(abouts - {"", "demo"}) and route.name != "api:login-code"


def without_token(response: Any) -> bytes:
    """A page without the mark against forgery, which is another one each time."""
    return re.sub(rb"[A-Za-z0-9]{64}", b"", response.content)


OF_SOMEBODY = [route for route in ROUTES if objects(route)]
#: Anybody logged in may ask to be bound anywhere; tree heads and public packs are for the whole world.
OPEN_TO_STRANGERS = (
    *("communities:bind", "api:joinable", "api:bind", "votes:evidence-pack"),
    *("votes:heads", "votes:log-heads", "votes:head-print", "api:log-heads", "api:proof-of-"),
)


@each(OF_SOMEBODY)
def test_what_is_hidden_reads_like_what_is_not_there(world: World, route: Route) -> None:
    """For a stranger, for a superuser, and for somebody of the next estate who knows the numbers."""
    for method, rule in DECLARED[route.name].items():
        if route.name.startswith(OPEN_TO_STRANGERS):
            continue
        mine = thing(world, route, rule)
        nothing = route.address(missing(mine, route.parameters))
        for role in ("other_chair", "superuser"):
            hidden, absent = (
                send(world.client(role), method, route, address, world.here)
                for address in (route.address(mine), nothing)
            )
            assert (hidden.status_code, absent.status_code) == (404, 404)
            assert without_token(hidden) == without_token(absent)


@each([route for route in OF_SOMEBODY if len(route.parameters) > 1])
def test_the_things_of_one_estate_are_not_found_under_another(world: World, route: Route) -> None:
    for method, rule in DECLARED[route.name].items():
        role = next(role for role in ("secretary", *rule.may) if role in rule.may)
        here, there = world.here.things[rule.at], world.there.things[rule.at]
        # A word that both estates know, as the kind of a file, belongs to neither.
        for name in (name for name in route.parameters[1:] if here[name] != there[name]):
            mixed = route.address(here | {name: there[name]})
            answer = send(world.client(role), method, route, mixed, world.here)
            assert (method, name, answer.status_code) == (method, name, 404)


@each([route for route in ROUTES if set(DECLARED[route.name]) - {"GET"}])
def test_nothing_is_changed_without_the_mark_against_forgery(world: World, route: Route) -> None:
    careful = Client(enforce_csrf_checks=True)
    for method, rule in DECLARED[route.name].items():
        if method == "GET" or route.name in WITHOUT_FORGERY_MARK:
            continue
        address = route.address(thing(world, route, rule))
        role = next(role for role in rule.may if role != NOBODY)
        careful.cookies = world.client(role).cookies
        answer = send(careful, method, route, address, world.here)
        assert (method, answer.status_code) == (method, 403)


#: Seconds. A busy machine may be slow; an answer that comes ends the waiting at once.
PATIENCE = 20


def test_a_socket_is_opened_for_whom_the_table_names(world: World) -> None:
    assert {str(pattern.pattern) for pattern in websocket_urlpatterns} == set(SOCKETS)
    pk = world.here.things["voting"]["pk"]
    for may in SOCKETS.values():
        heard = {role: accepted(f"/ws/votes/{pk}/", world.sessions.get(role)) for role in EVERYBODY}
        assert heard == {role: role in may for role in EVERYBODY}


def accepted(path: str, session: str | None) -> bool:
    headers = [(b"origin", b"http://testserver"), (b"host", b"testserver")]
    if session:
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={session}".encode()))
    scope = {"type": "websocket", "path": path, "query_string": b"", "headers": headers, "subprotocols": []}

    async def story() -> bool:
        browser = ApplicationCommunicator(application, scope)
        await browser.send_input({"type": "websocket.connect"})
        answer = await browser.receive_output(timeout=PATIENCE)
        if answer["type"] == "websocket.accept":
            await browser.send_input({"type": "websocket.disconnect", "code": 1000})
            await browser.wait(timeout=PATIENCE)
        return bool(answer["type"] == "websocket.accept")

    return async_to_sync(story)()
