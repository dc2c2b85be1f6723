"""What is typed to log in."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from communities.values.phone import InvalidPhone, normalise_phone
from communities.values.text import without_space


class PhoneField(forms.CharField):
    """A mobile number however it is written; its value is E.164."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("手机号码"))
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("error_messages", {"required": _("请填写您的手机号码。")})
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"})
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        try:
            return normalise_phone(text)
        except InvalidPhone as error:
            raise ValidationError(_("请填写 11 位手机号码，例如 13800000000。")) from error


class PhoneForm(forms.Form):
    phone = PhoneField()


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("验证码"),
        max_length=20,
        error_messages={"required": _("请填写短信里的六位数字。")},
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "class": "code-input",
                "autofocus": True,
            }
        ),
    )

    def clean_code(self) -> str:
        code = without_space(self.cleaned_data["code"])
        if not re.fullmatch(r"[0-9]{6}", code):
            raise ValidationError(_("验证码是六位数字，请照短信填写。"))
        return code


class PasswordForm(forms.Form):
    phone = PhoneField()
    password = forms.CharField(
        label=_("密码"),
        strip=False,
        max_length=200,
        error_messages={"required": _("请填写密码。")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
