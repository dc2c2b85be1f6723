"""The forms of the second step: allauth's, counted in the database and worded by us."""

from typing import Any

from allauth.account.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communities.models import User
from communities.services.login import SECOND_STEPS_PER_ACCOUNT


class CountedCodeMixin(forms.Form):
    """Costs one try before the code is looked at: a count in a cache may be wiped, or passed in parallel."""

    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = gettext_lazy("验证器里的数字")
        field.error_messages["required"] = gettext_lazy("请填写验证器里的六位数字。")
        field.widget.attrs = {
            "inputmode": "numeric",
            "autocomplete": "one-time-code",
            "class": "code-input",
            "autofocus": True,
        }

    def clean_code(self) -> str:
        if not SECOND_STEPS_PER_ACCOUNT.allows(str(self.user.pk)):
            raise ValidationError(_("试得太多了，请十分钟后再试。"))
        return super().clean_code()  # type: ignore[misc,no-any-return]


class SecondStepForm(CountedCodeMixin, AuthenticateForm):
    pass


class RepeatSecondStepForm(CountedCodeMixin, ReauthenticateForm):
    pass


class ActivateForm(CountedCodeMixin, ActivateTOTPForm):
    pass


class RepeatPasswordForm(AllauthReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["password"]
        field.label = gettext_lazy("密码")
        field.widget.attrs = {"autocomplete": "current-password"}
