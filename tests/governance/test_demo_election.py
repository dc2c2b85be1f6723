"""The election of the demo's story: certified, with a tie at the last seat that the lot decided."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from communities.enums import RoleCode
from communities.models import OutboxMessage, Owner
from governance.demo.election import PAIR, hold_election, mark_patterns
from tests.factories.communities import EstateFactory, OwnershipFactory, UnitFactory, appoint
from votes.elections import draw_lot
from votes.models import SeatResult

pytestmark = pytest.mark.django_db


def test_twenty_ballots_add_up_to_the_shares_and_none_marks_too_many():
    patterns = mark_patterns()
    assert [sum(marks[place] == "F" for marks in patterns) for place in range(8)] == [
        *(16, 16, 14, 14, 13, 13, 11, 3)
    ]
    assert {marks.count("F") for marks in patterns} == {5}
    assert all(marks[4] == marks[5] for marks in patterns)


def test_the_story_holds_an_election_that_the_lot_decides():
    estate = EstateFactory()
    building = UnitFactory(building__estate=estate, area=8_000).building
    OwnershipFactory(unit=estate.units.get())
    for number in range(59):
        OwnershipFactory(unit=UnitFactory(building=building, area=6_000 + 97 * number))
    owners = list(Owner.objects.filter(estate=estate).select_related("user").order_by("pk")[:8])
    chair, secretary = appoint(RoleCode.COMMITTEE_CHAIR, estate), appoint(RoleCode.SECRETARY, estate)

    election = hold_election(
        estate=estate,
        owners=owners,
        chair=chair,
        secretary=secretary,
        closes_on=timezone.localdate() - timedelta(days=200),
        draw=random.Random(1),
    )

    results = {one.candidate.number: one for one in SeatResult.objects.select_related("candidate")}
    first, second = (results[number] for number in PAIR)
    assert (first.for_heads, first.for_area) == (second.for_heads, second.for_area)
    lots = {number: draw_lot(election.lot_seed, election.lot_root, number) for number in PAIR}
    winner = min(PAIR, key=lambda number: lots[number])
    loser = sum(PAIR) - winner
    assert (results[winner].outcome, results[winner].rank) == ("elected", 5)
    assert (results[loser].outcome, results[loser].rank) == ("alternate", 6)
    assert {number: one.lot for number, one in results.items() if one.lot} == lots
    assert [results[number].outcome for number in (1, 2, 3, 4, 7, 8)] == [
        *("elected",) * 4,
        "alternate",
        "not-elected",
    ]
    assert election.assembly.status == "certified"
    assert election.term.seats.filter(is_alternate=False).count() == 5
    assert election.term.starts_on == timezone.localdate() - timedelta(days=200)
    assert not OutboxMessage.objects.filter(relayed_at__isnull=True).exists()
