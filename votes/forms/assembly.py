"""The fields of a draft assembly."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communities.clock import LOCAL_ZONE
from communities.models import Building, Estate
from votes.enums import AssemblyKind, Convener
from votes.errors import ScopeUnknown
from votes.models import Assembly

MIDNIGHT = "24:00"
_YEARS = gettext_lazy("请填写 2020 年到 2100 年之间的日期。")
SENSIBLE_DAYS = [MinValueValidator(date(2020, 1, 1), _YEARS), MaxValueValidator(date(2100, 1, 1), _YEARS)]


def half_hours(first: int, last: int) -> list[str]:
    return [f"{half // 2:02d}:{half % 2 * 30:02d}" for half in range(first, last + 1)]


def from_words(day: date, words: str) -> datetime:
    """A day and "08:00" … "24:00" as a moment; 24:00 is the first instant of the next day."""
    if words == MIDNIGHT:
        return datetime.combine(day + timedelta(days=1), time(), LOCAL_ZONE)
    return datetime.combine(day, time.fromisoformat(words), LOCAL_ZONE)


def to_words(moment: datetime | None, *, ends: bool) -> tuple[date | None, str | None]:
    """The other way; with ``ends``, midnight is the 24:00 of the day before."""
    if moment is None:
        return None, None
    local = moment.astimezone(LOCAL_ZONE)
    if ends and local.time() == time():
        return local.date() - timedelta(days=1), MIDNIGHT
    return local.date(), f"{local:%H:%M}"


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an estate that may decide alone: a building, or a staircase of one."""

    building: Building
    staircase: str

    @property
    def label(self) -> str:
        return _("仅限%(part)s业主") % {"part": f"{self.building.name}{self.staircase}"}


def part_key(building: int | None, staircase: str) -> str:
    """How a form names a part; empty for the whole estate."""
    return f"{building}:{staircase}" if building else ""


def parts_of(estate: Estate) -> dict[str, Part]:
    """Every building of ``estate`` with standing units, each followed by its staircases if it has several."""
    parts: dict[str, Part] = {}
    buildings = {building.pk: building for building in estate.buildings.order_by("position", "name")}
    staircases: dict[int, list[str]] = {pk: [] for pk in buildings}
    standing = estate.units.standing().order_by("staircase").values_list("building", "staircase").distinct()
    for pk, staircase in standing:
        staircases[pk].append(staircase)
    for pk, building in buildings.items():
        if staircases[pk]:
            parts[part_key(pk, "")] = Part(building, "")
        for staircase in filter(None, staircases[pk] if len(staircases[pk]) > 1 else []):
            parts[part_key(pk, staircase)] = Part(building, staircase)
    return parts


class AssemblyForm(forms.Form):
    """Times are entered as a day and a half hour of ``Asia/Shanghai``."""

    title = forms.CharField(
        label=gettext_lazy("会议名称"),
        max_length=120,
        error_messages={"required": gettext_lazy("请填写会议名称。")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("会议类型"),
        choices=AssemblyKind.choices,
        help_text=gettext_lazy("定期会议和临时会议的公示天数可能不同。"),
    )
    convener = forms.ChoiceField(label=gettext_lazy("召集人"), choices=Convener.choices)
    scope = forms.ChoiceField(
        label=gettext_lazy("谁来表决"),
        required=False,
        help_text=gettext_lazy(
            "只关系到一幢或一个单元的事，可以只由那里的业主表决；总人数和总面积也只算那里。"
        ),
        error_messages={"invalid_choice": ScopeUnknown.message},
    )
    opens_on = forms.DateField(
        label=gettext_lazy("表决开始"),
        required=False,
        widget=DayInput,
        validators=SENSIBLE_DAYS,
        error_messages={"invalid": gettext_lazy("请填写表决开始的日期，例如 2026-12-08。")},
    )
    opens_time = forms.ChoiceField(label=gettext_lazy("开始时刻"), required=False)
    closes_on = forms.DateField(
        label=gettext_lazy("表决截止"),
        required=False,
        widget=DayInput,
        validators=SENSIBLE_DAYS,
        error_messages={"invalid": gettext_lazy("请填写表决截止的日期，例如 2026-12-20。")},
    )
    closes_time = forms.ChoiceField(label=gettext_lazy("截止时刻"), required=False)
    posted_topics = forms.CharField(
        label=gettext_lazy("公告的议题"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("一行一个。只有写在这里的议题才能表决。"),
    )
    notice = forms.CharField(
        label=gettext_lazy("会议公告"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("说明为什么开会、怎样表决。时间、议题和事项会自动列在公告里，不必重写。"),
    )

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = parts_of(estate)
        self.fields["scope"].choices = [  # type: ignore[attr-defined]
            ("", _("全体业主")),
            *((key, part.label) for key, part in self.parts.items()),
        ]
        for name, times in (("opens_time", half_hours(0, 47)), ("closes_time", half_hours(1, 48))):
            # A time that was set elsewhere stays as it is.
            kept = self.get_initial_for_field(self.fields[name], name)
            choices = sorted({*times, kept} if kept else times)
            self.fields[name].choices = [(words, words) for words in choices]  # type: ignore[attr-defined]

    @classmethod
    def initial_of(cls, assembly: Assembly) -> dict[str, Any]:
        opens_on, opens_time = to_words(assembly.opens_at, ends=False)
        closes_on, closes_time = to_words(assembly.closes_at, ends=True)
        return {
            "title": assembly.title,
            "kind": assembly.kind,
            "convener": assembly.convener,
            "scope": part_key(assembly.scope_building_id, assembly.scope_staircase),
            "opens_on": opens_on,
            "opens_time": opens_time or "08:00",
            "closes_on": closes_on,
            "closes_time": closes_time or MIDNIGHT,
            "posted_topics": assembly.posted_topics,
            "notice": assembly.notice,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        opens_on, closes_on = data.get("opens_on"), data.get("closes_on")
        opens_at = from_words(opens_on, data.get("opens_time") or "08:00") if opens_on else None
        closes_at = from_words(closes_on, data.get("closes_time") or MIDNIGHT) if closes_on else None
        if opens_at and closes_at and closes_at <= opens_at:
            self.add_error("closes_on", ValidationError(_("表决截止必须晚于表决开始。")))
        data["opens_at"], data["closes_at"] = opens_at, closes_at
        return data

    @property
    def values(self) -> dict[str, Any]:
        """What the services take."""
        names = ("title", "kind", "convener", "notice", "posted_topics", "opens_at", "closes_at")
        part = self.parts.get(self.cleaned_data["scope"])
        return {
            **{name: self.cleaned_data[name] for name in names},
            "scope_building": part.building if part else None,
            "scope_staircase": part.staircase if part else "",
        }
