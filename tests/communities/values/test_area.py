import decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.values.area import InvalidArea, format_area, format_area_plain, parse_area

areas = st.integers(min_value=1, max_value=999_999_999)


@given(areas)
def test_an_area_survives_being_written_and_read(area):
    assert parse_area(format_area(area)) == area
    assert parse_area(format_area_plain(area)) == area


@given(areas)
def test_a_spreadsheets_float_is_the_area_that_was_typed(area):
    assert parse_area(repr(area / 100)) == area


@pytest.mark.parametrize(
    ("written", "area"),
    [
        ("59.16", 5916),
        ("137", 13700),
        ("137.0", 13700),
        ("60.3", 6030),
        ("59.160", 5916),
        ("0.01", 1),
        ("088.5", 8850),
        ("1,234.56", 123456),
        ("1，234.56", 123456),
        ("１１９．１", 11910),
        ("61.91㎡", 6191),
        (" 121.25 平方米", 12125),
        ("121.25m2", 12125),
        ("121.25 M²", 12125),
        ("121.25 平米", 12125),
        ("90平", 9000),
        ("137.00000000000003", 13700),
        ("59.160000000000004", 5916),
        ("9999999.99", 999_999_999),
    ],
)
def test_an_area_is_read_as_it_was_meant(written, area):
    assert parse_area(written) == area


@pytest.mark.parametrize(
    "written",
    [
        "",
        "㎡",
        "约90",
        "90左右",
        "-88.2",
        "0",
        "0.00",
        "59.163",
        "137.0000000001",
        "1,23",
        "12,34.5",
        "59.",
        ".5",
        "1e3",
        "NaN",
        "Infinity",
        "五十",
        "٣٤",
        "59.16/2",
        "10000000",
        "9" * 400,
    ],
)
def test_what_is_not_an_exact_positive_area_is_refused(written):
    with pytest.raises(InvalidArea):
        parse_area(written)


def test_areas_are_shown_with_two_decimals():
    assert [format_area(area) for area in (0, 5, 123456, 13700, 100_000_000)] == [
        "0.00",
        "0.05",
        "1,234.56",
        "137.00",
        "1,000,000.00",
    ]
    assert [format_area_plain(area) for area in (0, 123456, -5)] == ["0.00", "1234.56", "-0.05"]


def test_a_threads_decimal_context_changes_nothing():
    with decimal.localcontext() as context:
        context.prec = 3
        assert parse_area("123456.78") == 12345678
        assert format_area(12345678) == "123,456.78"
