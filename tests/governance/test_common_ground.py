"""Opinions that were planted are found again, noise is no group, and nobody few is shown."""

from collections import Counter
from math import comb

import numpy as np
import pytest

from governance.common_ground import Answer, find_common_ground, positions

PEOPLE, STATEMENTS = 200, 30


def planted(groups: int, seed: int, *, answered: float = 0.3, flipped: float = 0.025, unsure: float = 0.025):
    """The group of each person, and their answers: a third each, a few against their own group."""
    draw = np.random.default_rng(seed)
    opinions = draw.choice([-1, 1], size=(groups, STATEMENTS))
    while any(
        (opinions[one] != opinions[other]).sum() < STATEMENTS // 2
        for one in range(groups)
        for other in range(one)
    ):
        opinions = draw.choice([-1, 1], size=(groups, STATEMENTS))
    of = draw.integers(groups, size=PEOPLE)
    answers = []
    for person in range(PEOPLE):
        for statement in range(STATEMENTS):
            if draw.random() < answered:
                chance = draw.random()
                own = int(opinions[of[person], statement])
                value = -own if chance < flipped else 0 if chance < flipped + unsure else own
                answers.append(Answer(person, statement, value))
    return of, answers


def adjusted_rand(first: list[int], second: list[int]) -> float:
    """How alike two partings are: 1 the same, 0 as by chance (Hubert and Arabie 1985)."""

    def pairs(counts: Counter) -> int:
        return sum(comb(number, 2) for number in counts.values())

    both = pairs(Counter(zip(first, second, strict=True)))
    ours, theirs = pairs(Counter(first)), pairs(Counter(second))
    expected = ours * theirs / comb(len(first), 2)
    return (both - expected) / ((ours + theirs) / 2 - expected)


@pytest.mark.parametrize("groups", [2, 3, 4])
def test_planted_groups_are_recovered_from_a_third_of_the_answers(groups: int) -> None:
    scores = []
    for seed in (1, 2, 3):
        of, answers = planted(groups, seed)
        found = positions(answers, range(STATEMENTS), group_min=5)
        people = sorted(found)
        assert len(people) >= PEOPLE * 3 // 4
        scores.append(
            adjusted_rand([int(of[one]) for one in people], [found[one]["group"] for one in people])
        )
    assert sum(scores) / len(scores) >= 0.95
    assert min(scores) >= 0.93


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_answers_at_random_make_no_groups(seed: int) -> None:
    draw = np.random.default_rng(seed)
    answers = [
        Answer(person, statement, int(draw.choice([-1, 0, 1])))
        for person in range(PEOPLE)
        for statement in range(STATEMENTS)
        if draw.random() < 0.3
    ]
    found = find_common_ground(answers, range(STATEMENTS), group_min=5)
    assert (found["groups"], found["divides"], found["consensus"]) == ([], [], [])


def test_the_same_answers_give_the_same_map_whoever_gave_them_first() -> None:
    _, answers = planted(3, 5)
    found = find_common_ground(answers, range(STATEMENTS), group_min=5)
    again = [Answer(10_000 - one.person, one.statement, one.value) for one in reversed(answers)]
    assert find_common_ground(again, range(STATEMENTS), group_min=5) == found


def test_what_all_agree_on_stands_first_and_what_parts_them_stands_apart() -> None:
    answers = []
    for person in range(60):
        side = 1 if person < 30 else -1
        answers += [Answer(person, 1, 1), Answer(person, 2, side), Answer(person, 3, -side)]
        answers += [Answer(person, number, side) for number in range(4, 9)]
    found = find_common_ground(answers, range(1, 9), group_min=5)
    assert [group["size"] for group in found["groups"]] == [30, 30]
    assert [(one["statement"], one["says"]) for one in found["consensus"]] == [(1, "agree")]
    assert {one["statement"] for one in found["divides"]} == set(range(2, 9))


def test_a_group_of_fewer_than_five_is_shown_in_no_figure_and_no_point() -> None:
    answers = []
    for person in range(64):
        side = 0 if person >= 60 else 1 if person < 30 else -1
        answers += [Answer(person, number, side) for number in range(1, 9)]
    found = find_common_ground(answers, range(1, 9), group_min=5)
    assert [group["size"] for group in found["groups"]] == [30, 30]
    assert (found["hidden"], len(found["points"])) == (4, 60)


@pytest.mark.parametrize("people", [0, 1, 4])
def test_of_fewer_than_five_people_nothing_is_shown(people: int) -> None:
    answers = [Answer(person, number, 1) for person in range(people) for number in range(3)]
    found = find_common_ground(answers, range(3), group_min=5)
    assert found["people"] == people
    assert (found["points"], found["statements"], found["consensus"], found["groups"]) == ([], [], [], [])


def test_nobody_stands_in_the_document_by_number() -> None:
    _, answers = planted(2, 7)
    named = [Answer(one.person + 7_000_000, one.statement, one.value) for one in answers]
    assert "70000" not in repr(find_common_ground(named, range(STATEMENTS), group_min=5))
