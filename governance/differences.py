"""What changed between two texts, for people to see."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

#: A Chinese character each, and whole words of letters or digits.
_PARTS = re.compile(r"[A-Za-z0-9_]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text: ``kind`` "same", "gone" or "new"."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[Part]:
    """``before`` and ``after`` in one running text, what is gone before what is new."""
    old, new = _PARTS.findall(before), _PARTS.findall(after)
    found: list[Part] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Part("same", "".join(old[i1:i2])))
            continue
        if i1 < i2:
            found.append(Part("gone", "".join(old[i1:i2])))
        if j1 < j2:
            found.append(Part("new", "".join(new[j1:j2])))
    return found
