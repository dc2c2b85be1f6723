"""While the database is away a page says that nothing was confirmed and what to do: never a fault's page."""

import sqlite3
from collections.abc import Callable

import psycopg
import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import InterfaceError, OperationalError, connection
from django.urls import reverse

from communities.away import is_away
from tests.factories.votes import elector_of, people_of, posted_assembly

pytestmark = pytest.mark.django_db


def broken(cause: BaseException | None) -> Callable[..., None]:
    def execute(*_: object) -> None:
        raise OperationalError("gone") from cause

    return execute


@pytest.mark.parametrize(
    "cause",
    [
        psycopg.OperationalError("connection refused"),
        psycopg.errors.AdminShutdown(),
        psycopg.errors.CannotConnectNow(),
        psycopg.errors.DiskFull(),
        psycopg.errors.TooManyConnections(),
        psycopg.errors.DeadlockDetected(),
        psycopg.errors.LockNotAvailable(),
    ],
)
def test_what_passes_by_itself_is_the_database_being_away(cause: Exception) -> None:
    error = OperationalError()
    error.__cause__ = cause
    assert is_away(error)


def test_a_mistake_of_the_program_is_not() -> None:
    mistake = OperationalError("no such column: x")
    mistake.__cause__ = sqlite3.OperationalError("no such column: x")
    assert not is_away(mistake)
    assert not is_away(ValueError())
    assert is_away(InterfaceError("connection already closed"))


def test_a_cast_without_a_database_asks_to_send_the_same_page_again(client) -> None:
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    client.force_login(owner)
    body = {"elector": elector_of(assembly, owner).pk, "key": "6f1c7a0e-7a0e-4a55-9a0e-0d4d3c2b1a00"}
    motion = assembly.motions.get()
    body[f"motion-{motion.pk}"] = "for"
    client.get(reverse("votes:assembly", args=[assembly.pk]))

    with connection.execute_wrapper(broken(psycopg.errors.AdminShutdown())):
        answer = client.post(reverse("votes:cast", args=[assembly.pk]), body)
    assert (answer.status_code, answer["Retry-After"]) == (503, "3")
    assert "请稍后用同一页面再提交" in answer.content.decode()

    assert client.post(reverse("votes:cast", args=[assembly.pk]), body).status_code == 303
    assert assembly.ballots.count() == 1


def test_the_api_says_the_same_as_a_problem(client) -> None:
    assembly = posted_assembly()
    client.force_login(people_of(assembly)[0])
    with connection.execute_wrapper(broken(psycopg.errors.AdminShutdown())):
        answer = client.get(f"/api/v1/assemblies/{assembly.pk}/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "3")
    assert answer.json()["code"] == "database-away"


def test_outside_of_views_too(client, monkeypatch) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr(SessionMiddleware, "process_response", broken(psycopg.errors.AdminShutdown()))
    answer = client.get(reverse("communities:login"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "3")


def test_a_fault_of_the_program_stays_a_fault(client, monkeypatch) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr(SessionMiddleware, "process_response", lambda *_: 1 / 0)
    answer = client.get(reverse("communities:login"))
    assert answer.status_code == 500
    assert "系统出了问题" in answer.content.decode()
