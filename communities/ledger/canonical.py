"""Canonical text: the same content always gives the same bytes.

JSON with sorted keys, no space, no escapes but the necessary ones, strings in
Unicode NFC, and integers as the only numbers (a subset of RFC 8785 that needs no
rule for floating point).
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Plain: TypeAlias = "bool | int | str | Sequence[Plain] | Mapping[str, Plain] | None"


def _normal(value: Plain) -> Plain:
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {unicodedata.normalize("NFC", key): _normal(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_normal(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical(value: Plain) -> str:
    """The canonical text of ``value``; raises :class:`TypeError` for a float or any other type."""
    return json.dumps(
        _normal(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
