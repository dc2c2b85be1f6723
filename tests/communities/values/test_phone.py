import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.values.phone import InvalidPhone, mask_phone, normalise_phone

mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@given(mobiles)
def test_a_mobile_number_survives_being_written_apart(number):
    for written in (
        number,
        f"+86 {number[:3]}-{number[3:7]}-{number[7:]}",
        f"0086{number}",
        f"86{number}",
        f"(+86){number[:3]} {number[3:7]} {number[7:]}",
        f"+86{number}",
    ):
        assert normalise_phone(written) == f"+86{number}"


def test_full_width_digits_are_digits():
    assert normalise_phone("１９９０００００００１") == "+8619900000001"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345",
        "0571-88888888",
        "12900000000",
        "199000000011",
        "1990000000",
        "+1 19900000001",
        "无",
        "1990000000a",
    ],
)
def test_what_is_not_a_mainland_mobile_is_refused(text):
    with pytest.raises(InvalidPhone):
        normalise_phone(text)


def test_a_mask_hides_the_middle():
    assert mask_phone("13800000000") == "138****0000"
    assert mask_phone("+8613800000000") == "138****0000"
    assert mask_phone("0571-88888888") == "*" * 11
