"""What people type, brought to one width before it is judged."""

import re
import unicodedata

# Zero-width and directional marks ride along when a number is copied from a chat or a web page.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SPACE = re.compile(r"\s+")


def half_width(text: str) -> str:
    """``text`` with full-width forms made half-width, invisible marks dropped, and outer space stripped."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()


def without_space(text: str) -> str:
    """:func:`half_width` text with every inner space removed as well."""
    return _SPACE.sub("", half_width(text))
