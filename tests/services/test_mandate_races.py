"""Races around mandates and papers on a real PostgreSQL. RACE_ROUNDS asks for more rounds than CI runs."""

import os
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection

from communities.models import User
from tests.communities.races import in_parallel
from tests.factories.ballots import cast_for
from tests.factories.communities import OwnershipFactory, UserFactory
from tests.factories.mandates import give_mandate, holder_of
from tests.factories.papers import received_paper
from tests.factories.votes import elector_of, people_of, posted_assembly
from votes.enums import Channel
from votes.errors import (
    AlreadyCast,
    MandateLimitReached,
    MandateRevoked,
    MandateStands,
    MandateUsed,
    PrincipalVoted,
)
from votes.models import Assembly, Ballot, Mandate, UncountedBallot
from votes.services.casting import Receipt, admit_paper_ballot
from votes.services.mandate_casting import cast_mandate_ballot
from votes.services.mandates import grant_mandate, revoke_mandate
from votes.services.tallies import counted_ballots

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = int(os.environ.get("RACE_ROUNDS", "12"))
PATIENCE = 20


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=4) as executor:
        yield executor


class Gate:
    """Holds the statement that begins with ``words`` until it is opened; tells when somebody stands at it."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.reached, self.opened = threading.Event(), threading.Event()

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(self.words):
            self.reached.set()
            assert self.opened.wait(PATIENCE)
        return execute(sql, params, many, context)


def apart(work: Callable[[], Any], gate: Gate | None = None) -> Any:
    """On a connection of its own, as another process would. Gives what was raised as a value."""
    try:
        if gate is None:
            return work()
        with connection.execute_wrapper(gate):
            return work()
    except Exception as error:  # noqa: BLE001
        return error
    finally:
        connection.close()


def using(mandate: Mandate, choices: str = "F") -> Callable[[], Receipt]:
    holder = holder_of(mandate)
    key = uuid.uuid4()
    return lambda: cast_mandate_ballot(
        mandate_id=mandate.pk, choices=choices, idempotency_key=key, actor=holder
    )


def waits_for_a_lock() -> bool:
    """Whether some session of this database stands at a lock now. Polled, never slept for."""
    with connection.cursor() as cursor:
        for _ in range(2_000):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return True
    return False


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each returned or raised, in no particular order."""
    left = list(works)
    return in_parallel(len(works), lambda: left.pop()())


def test_a_withdrawal_waits_for_a_ballot_on_its_way_and_then_comes_too_late(pool):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    mandate = give_mandate(assembly, owner)
    gate = Gate('INSERT INTO "votes_ballot"')
    use = pool.submit(apart, using(mandate), gate)
    assert gate.reached.wait(PATIENCE)

    revoke = pool.submit(apart, lambda: revoke_mandate(mandate=mandate, actor=owner))
    assert waits_for_a_lock()
    gate.opened.set()

    assert isinstance(use.result(PATIENCE), Receipt)
    assert isinstance(revoke.result(PATIENCE), MandateUsed)
    assert Mandate.objects.get().revoked_at is None
    assert Ballot.objects.count() == 1


def test_a_ballot_waits_for_a_withdrawal_on_its_way_and_is_then_refused(pool):
    assembly = posted_assembly()
    owner = people_of(assembly)[0]
    mandate = give_mandate(assembly, owner)
    gate = Gate('UPDATE "votes_mandate"')
    revoke = pool.submit(apart, lambda: revoke_mandate(mandate=mandate, actor=owner), gate)
    assert gate.reached.wait(PATIENCE)

    use = pool.submit(apart, using(mandate))
    assert waits_for_a_lock()
    gate.opened.set()

    assert isinstance(revoke.result(PATIENCE), Mandate)
    assert isinstance(use.result(PATIENCE), MandateRevoked)
    assert not Ballot.objects.exists()


def test_a_mandate_is_never_both_withdrawn_and_counted():
    assembly = posted_assembly(owners=ROUNDS, rules={"mandate-limit": ROUNDS})
    holder = UserFactory()
    withdrawn = 0
    for owner in people_of(assembly):
        mandate = give_mandate(assembly, owner, holder)

        outcomes = at_once(using(mandate), partial(revoke_mandate, mandate=mandate, actor=owner))

        mandate.refresh_from_db()
        used = Ballot.objects.filter(mandate=mandate).count()
        assert (mandate.revoked_at is None) == (used == 1), outcomes
        losers = [one for one in outcomes if isinstance(one, Exception)]
        assert [type(one) for one in losers] in ([MandateUsed], [MandateRevoked])
        withdrawn += not used
    assert counted_ballots(assembly).count() == ROUNDS - withdrawn


def test_of_principal_and_holder_at_one_instant_the_principal_counts():
    assembly = posted_assembly(owners=ROUNDS, rules={"mandate-limit": ROUNDS})
    holder = UserFactory()
    for owner in people_of(assembly):
        mandate = give_mandate(assembly, owner, holder)

        outcomes = at_once(using(mandate, "F"), partial(cast_for, assembly, owner, "A"))

        stands = counted_ballots(assembly).get(elector=mandate.elector)
        assert (stands.channel, stands.choices) == (Channel.ONLINE, "A"), outcomes
        stored = Ballot.objects.filter(elector=mandate.elector).count()
        refused = [one for one in outcomes if isinstance(one, Exception)]
        assert [type(one) for one in refused] == ([PrincipalVoted] if stored == 1 else [])


def test_of_paper_and_online_at_one_instant_exactly_one_counts():
    assembly = posted_assembly(owners=ROUNDS)
    clerk = UserFactory()
    for owner in people_of(assembly):
        paper = received_paper(assembly, elector_of(assembly, owner))
        admit = partial(admit_paper_ballot, paper=paper, choices="N", actor=clerk)

        outcomes = at_once(admit, partial(cast_for, assembly, owner, "A"))

        elector = paper.elector
        stands = counted_ballots(assembly).get(elector=elector)
        stored = Ballot.objects.filter(elector=elector).count()
        kept = UncountedBallot.objects.filter(elector=elector).count()
        refused = sum(isinstance(one, AlreadyCast) for one in outcomes)
        assert (stands.channel, stands.choices) in (("paper", "N"), ("online", "A"))
        assert stored + kept + refused == 2, outcomes
    assert counted_ballots(assembly).count() == ROUNDS


def granting(assembly: Assembly, owner: User, phone: str) -> Callable[[], Mandate]:
    elector = elector_of(assembly, owner)
    return lambda: grant_mandate(
        assembly=assembly, elector=elector, holder_name="周明", holder_phone=phone, actor=owner
    )


def test_the_limit_of_a_holder_holds_when_all_give_at_once():
    assembly = posted_assembly(owners=8, rules={"mandate-limit": 3})
    works = [granting(assembly, owner, "+8619912345678") for owner in people_of(assembly)]

    outcomes = at_once(*works)

    assert sum(isinstance(one, MandateLimitReached) for one in outcomes) == 5
    assert Mandate.objects.count() == 3


def test_two_co_owners_at_once_make_one_holder():
    title = OwnershipFactory()
    partner = OwnershipFactory(unit=title.unit, position=1)
    assembly = posted_assembly(units=[title.unit])

    outcomes = at_once(
        granting(assembly, title.owner.user, "+8619912345678"),
        granting(assembly, partner.owner.user, "+8619912345679"),
    )

    assert sorted(type(one).__name__ for one in outcomes) == ["Mandate", MandateStands.__name__]
    assert Mandate.objects.count() == 1
