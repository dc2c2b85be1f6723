"""What is filled in around the roster."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from communities.models import Owner
from communities.roster import CellAddress, Field, Problem

#: The cells a problem row is put right in. The remark decides nothing.
SHOWN = (
    Field.BUILDING,
    Field.STAIRCASE,
    Field.ROOM,
    Field.AREA,
    Field.USE,
    Field.OWNERS,
    Field.IDENTITIES,
    Field.PHONES,
    Field.DELIVERY,
)
LARGEST_FILE = 10 * 1024 * 1024


class RosterUploadForm(forms.Form):
    file = forms.FileField(
        label=_("名册文件"),
        help_text=_("Excel（.xlsx）或 CSV，不超过 10 MB。上传后先核对，确认前不会改动现有名册。"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={"required": _("请先选择名册文件，再上传。")},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(
                _("文件超过 10 MB。请删去图片等无关内容，或按楼栋分成几个文件，分次上传。")
            )
        return file


class RosterSearchForm(forms.Form):
    words = forms.CharField(
        label=_("找房屋或业主"),
        max_length=60,
        strip=True,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"required": _("请写楼幢房号，如“3幢0502”，或业主的全名。")},
    )


class RepresentativeForm(forms.Form):
    owner = forms.ChoiceField(
        label=_("由谁代表表决"),
        help_text=_("请先看过共有人一致推定的书面材料，再登记。"),
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择一位共有人，或选“还没有推定”。")},
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, owners: Sequence[Owner], chosen: int | None
    ) -> None:
        super().__init__(data, initial={"owner": str(chosen or "")})
        self.owners = {str(owner.pk): owner for owner in owners}
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            *((key, owner.name) for key, owner in self.owners.items()),
            ("none", _("还没有推定")),
        ]
        if chosen is None:
            self.initial["owner"] = "none"

    @property
    def chosen(self) -> Owner | None:
        return self.owners.get(self.cleaned_data["owner"])


class CellField(forms.CharField):
    """A cell may be emptied; it is not called optional for that."""

    def validate(self, value: str) -> None:
        """Every text is a possible cell; the reader judges it."""


@dataclass(frozen=True)
class ProblemRow:
    """A row of the file with everything that is wrong with it, and its cells as they were judged."""

    sheet: str
    row: int
    problems: tuple[Problem, ...]
    cells: Mapping[Field, str]

    @property
    def about(self) -> str:
        """The home and the people the row speaks of, as it writes them."""
        place = "".join(self.cells.get(column, "") for column in SHOWN[:3])
        return " · ".join(filter(None, [place, "、".join(self.cells.get(Field.OWNERS, "").split())]))

    @property
    def is_left_out(self) -> bool:
        return any(problem.severity == "error" for problem in self.problems)


@dataclass(frozen=True)
class ProblemLine:
    """A problem row on the page: the inputs of its wrong cells, and the rest of them."""

    row: ProblemRow
    wrong: list[forms.BoundField]
    others: list[forms.BoundField]


class CorrectionsForm(forms.Form):
    """The cells of some problem rows, to be put right where they stand."""

    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None = None, *, rows: Iterable[ProblemRow]) -> None:
        super().__init__(data)
        self.rows = list(rows)
        self._addresses: dict[str, CellAddress] = {}
        for line in self.rows:
            wrong = {problem.column for problem in line.problems}
            for column in SHOWN:
                if column in line.cells and (line.cells[column] or column is not Field.DELIVERY):
                    self._add(CellAddress(line.sheet, line.row, column), line.cells[column], column in wrong)

    def _add(self, address: CellAddress, text: str, wrong: bool) -> None:
        name = f"cell:{address.row}:{address.column}:{address.sheet}"
        self._addresses[name] = address
        attrs = {"autocomplete": "off"} | ({"aria-invalid": "true"} if wrong else {})
        self.fields[name] = CellField(
            label=Field(address.column).label,
            max_length=500,
            # One line on the page; the reader takes a break between two owners for this mark.
            initial="、".join(text.splitlines()),
            widget=forms.TextInput(attrs=attrs),
        )

    def lines(self) -> list[ProblemLine]:
        """Each row with its inputs, those of the wrong cells apart."""
        found = []
        for line in self.rows:
            wrong: list[forms.BoundField] = []
            others: list[forms.BoundField] = []
            named = {problem.column for problem in line.problems}
            for name, address in self._addresses.items():
                if (address.sheet, address.row) == (line.sheet, line.row):
                    (wrong if address.column in named else others).append(self[name])
            found.append(ProblemLine(line, wrong, others))
        return found

    def corrections(self) -> dict[CellAddress, str]:
        """The cells that now say something else."""
        return {
            address: self.cleaned_data[name]
            for name, address in self._addresses.items()
            if name in self.changed_data
        }


class RosterCommitForm(forms.Form):
    """What somebody says in so many words before a roster with problems is entered."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, errors: int, warnings: int, gone: int, shown: str
    ) -> None:
        super().__init__(data, initial={"shown": shown})
        said = (
            ("leave_out", errors, _("%d 处错误所在的行这次不导入，这些房屋保持原来的登记。")),
            ("accept_warnings", warnings, _("%d 处提醒我已看过，照名册导入。")),
            ("take_off", gone, _("%d 套名册不再列出的房屋将注销，其业主的产权登记到今天为止。")),
        )
        for name, count, sentence in said:
            if count:
                self.fields[name] = forms.BooleanField(
                    label=sentence % count,
                    error_messages={"required": _("请勾选这一项，或返回改正名册。")},
                )
