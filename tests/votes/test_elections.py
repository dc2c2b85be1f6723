"""Seats, ranks, ties and lots, against an implementation that was written another way."""

import hashlib
import json
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from votes.elections import (
    Counted,
    LotRefused,
    MarkGroup,
    Place,
    SlateRefused,
    award,
    draw_lot,
    fewest_members,
    is_formed,
)
from votes.enums import SeatOutcome

SEED, ROOT = "2026-换届", "ab" * 32


def places(candidates, *, seats=2, alternates=1, seed=SEED, root=ROOT):
    outcomes = award(candidates, seats=seats, alternates=alternates, seed=seed, root=root)
    return {one.number: (one.place.value, one.rank) for one in outcomes}


def passed(number, heads, area=0, **fields):
    return Counted(number, heads, area, True, **fields)


# --- the order -----------------------------------------------------------------------


def test_heads_come_before_area():
    found = places([passed(1, 10, 9_999), passed(2, 11, 1), passed(3, 9, 99_999)], seats=1)
    assert found == {2: ("elected", 1), 1: ("alternate", 2), 3: ("not-elected", 3)}


def test_equal_heads_are_ranked_by_area():
    assert places([passed(1, 10, 5), passed(2, 10, 6)], seats=1, alternates=0) == {
        2: ("elected", 1),
        1: ("not-elected", 2),
    }


def test_without_the_dual_majority_nobody_is_elected_however_many_were_for_them():
    losing = Counted(1, 99, 99, passed=False)
    assert places([losing, passed(2, 1, 1)]) == {2: ("elected", 1), 1: ("not-elected", None)}


def test_whoever_withdrew_is_not_elected_and_takes_no_rank():
    assert places([passed(1, 99, withdrawn=True), passed(2, 1)]) == {
        2: ("elected", 1),
        1: ("withdrawn", None),
    }


def test_a_tie_among_the_elected_is_left_a_tie_and_needs_no_lot():
    outcomes = award([passed(1, 5), passed(2, 5), passed(3, 4)], seats=2, alternates=0, seed="", root="")
    assert [(one.number, one.rank, one.lot) for one in outcomes] == [(1, 1, ""), (2, 1, ""), (3, 3, "")]


def test_a_tie_behind_the_last_alternate_needs_no_lot():
    outcomes = award(
        [passed(1, 9), passed(2, 8), passed(3, 5), passed(4, 5)], seats=1, alternates=1, seed="", root=""
    )
    assert [one.rank for one in outcomes] == [1, 2, 3, 3]


@pytest.mark.parametrize(
    ("heads", "seats", "alternates"),
    [((5, 5), 1, 0), ((5, 5), 1, 1), ((9, 5, 5), 1, 2), ((9, 5, 5), 1, 1), ((9, 5, 5, 5), 2, 0)],
)
def test_a_tie_that_decides_something_is_drawn_and_refused_without_a_seed(heads, seats, alternates):
    candidates = [passed(number, count) for number, count in enumerate(heads, start=1)]
    outcomes = award(candidates, seats=seats, alternates=alternates, seed=SEED, root=ROOT)
    tied = [one for one in outcomes if one.lot]
    assert [one.lot for one in tied] == sorted(draw_lot(SEED, ROOT, one.number) for one in tied)
    assert sorted(one.rank or 0 for one in outcomes) == list(range(1, len(heads) + 1))
    for seed, root in (("", ROOT), ("  ", ROOT), (SEED, "")):
        with pytest.raises(LotRefused):
            award(candidates, seats=seats, alternates=alternates, seed=seed, root=root)


def test_the_lot_is_what_anybody_can_work_out_by_hand():
    text = json.dumps([SEED, ROOT, 3], ensure_ascii=False, separators=(",", ":"))
    assert draw_lot(SEED, ROOT, 3) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(("seats", "alternates"), [(0, 1), (-1, 0), (1, -1)])
def test_no_seats_are_refused(seats, alternates):
    with pytest.raises(SlateRefused):
        award([passed(1, 1)], seats=seats, alternates=alternates, seed=SEED, root=ROOT)


def test_a_number_that_stands_twice_is_refused():
    with pytest.raises(SlateRefused):
        award([passed(1, 1), passed(1, 2)], seats=1, alternates=0, seed=SEED, root=ROOT)


def test_places_are_called_as_they_are_stored():
    assert {place.value for place in Place} == set(SeatOutcome.values)


# --- against another implementation -----------------------------------------------------


def by_pairs(candidates, seats, alternates):
    """Each candidate's place from how many beat it, pair by pair; nothing is sorted."""

    def beats(one, other):
        if one.for_heads != other.for_heads:
            return one.for_heads > other.for_heads
        if one.for_area != other.for_area:
            return one.for_area > other.for_area
        return draw_lot(SEED, ROOT, one.number) < draw_lot(SEED, ROOT, other.number)

    found = {}
    fit = [one for one in candidates if one.passed and not one.withdrawn]
    for one in candidates:
        if one.withdrawn:
            found[one.number] = "withdrawn"
        elif not one.passed:
            found[one.number] = "not-elected"
        else:
            better = sum(beats(other, one) for other in fit if other is not one)
            found[one.number] = (
                "elected" if better < seats else "alternate" if better < seats + alternates else "not-elected"
            )
    return found


@st.composite
def slates(draw):
    count = draw(st.integers(1, 9))
    return [
        Counted(
            number,
            draw(st.integers(0, 3)),
            draw(st.integers(0, 2)),
            draw(st.booleans()),
            withdrawn=draw(st.integers(0, 4)) == 0,
        )
        for number in range(1, count + 1)
    ]


@given(slates(), st.integers(1, 5), st.integers(0, 3))
def test_the_places_are_those_of_a_comparison_pair_by_pair(candidates, seats, alternates):
    outcomes = award(candidates, seats=seats, alternates=alternates, seed=SEED, root=ROOT)
    assert {one.number: one.place.value for one in outcomes} == by_pairs(candidates, seats, alternates)
    assert sum(one.place is Place.ELECTED for one in outcomes) == min(
        seats, sum(one.passed and not one.withdrawn for one in candidates)
    )


@given(slates(), st.randoms(use_true_random=False))
def test_the_order_in_which_candidates_come_changes_nothing(candidates, random):
    mixed = list(candidates)
    random.shuffle(mixed)
    first, second = (award(one, seats=2, alternates=1, seed=SEED, root=ROOT) for one in (candidates, mixed))
    assert first == second


def test_every_small_slate_agrees_with_the_other_implementation():
    for heads in product((1, 2), repeat=4):
        for fits in product((True, False), repeat=4):
            candidates = [Counted(n + 1, heads[n], 7, fits[n]) for n in range(4)]
            for seats, alternates in product((1, 2, 3), (0, 1)):
                outcomes = award(candidates, seats=seats, alternates=alternates, seed=SEED, root=ROOT)
                found = {one.number: one.place.value for one in outcomes}
                assert found == by_pairs(candidates, seats, alternates)


def test_another_root_may_draw_another_order():
    tied = [passed(number, 1) for number in range(1, 5)]
    orders = {
        tuple(one.number for one in award(tied, seats=1, alternates=3, seed=SEED, root=f"{n:064x}"))
        for n in range(200)
    }
    assert orders == set(permutations((1, 2, 3, 4)))


# --- the committee and the ballot ----------------------------------------------------------


@pytest.mark.parametrize(
    ("elected", "planned", "fewest", "formed"),
    [
        (5, 5, 5, True),
        (5, 7, 5, True),
        (5, 9, 5, True),
        (5, 11, 5, False),
        (6, 11, 5, True),
        (4, 5, 5, False),
        (3, 5, 3, True),
        (2, 3, 3, False),
        (0, 5, 5, False),
    ],
)
def test_a_committee_stands_with_the_fewest_and_more_than_half_of_the_planned(
    elected, planned, fewest, formed
):
    assert is_formed(elected=elected, planned=planned, fewest=fewest) is formed


@pytest.mark.parametrize(("households", "fewest"), [(1, 3), (100, 3), (101, 5)])
def test_a_hundred_households_may_have_a_smaller_committee(households, fewest):
    assert fewest_members(households, usual=5, small=3) == fewest
    assert fewest_members(households, usual=5, small=5) == 5


@given(st.text("FANX-", min_size=5, max_size=5), st.integers(1, 4))
def test_too_many_marks_void_the_candidates_and_nothing_else(marks, limit):
    group = MarkGroup((2, 3, 4, 5), limit)
    counted = group.as_counted(marks)
    assert counted[0] == marks[0]
    if marks[1:].count("F") > limit:
        assert counted[1:] == "XXXX" and group.is_exceeded(marks)
    else:
        assert counted == marks and not group.is_exceeded(marks)
