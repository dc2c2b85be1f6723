"""Two people screen at once, a candidate leaves while ballots come in, the last signature is given twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from communities.enums import RoleCode
from communities.errors import Refusal
from communities.models import LedgerEntry, Owner
from tests.factories.ballots import cast_for
from tests.factories.communities import appoint
from tests.factories.elections import (
    MET,
    account_of,
    candidate_of,
    election_draft,
    posted_election,
    put_up,
    reload,
)
from tests.factories.votes import people_of
from votes.errors import AlreadyNominated, CandidateHasWithdrawn, ScreeningChanged, SupportNotTaken
from votes.models import Ballot, Candidate, NominationSupport
from votes.services.candidates import (
    nominate_candidate,
    screen_candidate,
    stand_for_election,
    support_candidate,
    withdraw_candidate,
)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run all of them at the same moment, each on a connection of its own; refusals come back as types."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(20)
            return work()
        except Refusal as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_of_two_screeners_one_decides_and_the_other_is_told_to_look_again() -> None:
    election = election_draft()
    estate = election.assembly.estate
    secretaries = [appoint(RoleCode.SECRETARY, estate) for _ in range(2)]
    for owner in Owner.objects.filter(estate=estate).order_by("pk")[:4]:
        candidate = put_up(
            election,
            owner,
            status="nominated",
            screening={},
            screening_reason="",
            screened_by=None,
            screened_at=None,
        )

        def screen(place: int, candidate: Candidate = candidate) -> Candidate:
            findings = MET if place else MET | {"dues": "failed"}
            return screen_candidate(
                candidate=candidate,
                findings=findings,
                eligible=bool(place),
                reason="核对过名册、缴费和任职情况",
                seen=None,
                actor=secretaries[place],
            )

        results = at_once(lambda: screen(0), lambda: screen(1))

        assert results.count(ScreeningChanged) == 1
        decided = next(one for one in results if isinstance(one, Candidate))
        candidate.refresh_from_db()
        assert (candidate.status, candidate.screened_by) == (decided.status, decided.screened_by)
    assert LedgerEntry.objects.filter(verb="votes.election.screened").count() == 4


def test_a_withdrawal_and_ballots_take_turns() -> None:
    election = posted_election(candidates=4, seats=3, areas=(100,) * 12)
    leaving = candidate_of(election, 1)
    people = people_of(election.assembly)

    def cast(place: int) -> Any:
        return cast_for(election.assembly, people[place], "FFNN")

    works: list[Callable[[], Any]] = [lambda place=place: cast(place) for place in range(1, 9)]  # type: ignore[misc]
    results = at_once(
        *works[:4],
        lambda: withdraw_candidate(candidate=leaving, reason="", actor=account_of(leaving)),
        *works[4:],
    )

    leaving.refresh_from_db()
    assert leaving.withdrawn_at is not None
    late = Ballot.objects.filter(accepted_at__gt=leaving.withdrawn_at)
    assert not late.filter(choices__startswith="F").exists()
    refused = results.count(CandidateHasWithdrawn)
    assert Ballot.objects.count() == 8 - refused


def test_one_owner_is_named_once_and_signs_once_however_often_at_once() -> None:
    election = election_draft()
    owners = list(Owner.objects.filter(estate=election.assembly.estate).order_by("pk"))
    accounts = [owner.user for owner in owners if owner.user is not None]
    results = at_once(
        lambda: stand_for_election(election=election, statement="", declared=True, actor=accounts[0]),
        *(
            lambda actor=actor: nominate_candidate(
                election=election, owner=owners[0], nomination="joint", actor=actor
            )
            for actor in accounts[1:4]
        ),
    )
    assert results.count(AlreadyNominated) == 3
    named = nominate_candidate(election=election, owner=owners[5], nomination="joint", actor=accounts[1])
    results = at_once(*(lambda: support_candidate(candidate=named, actor=accounts[6]) for _ in range(4)))
    assert results.count(SupportNotTaken) == 3
    assert NominationSupport.objects.filter(candidate=named, owner=owners[6]).count() == 1
    numbers = at_once(
        *(
            lambda actor=actor: (
                stand_for_election(election=election, statement="", declared=True, actor=actor).number
            )
            for actor in accounts[7:11]
        )
    )
    assert sorted(numbers) == [3, 4, 5, 6]
    assert reload(election).candidates.count() == 6
