"""A window only grows, before its end, by two people, with outages measured and everybody told."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from communities.enums import RoleCode
from communities.ledger.leaves import timestamp
from communities.models import LedgerEntry, Notice, ServiceRun, User
from communities.services.outbox import relay_outbox
from tests.factories.communities import appoint
from tests.factories.votes import people_of, posted_assembly
from votes.errors import (
    ActIncomplete,
    ActNotPossible,
    DeadlineNotLater,
    ExtensionChangesStatute,
    ExtensionNeedsBasis,
    SecondPersonNeeded,
    WindowTooLong,
)
from votes.models import Assembly, TwoPersonAct
from votes.services.acts import confirm_act, propose_act
from votes.services.closing import close_assembly
from votes.services.extensions import check_extension

pytestmark = pytest.mark.django_db

REASON = "服务器停机，业主不能表决，应当补足时间"
CLAUSE = "会议公告第五条"


@pytest.fixture
def running() -> Assembly:
    return posted_assembly(owners=3)


@pytest.fixture
def chair(running: Assembly) -> User:
    return appoint(RoleCode.COMMITTEE_CHAIR, running.estate)


@pytest.fixture
def secretary(running: Assembly) -> User:
    return appoint(RoleCode.SECRETARY, running.estate)


def propose(
    assembly: Assembly, actor: User, later: timedelta = timedelta(days=2), **payload: Any
) -> TwoPersonAct:
    assert assembly.closes_at is not None
    wanted = {"closes_at": timestamp(assembly.closes_at + later), "basis": CLAUSE, **payload}
    return propose_act(assembly=assembly, kind="extend", reason=REASON, actor=actor, payload=wanted)


def deadline(assembly: Assembly) -> Any:
    return Assembly.objects.values_list("closes_at", flat=True).get(pk=assembly.pk)


def was_silent(assembly: Assembly, minutes: int) -> None:
    """The service was down for so long, beginning ten minutes after the assembly opened."""
    assert assembly.opens_at is not None
    down = assembly.opens_at + timedelta(minutes=10)
    up = down + timedelta(minutes=minutes)
    ServiceRun.objects.create(started_at=assembly.opens_at - timedelta(days=1), last_seen_at=down)
    ServiceRun.objects.create(started_at=up, last_seen_at=timezone.now() + timedelta(minutes=1))


def test_a_proposal_alone_moves_nothing(running: Assembly, chair: User) -> None:
    propose(running, chair)
    assert deadline(running) == running.closes_at
    assert not Notice.objects.exists()


def test_a_second_person_moves_the_deadline_once(running: Assembly, chair: User, secretary: User) -> None:
    assert running.closes_at is not None
    act = propose(running, chair)
    with pytest.raises(SecondPersonNeeded):
        confirm_act(act=act, actor=chair)
    assert deadline(running) == running.closes_at
    act = confirm_act(act=act, actor=secretary)
    assert deadline(running) == running.closes_at + timedelta(days=2)
    assert act.applied_at == act.confirmed_at


def test_the_log_has_both_windows_and_everybody_is_told(
    running: Assembly, chair: User, secretary: User
) -> None:
    assert running.opens_at is not None
    assert running.closes_at is not None
    act = confirm_act(act=propose(running, chair), actor=secretary)
    entry = LedgerEntry.objects.get(verb="votes.assembly.extended")
    later = running.closes_at + timedelta(days=2)
    assert json.loads(entry.body)["payload"] == {
        "act": act.pk,
        "window": [timestamp(running.opens_at), timestamp(later)],
        "before": timestamp(running.closes_at),
        "outages": [],
    }
    relay_outbox()
    told = Notice.objects.filter(topic="votes.assembly-extended")
    assert set(told.values_list("recipient", flat=True)) == {person.pk for person in people_of(running)}
    assert REASON in told[0].text


def test_two_extensions_tell_twice(running: Assembly, chair: User, secretary: User) -> None:
    for _ in range(2):
        confirm_act(act=propose(Assembly.objects.get(pk=running.pk), chair), actor=secretary)
    relay_outbox()
    assert Notice.objects.filter(topic="votes.assembly-extended").count() == 6


def test_a_measured_outage_is_kept_and_needs_no_clause(running: Assembly, chair: User) -> None:
    was_silent(running, 25)
    act = propose(running, chair, basis="")
    assert [outage["minutes"] for outage in act.payload["outages"]] == [25]


@pytest.mark.parametrize("basis", ["", "  ", "公告"])
def test_without_an_outage_a_clause_must_allow_it(running: Assembly, chair: User, basis: str) -> None:
    with pytest.raises(ExtensionNeedsBasis):
        propose(running, chair, basis=basis)
    assert not TwoPersonAct.objects.exists()


@pytest.mark.parametrize("later", [timedelta(0), timedelta(seconds=-1), timedelta(days=-3)])
def test_it_never_becomes_shorter(running: Assembly, chair: User, later: timedelta) -> None:
    with pytest.raises(DeadlineNotLater):
        propose(running, chair, later)


def test_the_whole_window_keeps_to_the_longest(chair: User, running: Assembly) -> None:
    assert running.opens_at is not None
    assert running.closes_at is not None
    longest = running.opens_at + timedelta(days=60) - running.closes_at
    with pytest.raises(WindowTooLong):
        propose(running, chair, longest + timedelta(seconds=1))
    propose(running, chair, longest)


def test_the_law_that_counts_stays_the_same(running: Assembly) -> None:
    assert running.closes_at is not None
    running.statute = "guidance-2009"
    later = {"closes_at": timestamp(running.closes_at + timedelta(days=1)), "basis": CLAUSE}
    with pytest.raises(ExtensionChangesStatute):
        check_extension(running, later)


@pytest.mark.parametrize("text", ["", "明天", "2026-12-21", "2026-12-21T00:00:00", None, 7])
def test_a_deadline_that_says_no_moment_is_refused(running: Assembly, chair: User, text: Any) -> None:
    with pytest.raises(ActIncomplete):
        propose(running, chair, closes_at=text)


def test_before_opening_it_may_be_extended_too(chair: User, secretary: User, running: Assembly) -> None:
    announced = posted_assembly(running.estate, opens_in=timedelta(days=3))
    confirm_act(act=propose(announced, chair), actor=secretary)
    assert announced.closes_at is not None
    assert deadline(announced) == announced.closes_at + timedelta(days=2)


def test_after_the_deadline_nothing_is_extended(running: Assembly, chair: User) -> None:
    over = posted_assembly(running.estate, opens_in=timedelta(days=-9), closes_in=timedelta(seconds=-1))
    with pytest.raises(ActNotPossible):
        propose(over, chair)
    assert close_assembly(assembly_id=over.pk)
    with pytest.raises(ActNotPossible):
        propose(over, chair)


# --- what the database holds by itself ----------------------------------------------------


def move(assembly: Assembly, later: timedelta) -> None:
    with transaction.atomic():
        Assembly.objects.filter(pk=assembly.pk).update(closes_at=deadline(assembly) + later)


@pytest.mark.parametrize("later", [timedelta(days=1), timedelta(days=-1)])
def test_no_update_moves_a_deadline_before_or_after_an_act(
    running: Assembly, chair: User, secretary: User, later: timedelta
) -> None:
    with pytest.raises(DatabaseError):
        move(running, later)
    act = propose(running, chair)
    with pytest.raises(DatabaseError):
        move(running, later)
    confirm_act(act=act, actor=secretary)
    with pytest.raises(DatabaseError):
        move(running, later)


def test_a_confirmation_after_the_deadline_opens_no_guard(running: Assembly, chair: User) -> None:
    over = posted_assembly(running.estate, opens_in=timedelta(days=-9), closes_in=timedelta(seconds=-1))
    other, now = appoint(RoleCode.SECRETARY, running.estate), timezone.now()
    TwoPersonAct.objects.create(
        assembly=over,
        kind="extend",
        reason=REASON,
        proposed_by=chair,
        proposed_at=now,
        confirmed_by=other,
        confirmed_at=now,
    )
    with pytest.raises(DatabaseError):
        move(over, timedelta(days=1))


def test_what_is_closed_is_not_opened_by_an_act(running: Assembly, chair: User) -> None:
    over = posted_assembly(running.estate, opens_in=timedelta(days=-9), closes_in=timedelta(seconds=-1))
    assert over.closes_at is not None
    assert close_assembly(assembly_id=over.pk)
    before = over.closes_at - timedelta(hours=1)
    TwoPersonAct.objects.create(
        assembly=over,
        kind="extend",
        reason=REASON,
        proposed_by=chair,
        proposed_at=before,
        confirmed_by=appoint(RoleCode.SECRETARY, running.estate),
        confirmed_at=before,
    )
    with pytest.raises(DatabaseError):
        move(over, timedelta(days=1))
