"""What is typed to be bound to a home, and to decide about it."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from communities.enums import BindingCapacity
from communities.models import Building, Estate, Owner, Unit
from communities.values.identity import normalise_identity

NOT_CHOSEN = ("", _("请选择"))


class PickUnitForm(forms.Form):
    """Building, then staircase, then room: each choice brings the next. Sent by GET, never an error."""

    def __init__(self, estate: Estate, chosen: dict[str, str]) -> None:
        super().__init__(initial=chosen)
        self.unit: Unit | None = None
        standing = estate.units.standing()
        buildings = list(Building.objects.filter(pk__in=standing.values("building")))
        self._offer("building", _("楼幢"), [(str(building.pk), building.name) for building in buildings])
        wanted = chosen.get("building")
        building = next((one for one in buildings if str(one.pk) == wanted), None)
        if building is None and len(buildings) == 1:
            building = buildings[0]
            self.initial["building"] = str(building.pk)
        if building is None:
            return
        standing = standing.filter(building=building)
        staircases = list(standing.order_by("staircase").values_list("staircase", flat=True).distinct())
        staircase = staircases[0] if len(staircases) == 1 else chosen.get("staircase")
        if len(staircases) > 1:
            self._offer("staircase", _("单元"), [(one or "-", one or _("不分单元")) for one in staircases])
            staircase = "" if staircase == "-" else staircase if staircase in staircases else None
        if staircase is None:
            return
        rooms = list(standing.filter(staircase=staircase).order_by("room"))
        self._offer("unit", _("室"), [(str(unit.pk), unit.room) for unit in rooms])
        self.unit = next((unit for unit in rooms if str(unit.pk) == chosen.get("unit")), None)

    def _offer(self, name: str, label: Any, choices: list[tuple[str, Any]]) -> None:
        self.fields[name] = forms.ChoiceField(label=label, choices=[NOT_CHOSEN, *choices])


class OwnerProofForm(forms.Form):
    name = forms.CharField(
        label=_("业主姓名"),
        help_text=_("与房产证上的一致。"),
        max_length=80,
        error_messages={"required": _("请填写业主姓名。")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    last_six = forms.CharField(
        label=_("身份证号码的最后六位"),
        help_text=_("只用来与业主名册核对，不另外保存。最后一位是 X 的，大小写都可以。"),
        max_length=24,
        error_messages={"required": _("请填写身份证号码的最后六位。")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def clean_last_six(self) -> str:
        digits = normalise_identity(self.cleaned_data["last_six"])
        if not re.fullmatch(r"[0-9]{5}[0-9X]", digits):
            raise ValidationError(_("请只填最后六位：六个数字，或五个数字加 X。"))
        return digits


class BindingRequestForm(forms.Form):
    capacity = forms.ChoiceField(
        label=_("您是这套房屋的"),
        choices=BindingCapacity.choices,
        error_messages={"required": _("请选择您的身份。")},
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=_("您的姓名"),
        max_length=80,
        error_messages={"required": _("请填写您的姓名。")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    note = forms.CharField(
        label=_("说明"),
        help_text=_("例如租期、与业主的关系，或名册哪里不对。请不要写身份证号码。"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class BindingFilterForm(forms.Form):
    """The list at the desk: what is shown, and a search for a room or a name."""

    PENDING, DECIDED = "pending", "decided"

    show = forms.ChoiceField(choices=[(PENDING, _("待核对")), (DECIDED, _("已答复"))], required=False)
    q = forms.CharField(label=_("房屋或姓名"), max_length=40, required=False)

    def clean_show(self) -> str:
        return self.cleaned_data["show"] or self.PENDING


class ApproveForm(forms.Form):
    """Only an owner has to be chosen; nobody is chosen for the secretary."""

    owner = forms.ModelChoiceField(
        label=_("这个人是名册上的哪一位业主"),
        queryset=Owner.objects.none(),
        error_messages={
            "required": _("请先选择这个人是名册上的哪一位业主。"),
            "invalid_choice": _("名册已有变化，请重新选择。"),
        },
    )

    def __init__(self, data: Any, *, owners: Any, as_owner: bool) -> None:
        super().__init__(data)
        if as_owner:
            self.fields["owner"].queryset = owners  # type: ignore[attr-defined]
        else:
            del self.fields["owner"]


class RefuseForm(forms.Form):
    reason = forms.CharField(
        label=_("不通过的理由"),
        help_text=_("至少十个字。申请人会看到这段话，请写明要补什么、到哪里核对。"),
        max_length=500,
        error_messages={"required": _("请写明理由，至少十个字。")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
