"""What counts as taking part and as consent, with the boundary of every threshold."""

import random
from fractions import Fraction

import pytest

from votes import enums
from votes.counting import (
    CountedBallot,
    CountRefused,
    Figures,
    Mark,
    Measure,
    PartialMeasure,
    Side,
    SilenceRule,
    Tally,
    Verdict,
    Withheld,
    count,
    decide,
    judge,
    tally_ballots,
)
from votes.statutes import CIVIL_CODE_2021, PROPERTY_LAW_2007, Kind

ORDINARY, SPECIAL = Kind.ORDINARY, Kind.SPECIAL
ROLL = Measure(heads=12, area=1200)


def people(heads: int) -> Measure:
    """So many owners of 1.00 m² each."""
    return Measure(heads, heads * 100)


def ordinary(**sides: int):
    return decide(
        statute=CIVIL_CODE_2021,
        kind=ORDINARY,
        total=ROLL,
        tally=Tally(**{name: people(heads) for name, heads in sides.items()}),
    )


def met(judgement) -> dict[str, bool | None]:
    return {test.name: test.met for test in judgement.tests}


# --- who takes part: 《民法典》第二百七十八条第二款 ---


def test_two_thirds_taking_part_and_more_than_half_of_them_for_passes():
    assert ordinary(for_=5, against=3).verdict is Verdict.PASSED


def test_exactly_half_of_those_taking_part_is_no_decision():
    assert ordinary(for_=4, against=4).verdict is Verdict.NOT_PASSED


def test_one_head_short_of_two_thirds_misses_the_quorum():
    assert ordinary(for_=7).verdict is Verdict.QUORUM_NOT_MET


def test_abstaining_takes_part_and_so_weighs_against():
    assert ordinary(for_=4, abstain=4).verdict is Verdict.NOT_PASSED


def test_staying_silent_does_not_take_part():
    assert ordinary(for_=4).verdict is Verdict.QUORUM_NOT_MET


@pytest.mark.parametrize("kind_of_ballot", ["invalid", "unmarked"])
def test_a_ballot_without_a_valid_mark_does_not_take_part(kind_of_ballot):
    assert ordinary(for_=7, **{kind_of_ballot: 5}).verdict is Verdict.QUORUM_NOT_MET
    assert ordinary(for_=8, **{kind_of_ballot: 4}).verdict is Verdict.PASSED


def test_heads_alone_do_not_carry_a_motion():
    tally = Tally(for_=Measure(7, 300), against=Measure(1, 600))
    decision = decide(statute=CIVIL_CODE_2021, kind=ORDINARY, total=ROLL, tally=tally)
    assert met(decision.cast) == {
        "participation-area": True,
        "participation-heads": True,
        "approval-area": False,
        "approval-heads": True,
    }
    assert decision.verdict is Verdict.NOT_PASSED


def test_area_alone_does_not_make_a_quorum():
    tally = Tally(for_=Measure(7, 1200))
    decision = decide(statute=CIVIL_CODE_2021, kind=ORDINARY, total=ROLL, tally=tally)
    assert decision.verdict is Verdict.QUORUM_NOT_MET


def test_each_test_shows_its_figures_its_need_and_its_article():
    tests = ordinary(for_=5, against=3).cast.tests
    article = "《民法典》第二百七十八条第二款"
    assert [
        (t.name, t.have, t.of, t.threshold.need, t.threshold.comparison.value, t.met, t.threshold.article)
        for t in tests
    ] == [
        ("participation-area", 800, 1200, "2/3", ">=", True, article),
        ("participation-heads", 8, 12, "2/3", ">=", True, article),
        ("approval-area", 500, 800, "1/2", ">", True, article),
        ("approval-heads", 5, 8, "1/2", ">", True, article),
    ]


def test_property_law_asks_no_quorum_and_measures_consent_against_all():
    tally = Tally(for_=people(7))
    decision = decide(statute=PROPERTY_LAW_2007, kind=ORDINARY, total=ROLL, tally=tally)
    assert met(decision.cast) == {"approval-area": True, "approval-heads": True}
    assert decision.verdict is Verdict.PASSED


def test_percentages_as_printed_do_not_decide():
    total = Measure(300_000, 300_000)
    tally = Tally(for_=Measure(199_999, 199_999))  # printed: 66.67 %
    decision = decide(statute=CIVIL_CODE_2021, kind=ORDINARY, total=total, tally=tally)
    assert decision.verdict is Verdict.QUORUM_NOT_MET


# --- following the majority by a tick ---


def test_following_takes_part_and_joins_the_majority_for():
    decision = ordinary(for_=4, against=2, follow=2)
    assert (decision.side, decision.counted.for_, decision.counted.against) == (
        Side.FOR,
        people(6),
        people(2),
    )
    assert decision.tally.follow == people(2)
    assert decision.verdict is Verdict.PASSED


def test_following_joins_the_majority_against():
    decision = ordinary(for_=2, against=4, follow=6)
    assert (decision.side, decision.counted.for_, decision.counted.against) == (
        Side.AGAINST,
        people(2),
        people(10),
    )
    assert decision.verdict is Verdict.NOT_PASSED


@pytest.mark.parametrize(
    ("for_", "against"),
    [
        (people(4), people(4)),
        (Measure(4, 300), Measure(4, 200)),
        (Measure(5, 300), Measure(4, 300)),
        (Measure(5, 200), Measure(4, 300)),
        (Measure(4, 300), Measure(5, 200)),
    ],
    ids=["tied", "tied in heads", "tied in area", "heads for, area against", "area for, heads against"],
)
def test_without_a_majority_in_both_followers_take_part_on_neither_side(for_, against):
    tally = Tally(for_=for_, against=against, follow=people(3))
    decision = decide(statute=CIVIL_CODE_2021, kind=ORDINARY, total=ROLL, tally=tally)
    assert decision.side is None
    assert decision.counted == tally
    assert decision.cast.tests[1].have == for_.heads + against.heads + 3


# --- silent owners, where the estate's rules add them to the majority ---

CLAUSE = "《业主大会议事规则》第十八条"


def with_silence(tally: Tally, *, served: Measure, majority_of_all: bool = False, kind: Kind = ORDINARY):
    rule = SilenceRule(CLAUSE, served, majority_of_all)
    return decide(statute=CIVIL_CODE_2021, kind=kind, total=ROLL, tally=tally, silence=rule)


def test_served_silent_owners_join_the_majority_and_both_tallies_are_given():
    decision = with_silence(Tally(for_=people(4), against=people(2)), served=people(3))
    assert decision.cast.verdict is Verdict.QUORUM_NOT_MET
    assert decision.silent is not None
    assert (decision.silent.clause, decision.silent.added, decision.silent.withheld) == (
        CLAUSE,
        people(3),
        None,
    )
    assert (decision.silent.tally.for_, decision.silent.tally.participating) == (people(7), people(9))
    assert decision.silent.judgement.verdict is Verdict.PASSED
    assert decision.verdict is Verdict.PASSED


def test_served_silent_owners_may_also_defeat_a_motion():
    decision = with_silence(Tally(for_=people(3), against=people(5), abstain=people(1)), served=people(3))
    assert decision.silent is not None
    assert decision.silent.tally.against == people(8)
    assert decision.verdict is Verdict.NOT_PASSED


def test_silence_needs_a_majority_in_heads_and_area():
    tally = Tally(for_=Measure(5, 200), against=Measure(4, 300))
    decision = with_silence(tally, served=people(3))
    assert decision.silent is not None
    assert (decision.silent.added, decision.silent.withheld) == (Measure(), Withheld.NO_MAJORITY)
    assert decision.silent.judgement == decision.cast


@pytest.mark.parametrize(
    ("for_", "withheld"),
    [
        (people(6), Withheld.NOT_HALF_OF_ALL),
        (Measure(7, 600), Withheld.NOT_HALF_OF_ALL),
        (Measure(6, 700), Withheld.NOT_HALF_OF_ALL),
        (Measure(7, 601), None),
    ],
)
def test_safeguard_wants_the_expressed_majority_to_be_over_half_of_all(for_, withheld):
    decision = with_silence(Tally(for_=for_), served=people(3), majority_of_all=True)
    assert decision.silent is not None
    assert decision.silent.withheld is withheld
    assert decision.silent.added == (people(3) if withheld is None else Measure())


def test_safeguard_applies_to_a_majority_against_alike():
    decision = with_silence(Tally(against=people(7)), served=people(5), majority_of_all=True)
    assert decision.silent is not None
    assert decision.silent.tally.against == people(12)


def test_safeguard_does_not_count_those_who_only_follow():
    decision = with_silence(Tally(for_=people(6), follow=people(3)), served=people(3), majority_of_all=True)
    assert decision.silent is not None
    assert decision.silent.withheld is Withheld.NOT_HALF_OF_ALL


def test_a_real_rule_of_silence_turns_a_missed_quorum_into_a_decision():
    # 业主代表大会选举业委会表决结果公告: 66.35 % of heads and 52.81 % of area become
    # 88.89 % and 90.03 %; the figures are worked back from these shares.
    total = Measure(5959, 70_408_570)
    cast, final = Measure(3954, 37_182_766), Measure(5297, 63_388_836)
    served = Measure(final.heads - cast.heads, final.area - cast.area)
    decision = decide(
        statute=CIVIL_CODE_2021,
        kind=ORDINARY,
        total=total,
        tally=Tally(for_=cast),
        silence=SilenceRule(CLAUSE, served, majority_of_all=True),
    )
    assert (decision.cast.verdict, decision.verdict) == (Verdict.QUORUM_NOT_MET, Verdict.PASSED)


# --- adding up ballots ---


def test_ballots_add_up_by_motion_and_mark():
    ballots = [
        CountedBallot(1, 8950, "FA-"),
        CountedBallot(1, 12000, "FNX"),
        CountedBallot(1, 7033, "MFA"),
    ]
    assert tally_ballots(ballots, 3) == [
        Tally(for_=Measure(2, 20950), follow=Measure(1, 7033)),
        Tally(for_=Measure(1, 7033), against=Measure(1, 8950), abstain=Measure(1, 12000)),
        Tally(against=Measure(1, 7033), invalid=Measure(1, 12000), unmarked=Measure(1, 8950)),
    ]


def test_no_ballots_is_an_empty_tally():
    assert tally_ballots([], 2) == [Tally(), Tally()]


def test_a_whole_assembly_is_counted_motion_by_motion():
    ballots = [CountedBallot(1, 100, "FF"), CountedBallot(1, 100, "FA"), CountedBallot(1, 100, "FN")]
    decisions = count(
        statute=CIVIL_CODE_2021, total=Measure(3, 300), ballots=iter(ballots), kinds=[SPECIAL, ORDINARY]
    )
    assert [decision.verdict for decision in decisions] == [Verdict.PASSED, Verdict.NOT_PASSED]


@pytest.mark.parametrize(
    ("ballot", "message"),
    [
        (CountedBallot(1, 100, "F"), "应有 2 个选择，实有 1 个"),
        (CountedBallot(1, 100, "FFF"), "应有 2 个选择，实有 3 个"),
        (CountedBallot(1, 100, "Fa"), "无法识别的选择“a”"),
        (CountedBallot(-1, 100, "FF"), "不能为负"),
        (CountedBallot(1, -100, "FF"), "不能为负"),
    ],
)
def test_a_malformed_ballot_stops_the_count(ballot, message):
    sound = CountedBallot(5, 500, "FF")  # large enough to hide a negative one in the sum
    with pytest.raises(CountRefused, match=message):
        tally_ballots([sound, ballot], 2)


def test_a_ballot_whose_head_is_counted_elsewhere_adds_its_area_only():
    ballots = [CountedBallot(0, 100, "F"), CountedBallot(1, 0, "F")]
    assert tally_ballots(ballots, 1) == [Tally(for_=Measure(1, 100))]


@pytest.mark.parametrize("measure", [lambda: Measure(-1, 0), lambda: Measure(0, -1)])
def test_a_measure_is_never_negative(measure):
    with pytest.raises(CountRefused, match="不能为负"):
        measure()


@pytest.mark.parametrize("extra", [Measure(1, 0), Measure(0, 1)], ids=["a head", "0.01 m²"])
def test_more_received_than_on_the_roll_is_refused(extra):
    full = Tally(for_=people(6), against=people(2), abstain=people(1), follow=people(1), invalid=people(1))
    allowed = Tally(for_=full.for_ + people(1), against=full.against, abstain=people(1), follow=people(2))
    assert decide(statute=CIVIL_CODE_2021, kind=ORDINARY, total=ROLL, tally=allowed).verdict is Verdict.PASSED
    over = Tally(full.for_, full.against, full.abstain, full.follow, full.invalid, people(1) + extra)
    with pytest.raises(CountRefused, match="超过名册总数"):
        decide(statute=CIVIL_CODE_2021, kind=ORDINARY, total=ROLL, tally=over)


@pytest.mark.parametrize("extra", [Measure(1, 0), Measure(0, 1)], ids=["a head", "0.01 m²"])
def test_more_served_and_silent_than_left_on_the_roll_is_refused(extra):
    assert with_silence(Tally(for_=people(8)), served=people(4)).verdict is Verdict.PASSED
    with pytest.raises(CountRefused, match="超过名册总数"):
        with_silence(Tally(for_=people(8)), served=people(4) + extra)


@pytest.mark.parametrize("total", [Measure(0, 0), Measure(0, 100), Measure(1, 0)])
def test_an_empty_roll_decides_nothing(total):
    with pytest.raises(CountRefused, match="< 1"):
        judge(PROPERTY_LAW_2007, SPECIAL, Figures(total=total))


def test_figures_that_contradict_one_another_are_not_judged():
    figures = Figures(total=PartialMeasure(area=10), for_=PartialMeasure(area=11))
    with pytest.raises(CountRefused, match=r"for\.area 11 > denominator\.area 10"):
        judge(CIVIL_CODE_2021, ORDINARY, figures)


def test_vocabulary_is_that_of_the_stored_ballots():
    assert [mark.value for mark in Mark] == enums.Mark.values
    assert [verdict.value for verdict in Verdict] == enums.Verdict.values


# --- the boundary of every threshold ---

THRESHOLDS = [
    (CIVIL_CODE_2021, ORDINARY, "participation", Fraction(2, 3), True, Verdict.QUORUM_NOT_MET),
    (CIVIL_CODE_2021, SPECIAL, "participation", Fraction(2, 3), True, Verdict.QUORUM_NOT_MET),
    (CIVIL_CODE_2021, ORDINARY, "approval", Fraction(1, 2), False, Verdict.NOT_PASSED),
    (CIVIL_CODE_2021, SPECIAL, "approval", Fraction(3, 4), True, Verdict.NOT_PASSED),
    (PROPERTY_LAW_2007, ORDINARY, "approval", Fraction(1, 2), False, Verdict.NOT_PASSED),
    (PROPERTY_LAW_2007, SPECIAL, "approval", Fraction(2, 3), True, Verdict.NOT_PASSED),
]


@pytest.mark.parametrize(
    ("statute", "kind", "name", "share", "itself_suffices", "otherwise"),
    THRESHOLDS,
    ids=lambda value: getattr(value, "code", None) or str(value),
)
def test_threshold_turns_within_one_head_and_one_hundredth_of_a_square_metre(
    statute, kind, name, share, itself_suffices, otherwise
):
    draw = random.Random(278)
    cases = 0
    for _ in range(60):
        # Divisible by 12, so that the share itself is reached, then not, so that it is stepped over.
        of = 12 * draw.randrange(1, 10 ** draw.randrange(1, 9)) + draw.choice([0, 0, 1, 5, 7])
        nearest = int(share * of)
        for have in (nearest - 1, nearest, nearest + 1):
            expected = have >= share * of if itself_suffices else have > share * of
            for dimension in ("area", "heads"):
                total = {"area": of, "heads": of}
                yes = {"area": of, "heads": of}
                no = {"area": 0, "heads": 0}
                yes[dimension] = have
                if name == "approval":
                    no[dimension] = of - have
                decision = decide(
                    statute=statute,
                    kind=kind,
                    total=Measure(**total),
                    tally=Tally(for_=Measure(**yes), against=Measure(**no)),
                )
                assert met(decision.cast)[f"{name}-{dimension}"] is expected, (have, of)
                assert decision.verdict is (Verdict.PASSED if expected else otherwise), (have, of)
                cases += 1
    assert cases == 360  # of each of six thresholds: 2160 in all
