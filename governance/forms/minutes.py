"""What is filled in to edit, confirm, sign and check minutes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from communities.errors import ReasonMissing
from governance.enums import Party, SigningMethod
from governance.forms.meeting import RecordForm
from governance.minutes_files import LARGEST


class MinutesTextForm(forms.Form):
    opening = forms.CharField(
        label=_("会议概况"), max_length=3000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    closing = forms.CharField(
        label=_("其他"), max_length=3000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class MinutesItemForm(RecordForm):
    """One item with what each party said."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for party in Party:
            self.fields[f"position_{party.value}"] = forms.CharField(
                label=_("%(party)s的意见") % {"party": party.label},
                max_length=2000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def positions(self) -> dict[str, str]:
        return {party.value: self.cleaned_data[f"position_{party.value}"] for party in Party}


class ConfirmForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("您的意见"),
        choices=[("confirmed", _("确认，与会议情况一致")), ("dissent", _("有不同意见，写在下面"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择确认，或者提出不同意见。")},
    )
    note = forms.CharField(
        label=_("不同意见"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("提出不同意见的至少写十个字，会附在纪要里。"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == "dissent" and len((data.get("note") or "").strip()) < 10:
            self.add_error("note", ReasonMissing.message)
        return data

    @property
    def dissent(self) -> str:
        is_dissent = self.cleaned_data["kind"] == "dissent"
        return self.cleaned_data["note"] if is_dissent else ""


SECRETS = {
    SigningMethod.PASSWORD: _("密码"),
    SigningMethod.SECOND_STEP: _("验证器里的数字"),
    SigningMethod.SMS: _("短信验证码"),
}


class SignForm(forms.Form):
    party = forms.ChoiceField(label=_("以哪一方的名义"), widget=forms.RadioSelect)
    secret = forms.CharField(max_length=200, error_messages={"required": _("请输入，证明是您本人在签署。")})
    sha = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, parties: list[Party], method: SigningMethod, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["party"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(party.value, party.label) for party in parties]
        if len(parties) == 1:
            field.widget = forms.HiddenInput()
            field.initial = parties[0].value
        secret = self.fields["secret"]
        secret.label = SECRETS[method]
        is_password = method == SigningMethod.PASSWORD
        secret.widget = (
            forms.PasswordInput(attrs={"autocomplete": "current-password"})
            if is_password
            else forms.TextInput(
                attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code-input"}
            )
        )


class VerifyForm(forms.Form):
    file = forms.FileField(
        label=_("纪要文件"),
        help_text=_("PDF 或 DOCX，最大 20 MB。文件不会被保存。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.docx"}),
        error_messages={"required": _("请选择文件。"), "empty": _("这个文件是空的。")},
    )

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if given.size > LARGEST:
            raise forms.ValidationError(_("文件太大，最多 20 MB。"))
        return given


class CorrectionForm(forms.Form):
    reason = forms.CharField(
        label=_("理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("至少十个字。更正印在新版纪要上。"),
        error_messages={"required": ReasonMissing.message},
    )
