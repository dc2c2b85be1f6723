"""Figures in words: cut, never rounded up across a line."""

from fractions import Fraction

import pytest

from communities.templatetags._figures import Mark, basis_points, gap_words, percent_text, svg_percent


def mark_of(value: str | Fraction) -> Mark:
    mark = Mark.parse(value)
    assert mark is not None
    return mark


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (205, 309, "66.34%"),
        (2, 3, "66.66%"),
        (6_666_666, 10_000_000, "66.66%"),
        (199_999, 300_000, "66.66%"),
        (4_999_999, 10_000_000, "49.99%"),
        (1, 1, "100.00%"),
        (0, 5, "0.00%"),
        (9_999_999, 10_000_000, "99.99%"),
        (1, 0, "—"),
    ],
)
def test_percent_is_cut(part, whole, text):
    assert percent_text(part, whole) == text


def test_no_percent_below_two_thirds_shows_66_67():
    for whole in (309, 1_000, 33_957_59):
        assert percent_text(mark_of("2/3").needed(whole) - 1, whole) < "66.67%"


def test_svg_widths_stay_inside_the_drawing():
    assert svg_percent(basis_points(12, 10)) == "100.00%"
    assert svg_percent(-1) == "0.00%"


@pytest.mark.parametrize(
    ("written", "share", "strict", "words"),
    [
        ("2/3", Fraction(2, 3), False, "三分之二"),
        ("≥ 3/4", Fraction(3, 4), False, "四分之三"),
        ("1/2", Fraction(1, 2), True, "过半数"),
        (">1/2", Fraction(1, 2), True, "过半数"),
        (">=1/2", Fraction(1, 2), False, "二分之一"),
        ("20%", Fraction(1, 5), False, "20%"),
        (Fraction(1, 5), Fraction(1, 5), False, "20%"),
        (">2/3", Fraction(2, 3), True, "三分之二"),
        ("3/7", Fraction(3, 7), False, "3/7"),
    ],
)
def test_mark_is_read_and_said(written, share, strict, words):
    mark = mark_of(written)

    assert (mark.share, mark.strict, mark.words) == (share, strict, words)


def test_no_mark_is_no_line():
    assert Mark.parse("") is None
    assert Mark.parse(None) is None


@pytest.mark.parametrize(
    ("written", "whole", "needed"),
    [
        ("2/3", 309, 206),
        ("2/3", 310, 207),
        (">1/2", 216, 109),
        (">1/2", 217, 109),
        ("20%", 309, 62),
        (">2/3", 309, 207),
    ],
)
def test_needed_is_the_least_that_satisfies_the_line(written, whole, needed):
    mark = mark_of(written)

    assert mark.needed(whole) == needed
    assert mark.is_met(needed, whole)
    assert not mark.is_met(needed - 1, whole)


def test_nothing_is_met_of_nothing():
    assert not mark_of("2/3").is_met(0, 0)


@pytest.mark.parametrize(
    ("heads", "area", "words"),
    [
        (205, 2_291_440, "面积已达到三分之二，人数还差 1 人。"),
        (206, 2_291_440, "人数、面积都已达到三分之二。"),
        (206, 2_263_839, "人数已达到三分之二，面积还差 0.01 m²。"),
        (100, 1_000_000, "距三分之二：人数还差 106 人，面积还差 12,638.40 m²。"),
    ],
)
def test_gap_says_what_is_missing_on_each_scale(heads, area, words):
    assert gap_words(mark_of("2/3"), heads=heads, heads_of=309, area=area, area_of=3_395_759) == words


def test_mark_words_hang_inside_the_drawing():
    assert [mark_of(written).anchor for written in ("5%", "2/3", "95%")] == ["start", "middle", "end"]
