"""Races around a ballot on a real PostgreSQL: each guard, and what happens without it."""

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from communities.clock import database_now
from communities.models import LedgerEntry
from tests.factories.communities import OwnershipFactory
from tests.factories.votes import elector_of, people_of, posted_assembly
from votes.errors import AlreadyCast, AssemblyNotOpen
from votes.models import Assembly, Ballot, Certificate
from votes.services import cast_statements
from votes.services.casting import Receipt, cast_ballot
from votes.services.closing import close_assembly

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PATIENCE = 20


class Gate:
    """Holds the statement that writes the ballot until it is opened; tells when somebody stands at it."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if "INSERT INTO votes_ballot" in sql:
            self.reached.set()
            assert self.opened.wait(PATIENCE)
        return execute(sql, params, many, context)


def in_own_connection(work: Callable[[], Any], gate: Gate | None = None) -> Any:
    """Run ``work`` as another process would: on a connection of its own. Gives its refusal as a value."""
    try:
        if gate is None:
            return work()
        with connection.execute_wrapper(gate):
            return work()
    except (AlreadyCast, AssemblyNotOpen) as refusal:
        return refusal
    finally:
        connection.close()


def casting_of(
    assembly: Assembly, user: Any, choices: str = "F", key: uuid.UUID | None = None
) -> Callable[[], Receipt]:
    elector_id = elector_of(assembly, user).pk
    key = key or uuid.uuid4()
    return lambda: cast_ballot(
        assembly_id=assembly.pk,
        elector_id=elector_id,
        choices=choices,
        idempotency_key=key,
        user_id=user.pk,
    )


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=16) as executor:
        yield executor


@pytest.fixture
def couple() -> tuple[Assembly, Any, Any]:
    """An assembly in which two co-owners may cast for one elector."""
    title = OwnershipFactory()
    partner = OwnershipFactory(unit=title.unit, position=1)
    return posted_assembly(units=[title.unit]), title.owner.user, partner.owner.user


@contextmanager
def without(drop: str, restore: str) -> Iterator[None]:
    """Take a guard of the database away for a negative control."""
    with connection.cursor() as cursor:
        cursor.execute(drop)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("ALTER TABLE votes_ballot DISABLE TRIGGER votes_ballot_no_delete")
            cursor.execute("DELETE FROM votes_ballot")
            cursor.execute("ALTER TABLE votes_ballot ENABLE ALWAYS TRIGGER votes_ballot_no_delete")
            cursor.execute("SET session_replication_role = origin")
            cursor.execute(restore)


def two_phones(pool: ThreadPoolExecutor, assembly: Assembly, first: Any, second: Any) -> tuple[Any, Any]:
    """The first phone stands ready to write while the second casts completely; then the first writes."""
    gate = Gate()
    slow: Future[Any] = pool.submit(in_own_connection, casting_of(assembly, first, "F"), gate)
    assert gate.reached.wait(PATIENCE)
    quick = pool.submit(in_own_connection, casting_of(assembly, second, "A")).result(PATIENCE)
    gate.opened.set()
    return slow.result(PATIENCE), quick


def test_of_two_phones_exactly_one_wins(pool, couple):
    assembly, first, second = couple

    slow, quick = two_phones(pool, assembly, first, second)

    assert isinstance(slow, AlreadyCast)
    assert Ballot.objects.get().pk == quick.ballot_id
    assert LedgerEntry.objects.filter(verb="votes.ballot.cast").count() == 1


def test_control_without_the_unique_constraint_both_phones_win(pool, couple):
    assembly, first, second = couple

    with without(
        "ALTER TABLE votes_ballot DROP CONSTRAINT one_ballot_per_revision",
        "ALTER TABLE votes_ballot ADD CONSTRAINT one_ballot_per_revision"
        " UNIQUE (assembly_id, elector_id, revision)",
    ):
        slow, quick = two_phones(pool, assembly, first, second)
        assert isinstance(slow, Receipt)
        assert isinstance(quick, Receipt)
        assert Ballot.objects.count() == 2


def test_two_phones_changing_a_ballot_get_consecutive_revisions(pool):
    title = OwnershipFactory()
    partner = OwnershipFactory(unit=title.unit, position=1)
    assembly = posted_assembly(units=[title.unit], rules={"ballot-change": "revisable"})

    slow, quick = two_phones(pool, assembly, title.owner.user, partner.owner.user)

    assert list(Ballot.objects.order_by("revision").values_list("revision", "pk")) == [
        (1, quick.ballot_id),
        (2, slow.ballot_id),
    ]


def test_one_tap_sent_many_times_at_once_is_one_ballot(pool):
    assembly = posted_assembly()
    owner, key = people_of(assembly)[0], uuid.uuid4()
    start = threading.Barrier(12)
    work = casting_of(assembly, owner, "F", key)

    def send() -> Receipt:
        start.wait(PATIENCE)
        return in_own_connection(work)

    receipts = [future.result(PATIENCE) for future in [pool.submit(send) for _ in range(12)]]

    ballot = Ballot.objects.get()
    assert {(r.ballot_id, r.leaf_hash, r.accepted_at) for r in receipts} == {
        (ballot.pk, ballot.leaf_hash, ballot.accepted_at)
    }
    assert LedgerEntry.objects.filter(verb="votes.ballot.cast").count() == 1


# --- the close ---------------------------------------------------------------------


def close_while_a_ballot_is_being_written(pool: ThreadPoolExecutor) -> tuple[Assembly, Any, bool]:
    """A ballot accepted in time stands ready to be written when the deadline passes and the close begins.

    Returns the assembly, what came of the cast, and whether the close waited for it.
    """
    assembly = posted_assembly(closes_in=timedelta(seconds=1))
    gate = Gate()
    cast: Future[Any] = pool.submit(in_own_connection, casting_of(assembly, people_of(assembly)[0]), gate)
    assert gate.reached.wait(PATIENCE)
    wait_until(lambda: database_now() >= assembly.closes_at)
    close: Future[Any] = pool.submit(in_own_connection, lambda: close_assembly(assembly_id=assembly.pk))
    wait_until(lambda: close.done() or somebody_waits_for_a_lock())
    waited = not close.done()
    gate.opened.set()
    outcome = cast.result(PATIENCE)
    assert close.result(PATIENCE) is True
    return assembly, outcome, waited


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


def wait_until(holds: Callable[[], bool]) -> None:
    """Ask again until it holds; each question is a round trip, so this does not spin."""
    pause = threading.Event()
    for _ in range(PATIENCE * 100):
        if holds():
            return
        pause.wait(0.01)
    raise AssertionError("it never came to that")


def test_the_close_waits_for_a_ballot_accepted_in_time_and_counts_it(pool):
    assembly, outcome, waited = close_while_a_ballot_is_being_written(pool)

    assert waited
    assert isinstance(outcome, Receipt)
    certificate = Certificate.objects.get(assembly=assembly)
    assert (certificate.received, certificate.counted) == (1, 1)
    assert Ballot.objects.filter(assembly=assembly).count() == 1


def test_control_without_the_shared_lock_a_ballot_is_acknowledged_and_not_counted(pool, monkeypatch):
    unlocked = cast_statements.LOCK_ASSEMBLY["postgresql"].removesuffix(" FOR SHARE OF a")
    monkeypatch.setitem(cast_statements.LOCK_ASSEMBLY, "postgresql", unlocked)
    with without(
        "ALTER TABLE votes_ballot DISABLE TRIGGER votes_ballot_fits_assembly",
        "ALTER TABLE votes_ballot ENABLE ALWAYS TRIGGER votes_ballot_fits_assembly",
    ):
        assembly, outcome, waited = close_while_a_ballot_is_being_written(pool)

        assert not waited
        assert isinstance(outcome, Receipt)
        assert Certificate.objects.get(assembly=assembly).received == 0
        assert Ballot.objects.filter(assembly=assembly).count() == 1


def test_in_storms_at_the_deadline_every_acknowledged_ballot_is_counted(pool):
    for _ in range(12):
        assembly = posted_assembly(owners=8, closes_in=timedelta(milliseconds=150))
        works = [casting_of(assembly, user) for user in people_of(assembly)]
        start = threading.Barrier(len(works) + 2)

        def closing(pk: int = assembly.pk, start: threading.Barrier = start) -> bool:
            start.wait(PATIENCE)
            wait_until(
                lambda: close_assembly(assembly_id=pk) or Certificate.objects.filter(assembly=pk).exists()
            )
            return True

        def sending(work: Callable[[], Receipt], start: threading.Barrier = start) -> Any:
            start.wait(PATIENCE)
            return in_own_connection(work)

        closers = [pool.submit(in_own_connection, closing) for _ in range(2)]
        outcomes = [future.result(PATIENCE) for future in [pool.submit(sending, work) for work in works]]
        for closer in closers:
            closer.result(PATIENCE)

        acknowledged = {outcome.ballot_id for outcome in outcomes if isinstance(outcome, Receipt)}
        assert set(Ballot.objects.filter(assembly=assembly).values_list("pk", flat=True)) == acknowledged
        assert Certificate.objects.get(assembly=assembly).counted == len(acknowledged)
        assert not Ballot.objects.filter(assembly=assembly, accepted_at__gte=assembly.closes_at).exists()
