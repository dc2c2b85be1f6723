from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.values.identity import (
    Identity,
    IdentityKind,
    InvalidIdentity,
    credit_check_character,
    is_credit_code,
    is_natural_identity,
    mask_identity,
    natural_check_character,
    normalise_identity,
    parse_identity,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PERSON = "990101196607230100"
PERSON_X = "99010119960105412X"
COMPANY = "91990101MA00TE0T05"

birth_dates = st.dates(min_value=date(1900, 1, 1), max_value=date(2049, 12, 31))


@st.composite
def people(draw):
    first_17 = f"990101{draw(birth_dates):%Y%m%d}{draw(st.integers(0, 999)):03}"
    return first_17 + natural_check_character(first_17)


@st.composite
def companies(draw):
    letters = "".join(draw(st.lists(st.sampled_from(ALPHABET[10:]), min_size=2, max_size=2)))
    rest = "".join(draw(st.lists(st.sampled_from(ALPHABET), min_size=7, max_size=7)))
    first_17 = f"91990101{letters}{rest}"
    return first_17 + credit_check_character(first_17)


@given(people())
def test_a_resident_number_survives_being_written_apart(number):
    written = f" {number[:6]} {number[6:14]}-{number[14:].lower()}"

    assert parse_identity(written) == Identity(number, IdentityKind.NATURAL)


@given(companies())
def test_a_credit_code_survives_lower_case_and_full_width(code):
    wide = "".join(chr(ord(character) + 0xFEE0) for character in code.lower())

    assert parse_identity(wide) == Identity(code, IdentityKind.LEGAL)


@given(people(), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_passes_for_another_person(number, place, change):
    wrong = f"{number[:place]}{(int(number[place]) + change) % 10}{number[place + 1 :]}"

    assert not is_natural_identity(wrong)


@given(people(), st.integers(0, 15))
def test_two_swapped_digits_never_pass(number, place):
    first, second = number[place : place + 2]
    if first != second:
        assert not is_natural_identity(f"{number[:place]}{second}{first}{number[place + 2 :]}")


@given(companies(), st.integers(0, 17), st.integers(1, 30))
def test_one_wrong_character_spoils_a_credit_code(code, place, change):
    wrong = ALPHABET[(ALPHABET.index(code[place]) + change) % 31]

    assert not is_credit_code(f"{code[:place]}{wrong}{code[place + 1 :]}")


def test_published_examples_pass():
    # GB 11643—1999, appendix: the two numbers the standard itself works through.
    assert natural_check_character("11010519491231002") == "X"
    assert natural_check_character("44052418800101001") == "4"
    assert is_natural_identity("11010519491231002X")


def test_an_impossible_birth_date_is_refused_whatever_its_check_says():
    first_17 = "99010119900230001"

    assert not is_natural_identity(first_17 + natural_check_character(first_17))


def test_a_mistyped_resident_number_never_passes_for_a_company():
    lucky = [
        first_17 + credit_check_character(first_17)
        for first_17 in (f"99010119900101{order:03}" for order in range(1000))
        if credit_check_character(first_17) != natural_check_character(first_17)
    ]
    numbers = [number for number in lucky if is_credit_code(number)]

    assert len(numbers) > 100
    for number in numbers:
        with pytest.raises(InvalidIdentity):
            parse_identity(number)


def test_an_all_digit_credit_code_needs_its_organisation_check_too():
    # 54321000 gives the organisation check 4 by GB 11714.
    first_17 = "12990101543210004"
    code = first_17 + credit_check_character(first_17)
    spoilt = "12990101543210008"

    assert parse_identity(code) == Identity(code, IdentityKind.LEGAL)
    with pytest.raises(InvalidIdentity):
        parse_identity(spoilt + credit_check_character(spoilt))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "无",
        "990101196607230",
        PERSON[:-1],
        PERSON + "0",
        "A" * 18,
        "E12345678",
        "9.90101E+17",
        "I" + COMPANY[1:],
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(InvalidIdentity):
        parse_identity(text)


def test_every_way_of_writing_one_number_gives_one_form():
    written = [
        "99010119960105412x",
        "990101 19960105 412X",
        "９９０１０１１９９６０１０５４１２Ｘ",
        "'99010119960105412X",
        "99010119960105412×",
        "\u202d99010119960105412X\u202c",
    ]

    assert {normalise_identity(text) for text in written} == {PERSON_X}


def test_a_mask_hides_the_birth_date():
    assert mask_identity(PERSON) == "990***********0100"
    assert mask_identity("990101 19960105 412x") == "990***********412X"
    assert mask_identity("1234") == "*" * 18
    assert mask_identity("") == "*" * 18


def test_a_number_in_a_log_is_masked():
    assert PERSON not in repr(parse_identity(PERSON))
