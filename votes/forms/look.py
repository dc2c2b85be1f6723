"""Which ballot is to be looked at, and why."""

from django import forms
from django.utils.translation import gettext_lazy

from communities.errors import ReasonMissing


class LookForm(forms.Form):
    which = forms.CharField(
        label=gettext_lazy("回执码或表决人编号"),
        max_length=40,
        help_text=gettext_lazy("例如 7K3M-Q9TD-4XWE，或名册上的编号。"),
        error_messages={"required": gettext_lazy("请填写回执码，或名册上的编号。")},
    )
    reason = forms.CharField(
        label=gettext_lazy("调阅的理由"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("至少十个字，记入日志，投票人看得到。请不要写选择的内容。"),
        error_messages={"required": ReasonMissing.message},
    )
