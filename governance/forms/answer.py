"""What the three parties fill in to answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from communities.errors import ReasonMissing
from governance.enums import AnswerStatus, Party
from governance.errors.answers import AnswerEmpty

from .proposal import ManyFilesField


class YuanField(forms.DecimalField):
    """Yuan with two decimals, as an integer of 0.01 yuan."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=10_000_000_000, decimal_places=2, **options)

    def clean(self, value: Any) -> Any:
        yuan = super().clean(value)
        return None if yuan is None else int(yuan * 100)


class PartyForm(forms.Form):
    """Written in the name of a party. Whoever speaks for one only is not asked which."""

    party = forms.ChoiceField(label=_("以哪一方的名义"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, parties: list[Party], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["party"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(party.value, party.label) for party in parties]
        if len(parties) == 1:
            field.widget = forms.HiddenInput()
            field.initial = parties[0].value


class AnswerForm(PartyForm):
    """An official answer."""

    status = forms.ChoiceField(
        label=_("态度"),
        choices=AnswerStatus.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择态度。")},
    )
    text = forms.CharField(
        label=_("答复内容"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": AnswerEmpty.message, "max_length": AnswerEmpty.message},
    )
    cost = YuanField(
        label=_("预计费用（元）"), required=False, error_messages={"invalid": _("请填数字，例如 4800。")}
    )
    begins_on = forms.DateField(
        label=_("开始日期"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    ends_on = forms.DateField(
        label=_("完成日期"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    attached = ManyFilesField(label=_("附件"), required=False, help_text=_("照片或 PDF，每个最多 10 MB。"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)


class AskFactsForm(PartyForm):
    question = forms.CharField(
        label=_("需要提出人说明什么"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("至少十个字。收到说明以前，您一方的答复期限不计。"),
        error_messages={"required": ReasonMissing.message},
    )


class TemplateForm(PartyForm):
    title = forms.CharField(
        label=_("模板名称"), max_length=40, error_messages={"required": _("请写模板名称。")}
    )
    text = forms.CharField(
        label=_("内容"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": AnswerEmpty.message},
    )
