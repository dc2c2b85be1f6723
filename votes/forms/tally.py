"""Figures of a paper vote as they are typed. Every input is named by its path in the figures document.

So a refusal of :mod:`votes.figures` ("motions[0].for.area") finds its input by name.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from communities.values.text import half_width, without_space
from votes.counting import Dimension
from votes.enums import MotionOption
from votes.figures import CLASSES, FiguresRefused, Json, Sheet, read_figures
from votes.statutes import STATUTES, Kind, Statute
from votes.wording import item_number, majority

MOST_MOTIONS = 30
MEASURES = ("denominator", "participating")
LONGEST = 120
LARGEST_UPLOAD = 256 * 1024

_INDEXED = re.compile(r"motions\[(\d{1,3})\]\.")
_INTEGER = re.compile(r"-?[0-9]{1,20}")
_UNIT = re.compile(r"(?:平方米|平方公尺|平米|平方|平|m2|m\^2|㎡|人|户)$", re.IGNORECASE)
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")


class OpenField(forms.CharField):
    """An input that may stay empty without being called optional: what that means is judged elsewhere."""

    def validate(self, value: Any) -> None:
        pass


class FigureField(OpenField):
    """A figure as published. Empty: it was not seen."""

    def __init__(self, *, label: str, dimension: Dimension) -> None:
        mode = "decimal" if dimension is Dimension.AREA else "numeric"
        attrs = {"inputmode": mode, "autocomplete": "off"}
        super().__init__(label=label, max_length=LONGEST, widget=forms.TextInput(attrs=attrs))


class TallyForm(forms.Form):
    """One sheet of figures: the rules, the roll, who took part, and the marks of each motion.

    Valid means: :func:`votes.figures.read_figures` accepts it, and ``sheet`` holds it.
    """

    sheet: Sheet | None = None
    use_required_attribute = False

    def __init__(
        self, said: Mapping[str, str] | None = None, *, motions: int = 1, judged: bool = True
    ) -> None:
        """``said`` fills the inputs; only with ``judged`` are they looked at."""
        self.said = {"rules": next(iter(STATUTES)), **(said or {})}
        super().__init__(self.said if judged else None, initial=None if judged else self.said)
        self.motions = min(max(motions, 1), MOST_MOTIONS)
        self.fields["rules"] = OpenField(
            label=_("按哪部法律"),
            widget=forms.Select(
                choices=[(code, statute.article) for code, statute in STATUTES.items()],
                attrs={"data-send": ""},
            ),
        )
        for path, label in (("denominator", _("全体业主")), ("participating", _("参与表决"))):
            self._add_measure(path, label)
        for index in range(self.motions):
            self._add_motion(f"motions[{index}]", index + 1)

    def _add_measure(self, path: str, label: str) -> None:
        self.fields[f"{path}.heads"] = FigureField(
            label=_("%(what)s人数") % {"what": label}, dimension=Dimension.HEADS
        )
        self.fields[f"{path}.area"] = FigureField(
            label=_("%(what)s面积（m²）") % {"what": label}, dimension=Dimension.AREA
        )

    def _add_motion(self, path: str, number: int) -> None:
        self.fields[f"{path}.id"] = forms.CharField(
            label=_("事项名称"),
            required=False,
            max_length=LONGEST * 2,
            widget=forms.TextInput(attrs={"placeholder": default_name(number)}),
        )
        self.fields[f"{path}.item"] = OpenField(
            label=_("属于哪一项"), widget=forms.Select(choices=item_choices(self.statute))
        )
        for name, label in _class_labels():
            self._add_measure(f"{path}.{name}", label)

    @property
    def statute(self) -> Statute:
        """The statute chosen so far; the one in force for a choice that is none."""
        return STATUTES.get(self.said.get("rules", ""), next(iter(STATUTES.values())))

    def clean(self) -> None:
        try:
            self.sheet = read_figures(self.document())
        except FiguresRefused as refused:
            for refusal in refused.refusals:
                self._refuse(refusal.field, refusal.message)

    def _refuse(self, path: str, message: str) -> None:
        """Put a refusal beside its input, once; beside none where there is no such input."""
        name = path
        if path.endswith(".kind"):
            # The form asks for both with one question.
            name, message = path.removesuffix("kind") + "item", _("请选择；不清楚时，选最后两项之一。")
        if name not in self.fields:
            self.add_error(None, message)
        elif not self.has_error(name):
            self.add_error(name, message)

    def document(self) -> Json:
        """The figures document of what was typed; what cannot be read is handed on for refusal."""
        said = {name: self.said.get(name, "") for name in self.fields}
        document: Json = {"rules": said["rules"]}
        for name in MEASURES:
            if measure := _measure(said, name):
                document[name] = measure
        document["motions"] = [_motion(said, f"motions[{index}]", index + 1) for index in range(self.motions)]
        return document

    @property
    def rolls(self) -> list[list[forms.BoundField]]:
        return [[self[f"{name}.heads"], self[f"{name}.area"]] for name in MEASURES]

    @property
    def cards(self) -> Iterator[dict[str, Any]]:
        """The inputs of each motion, in the order they are asked."""
        for index in range(self.motions):
            path = f"motions[{index}]"
            yield {
                "index": index,
                "number": index + 1,
                "id": self[f"{path}.id"],
                "item": self[f"{path}.item"],
                "pairs": [[self[f"{path}.{name}.heads"], self[f"{path}.{name}.area"]] for name in CLASSES],
            }


class FiguresFileForm(forms.Form):
    """A figures document as a file or as text."""

    file = forms.FileField(
        label=_("选一个文件"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    text = forms.CharField(
        label=_("或者粘贴内容"),
        required=False,
        max_length=LARGEST_UPLOAD,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST_UPLOAD:
            raise forms.ValidationError(_("文件太大了，数字文件最多 256 KB。"))
        return file

    def clean(self) -> None:
        if not self.errors and not self.cleaned_data["file"] and not self.cleaned_data["text"].strip():
            self.add_error("text", _("请选一个文件，或者粘贴内容。"))

    @property
    def content(self) -> bytes:
        """The document as it came. Only of a valid form."""
        file = self.cleaned_data["file"]
        content: bytes = file.read() if file else self.cleaned_data["text"].encode()
        return content


def default_name(number: int) -> str:
    """ "事项1": what a motion is called until somebody names it."""
    return _("事项%(number)s") % {"number": number}


def item_choices(statute: Statute) -> list[tuple[str, str]]:
    """The items of ``statute``; below them, for who knows only which majority is asked."""
    return [
        ("", _("请选择")),
        *((str(item.number), f"{item_number(item)}{item.name}") for item in statute.items),
        *((kind.value, name % {"line": majority(statute, kind)}) for kind, name in _kind_names()),
    ]


def _kind_names() -> list[tuple[Kind, str]]:
    return [
        (Kind.ORDINARY, _("不清楚是哪一项，按一般事项（%(line)s）")),
        (Kind.SPECIAL, _("不清楚是哪一项，按特别事项（%(line)s）")),
    ]


def _class_labels() -> list[tuple[str, str]]:
    return [
        ("for", str(MotionOption.FOR.label)),
        ("against", str(MotionOption.AGAINST.label)),
        ("abstain", str(MotionOption.ABSTAIN.label)),
        ("invalid", _("无效票")),
    ]


def motions_in(data: Mapping[str, str]) -> int:
    """How many motions the names of ``data`` speak of; at least one."""
    places = [int(found[1]) for name in data if (found := _INDEXED.match(name))]
    return max(places, default=0) + 1


def without_motion(data: Mapping[str, str], gone: int) -> dict[str, str]:
    """``data`` without the motion at index ``gone``; those after it move up."""
    kept: dict[str, str] = {}
    for name, value in data.items():
        found = _INDEXED.match(name)
        place = int(found[1]) if found else -1
        if found and place == gone:
            continue
        kept[_INDEXED.sub(f"motions[{place - 1}].", name) if place > gone else name] = value
    return kept


def figure_fields(document: Json) -> dict[str, str]:
    """The inputs that a figures document fills: the reverse of :meth:`TallyForm.document`."""
    fields = {"rules": str(document.get("rules") or "")}
    for name in MEASURES:
        fields |= _measure_fields(document.get(name), name)
    for index, motion in enumerate(document["motions"]):
        path = f"motions[{index}]"
        fields[f"{path}.id"] = str(motion.get("id") or "")
        fields[f"{path}.item"] = str(motion.get("item") or motion.get("kind") or "")
        for name in CLASSES:
            fields |= _measure_fields(motion.get(name), f"{path}.{name}")
    return fields


def _measure_fields(measure: Any, path: str) -> dict[str, str]:
    known = measure or {}
    return {
        f"{path}.{dimension}": str(known[dimension])
        for dimension in ("heads", "area")
        if known.get(dimension) is not None
    }


def _motion(said: dict[str, str], path: str, number: int) -> Json:
    motion: Json = {"id": half_width(said[f"{path}.id"]) or default_name(number)}
    item = said[f"{path}.item"].strip()
    if item in list(Kind):
        motion["kind"] = item
    elif item:
        motion["item"] = int(item) if _INTEGER.fullmatch(item) else item
    for name in CLASSES:
        if measure := _measure(said, f"{path}.{name}"):
            motion[name] = measure
    return motion


def _measure(said: dict[str, str], path: str) -> Json:
    return {
        dimension.value: _figure(said[f"{path}.{dimension}"], dimension)
        for dimension in (Dimension.AREA, Dimension.HEADS)
        if said[f"{path}.{dimension}"].strip()
    }


def _figure(text: str, dimension: Dimension) -> str | int:
    """What was typed without its unit and thousands commas; heads as an integer where they are one."""
    written = _UNIT.sub("", without_space(text))
    if _GROUPED.fullmatch(written):
        written = written.replace(",", "")
    if dimension is Dimension.HEADS and _INTEGER.fullmatch(written):
        return int(written)
    return written
