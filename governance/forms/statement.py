"""What is filled in to put an idea forward."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.errors.statements import StatementUnclear


class StatementForm(forms.Form):
    text = forms.CharField(
        label=_("再提一个观点"),
        max_length=140,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "一句话、一个意思，别人能同意或不同意，例如“小门只给行人走”。社区看过后公开，不显示是谁写的。"
        ),
        error_messages={"required": StatementUnclear.message, "max_length": StatementUnclear.message},
    )
