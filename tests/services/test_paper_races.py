"""Races around a sheet on a real PostgreSQL: of everything done at once, exactly one thing holds."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from communities.clock import database_now
from communities.errors import Refusal
from tests.factories.ballots import cast_for
from tests.factories.papers import entered, printed, received, scrutineers_of
from tests.factories.votes import people_of, posted_assembly
from votes.enums import Channel, UncountedReason
from votes.errors import AlreadyCast, PaperAlreadyReceived, PaperSettled
from votes.models import Assembly, Ballot, PaperBallot, PaperEntry, UncountedBallot
from votes.services.closing import settle_assembly
from votes.services.papers import reprint_paper
from votes.services.tallies import ballot_figures, counted_ballots

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PATIENCE = 20


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=8) as executor:
        yield executor


class Gate:
    """Holds the first statement that begins with ``text`` until it is opened."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.reached, self.opened = threading.Event(), threading.Event()

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(self.text) and not self.reached.is_set():
            self.reached.set()
            assert self.opened.wait(PATIENCE)
        return execute(sql, params, many, context)


def alone(work: Callable[[], Any], gate: Gate | None = None) -> Any:
    """Run ``work`` on a connection of its own, as another process would. Gives a refusal as a value."""
    try:
        if gate is None:
            return work()
        with connection.execute_wrapper(gate):
            return work()
    except Refusal as refusal:
        return refusal
    finally:
        connection.close()


@contextmanager
def held(pool: ThreadPoolExecutor, work: Callable[[], Any], text: str) -> Iterator[list[Any]]:
    """While the block runs, ``work`` stands before its statement ``text``; then the list has its outcome."""
    gate, outcome = Gate(text), list[Any]()
    slow = pool.submit(alone, work, gate)
    assert gate.reached.wait(PATIENCE)
    try:
        yield outcome
    finally:
        gate.opened.set()
        outcome.append(slow.result(PATIENCE))


@pytest.fixture
def assembly() -> Assembly:
    return posted_assembly()


@pytest.fixture
def people(assembly):
    return scrutineers_of(assembly)


@pytest.fixture
def sheet(assembly, people) -> PaperBallot:
    return printed(assembly, people[0])[0]


def test_two_second_looks_at_once_settle_a_sheet_once(pool, people, sheet):
    received(sheet, people[0])
    entered(sheet, people[0])
    with held(pool, lambda: entered(sheet, people[1]), 'INSERT INTO "votes_paperentry"') as slow:
        quick = pool.submit(alone, lambda: entered(sheet, people[2]))
    assert isinstance(slow[0], PaperEntry)
    assert isinstance(quick.result(PATIENCE), PaperSettled)
    assert Ballot.objects.get().paper == sheet
    assert sheet.entries.count() == 2


def test_one_person_tapping_twice_enters_once(pool, people, sheet):
    received(sheet, people[0])
    start = threading.Barrier(4)

    def tap() -> Any:
        start.wait(PATIENCE)
        return entered(sheet, people[1])

    outcomes = [future.result(PATIENCE) for future in [pool.submit(alone, tap) for _ in range(4)]]
    assert sum(isinstance(outcome, PaperEntry) for outcome in outcomes) == 1
    assert sheet.entries.count() == 1
    assert not Ballot.objects.exists()


def close(assembly: Assembly) -> None:
    """Ends the voting as the sweep does, whatever the deadline says."""
    from django.db import transaction

    with transaction.atomic():
        locked = Assembly.objects.select_for_update(of=("self",)).get(pk=assembly.pk)
        settle_assembly(assembly=locked, moment=database_now())


def test_a_close_waits_for_a_sheet_that_is_being_received(pool, assembly, people, sheet):
    with held(pool, lambda: received(sheet, people[0]), 'UPDATE "votes_paperballot"') as slow:
        closing = pool.submit(alone, lambda: close(assembly))
        assert not closing.done()
    closing.result(PATIENCE)
    assert isinstance(slow[0], PaperBallot)
    assembly.refresh_from_db()
    assert assembly.status == "closed"  # and not certified: the sheet is to be entered first
    assert not UncountedBallot.objects.exists()


def test_a_sheet_that_comes_while_the_vote_is_closed_is_late(pool, assembly, people, sheet):
    with held(pool, lambda: close(assembly), 'UPDATE "votes_assembly"') as slow:
        coming = pool.submit(alone, lambda: received(sheet, people[0]))
    assert slow == [None]
    assert coming.result(PATIENCE).settled_at is not None
    assembly.refresh_from_db()
    # Nothing waited, so the result was published at once: the sheet is only registered.
    assert assembly.status == "certified"
    assert assembly.certificate.received == 0
    assert not Ballot.objects.exists()


def test_reprinting_and_receiving_one_sheet_at_once_leave_one_that_may_count(pool, people, sheet):
    with held(pool, lambda: received(sheet, people[0]), 'UPDATE "votes_paperballot"') as slow:
        reprinting = pool.submit(alone, lambda: reprint_paper(paper=sheet, actor=people[1]))
    assert isinstance(slow[0], PaperBallot)
    assert isinstance(reprinting.result(PATIENCE), PaperAlreadyReceived)
    assert PaperBallot.objects.filter(elector=sheet.elector).get().voided_at is None


def test_receiving_a_sheet_that_is_being_replaced_keeps_it_as_not_counted(pool, people, sheet):
    with held(
        pool, lambda: reprint_paper(paper=sheet, actor=people[1]), 'UPDATE "votes_paperballot"'
    ) as slow:
        coming = pool.submit(alone, lambda: received(sheet, people[0]))
    assert isinstance(coming.result(PATIENCE), PaperBallot)
    assert UncountedBallot.objects.get().reason == UncountedReason.PAPER_REPLACED
    assert slow[0].voided_at is None


def test_two_who_print_at_once_give_each_elector_one_sheet(pool, assembly, people):
    start = threading.Barrier(2)

    def press(person: Any) -> Any:
        start.wait(PATIENCE)
        return printed(assembly, person)

    made = [
        future.result(PATIENCE) for future in [pool.submit(alone, lambda p=p: press(p)) for p in people[:2]]
    ]
    assert sorted(map(len, made)) == [0, 3]
    assert list(PaperBallot.objects.order_by("serial").values_list("serial", flat=True)) == [1, 2, 3]


@pytest.fixture
def half_read(people, sheet) -> PaperBallot:
    received(sheet, people[0])
    entered(sheet, people[0])
    return sheet


def test_a_vote_by_phone_before_the_sheet_is_settled_counts_once(pool, assembly, people, half_read):
    owner = people_of(assembly)[0]
    with held(pool, lambda: cast_for(assembly, owner, "A"), "WITH ballot AS") as slow:
        settling = pool.submit(alone, lambda: entered(half_read, people[1]))
        assert not settling.done()
    settling.result(PATIENCE)
    # Both are kept; the sheet was received first, so by the published precedence it counts.
    online, paper = Ballot.objects.order_by("revision")
    assert (online.pk, paper.paper) == (slow[0].ballot_id, half_read)
    assert counted_ballots(assembly).get() == paper
    assert ballot_figures(assembly)["reasons"] == [["online", "replaced-by-precedence", 1]]
    assert not UncountedBallot.objects.exists()


def test_a_vote_by_phone_after_the_sheet_is_settled_is_refused(pool, assembly, people, half_read):
    owner = people_of(assembly)[0]
    with held(pool, lambda: entered(half_read, people[1]), 'INSERT INTO "votes_ballot"') as slow:
        casting = pool.submit(alone, lambda: cast_for(assembly, owner, "A"))
    assert isinstance(slow[0], PaperEntry)
    assert isinstance(casting.result(PATIENCE), AlreadyCast)
    assert Ballot.objects.get().channel == Channel.PAPER
    assert not UncountedBallot.objects.exists()
