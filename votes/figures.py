"""Reading figures as they were published, however incomplete, and refusing what cannot be true.

A sheet names the rules and gives, in area (m²) and heads, the roll, those who took
part and the marks on each motion. ``null`` or a missing key means "not seen", never
zero. Areas are JSON integers, strings of at most two decimals, or JSON numbers that
print with at most two; inside they are integers of 0.01 m².
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

from communities.values.area import format_area_plain
from votes.bounds import Conflict
from votes.counting import UNKNOWN, Dimension, Figures, Finding, Judgement, PartialMeasure, judge
from votes.statutes import STATUTES, Item, Kind, Statute

Json: TypeAlias = dict[str, Any]

#: No estate is larger, in m² or in heads; a greater number is a slip.
LARGEST = 10**12

SHEET_KEYS = ("rules", "denominator", "participating", "motions")
MOTION_KEYS = ("id", "kind", "item", "for", "against", "abstain", "invalid")
CLASSES = ("for", "against", "abstain", "invalid")

_AREA = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,2})?")
_TOO_FINE = re.compile(r"[0-9]+\.[0-9]{3,}")
_EXCESS = {
    "participating": "参与表决",
    "for": "同意",
    "against": "同意、反对合计",
    "abstain": "同意、反对、弃权合计",
    "invalid": "参与表决、无效合计",
}
_LIMITS = {"participating": "参与表决", "denominator": "总数"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing wrong with a sheet. ``field`` is its dotted path, ``$`` the sheet as a whole."""

    field: str
    message: str


class FiguresRefused(ValueError):
    """The sheet is not judged; ``refusals`` names every field at fault that could be told apart."""

    def __init__(self, refusals: list[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("；".join(f"{refusal.field}：{refusal.message}" for refusal in refusals))


@dataclass(frozen=True, slots=True)
class MotionFigures:
    """What a sheet says of one motion; ``item`` where the sheet names one."""

    id: str | int
    kind: Kind
    item: Item | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class Sheet:
    """A readable sheet. ``ignored`` lists the paths that no rule of counting looks at."""

    statute: Statute
    motions: tuple[MotionFigures, ...]
    ignored: tuple[str, ...] = ()


def load_figures(text: str | bytes) -> object:
    """The JSON document in ``text`` (UTF-8 where bytes).

    Raises :class:`FiguresRefused` where it is not JSON, or gives one key twice.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_unique_keys)
    except FiguresRefused:
        raise
    except UnicodeDecodeError:
        raise FiguresRefused([Refusal("$", "不是 UTF-8 文本")]) from None
    except json.JSONDecodeError as error:
        message = f"不是有效的 JSON（第 {error.lineno} 行第 {error.colno} 列）"
        raise FiguresRefused([Refusal("$", message)]) from None
    except (ValueError, RecursionError):
        raise FiguresRefused([Refusal("$", "不是有效的 JSON")]) from None


def read_figures(document: object) -> Sheet:
    """Read a sheet of figures from its JSON document.

    Raises :class:`FiguresRefused` with every faulty field: unknown rules or kind, an
    item the statute has not, an item of another kind than stated, a figure that is
    negative, not a number or too fine, and figures that contradict one another.
    """
    reader = _Reader()
    sheet = reader.sheet(document)
    if reader.refusals or sheet is None:
        raise FiguresRefused(reader.refusals)
    return sheet


def judge_sheet(sheet: Sheet) -> list[tuple[MotionFigures, Judgement]]:
    """Each motion with its judgement, in the order of the sheet."""
    return [(motion, judge(sheet.statute, motion.kind, motion.figures)) for motion in sheet.motions]


def result_document(sheet: Sheet) -> Json:
    """The judged sheet as JSON-able data: areas as strings with two decimals, heads as integers."""
    return {
        "rules": sheet.statute.code,
        "motions": [
            {
                "id": motion.id,
                "kind": motion.kind.value,
                "item": None if motion.item is None else motion.item.number,
                "verdict": judgement.verdict.value,
                "tests": [finding_document(test) for test in judgement.tests],
                "missing": list(judgement.missing),
                "quorum_uncertain": judgement.quorum_uncertain,
            }
            for motion, judgement in judge_sheet(sheet)
        ],
        "ignored": list(sheet.ignored),
    }


def finding_document(test: Finding) -> Json:
    """One test as JSON-able data."""
    return {
        "name": test.name,
        "have": shown(test.dimension, test.have),
        "of": shown(test.dimension, test.of),
        "need": test.threshold.need,
        "comparison": test.threshold.comparison.value,
        "met": test.met,
        "article": test.threshold.article,
    }


def shown(dimension: Dimension, figure: int | None) -> str | int | None:
    """A figure as it leaves the house: area as a string of m² with two decimals, heads as they are."""
    if figure is None or dimension is Dimension.HEADS:
        return figure
    return format_area_plain(figure)


def _unique_keys(pairs: list[tuple[str, Any]]) -> Json:
    document = dict(pairs)
    if len(document) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise FiguresRefused([Refusal(_printable(twice), "同一项写了两次")])
    return document


def _printable(key: str) -> str:
    return key if key.isprintable() else ascii(key)


class _Reader:
    """Collects refusals on the way instead of stopping at the first."""

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []
        self.ignored: list[str] = []
        self.seen: set[str] = set()

    def refuse(self, field: str, message: str) -> None:
        self.refusals.append(Refusal(field, message))

    def sheet(self, document: object) -> Sheet | None:
        if not isinstance(document, dict):
            self.refuse("$", "应是一个 JSON 对象")
            return None
        self._check_keys(document, SHEET_KEYS, "")
        statute = self._statute(document.get("rules"))
        total = self._measure(document.get("denominator"), "denominator")
        participating = None
        if document.get("participating") is not None:
            participating = self._measure(document["participating"], "participating")
        for dimension, figure in (("area", total.area), ("heads", total.heads)):
            if figure == 0:
                self.refuse(f"denominator.{dimension}", "必须大于零")
        self._check_columns(Figures(total=total, participating=participating), "")

        entries = document.get("motions")
        if not isinstance(entries, list) or not entries:
            self.refuse("motions", "应列出至少一个表决事项")
            return None
        motions = [
            self._motion(entry, f"motions[{index}]", statute, total, participating)
            for index, entry in enumerate(entries)
        ]
        if statute is None:
            return None
        return Sheet(statute, tuple(motion for motion in motions if motion is not None), tuple(self.ignored))

    def _motion(
        self,
        entry: object,
        path: str,
        statute: Statute | None,
        total: PartialMeasure,
        participating: PartialMeasure | None,
    ) -> MotionFigures | None:
        if not isinstance(entry, dict):
            self.refuse(path, "应是一个 JSON 对象")
            return None
        self._check_keys(entry, MOTION_KEYS, f"{path}.")
        identity = self._identity(entry.get("id"), f"{path}.id")
        item = self._item(entry.get("item"), path, statute)
        kind = self._kind(entry.get("kind"), item, path, has_item=entry.get("item") is not None)
        parts = {name: self._measure(entry.get(name), f"{path}.{name}") for name in CLASSES}
        figures = Figures(
            total=total,
            for_=parts["for"],
            against=parts["against"],
            abstain=parts["abstain"],
            invalid=parts["invalid"],
            participating=participating,
        )
        self._check_columns(figures, f"{path}.")
        return None if kind is None or identity is None else MotionFigures(identity, kind, item, figures)

    def _identity(self, value: object, path: str) -> str | int | None:
        if isinstance(value, bool) or not isinstance(value, str | int):
            self.refuse(path, "应是文字或整数")
        elif isinstance(value, int) and abs(value) > LARGEST:
            self.refuse(path, "数字过大")
        elif isinstance(value, str) and not (value.strip() and value.isprintable()):
            self.refuse(path, "不能为空，也不能含控制字符")
        elif str(value) in self.seen:
            self.refuse(path, "与前面的事项重复")
        else:
            self.seen.add(str(value))
            return value
        return None

    def _statute(self, code: object) -> Statute | None:
        statute = STATUTES.get(code) if isinstance(code, str) else None
        if statute is None:
            self.refuse("rules", f"应是 {'、'.join(STATUTES)} 之一")
        return statute

    def _item(self, number: object, path: str, statute: Statute | None) -> Item | None:
        if number is None:
            return None
        if isinstance(number, bool) or not isinstance(number, int):
            self.refuse(f"{path}.item", "应是法定事项的序号，如 4")
        elif statute is not None:
            numbers = [item.number for item in statute.items]
            if number in numbers:
                return statute.item(number)
            self.refuse(f"{path}.item", f"{statute.article}的事项序号为 1 至 {numbers[-1]}")
        return None

    def _kind(self, value: object, item: Item | None, path: str, *, has_item: bool) -> Kind | None:
        if value is None:
            if not has_item:
                self.refuse(f"{path}.kind", "应给出 kind（ordinary 或 special）或 item")
            return None if item is None else item.kind
        if not isinstance(value, str) or value not in list(Kind):
            self.refuse(f"{path}.kind", "应是 ordinary（一般事项）或 special（特别事项）")
            return None
        kind = Kind(value)
        if item is not None and item.kind is not kind:
            self.refuse(f"{path}.kind", f"与 item 矛盾：{item.article}是 {item.kind}")
        return kind

    def _measure(self, value: object, path: str) -> PartialMeasure:
        if value is None:
            return UNKNOWN
        if not isinstance(value, dict):
            self.refuse(path, "应是 {area, heads} 对象")
            return UNKNOWN
        self._check_keys(value, tuple(Dimension), f"{path}.")
        return PartialMeasure(
            heads=self._heads(value.get("heads"), f"{path}.heads"),
            area=self._area(value.get("area"), f"{path}.area"),
        )

    def _heads(self, value: object, path: str) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(path, "人数应是整数")
        elif value < 0:
            self.refuse(path, "不能为负")
        elif value > LARGEST:
            self.refuse(path, "数字过大")
        else:
            return value
        return None

    def _area(self, value: object, path: str) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            self.refuse(path, "面积应是数字或数字文字")
            return None
        if isinstance(value, int):
            # A very long integer cannot even be printed, so it is measured before it becomes text.
            text = f"-{LARGEST}" if value < 0 else str(min(value, LARGEST + 1))
        else:
            text = value if isinstance(value, str) else repr(value)
        if text.startswith("-"):
            self.refuse(path, "不能为负")
        elif _TOO_FINE.fullmatch(text):
            self.refuse(path, "面积最多两位小数（平方米）")
        elif not _AREA.fullmatch(text):
            self.refuse(path, "面积应写成如 89.50 的平方米数")
        else:
            whole, _, fraction = text.partition(".")
            area = int(whole) * 100 + int(fraction.ljust(2, "0"))
            if area <= LARGEST * 100:
                return area
            self.refuse(path, "数字过大")
        return None

    def _check_keys(self, document: Mapping[str, Any], known: tuple[str, ...], prefix: str) -> None:
        for key, value in document.items():
            if key in known:
                continue
            path = prefix + _printable(key)
            meant = get_close_matches(key.lower(), known, n=1, cutoff=0.75)
            if meant:
                self.refuse(path, f"没有这一项，是否指 {meant[0]}")
            elif prefix.startswith("motions[") and isinstance(value, dict):
                # Dropping a class of votes would silently shrink the number taking part.
                self.refuse(path, "没有这一类票；请并入已有的类别，或在 participating 中计入")
            else:
                self.ignored.append(path)

    def _check_columns(self, figures: Figures, prefix: str) -> None:
        for dimension in Dimension:
            conflict = figures.column(dimension).conflict()
            if conflict is not None and (conflict.field == "participating") is (prefix == ""):
                self.refuse(f"{prefix}{conflict.field}.{dimension}", _explain(conflict, dimension))


def _explain(conflict: Conflict, dimension: Dimension) -> str:
    have, limit = shown(dimension, conflict.have), shown(dimension, conflict.limit)
    return f"{_EXCESS[conflict.field]} {have} 超过{_LIMITS[conflict.limit_field]} {limit}"
