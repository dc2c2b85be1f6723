"""Figures as people read them. Integers in, text out; nothing here decides anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from communities.values.area import format_area

#: Shares in units of 0.01 %.
WHOLE = 10_000


def basis_points(part: int, whole: int) -> int:
    """The share in 0.01 %, cut and not rounded, so that it never shows a line as reached that is not."""
    return part * WHOLE // whole if whole > 0 else 0


def percent_text(part: int, whole: int) -> str:
    if whole <= 0:
        return "—"
    share = basis_points(part, whole)
    return f"{share // 100}.{share % 100:02d}%"


def svg_percent(share: int) -> str:
    """0.01 % units as an SVG length."""
    share = max(0, min(WHOLE, share))
    return f"{share // 100}.{share % 100:02d}%"


@dataclass(frozen=True)
class Mark:
    """A statutory line: the share, and whether it must be passed (``>``) or only reached (``≥``)."""

    share: Fraction
    strict: bool

    @classmethod
    def parse(cls, value: object) -> Self | None:
        """From ``"2/3"``, ``"≥2/3"``, ``">1/2"``, ``"20%"``, a ``Fraction``, or nothing.

        A bare half is strict, because the law asks for more than half; every
        other share is reached when it is met exactly.
        """
        if value is None or value == "":
            return None
        if isinstance(value, Fraction):
            return cls(value, value == Fraction(1, 2))
        text = str(value).replace(" ", "")
        sign = ""
        for known in ("≥", ">=", ">"):
            if text.startswith(known):
                sign, text = known, text.removeprefix(known)
                break
        share = Fraction(int(text[:-1]), 100) if text.endswith("%") else Fraction(text)
        return cls(share, sign == ">" if sign else share == Fraction(1, 2))

    @property
    def words(self) -> str:
        half, two_thirds, three_quarters = Fraction(1, 2), Fraction(2, 3), Fraction(3, 4)
        if self.share == half:
            return _("过半数") if self.strict else _("二分之一")
        if self.share == two_thirds:
            return _("三分之二")
        if self.share == three_quarters:
            return _("四分之三")
        if 100 % self.share.denominator == 0:
            return f"{self.share.numerator * 100 // self.share.denominator}%"
        return f"{self.share.numerator}/{self.share.denominator}"

    def needed(self, whole: int) -> int:
        """The least integer that satisfies the line."""
        exact, rest = divmod(whole * self.share.numerator, self.share.denominator)
        return exact + 1 if self.strict or rest else exact

    def is_met(self, part: int, whole: int) -> bool:
        return whole > 0 and part >= self.needed(whole)

    @property
    def position(self) -> str:
        return f"{float(self.share) * 100:.3f}%"

    @property
    def anchor(self) -> str:
        """Where the words hang, so that they never leave the drawing."""
        if self.share < Fraction(1, 8):
            return "start"
        return "end" if self.share > Fraction(7, 8) else "middle"


def gap_words(mark: Mark, *, heads: int, heads_of: int, area: int, area_of: int) -> str:
    """What is still missing on each scale, in a sentence."""
    if heads_of <= 0 or area_of <= 0:
        return ""
    heads_short, area_short = mark.needed(heads_of) - heads, mark.needed(area_of) - area
    words = {"line": mark.words, "area": format_area(area_short)}
    if heads_short <= 0 and area_short <= 0:
        return _("人数、面积都已达到%(line)s。") % words
    people = ngettext("%(number)s 人", "%(number)s 人", heads_short) % {"number": f"{heads_short:,}"}
    words["people"] = people
    if area_short <= 0:
        return _("面积已达到%(line)s，人数还差 %(people)s。") % words
    if heads_short <= 0:
        return _("人数已达到%(line)s，面积还差 %(area)s m²。") % words
    return _("距%(line)s：人数还差 %(people)s，面积还差 %(area)s m²。") % words


def scale(
    name: str, unit: str, part: int, whole: int, mark: Mark | None, *, is_area: bool
) -> dict[str, object]:
    """One scale of the dual ruler: its figures, its bar and what a screen reader says."""
    share = percent_text(part, whole)
    line = _("，法定线%(line)s") % {"line": mark.words} if mark else ""
    return {
        "name": name,
        "unit": unit,
        "value": format_area(part) if is_area else f"{part:,}",
        "of": format_area(whole) if is_area else f"{whole:,}",
        "percent": share,
        "fills": [{"tone": "", "x": "0%", "width": svg_percent(basis_points(part, whole))}],
        "rounded": True,
        "spoken": f"{name} {share}{line}",
    }


def shares(
    name: str, parts: Sequence[int], whole: int, mark: Mark | None, *, is_area: bool
) -> dict[str, object]:
    """One scale of a result: 同意, 反对, 弃权 in one bar."""
    tones, words = ("", "no", "abstain"), (_("同意"), _("反对"), _("弃权"))
    shown: list[dict[str, str]] = []
    fills: list[dict[str, str]] = []
    start = 0
    for part, tone, word in zip(parts, tones, words, strict=True):
        width = basis_points(part, whole)
        value = format_area(part) if is_area else f"{part:,}"
        shown.append({"word": word, "tone": tone, "value": value, "percent": percent_text(part, whole)})
        if part:
            fills.append({"tone": tone, "x": svg_percent(start), "width": svg_percent(width)})
        start += width
    spoken = "，".join(f"{one['word']} {one['percent']}" for one in shown)
    line = _("，法定线%(line)s") % {"line": mark.words} if mark else ""
    return {
        "name": name,
        "parts": shown,
        "fills": fills,
        "rounded": False,
        "spoken": f"{name}：{spoken}{line}",
    }
