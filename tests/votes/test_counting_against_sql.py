"""The count against a second implementation written in SQL, which shares nothing with the first.

``LINYI_ELECTIONS`` sets how many random elections are held (1 500 unless told).
"""

import itertools
import os
import random
import sqlite3
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from votes.counting import CountedBallot, Measure, SilenceRule, Tally, decide, tally_ballots
from votes.statutes import CIVIL_CODE_2021, PROPERTY_LAW_2007, Kind

ELECTIONS = int(os.environ.get("LINYI_ELECTIONS", "1500"))

SCHEMA = """
CREATE TABLE unit (election INTEGER, owner INTEGER, area INTEGER);
CREATE TABLE said (election INTEGER, owner INTEGER, letter TEXT);
CREATE TABLE served (election INTEGER, owner INTEGER);
CREATE TABLE law (code TEXT, kind TEXT);
INSERT INTO law VALUES
    ('civil-code-2021', 'ordinary'), ('civil-code-2021', 'special'),
    ('property-law-2007', 'ordinary'), ('property-law-2007', 'special');
CREATE TABLE silence (rule TEXT);
INSERT INTO silence VALUES ('none'), ('majority'), ('majority of all');
"""

ORACLE = """
WITH
owner AS (SELECT election, owner, SUM(area) AS area FROM unit GROUP BY election, owner),
voice AS (
    SELECT owner.election, owner.area,
           COALESCE(said.letter, CASE WHEN served.owner IS NULL THEN 'absent' ELSE 'silent' END) AS voice
    FROM owner
    LEFT JOIN said ON said.election = owner.election AND said.owner = owner.owner
    LEFT JOIN served ON served.election = owner.election AND served.owner = owner.owner
),
sums AS (
    SELECT election,
           COUNT(*) AS all_h, SUM(area) AS all_a,
           SUM(voice = 'F') AS yes_h, SUM((voice = 'F') * area) AS yes_a,
           SUM(voice = 'A') AS no_h, SUM((voice = 'A') * area) AS no_a,
           SUM(voice = 'N') AS abst_h, SUM((voice = 'N') * area) AS abst_a,
           SUM(voice = 'M') AS foll_h, SUM((voice = 'M') * area) AS foll_a,
           SUM(voice = 'silent') AS sil_h, SUM((voice = 'silent') * area) AS sil_a
    FROM voice GROUP BY election
),
sided AS (
    SELECT *,
           CASE WHEN yes_h > no_h AND yes_a > no_a THEN 'yes'
                WHEN yes_h < no_h AND yes_a < no_a THEN 'no' END AS side
    FROM sums
),
ruled AS (
    SELECT sided.*, rule,
           CASE WHEN side IS NULL OR rule = 'none' THEN 0
                WHEN rule = 'majority' THEN 1
                WHEN side = 'yes' AND yes_h * 2 > all_h AND yes_a * 2 > all_a THEN 1
                WHEN side = 'no' AND no_h * 2 > all_h AND no_a * 2 > all_a THEN 1
                ELSE 0 END AS speaks
    FROM sided CROSS JOIN silence
),
counted AS (
    SELECT election, rule, side, speaks, all_h, all_a,
           yes_h + CASE side WHEN 'yes' THEN foll_h + speaks * sil_h ELSE 0 END AS for_h,
           yes_a + CASE side WHEN 'yes' THEN foll_a + speaks * sil_a ELSE 0 END AS for_a,
           yes_h + no_h + abst_h + foll_h + speaks * sil_h AS part_h,
           yes_a + no_a + abst_a + foll_a + speaks * sil_a AS part_a
    FROM ruled
)
SELECT election, code, kind, rule, speaks, for_h, for_a, part_h, part_a,
       CASE WHEN code = 'civil-code-2021' THEN
                CASE WHEN part_h * 3 < all_h * 2 OR part_a * 3 < all_a * 2 THEN 'quorum-not-met'
                     WHEN kind = 'ordinary' AND for_h * 2 > part_h AND for_a * 2 > part_a THEN 'passed'
                     WHEN kind = 'special'
                          AND for_h * 4 >= part_h * 3 AND for_a * 4 >= part_a * 3 THEN 'passed'
                     ELSE 'not-passed' END
            WHEN kind = 'ordinary' AND for_h * 2 > all_h AND for_a * 2 > all_a THEN 'passed'
            WHEN kind = 'special' AND for_h * 3 >= all_h * 2 AND for_a * 3 >= all_a * 2 THEN 'passed'
            ELSE 'not-passed' END AS verdict
FROM counted CROSS JOIN law
ORDER BY election, code, kind, rule
"""


class Owner(NamedTuple):
    """One owner: the areas of the units, the letter on the ballot or None, and whether it was served."""

    units: tuple[int, ...]
    letter: str | None
    served: bool


class Row(NamedTuple):
    election: int
    code: str
    kind: str
    rule: str
    speaks: int
    for_h: int
    for_a: int
    part_h: int
    part_a: int
    verdict: str


Election = tuple[Owner, ...]
STATUTES = {statute.code: statute for statute in (CIVIL_CODE_2021, PROPERTY_LAW_2007)}

RULES = ("majority", "majority of all", "none")


def by_sql(elections: list[Election]) -> list[Row]:
    database = sqlite3.connect(":memory:")
    database.executescript(SCHEMA)
    units, said, served = [], [], []
    for number, election in enumerate(elections):
        for name, owner in enumerate(election):
            units += [(number, name, area) for area in owner.units]
            if owner.letter is not None:
                said.append((number, name, owner.letter))
            if owner.served:
                served.append((number, name))
    database.executemany("INSERT INTO unit VALUES (?, ?, ?)", units)
    database.executemany("INSERT INTO said VALUES (?, ?, ?)", said)
    database.executemany("INSERT INTO served VALUES (?, ?)", served)
    database.executescript(
        "CREATE INDEX s1 ON said (election, owner); CREATE INDEX s2 ON served (election, owner);"
    )
    rows = [Row(*row) for row in database.execute(ORACLE)]
    database.close()
    return rows


@cache
def _decide(code: str, kind: str, total: Measure, tally: Tally, silence: SilenceRule | None):
    return decide(statute=STATUTES[code], kind=Kind(kind), total=total, tally=tally, silence=silence)


def by_counting(elections: list[Election], rules: tuple[str, ...]) -> Iterator[Row]:
    for number, election in enumerate(elections):
        total = Measure(len(election), sum(sum(owner.units) for owner in election))
        ballots = [CountedBallot(1, sum(o.units), o.letter) for o in election if o.letter is not None]
        silent = [owner for owner in election if owner.letter is None and owner.served]
        served = Measure(len(silent), sum(sum(owner.units) for owner in silent))
        (tally,) = tally_ballots(ballots, 1)
        silence = {
            "none": None,
            "majority": SilenceRule("第一条", served),
            "majority of all": SilenceRule("第一条", served, majority_of_all=True),
        }
        for code, kind, rule in itertools.product(STATUTES, ("ordinary", "special"), rules):
            decision = _decide(code, kind, total, tally, silence[rule])
            silent = decision.silent
            last = decision.counted if silent is None else silent.tally
            yield Row(
                number,
                code,
                kind,
                rule,
                int(silent is not None and silent.withheld is None),
                last.for_.heads,
                last.for_.area,
                last.participating.heads,
                last.participating.area,
                decision.verdict.value,
            )


def compare(elections: list[Election], rules: tuple[str, ...] = RULES) -> list[Row]:
    expected = [row for row in by_sql(elections) if row.rule in rules]
    for counted, wanted in itertools.zip_longest(by_counting(elections, rules), expected):
        assert counted == wanted, elections[wanted.election]
    return expected


def partitions(units: int) -> Iterator[tuple[int, ...]]:
    """Every way to give ``units`` units to owners: the owner of each, numbered as they first appear."""

    def grow(prefix: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(prefix) == units:
            yield prefix
            return
        for owner in range(max(prefix, default=-1) + 2):
            yield from grow((*prefix, owner))

    return grow(())


@pytest.mark.parametrize(("areas", "rules"), [((1, 1, 1, 1), RULES), ((1, 2, 3, 3), ("none",))], ids=str)
def test_every_way_to_vote_on_every_small_roll(areas, rules):
    voices: list[tuple[str | None, bool]] = [(letter, False) for letter in "FANMX-"]
    voices += [(None, True), (None, False)]
    elections = []
    for size in range(1, 5):
        for owned_by in partitions(size):
            units = [
                tuple(area for area, owner in zip(areas, owned_by, strict=False) if owner == name)
                for name in range(max(owned_by) + 1)
            ]
            elections += [
                tuple(Owner(unit, *voice) for unit, voice in zip(units, chosen, strict=True))
                for chosen in itertools.product(voices, repeat=len(units))
            ]
    assert len(elections) == 8_416
    outcomes = {(row.code, row.kind, row.verdict) for row in compare(elections, rules)}
    assert len(outcomes) == 3 + 3 + 2 + 2  # the property law knows no quorum


OWNERS = st.builds(
    Owner,
    units=st.lists(st.integers(1, 30_000), min_size=1, max_size=3).map(tuple),
    letter=st.sampled_from(["F", "F", "F", "A", "N", "M", "X", "-", None]),
    served=st.booleans(),
)


@settings(
    max_examples=200,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(OWNERS, min_size=1, max_size=9).map(tuple))
def test_any_election_counts_as_sql_does(election):
    compare([election])


def test_many_random_elections_count_as_sql_does():
    draw = random.Random(2021)
    held = 0
    while held < ELECTIONS:
        batch = []
        for _ in range(min(2_000, ELECTIONS - held)):
            # A few sizes and few areas on purpose: ties and exact fractions are where counts go wrong.
            largest = draw.choice([1, 3, 12, 20_000])
            weights = [draw.randrange(1, 12), draw.randrange(5), *(draw.randrange(3) for _ in range(5))]
            batch.append(
                tuple(
                    Owner(
                        tuple(draw.randint(1, largest) for _ in range(draw.choice([1, 1, 1, 2, 4]))),
                        draw.choices(["F", "A", "N", "M", "X", "-", None], weights)[0],
                        draw.random() < 0.7,
                    )
                    for _ in range(draw.randint(1, 16))
                )
            )
        compare(batch)
        _decide.cache_clear()
        held += len(batch)
    assert held == ELECTIONS


@settings(
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(OWNERS, min_size=2, max_size=9), st.randoms(use_true_random=False))
def test_the_order_of_ballots_does_not_matter(owners, draw):
    ballots = [CountedBallot(1, sum(owner.units), owner.letter or "-") for owner in owners]
    shuffled = draw.sample(ballots, len(ballots))
    assert tally_ballots(shuffled, 1) == tally_ballots(ballots, 1)


def test_the_oracle_itself_meets_the_articles_on_worked_examples():
    """With 12 owners of 1.00 m²: figures worked out by hand from the two articles."""

    def election(yes: int, no: int, abstain: int = 0, silent: int = 0) -> Election:
        letters = ["F"] * yes + ["A"] * no + ["N"] * abstain + [None] * silent
        letters += [None] * (12 - len(letters))
        return tuple(Owner((100,), letter, place < 12) for place, letter in enumerate(letters))

    def verdicts(chosen: Election) -> list[str]:
        return [row.verdict for row in by_sql([chosen]) if row.rule == "none"]

    # civil code ordinary, special; property law ordinary, special
    assert verdicts(election(5, 3)) == ["passed", "not-passed", "not-passed", "not-passed"]
    assert verdicts(election(6, 2)) == ["passed", "passed", "not-passed", "not-passed"]
    assert verdicts(election(7, 0)) == ["quorum-not-met", "quorum-not-met", "passed", "not-passed"]
    assert verdicts(election(8, 0)) == ["passed", "passed", "passed", "passed"]
    assert verdicts(election(4, 2, 2)) == ["not-passed", "not-passed", "not-passed", "not-passed"]
