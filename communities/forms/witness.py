"""What is typed to add a witness, to confirm it, and to remove it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from communities.enums import WitnessKind
from communities.outbound import NotDelivered, checked


class WitnessForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("怎么送"),
        choices=WitnessKind.choices,
        initial=WitnessKind.EMAIL,
        error_messages={"required": _("请选择怎么送。"), "invalid_choice": _("请选择怎么送。")},
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=_("见证人"),
        help_text=_("例如“居委会王主任”“三幢业主代表”。只在这里显示。"),
        max_length=60,
        error_messages={"required": _("请填写见证人是谁。")},
    )
    address = forms.CharField(
        label=_("地址"),
        help_text=_("电子邮件地址；系统对接的，填对方给的 https:// 网址。"),
        max_length=300,
        error_messages={"required": _("请填写地址。")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email", "autocapitalize": "none"}),
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        kind, address = found.get("kind"), found.get("address", "")
        if kind == WitnessKind.EMAIL and address:
            try:
                validate_email(address)
            except ValidationError:
                self.add_error("address", _("请填写电子邮件地址，例如 name@example.org。"))
        elif kind == WitnessKind.WEBHOOK and address:
            try:
                checked(address)
            except NotDelivered as failure:
                self.add_error("address", str(failure))
        return found


class WitnessCodeForm(forms.Form):
    code = forms.CharField(
        label=_("收到的六位数字"),
        max_length=12,
        error_messages={"required": _("请填写见证人收到的六位数字。")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class WitnessRemovalForm(forms.Form):
    reason = forms.CharField(
        label=_("移除的理由"),
        help_text=_("至少十个字，会记入日志。"),
        max_length=500,
        error_messages={"required": _("请写明理由，至少十个字。")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
