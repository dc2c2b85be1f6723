"""Areas: integers of 0.01 m² inside, two decimals outside.

An area decides votes, so it is never a float and never rounded on the way in.
"""

import re
from decimal import Context, Decimal

from .text import without_space

# Ten million m² is larger than any estate, and its hundredths still fit a 32-bit column.
_CEILING = 10_000_000_00

# A spreadsheet keeps 15 significant digits; what stands behind them is binary noise (137.00000000000003).
_SPREADSHEET = Context(prec=15)

_UNIT = re.compile(r"(?:平方米|平方公尺|平米|平方|平|m2|m\^2|㎡)$", re.IGNORECASE)
_NUMBER = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")


class InvalidArea(ValueError):
    """The text is not a positive area with at most two decimals."""


def parse_area(text: str) -> int:
    """The area ``text`` states, in 0.01 m².

    Full-width digits, spaces, thousands commas and a trailing ``㎡``, ``m²``,
    ``平方米`` and the like are understood. Digits beyond the fifteenth
    significant one are what a spreadsheet's arithmetic leaves behind, and are
    rounded away; a third decimal that a person wrote is refused.

    Raises :class:`InvalidArea`.
    """
    written = _UNIT.sub("", without_space(text))
    if not written.isascii() or not _NUMBER.fullmatch(written):
        raise InvalidArea
    hundredths = _SPREADSHEET.create_decimal(written.replace(",", "")).scaleb(2, _SPREADSHEET)
    if not 0 < hundredths < _CEILING or hundredths != int(hundredths):
        raise InvalidArea
    return int(hundredths)


def format_area(hundredths: int) -> str:
    """``hundredths`` of a m² for people: ``123456`` → ``"1,234.56"``."""
    return f"{_square_metres(hundredths):,.2f}"


def format_area_plain(hundredths: int) -> str:
    """``hundredths`` of a m² for machines, without separators: ``123456`` → ``"1234.56"``."""
    return f"{_square_metres(hundredths):.2f}"


def _square_metres(hundredths: int) -> Decimal:
    # Built from a string: exact whatever the decimal context of the thread is.
    return Decimal(f"{hundredths}E-2")
