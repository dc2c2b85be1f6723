"""Acts that only ask why."""

from django import forms
from django.utils.translation import gettext_lazy

from communities.errors import ReasonMissing


class ReasonForm(forms.Form):
    """A reason of ten characters or more; the service counts them again."""

    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("至少十个字，向业主公开。"),
        error_messages={"required": ReasonMissing.message},
    )
