"""Mainland mobile numbers, kept as E.164 (``+8613800000000``)."""

import re

from .text import without_space

_PUNCTUATION = re.compile(r"[-‐‑–—_.·()]")
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})", re.ASCII)


class InvalidPhone(ValueError):
    """The text is not a mainland mobile number."""


def normalise_phone(text: str) -> str:
    """The mobile number in ``text`` as E.164.

    ``+86``, ``86`` or ``0086`` may stand before it; spaces, dashes, brackets
    and full-width digits are understood. Raises :class:`InvalidPhone`.
    """
    match = _MOBILE.fullmatch(_PUNCTUATION.sub("", without_space(text)))
    if match is None:
        raise InvalidPhone
    return f"+86{match[1]}"


def mask_phone(text: str) -> str:
    """A mobile number for the screen: ``"138****0000"``. Anything else shows nothing at all."""
    try:
        national = normalise_phone(text).removeprefix("+86")
    except InvalidPhone:
        return "*" * 11
    return f"{national[:3]}****{national[-4:]}"
