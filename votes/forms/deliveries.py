"""What is filled in when ballot and notice were delivered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communities.clock import LOCAL_ZONE
from votes.delivery_states import Place
from votes.enums import DeliveryMethod

from .papers import PICTURES, place_choices
from .reason import ReasonForm


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class DeliveryForm(forms.Form):
    """How, when and with which evidence. Whom is chosen by building, or by ticking homes beside it."""

    method = forms.ChoiceField(
        label=gettext_lazy("方式"), choices=DeliveryMethod.choices, widget=forms.RadioSelect
    )
    place = forms.ChoiceField(label=gettext_lazy("范围"), required=False)
    only_missing = forms.BooleanField(label=gettext_lazy("只登记还没有送达的"), required=False, initial=True)
    delivered_at = forms.DateTimeField(
        label=gettext_lazy("送达时间"),
        required=False,
        widget=MomentInput,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        help_text=gettext_lazy("空着就是现在。"),
        error_messages={"invalid": gettext_lazy("请填写日期和时间，例如 2026-12-08 15:30。")},
    )
    note = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("快递单号、短信发送批次、张贴的位置等。不要写业主姓名。"),
    )
    evidence = forms.FileField(
        label=gettext_lazy("凭证照片"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("签收单、张贴现场、发送记录。一次登记共用一份。"),
        widget=forms.FileInput(attrs={"accept": PICTURES}),
    )

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = place_choices(places, _("全部表决人"))

    def clean_delivered_at(self) -> datetime | None:
        """As typed, in local time."""
        typed: datetime | None = self.cleaned_data["delivered_at"]
        return typed.replace(tzinfo=LOCAL_ZONE) if typed else None


class TakeBackForm(ReasonForm):
    """Why a record was wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("至少十个字。记录和理由都保留，不再作为送达的证明。")
