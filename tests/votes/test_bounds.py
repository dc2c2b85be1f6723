"""What is decided from part of the figures, against every way to fill in the rest.

The oracle is a table of all completions up to a roll of ``CAP``, asked in SQL. With
the roll unknown the known figures are kept so small that no outcome lies beyond it.
"""

import itertools
import sqlite3
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from votes.bounds import Column
from votes.counting import CountRefused, Dimension, Figures, PartialMeasure, judge
from votes.statutes import CIVIL_CODE_2021, PROPERTY_LAW_2007, Kind

CAP = 10

COMPLETIONS = """
CREATE TABLE n (k INTEGER);
WITH RECURSIVE up(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM up WHERE k < 10)
INSERT INTO n SELECT k FROM up;
CREATE TABLE completion AS
SELECT total.k AS total, part.k AS part, yes.k AS yes, no.k AS no, abst.k AS abst, bad.k AS bad
FROM n AS total
JOIN n AS part ON part.k <= total.k
JOIN n AS yes ON yes.k <= part.k
JOIN n AS no ON yes.k + no.k <= part.k
JOIN n AS abst ON yes.k + no.k + abst.k <= part.k
JOIN n AS bad ON part.k + bad.k <= total.k
WHERE total.k >= 1;
CREATE INDEX by_total ON completion (total, yes);
"""

OUTCOMES = """
SELECT DISTINCT
    part * 3 >= total * 2, yes * 2 > part, yes * 4 >= part * 3, yes * 2 > total, yes * 3 >= total * 2
FROM completion
WHERE (part = yes + no + abst OR NOT :sum_only) {known}
"""

#: Which columns of OUTCOMES are the quorum and the approval of each statute and kind.
JUDGED_BY = {
    (CIVIL_CODE_2021, Kind.ORDINARY): (0, 1),
    (CIVIL_CODE_2021, Kind.SPECIAL): (0, 2),
    (PROPERTY_LAW_2007, Kind.ORDINARY): (None, 3),
    (PROPERTY_LAW_2007, Kind.SPECIAL): (None, 4),
}


class Known(NamedTuple):
    total: int | None
    part: int | None
    yes: int | None
    no: int | None
    abst: int | None
    bad: int | None
    sum_only: bool

    @property
    def column(self) -> Column:
        return Column(self.total, self.part, self.yes, self.no, self.abst, self.bad, self.sum_only)


@cache
def database() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.executescript(COMPLETIONS)
    return connection


@cache
def outcomes(known: Known) -> frozenset[tuple[bool, ...]]:
    """The joint outcomes of the five comparisons over all completions; empty where there is none."""
    fields = [name for name in Known._fields[:-1] if getattr(known, name) is not None]
    query = OUTCOMES.format(known="".join(f" AND {name} = :{name}" for name in fields))
    return frozenset(tuple(map(bool, row)) for row in database().execute(query, known._asdict()))


def pairs(known: Known, judged_by: tuple[int | None, int]) -> set[tuple[bool, bool]]:
    """(quorum, approval) over all completions; without a quorum rule the first is True."""
    quorum, approval = judged_by
    return {(quorum is None or row[quorum], row[approval]) for row in outcomes(known)}


def unanimous(values: Iterator[bool]) -> bool | None:
    """The value all agree on, else None."""
    seen = set(values)
    return seen.pop() if len(seen) == 1 else None


def small_columns() -> Iterator[Known]:
    for total in range(1, 6):
        values = [None, *range(total + 1)]
        for figures in itertools.product(values, repeat=5):
            part, yes, no, abst, bad = figures
            yield Known(total, part, yes, no, abst, bad, sum_only=False)
        for figures in itertools.product(values, repeat=4):
            yes, no, abst, bad = figures
            yield Known(total, None, yes, no, abst, bad, sum_only=True)
    for figures in itertools.product([None, 0, 1], repeat=4):
        yes, no, abst, bad = figures
        yield from (Known(None, part, yes, no, abst, bad, sum_only=False) for part in (None, 0, 1, 3, 4))
        yield Known(None, None, yes, no, abst, bad, sum_only=True)


def test_every_small_column_is_decided_exactly_as_far_as_it_is_certain():
    possible = impossible = 0
    for known in small_columns():
        column = known.column
        rows = outcomes(known)
        assert (column.conflict() is None) is bool(rows), known
        if not rows:
            impossible += 1
            continue
        possible += 1
        for (statute, kind), (quorum, approval) in JUDGED_BY.items():
            thresholds = statute.thresholds(kind)
            indices = [index for index in (quorum, approval) if index is not None]
            for threshold, index in zip(thresholds, indices, strict=True):
                assert column.is_met(threshold) is unanimous(row[index] for row in rows), (known, threshold)
            together = any(all(row[index] for index in indices) for row in rows)
            assert column.can_meet(thresholds) is together, (known, kind)
    assert (possible, impossible) == (5_195, 28_925)


FIGURE = st.one_of(st.none(), st.integers(0, 6))


@st.composite
def known_columns(draw: st.DrawFn) -> Known:
    total = draw(st.one_of(st.none(), st.integers(1, 6)))
    figure = st.one_of(st.none(), st.integers(0, 1)) if total is None else FIGURE
    sum_only = draw(st.booleans())
    part = None if sum_only else draw(figure)
    known = Known(total, part, draw(figure), draw(figure), draw(figure), draw(figure), sum_only)
    assume(outcomes(known))
    return known


@settings(
    max_examples=300,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(known_columns(), known_columns(), st.sampled_from(list(JUDGED_BY)))
def test_a_verdict_is_given_exactly_where_every_completion_agrees(area, heads, rule):
    heads = heads._replace(sum_only=area.sum_only, part=None if area.sum_only else heads.part)
    assume(outcomes(heads))
    statute, kind = rule
    possible = {
        "quorum-not-met"
        if not (quorum_a and quorum_h)
        else "passed"
        if approval_a and approval_h
        else "not-passed"
        for quorum_a, approval_a in pairs(area, JUDGED_BY[rule])
        for quorum_h, approval_h in pairs(heads, JUDGED_BY[rule])
    }
    if len(possible) == 1:
        (expected,) = possible
    else:
        expected = "insufficient-data" if "passed" in possible else "not-passed"

    judgement = judge(statute, kind, figures(area, heads))

    assert judgement.verdict == expected
    assert bool(judgement.missing) is (expected == "insufficient-data")
    assert judgement.quorum_uncertain is (expected == "not-passed" and len(possible) > 1)


def figures(area: Known, heads: Known) -> Figures:
    def measure(name: str) -> PartialMeasure:
        return PartialMeasure(heads=getattr(heads, name), area=getattr(area, name))

    return Figures(
        total=measure("total"),
        for_=measure("yes"),
        against=measure("no"),
        abstain=measure("abst"),
        invalid=measure("bad"),
        participating=None if area.sum_only else measure("part"),
    )


@settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(known_columns(), known_columns(), st.sampled_from(list(JUDGED_BY)))
def test_filling_in_what_is_missing_always_leads_to_a_verdict(area, heads, rule):
    statute, kind = rule
    heads = heads._replace(sum_only=area.sum_only, part=None if area.sum_only else heads.part)
    assume(outcomes(heads))
    missing = judge(statute, kind, figures(area, heads)).missing
    fields = {
        "denominator": "total",
        "participating": "part",
        "for": "yes",
        "against": "no",
        "abstain": "abst",
    }
    filled = {Dimension.AREA: area, Dimension.HEADS: heads}
    for path in missing:
        name, dimension = path.split(".")
        known = filled[Dimension(dimension)]
        assert getattr(known, fields[name]) is None
        choices = (known._replace(**{fields[name]: value}) for value in range(CAP + 1))
        filled[Dimension(dimension)] = next(choice for choice in choices if outcomes(choice))
    assert judge(statute, kind, figures(filled[Dimension.AREA], filled[Dimension.HEADS])).missing == ()


def column(**known: int) -> Column:
    names = ("total", "participating", "for_", "against", "abstain", "invalid")
    return Column(**{name: known.get(name) for name in names}, sum_only="participating" not in known)


def test_a_majority_too_small_for_any_quorum_cannot_pass_though_each_test_alone_could():
    (quorum, approval) = CIVIL_CODE_2021.thresholds(Kind.ORDINARY)
    thirty = column(total=100, for_=30)
    assert (thirty.is_met(quorum), thirty.is_met(approval)) == (None, None)
    assert not thirty.can_meet((quorum, approval))
    assert column(total=100, for_=34).can_meet((quorum, approval))
    assert not column(total=102, for_=34).can_meet((quorum, approval))


def test_invalid_ballots_enlarge_an_unknown_roll_and_with_it_the_quorum():
    thresholds = CIVIL_CODE_2021.thresholds(Kind.ORDINARY)
    # Two invalid make a roll of six or more, whose quorum is four: three for may be their majority, two not.
    assert column(for_=3, invalid=2).can_meet(thresholds)
    assert not column(for_=2, invalid=2).can_meet(thresholds)


def test_votes_for_above_half_of_everyone_are_a_majority_of_any_turnout():
    (_, approval) = CIVIL_CODE_2021.thresholds(Kind.ORDINARY)
    assert column(total=100, for_=51).is_met(approval) is True
    assert column(total=100, for_=50).is_met(approval) is None
    assert column(total=100, for_=50, invalid=1).is_met(approval) is True


@pytest.mark.parametrize(
    ("known", "conflict"),
    [
        ({"total": 10, "participating": 11}, ("participating", 11, "denominator", 10)),
        ({"participating": 10, "for_": 11}, ("for", 11, "participating", 10)),
        ({"total": 10, "for_": 11}, ("for", 11, "denominator", 10)),
        ({"participating": 10, "for_": 6, "against": 5}, ("against", 11, "participating", 10)),
        ({"participating": 10, "for_": 6, "against": 4, "abstain": 1}, ("abstain", 11, "participating", 10)),
        ({"total": 10, "for_": 6, "against": 4, "abstain": 1}, ("abstain", 11, "denominator", 10)),
        ({"total": 10, "invalid": 11}, ("invalid", 11, "denominator", 10)),
        ({"total": 10, "participating": 8, "invalid": 3}, ("invalid", 11, "denominator", 10)),
        ({"total": 10, "for_": 5, "abstain": 4, "invalid": 2}, ("invalid", 11, "denominator", 10)),
    ],
)
def test_contradicting_figures_are_named_with_what_they_exceed(known, conflict):
    found = column(**known).conflict()
    assert found is not None
    assert (found.field, found.have, found.limit_field, found.limit) == conflict


def test_more_taking_part_than_marked_is_no_contradiction():
    assert column(total=10, participating=9, for_=5, against=2, abstain=1, invalid=1).conflict() is None


def test_contradicting_figures_in_either_dimension_are_not_judged():
    for measure in (PartialMeasure(heads=3), PartialMeasure(area=3)):
        with pytest.raises(CountRefused):
            judge(CIVIL_CODE_2021, Kind.ORDINARY, Figures(total=PartialMeasure(2, 2), for_=measure))
