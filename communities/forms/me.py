"""What a person changes about their own account."""

from django import forms
from django.utils.translation import gettext_lazy as _

from communities.services.people import NAME_LENGTH


class NameForm(forms.Form):
    display_name = forms.CharField(
        label=_("显示名"),
        help_text=_("页面上怎样称呼您。名册上的姓名不会改变。"),
        max_length=NAME_LENGTH,
        error_messages={"required": _("请填写显示名。")},
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )


class AppearanceForm(forms.Form):
    """Either of the two is changed; what is not sent stays."""

    care = forms.ChoiceField(choices=[("on", "on"), ("off", "off")], required=False)
    theme = forms.ChoiceField(
        choices=[("auto", "auto"), ("light", "light"), ("dark", "dark")], required=False
    )


class SetPasswordForm(forms.Form):
    old = forms.CharField(
        label=_("现在的密码"),
        strip=False,
        max_length=200,
        error_messages={"required": _("请填写现在的密码。")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("新密码"),
        strip=False,
        max_length=200,
        help_text=_("至少十个字符，不要只用数字。"),
        error_messages={"required": _("请填写新密码。")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, data: object, *, has_password: bool) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        if not has_password:
            del self.fields["old"]
