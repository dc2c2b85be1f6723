"""What is filled in around a committee and its term."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from communities.enums import Grade, ReserveStage, SeatEndReason, SeatPosition
from communities.errors import ReasonMissing
from communities.models import CommitteeSeat, Owner, ReserveCandidate, User


class DayField(forms.DateField):
    """A day, chosen from the browser's own calendar."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        options.setdefault(
            "error_messages", {"required": _("请选择日期。"), "invalid": _("请按年月日选择日期。")}
        )
        super().__init__(**options)


def _text(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class TermForm(forms.Form):
    number = forms.IntegerField(
        label=_("第几届"),
        min_value=1,
        max_value=99,
        error_messages={"required": _("请填写第几届，如 3。")},
    )
    starts_on = DayField(label=_("任期开始"), help_text=_("一般是选举结果公布的日子。"))
    ends_on = DayField(label=_("任期届满"))


class FilingForm(forms.Form):
    filed_on = DayField(label=_("备案日期"))
    number = forms.CharField(
        label=_("备案编号"),
        max_length=40,
        help_text=_("以街道出具的备案回执为准。"),
        error_messages={"required": _("请填写备案编号。")},
    )


class ReportForm(forms.Form):
    reported_on = DayField(label=_("报告日期"))


class PositionForm(forms.Form):
    seat = forms.ChoiceField(label=_("委员"), error_messages={"required": _("请选择委员。")})
    position = forms.ChoiceField(
        label=_("职务"),
        choices=SeatPosition.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择职务。")},
    )
    session_on = DayField(label=_("会议日期"), help_text=_("过半数委员出席的业主委员会会议。"))
    text = forms.CharField(
        label=_("会议决定"),
        max_length=1000,
        widget=_text(),
        help_text=_("照会议记录填写，至少十个字。例如：经全体委员过半数同意，推选某某为主任。"),
        error_messages={"required": ReasonMissing.message},
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, seats: Sequence[CommitteeSeat], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.seats = {str(seat.pk): seat for seat in seats}
        field = self.fields["seat"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("请选择")),
            *((key, seat.holder_name) for key, seat in self.seats.items()),
        ]

    @property
    def chosen(self) -> CommitteeSeat:
        return self.seats[self.cleaned_data["seat"]]


class SeatEndForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("原因"),
        choices=SeatEndReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择原因。")},
    )
    note = forms.CharField(
        label=_("补充说明"),
        max_length=150,
        required=False,
        widget=_text(2),
        help_text=_("选“其他法定情形”的，写明事由，至少十个字。这里的内容向业主公开。"),
    )
    ended_on = DayField(label=_("终止日期"), help_text=_("从这一天起不再任职，所承担的职责当天停止。"))


class MoveUpForm(forms.Form):
    moved_on = DayField(label=_("递补日期"))


class OwnerSearchForm(forms.Form):
    words = forms.CharField(
        label=_("找业主"),
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"required": _("请写楼幢房号，如“3幢0502”，或业主的全名。")},
    )


class OwnerPickForm(forms.Form):
    """One of the owners that were found."""

    owner = forms.ChoiceField(
        label=_("选择业主"),
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择一位业主。"), "invalid_choice": _("请重新查找并选择业主。")},
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        owners: Iterable[Owner],
        homes: Mapping[int, str],
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.owners = {str(owner.pk): owner for owner in owners}
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (key, f"{owner.name} · {homes.get(owner.pk, '')}") for key, owner in self.owners.items()
        ]

    @property
    def chosen(self) -> Owner:
        return self.owners[self.cleaned_data["owner"]]


class SeatNewForm(OwnerPickForm):
    is_alternate = forms.BooleanField(label=_("候补委员"), required=False)


class ReserveNewForm(OwnerPickForm):
    strengths = forms.CharField(
        label=_("特长"), max_length=200, required=False, help_text=_("例如懂财务、懂工程、善于沟通。")
    )
    note = forms.CharField(label=_("说明"), max_length=500, required=False, widget=_text())


class ReserveForm(forms.Form):
    stage = forms.ChoiceField(label=_("阶段"), choices=ReserveStage.choices)
    strengths = forms.CharField(label=_("特长"), max_length=200, required=False)
    note = forms.CharField(label=_("说明"), max_length=500, required=False, widget=_text(4))


class TrainingForm(forms.Form):
    title = forms.CharField(
        label=_("培训内容"), max_length=120, error_messages={"required": _("请填写培训内容。")}
    )
    held_on = DayField(label=_("日期"))
    hours = forms.DecimalField(
        label=_("时长（小时）"),
        min_value=Decimal("0.5"),
        max_value=Decimal(100),
        decimal_places=1,
        help_text=_("按半小时填写，如 1.5。"),
        widget=forms.NumberInput(attrs={"step": "0.5"}),
        error_messages={"required": _("请填写时长。"), "invalid": _("请填写数字，如 1.5。")},
    )
    organiser = forms.CharField(
        label=_("组织单位"), max_length=80, error_messages={"required": _("请填写组织单位。")}
    )
    seats = forms.MultipleChoiceField(
        label=_("参加的委员"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reserve = forms.MultipleChoiceField(
        label=_("参加的储备人选"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        data: Any = None,
        *,
        seats: Iterable[CommitteeSeat],
        reserve: Iterable[ReserveCandidate],
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.offered_seats = {str(seat.pk): seat for seat in seats}
        self.offered_reserve = {str(person.pk): person for person in reserve}
        self._offer("seats", [(key, seat.holder_name) for key, seat in self.offered_seats.items()])
        self._offer("reserve", [(key, person.owner.name) for key, person in self.offered_reserve.items()])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        if choices:
            field.choices = choices
        else:
            del self.fields[name]

    def clean_hours(self) -> int:
        """Half hours."""
        doubled = self.cleaned_data["hours"] * 2
        if doubled != int(doubled):
            raise forms.ValidationError(_("时长请按半小时填写，如 1.5。"))
        return int(doubled)

    @property
    def trained(self) -> list[CommitteeSeat]:
        return [self.offered_seats[key] for key in self.cleaned_data.get("seats", [])]

    @property
    def prepared(self) -> list[ReserveCandidate]:
        return [self.offered_reserve[key] for key in self.cleaned_data.get("reserve", [])]


class AssessmentForm(forms.Form):
    seat = forms.ChoiceField(label=_("评议谁"), required=False)
    year = forms.IntegerField(
        label=_("年度"), min_value=2000, max_value=2100, error_messages={"required": _("请填写年度。")}
    )
    grade = forms.ChoiceField(
        label=_("评议结果"),
        choices=Grade.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择评议结果。")},
    )
    reason = forms.CharField(
        label=_("评语"),
        max_length=1000,
        widget=_text(4),
        help_text=_(
            "至少十个字，写事实。委员会整体的评语向全体业主公开；委员个人的只有业委会和社区、街道能看。"
        ),
        error_messages={"required": ReasonMissing.message},
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        seats: Iterable[CommitteeSeat],
        year: int,
    ) -> None:
        super().__init__(data, initial={"year": year})
        self.seats = {str(seat.pk): seat for seat in seats}
        field = self.fields["seat"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("业主委员会整体")),
            *((key, seat.holder_name) for key, seat in self.seats.items()),
        ]

    @property
    def chosen(self) -> CommitteeSeat | None:
        return self.seats.get(self.cleaned_data["seat"])


class HandoverForm(forms.Form):
    handed_on = DayField(label=_("移交日期"))
    receiver = forms.ChoiceField(label=_("接收人"), required=False)
    note = forms.CharField(
        label=_("说明"),
        max_length=200,
        required=False,
        widget=_text(2),
        help_text=_("数量、编号等。接收人不在名单里的，在这里写明。"),
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, receivers: Iterable[User], today: date
    ) -> None:
        super().__init__(data, initial={"handed_on": today})
        self.receivers = {str(user.pk): user for user in receivers}
        field = self.fields["receiver"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("不在名单里")), *((key, str(user)) for key, user in self.receivers.items())]

    @property
    def chosen(self) -> User | None:
        return self.receivers.get(self.cleaned_data["receiver"])
