"""The socket of an assembly: a hint that something changed, for those who may see it, and no more."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.test import Client
from django.utils import timezone

from communities.clock import local_day
from communities.enums import RoleCode
from communities.models import Role
from governance.asgi import application
from tests.factories.ballots import cast_for, settled
from tests.factories.communities import ResidencyFactory, appoint
from tests.factories.votes import people_of, posted_assembly
from votes import consumers

pytestmark = pytest.mark.django_db

#: Seconds. A busy machine may be slow; an answer that comes ends the waiting at once.
PATIENCE = 20
OnCommit = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def assembly():
    return posted_assembly()


@pytest.fixture
def asked_often(monkeypatch):
    """The consumer asks the database again every few milliseconds instead of every half minute."""
    monkeypatch.setattr(consumers, "SECONDS_BETWEEN_CHECKS", 0.02)


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


class Socket(ApplicationCommunicator):
    """A browser's end of the socket of one assembly."""

    def __init__(self, assembly, client: Client | None, origin: str = "http://testserver") -> None:
        headers = [(b"origin", origin.encode()), (b"host", b"testserver")]
        if client is not None:
            cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
            headers.append((b"cookie", cookie.encode()))
        path = f"/ws/votes/{assembly.pk}/"
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": b"",
            "headers": headers,
            "subprotocols": [],
        }
        super().__init__(application, scope)

    async def connect(self) -> bool:
        await self.send_input({"type": "websocket.connect"})
        output = await self.receive_output(timeout=PATIENCE)
        return bool(output["type"] == "websocket.accept")

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(timeout=PATIENCE)


def accepted(assembly, client: Client | None, **fields: str) -> bool:
    async def story() -> bool:
        browser = Socket(assembly, client, **fields)
        connected = await browser.connect()
        if connected:
            await browser.leave()
        return connected

    return async_to_sync(story)()


def heard(assembly, client: Client, act: Callable[[], Any]) -> list[str]:
    """What an open socket of ``client`` hears while ``act`` happens."""

    async def story() -> list[str]:
        browser = Socket(assembly, client)
        assert await browser.connect()
        await sync_to_async(act)()
        said = []
        while not await browser.receive_nothing(timeout=0.2):
            output = await browser.receive_output(timeout=PATIENCE)
            assert output.keys() <= {"type", "text", "bytes"}
            said.append(output["text"])
        await browser.leave()
        return said

    return async_to_sync(story)()


def closed_after(assembly, client: Client, act: Callable[[], Any]) -> int | None:
    """The code with which an open socket is closed after ``act``; None where it stays open."""

    async def story() -> int | None:
        browser = Socket(assembly, client)
        assert await browser.connect()
        await sync_to_async(act)()
        if await browser.receive_nothing(timeout=0.5):
            await browser.leave()
            return None
        output = await browser.receive_output(timeout=PATIENCE)
        assert output["type"] == "websocket.close"
        return int(output["code"])

    return async_to_sync(story)()


def test_a_cast_ballot_is_heard_as_one_word_without_data(
    assembly, django_capture_on_commit_callbacks: OnCommit
):
    voter, listener = people_of(assembly)[:2]

    def cast() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            cast_for(assembly, voter, "F")

    assert heard(assembly, logged_in(listener), cast) == ["changed"]


def test_the_close_is_heard_too(assembly, django_capture_on_commit_callbacks: OnCommit):
    def close() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            settled(assembly)

    assert heard(assembly, logged_in(people_of(assembly)[0]), close) == ["changed"]


def test_a_ballot_of_another_assembly_is_not_heard(assembly, django_capture_on_commit_callbacks: OnCommit):
    elsewhere = posted_assembly(assembly.estate)
    owner = people_of(elsewhere)[0]

    def cast() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            cast_for(elsewhere, owner, "F")

    assert heard(assembly, logged_in(owner), cast) == []


def test_owners_tenants_and_those_who_work_here_may_listen(assembly):
    people = [
        people_of(assembly)[0],
        ResidencyFactory(unit=assembly.estate.units.first()).user,
        appoint(RoleCode.SECRETARY, assembly.estate),
    ]
    assert [accepted(assembly, logged_in(person)) for person in people] == [True, True, True]


def test_strangers_and_the_logged_out_may_not_listen(assembly):
    stranger = people_of(posted_assembly())[0]
    assert not accepted(assembly, None)
    assert not accepted(assembly, logged_in(stranger))
    assert accepted(assembly, logged_in(people_of(assembly)[0]))


def test_a_page_of_another_site_may_not_listen_with_my_session(assembly):
    client = logged_in(people_of(assembly)[0])
    assert not accepted(assembly, client, origin="https://elsewhere.example")
    assert accepted(assembly, client, origin="http://testserver")


def test_logging_out_closes_the_socket(assembly, asked_often):
    client = logged_in(people_of(assembly)[0])
    assert closed_after(assembly, client, lambda: None) is None
    assert closed_after(assembly, client, client.logout) == 4403


def test_the_end_of_a_role_closes_the_socket(assembly, asked_often):
    secretary = appoint(RoleCode.SECRETARY, assembly.estate)

    def end() -> None:
        Role.objects.filter(user=secretary).update(valid_to=local_day(timezone.now()) - timedelta(days=1))

    assert closed_after(assembly, logged_in(secretary), end) == 4403


def test_a_closed_account_closes_the_socket(assembly, asked_often):
    owner = people_of(assembly)[0]

    def close_account() -> None:
        owner.is_active = False
        owner.save(update_fields=["is_active"])

    assert closed_after(assembly, logged_in(owner), close_account) == 4403
