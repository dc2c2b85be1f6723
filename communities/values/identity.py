"""Identity numbers of people (GB 11643) and of organisations (GB 32100).

One form is kept everywhere: 18 half-width characters, letters in upper case,
no spaces. Two numbers are the same person exactly when these forms are equal.
"""

import re
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from .text import without_space

_NATURAL = re.compile(r"[1-9]\d{16}[\dA-Z]", re.ASCII)
_NATURAL_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_NATURAL_CHECK = "10X98765432"

# Of those who may own a home. A wider range would take more credit codes for resident numbers: their
# region and organisation digits stand where a year does.
_BIRTH_YEARS = range(1900, 2050)

# The alphabet leaves out I, O, S, V and Z, which are too easily misread.
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT = re.compile(rf"[{_CREDIT_ALPHABET}]{{2}}\d{{6}}[{_CREDIT_ALPHABET}]{{10}}", re.ASCII)
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

_ORNAMENTS = re.compile(r"[-'`‘’]")


class InvalidIdentity(ValueError):
    """The text is neither a resident identity number nor a unified social credit code."""


class IdentityKind(StrEnum):
    """Whose number it is; the values are those of an owner's kind."""

    NATURAL = "natural"
    LEGAL = "legal"


class Identity(NamedTuple):
    """A number in its one form, known to be valid."""

    number: str
    kind: IdentityKind

    def __repr__(self) -> str:
        return f"Identity({mask_identity(self.number)!r}, {self.kind.value!r})"


def parse_identity(text: str) -> Identity:
    """The identity number in ``text``, normalised, and whose kind it is.

    A number shaped like a person's is judged as a person's only: one mistyped
    resident number in thirty-one would otherwise pass for a company's code.

    Raises :class:`InvalidIdentity`.
    """
    number = normalise_identity(text)
    if _shows_birth_date(number):
        if is_natural_identity(number):
            return Identity(number, IdentityKind.NATURAL)
    elif is_credit_code(number) and (not number[:17].isdigit() or _has_organisation_check(number)):
        return Identity(number, IdentityKind.LEGAL)
    raise InvalidIdentity


def normalise_identity(text: str) -> str:
    """``text`` in the one form numbers are compared in, whether valid or not."""
    return _ORNAMENTS.sub("", without_space(text)).upper().replace("×", "X")


def is_natural_identity(number: str) -> bool:
    """Whether a normalised ``number`` is a resident number by GB 11643: its date exists, its check fits."""
    return _shows_birth_date(number) and natural_check_character(number[:17]) == number[17]


def is_credit_code(number: str) -> bool:
    """Whether a normalised ``number`` is a unified social credit code by GB 32100."""
    return bool(_CREDIT.fullmatch(number)) and credit_check_character(number[:17]) == number[17]


def natural_check_character(first_17: str) -> str:
    """The 18th character GB 11643 gives to 17 digits."""
    total = sum(weight * int(digit) for weight, digit in zip(_NATURAL_WEIGHTS, first_17, strict=True))
    return _NATURAL_CHECK[total % 11]


def credit_check_character(first_17: str) -> str:
    """The 18th character GB 32100 gives to 17 characters of its alphabet."""
    values = (_CREDIT_ALPHABET.index(character) for character in first_17)
    total = sum(weight * value for weight, value in zip(_CREDIT_WEIGHTS, values, strict=True))
    return _CREDIT_ALPHABET[-total % 31]


def mask_identity(number: str) -> str:
    """``number`` for the screen: ``"990***********0100"``. Anything but 18 characters shows nothing."""
    number = normalise_identity(number)
    if len(number) != 18:
        return "*" * 18
    return f"{number[:3]}{'*' * 11}{number[-4:]}"


def _shows_birth_date(number: str) -> bool:
    # The last character is left open: a resident number does not become a company's by a wrong check.
    if not _NATURAL.fullmatch(number) or int(number[6:10]) not in _BIRTH_YEARS:
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return True


def _has_organisation_check(code: str) -> bool:
    # Characters 9-17 are an organisation code with a check of its own (GB 11714), the only thing
    # that tells an all-digit credit code from a resident number with an impossible date.
    total = sum(
        weight * int(character, 36)
        for weight, character in zip(_ORGANISATION_WEIGHTS, code[8:16], strict=True)
    )
    return "0123456789X0"[11 - total % 11] == code[16]
