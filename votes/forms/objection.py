"""What is filled in to object, and to answer an objection."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from votes.enums import ObjectionAbout, ObjectionKind, ObjectionStatus

MISSING = _("请写清楚，至少十个字。")


class ObjectionForm(forms.Form):
    """One objection; only the kinds whose window is open are offered."""

    kind = forms.ChoiceField(
        label=_("对什么有异议"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("请选择对什么有异议。"),
            "invalid_choice": _("现在不能提这一类异议，请另选一类。"),
        },
    )
    about = forms.ChoiceField(
        label=_("针对谁的工作"),
        choices=ObjectionAbout.choices,
        required=False,
        help_text=_("针对哪一方，就由别的一方来答复。"),
    )
    text = forms.CharField(
        label=_("异议内容"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "至少十个字，写明事实和要求。内容会向本小区公开，但不显示您的姓名；请不要写姓名、电话和证件号码。"
        ),
        error_messages={"required": MISSING},
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, kinds: Iterable[ObjectionKind], **options: Any
    ) -> None:
        super().__init__(data, **options)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(kind.value, kind.label) for kind in kinds]


class TakeUpForm(forms.Form):
    note = forms.CharField(
        label=_("给提出人的说明"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("例如已核对哪些材料、还需要什么。提出人会收到。"),
    )


class AnswerForm(forms.Form):
    status = forms.ChoiceField(
        label=_("结论"),
        choices=[
            (status.value, status.label) for status in (ObjectionStatus.UPHELD, ObjectionStatus.DISMISSED)
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择成立或不成立。")},
    )
    answer = forms.CharField(
        label=_("理由"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("至少十个字，写明查了什么、依据什么。向本小区公开，请不要写个人信息。提交后不能更改。"),
        error_messages={"required": MISSING},
    )
