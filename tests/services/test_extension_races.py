"""An extension is confirmed at the very deadline while the close comes by: on a real PostgreSQL."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from communities.enums import RoleCode
from communities.ledger.leaves import timestamp
from communities.models import Estate, User
from tests.factories.communities import EstateFactory, appoint
from tests.factories.votes import owned_units, posted_assembly
from votes.errors import ActNotPossible
from votes.models import Assembly, Certificate, TwoPersonAct
from votes.services.acts import confirm_act, propose_act
from votes.services.assemblies import lock_assembly
from votes.services.closing import close_assembly

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

LONGER = timedelta(days=1)


def until(moment: datetime) -> None:
    while timezone.now() < moment:
        time.sleep(0.0005)


def apart(work: Callable[[], Any]) -> Any:
    """Run on a connection of its own; a refusal comes back as a value."""
    try:
        return work()
    except ActNotPossible as refusal:
        return type(refusal)
    finally:
        connection.close()


@pytest.fixture
def estate() -> Estate:
    estate: Estate = EstateFactory()
    owned_units(estate, 2)
    return estate


@pytest.fixture
def people(estate: Estate) -> list[User]:
    return [appoint(code, estate) for code in (RoleCode.COMMITTEE_CHAIR, RoleCode.SECRETARY)]


def about_to_close(estate: Estate, proposer: User) -> tuple[Assembly, TwoPersonAct, datetime]:
    assembly = posted_assembly(estate, closes_in=timedelta(milliseconds=1500))
    assert assembly.closes_at is not None
    payload = {"closes_at": timestamp(assembly.closes_at + LONGER), "basis": "会议公告第五条"}
    reason = "服务器停机，应当补足时间"
    act = propose_act(assembly=assembly, kind="extend", reason=reason, actor=proposer, payload=payload)
    return assembly, act, assembly.closes_at


def test_at_the_deadline_it_is_extended_or_closed_and_never_both(estate: Estate, people: list[User]) -> None:
    seen = set()
    for milliseconds in (600, 5, 0, -5):
        assembly, act, end = about_to_close(estate, people[0])

        def confirm(
            act: TwoPersonAct = act, at: datetime = end - timedelta(milliseconds=milliseconds)
        ) -> Any:
            connection.ensure_connection()
            until(at)
            return confirm_act(act=act, actor=people[1])

        def close(pk: int = assembly.pk, at: datetime = end) -> Any:
            connection.ensure_connection()
            until(at)
            return close_assembly(assembly_id=pk)

        with ThreadPoolExecutor(2) as pool:
            works = [pool.submit(apart, work) for work in (confirm, close)]
            confirmed, closed = (work.result() for work in works)
        extended = confirmed is not ActNotPossible
        found = Assembly.objects.get(pk=assembly.pk)
        assert closed is not extended
        assert found.closes_at == (end + LONGER if extended else end)
        assert Certificate.objects.filter(assembly=assembly).exists() is not extended
        assert (found.status == "certified") is not extended
        seen.add(extended)
    assert seen == {True, False}


def test_a_close_that_waited_for_the_extension_does_nothing(estate: Estate, people: list[User]) -> None:
    assembly, act, end = about_to_close(estate, people[0])
    written = threading.Event()

    def confirm() -> None:
        with transaction.atomic():
            confirm_act(act=act, actor=people[1])
            written.set()
            until(end + timedelta(milliseconds=300))

    with ThreadPoolExecutor(2) as pool:
        confirming = pool.submit(apart, confirm)
        assert written.wait(5)
        until(end)
        closing = pool.submit(apart, lambda: close_assembly(assembly_id=assembly.pk))
        confirming.result()
        assert closing.result() is False
    assert Assembly.objects.get(pk=assembly.pk).closes_at == end + LONGER
    assert not Certificate.objects.exists()


def test_a_confirmation_that_waited_beyond_the_deadline_is_refused(
    estate: Estate, people: list[User]
) -> None:
    assembly, act, end = about_to_close(estate, people[0])
    locked = threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock_assembly(assembly.pk)
            locked.set()
            until(end + timedelta(milliseconds=100))

    with ThreadPoolExecutor(2) as pool:
        holding = pool.submit(apart, hold)
        assert locked.wait(5)
        confirming = pool.submit(apart, lambda: confirm_act(act=act, actor=people[1]))
        holding.result()
        assert confirming.result() is ActNotPossible
    found = Assembly.objects.get(pk=assembly.pk)
    assert (found.closes_at, found.status) == (end, "published")
    assert TwoPersonAct.objects.get().confirmed_at is None
