"""Cancelling and voiding: two different people, a reason, the right moment, and everybody told."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from communities.enums import RoleCode
from communities.errors import NotPermitted, ReasonMissing
from communities.models import LedgerEntry, Notice, User
from communities.services.outbox import relay_outbox
from tests.factories.communities import appoint
from tests.factories.votes import draft_assembly, people_of, posted_assembly
from votes.errors import ActNotPossible, ActPending, ActSettled, AssemblyCancelled, SecondPersonNeeded
from votes.models import Assembly, Ballot, TwoPersonAct
from votes.services.acts import confirm_act, propose_act, withdraw_act
from votes.services.casting import cast_ballot
from votes.services.closing import close_assembly

from .test_preparing import those_who_can

pytestmark = pytest.mark.django_db

REASON = "公告中的金额写错了，应当重新公示"
MAY_ACT = {"chair", "secretary", "subdistrict"}


@pytest.fixture
def running() -> Assembly:
    return posted_assembly(owners=3)


@pytest.fixture
def chair(running: Assembly) -> User:
    return appoint(RoleCode.COMMITTEE_CHAIR, running.estate)


@pytest.fixture
def secretary(running: Assembly) -> User:
    return appoint(RoleCode.SECRETARY, running.estate)


def certified() -> Assembly:
    assembly = posted_assembly(owners=2, opens_in=timedelta(days=-9), closes_in=timedelta(hours=-1))
    assert close_assembly(assembly_id=assembly.pk)
    return Assembly.objects.get(pk=assembly.pk)


def status(assembly: Assembly) -> str:
    return str(Assembly.objects.values_list("status", flat=True).get(pk=assembly.pk))


def test_a_proposal_alone_changes_nothing(running: Assembly, chair: User) -> None:
    act = propose_act(assembly=running, kind="cancel", reason=f"  {REASON} ", actor=chair)
    assert (act.reason, act.proposed_by, act.confirmed_at) == (REASON, chair, None)
    assert status(running) == "published"
    assert not Notice.objects.exists()


def test_a_second_person_cancels(running: Assembly, chair: User, secretary: User) -> None:
    act = propose_act(assembly=running, kind="cancel", reason=REASON, actor=chair)
    confirm_act(act=act, actor=secretary)
    assert status(running) == "cancelled"
    act = TwoPersonAct.objects.get()
    assert (act.proposed_by, act.confirmed_by) == (chair, secretary)


def test_the_proposer_is_no_second_person(running: Assembly, chair: User) -> None:
    act = propose_act(assembly=running, kind="cancel", reason=REASON, actor=chair)
    with pytest.raises(SecondPersonNeeded):
        confirm_act(act=act, actor=chair)
    assert status(running) == "published"
    assert TwoPersonAct.objects.get().confirmed_at is None


def test_the_database_does_not_take_one_person_for_two(running: Assembly, chair: User) -> None:
    propose_act(assembly=running, kind="cancel", reason=REASON, actor=chair)
    with pytest.raises(IntegrityError), transaction.atomic():
        TwoPersonAct.objects.update(confirmed_by=chair, confirmed_at=timezone.now())


@pytest.mark.parametrize("step", ["propose", "confirm"])
def test_who_may_act(running: Assembly, step: str) -> None:
    estate = running.estate
    first = appoint(RoleCode.SUBDISTRICT, estate)
    act = propose_act(assembly=running, kind="cancel", reason=REASON, actor=first)
    if step == "propose":
        withdraw_act(act=act, actor=first)
    acts: dict[str, Callable[[User], Any]] = {
        "propose": lambda person: propose_act(assembly=running, kind="cancel", reason=REASON, actor=person),
        "confirm": lambda person: confirm_act(act=act, actor=person),
    }
    assert those_who_can(estate, acts[step]) == MAY_ACT
    assert status(running) == "published"


def test_only_the_proposer_withdraws(running: Assembly, chair: User, secretary: User) -> None:
    act = propose_act(assembly=running, kind="cancel", reason=REASON, actor=chair)
    with pytest.raises(NotPermitted):
        withdraw_act(act=act, actor=secretary)
    withdraw_act(act=act, actor=chair)
    with pytest.raises(ActSettled):
        confirm_act(act=act, actor=secretary)
    assert status(running) == "published"


def test_after_a_withdrawal_it_may_be_proposed_anew(running: Assembly, chair: User, secretary: User) -> None:
    withdraw_act(act=propose_act(assembly=running, kind="cancel", reason=REASON, actor=chair), actor=chair)
    act = propose_act(assembly=running, kind="cancel", reason=REASON, actor=secretary)
    confirm_act(act=act, actor=chair)
    assert status(running) == "cancelled"


def test_one_proposal_of_a_kind_at_a_time(running: Assembly, chair: User, secretary: User) -> None:
    propose_act(assembly=running, kind="cancel", reason=REASON, actor=chair)
    with pytest.raises(ActPending):
        propose_act(assembly=running, kind="cancel", reason=REASON, actor=secretary)
    assert TwoPersonAct.objects.count() == 1


def test_it_is_confirmed_once(running: Assembly, chair: User, secretary: User) -> None:
    act = propose_act(assembly=running, kind="cancel", reason=REASON, actor=chair)
    confirm_act(act=act, actor=secretary)
    with pytest.raises(ActSettled):
        confirm_act(act=act, actor=appoint(RoleCode.SUBDISTRICT, running.estate))
    assert LedgerEntry.objects.filter(verb="votes.act.confirmed").count() == 1


@pytest.mark.parametrize("reason", ["", "太短了", " " * 20, "九个字的理由不够数"])
def test_a_reason_is_needed(running: Assembly, chair: User, reason: str) -> None:
    with pytest.raises(ReasonMissing):
        propose_act(assembly=running, kind="cancel", reason=reason, actor=chair)
    assert not TwoPersonAct.objects.exists()


def test_a_cancelled_assembly_takes_no_ballot_and_keeps_those_it_has(
    running: Assembly, chair: User, secretary: User
) -> None:
    first, second, _ = people_of(running)
    electors = list(running.electors.all())
    cast(running, electors[0].pk, first)
    confirm_act(act=propose_act(assembly=running, kind="cancel", reason=REASON, actor=chair), actor=secretary)
    with pytest.raises(AssemblyCancelled):
        cast(running, electors[1].pk, second)
    assert list(Ballot.objects.values_list("elector", flat=True)) == [electors[0].pk]


def cast(assembly: Assembly, elector_id: int, person: User) -> None:
    cast_ballot(
        assembly_id=assembly.pk,
        elector_id=elector_id,
        choices="F",
        idempotency_key=uuid.uuid4(),
        user_id=person.pk,
    )


def test_a_cancelled_assembly_is_never_counted(chair: User, secretary: User, running: Assembly) -> None:
    confirm_act(act=propose_act(assembly=running, kind="cancel", reason=REASON, actor=chair), actor=secretary)
    assert close_assembly(assembly_id=running.pk) is False
    assert status(running) == "cancelled"


def test_before_it_opens_it_may_be_cancelled_too(chair: User, secretary: User, running: Assembly) -> None:
    early = posted_assembly(running.estate, opens_in=timedelta(days=3))
    confirm_act(act=propose_act(assembly=early, kind="cancel", reason=REASON, actor=chair), actor=secretary)
    assert status(early) == "cancelled"


def test_what_has_closed_is_not_cancelled_even_if_no_task_came_by(running: Assembly, chair: User) -> None:
    over = posted_assembly(running.estate, opens_in=timedelta(days=-9), closes_in=timedelta(seconds=-1))
    with pytest.raises(ActNotPossible):
        propose_act(assembly=over, kind="cancel", reason=REASON, actor=chair)


def test_a_proposal_lapses_when_the_window_closes() -> None:
    over = posted_assembly(opens_in=timedelta(days=-9), closes_in=timedelta(seconds=-1))
    chair = appoint(RoleCode.COMMITTEE_CHAIR, over.estate)
    # Proposed in time, confirmed too late.
    act = TwoPersonAct.objects.create(
        assembly=over,
        kind="cancel",
        reason=REASON,
        proposed_by=chair,
        proposed_at=timezone.now() - timedelta(days=1),
    )
    with pytest.raises(ActNotPossible):
        confirm_act(act=act, actor=appoint(RoleCode.SECRETARY, over.estate))
    assert TwoPersonAct.objects.get().confirmed_at is None


def test_a_running_assembly_is_not_voided_and_a_certified_one_not_cancelled(
    running: Assembly, chair: User
) -> None:
    with pytest.raises(ActNotPossible):
        propose_act(assembly=running, kind="void", reason=REASON, actor=chair)
    done = certified()
    with pytest.raises(ActNotPossible):
        propose_act(
            assembly=done,
            kind="cancel",
            reason=REASON,
            actor=appoint(RoleCode.COMMITTEE_CHAIR, done.estate),
        )


def test_a_draft_has_no_acts(running: Assembly, chair: User) -> None:
    with pytest.raises(NotPermitted):
        propose_act(assembly=draft_assembly(running.estate), kind="cancel", reason=REASON, actor=chair)


def test_a_certified_result_is_voided_and_its_figures_stay() -> None:
    done = certified()
    before = done.certificate.sha256
    act = propose_act(
        assembly=done, kind="void", reason=REASON, actor=appoint(RoleCode.SUBDISTRICT, done.estate)
    )
    confirm_act(act=act, actor=appoint(RoleCode.COMMITTEE_CHAIR, done.estate))
    after = Assembly.objects.get(pk=done.pk)
    assert (after.status, after.certificate.sha256) == ("void", before)
    assert after.motions.get().result.verdict == "quorum-not-met"


@pytest.mark.parametrize("kind", ["cancel", "void"])
def test_everybody_on_the_roll_is_told_and_the_log_names_both(kind: str) -> None:
    assembly = posted_assembly(owners=2) if kind == "cancel" else certified()
    chair = appoint(RoleCode.COMMITTEE_CHAIR, assembly.estate)
    secretary = appoint(RoleCode.SECRETARY, assembly.estate)
    act = propose_act(assembly=assembly, kind=kind, reason=REASON, actor=chair)
    confirm_act(act=act, actor=secretary)
    relay_outbox()
    topic = {"cancel": "votes.assembly-cancelled", "void": "votes.assembly-voided"}[kind]
    told = Notice.objects.filter(topic=topic)
    assert set(told.values_list("recipient", flat=True)) == {person.pk for person in people_of(assembly)}

    verbs = LedgerEntry.objects.filter(log=assembly.log, verb__startswith="votes.act.").order_by("pk")
    assert list(verbs.values_list("verb", "actor")) == [
        ("votes.act.proposed", chair.pk),
        ("votes.act.confirmed", secretary.pk),
    ]
    last = verbs.last()
    assert last is not None
    assert json.loads(last.body)["payload"]["proposed_by"] == chair.pk
    assert REASON not in last.body
