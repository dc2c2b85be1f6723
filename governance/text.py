"""What people write: cleaned before it is kept, cut into pairs of characters to be found again."""

import re
import unicodedata

# Marks that turn the direction of what follows, and other characters nobody sees. The joiner of
# emoji (U+200D) and their variation selector stay.
_UNSEEN = re.compile("[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_LINE_END = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_TOO_MANY_LINES = re.compile(r"\n{3,}")
_SPACE = re.compile(r"[^\S\n]+")


def clean_text(text: str) -> str:
    """``text`` in one composed form, without unseen or control characters and outer space; lines stay.

    Nothing else is touched: markup is shown as typed, never obeyed.
    """
    text = _LINE_END.sub("\n", unicodedata.normalize("NFC", text))
    text = "".join(one for one in _UNSEEN.sub("", text) if one == "\n" or not _is_control(one))
    lines = [line.rstrip() for line in text.split("\n")]
    return _TOO_MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


def clean_line(text: str) -> str:
    """:func:`clean_text` on one line, inner space made one."""
    return _SPACE.sub(" ", clean_text(text.replace("\t", " ")).replace("\n", " ")).strip()


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") and character != "\t"


def letters(text: str) -> str:
    """Letters and digits of ``text`` alone, full-width made half-width, in lower case."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in wide if unicodedata.category(one)[0] in "LN")


def bigrams(text: str) -> list[str]:
    """The pairs of neighbouring characters of ``text``, each once, in order. Pairs never cross a gap."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    pairs: dict[str, None] = {}
    for word in re.split(r"[\W_]+", wide):
        pairs.update(dict.fromkeys(word[place : place + 2] for place in range(len(word) - 1)))
    return list(pairs)


def likeness(one: set[str], other: set[str]) -> float:
    """How many pairs two texts share, from 0 to 1 (Dice)."""
    together = len(one) + len(other)
    return 2 * len(one & other) / together if together else 0.0
