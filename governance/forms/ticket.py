"""What is filled in to report a matter, and to deal with it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from communities.clock import LOCAL_ZONE
from communities.models import User
from governance.enums import Party, PauseReason, TicketCategory
from governance.errors.tickets import OutageIncomplete, TicketIncomplete, TicketTooLong

from .proposal import InEstateForm, ManyFilesField

_MOMENT: dict[str, Any] = {
    "widget": forms.DateTimeInput(attrs={"type": "datetime-local"}),
    "input_formats": ["%Y-%m-%dT%H:%M"],
    "error_messages": {"required": _("请填日期和时间。"), "invalid": _("请填日期和时间。")},
}
_MARKS = [(5, _("很满意")), (4, _("满意")), (3, _("一般")), (2, _("不满意")), (1, _("很不满意"))]


class TicketForm(InEstateForm):
    """A matter as it is reported on the phone."""

    field_order = ("category", "text", "building", "place", "attached", "is_anonymous", "is_private")

    category = forms.ChoiceField(
        label=_("哪一类"),
        choices=[("", _("请选择")), *TicketCategory.choices],
        error_messages={"required": _("请选择类别。"), "invalid_choice": _("请从列表中选择类别。")},
    )
    text = forms.CharField(
        label=_("什么事"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": _("例如：3 单元电梯按钮失灵")}),
        error_messages={"required": TicketIncomplete.message, "max_length": TicketTooLong.message},
    )
    place = forms.CharField(label=_("具体位置"), max_length=60, required=False)
    attached = ManyFilesField(
        label=_("照片"),
        required=False,
        help_text=_("JPG、PNG、WebP 或 PDF，每个最多 10 MB。照片里的拍摄地点会自动去掉。"),
    )
    is_anonymous = forms.BooleanField(label=_("不让物业知道是我报的"), required=False)
    is_private = forms.BooleanField(
        label=_("只给处理的人看，不公开"),
        required=False,
        help_text=_("收费问题和邻里纠纷总是不公开。"),
    )


class WordsForm(forms.Form):
    """A word about a ticket."""

    text = forms.CharField(
        label=_("说明"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明情况。")},
    )


class RatingForm(forms.Form):
    """One to five."""

    rating = forms.TypedChoiceField(
        label=_("处理得怎样"),
        coerce=int,
        choices=_MARKS,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一项。")},
    )
    text = forms.CharField(label=_("想说的话"), max_length=300, required=False)


class HandlingForm(forms.Form):
    """What one does with a ticket at the desk; which fields count depends on what is pressed."""

    text = forms.CharField(
        label=_("说明"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("报事人会看到。处理完毕、转交、督办和暂停都要写。"),
    )
    scheduled_at = forms.DateTimeField(
        label=_("上门时间"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M"],
        error_messages={"invalid": _("请填日期和时间。")},
    )
    assignee = forms.ModelChoiceField(
        label=_("派给"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("不指定"),
        error_messages={"invalid_choice": _("请从本方工作人员中选择。")},
    )
    reason = forms.ChoiceField(
        label=_("暂停原因"),
        choices=[("", _("不暂停")), *PauseReason.choices],
        required=False,
        error_messages={"invalid_choice": _("请从列表中选择暂停原因。")},
    )
    party = forms.ChoiceField(
        label=_("转交给"),
        choices=[("", _("不转交")), *[(one.value, one.label) for one in (*Party.three(), Party.SUBDISTRICT)]],
        required=False,
        error_messages={"invalid_choice": _("请从列表中选择责任方。")},
    )
    attached = ManyFilesField(label=_("处理后的照片"), required=False)

    def __init__(self, *args: Any, staff: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["assignee"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = staff

    def clean_scheduled_at(self) -> Any:
        given = self.cleaned_data["scheduled_at"]
        return given.replace(tzinfo=LOCAL_ZONE) if given else None


class OutageForm(InEstateForm):
    """What will not work, from when to when."""

    field_order = ("category", "building", "title", "text", "begins_at", "ends_at")

    category = forms.ChoiceField(
        label=_("哪一类"),
        choices=[("", _("请选择")), *TicketCategory.choices],
        error_messages={"required": _("请选择类别。"), "invalid_choice": _("请从列表中选择类别。")},
    )
    title = forms.CharField(
        label=_("标题"), max_length=60, error_messages={"required": OutageIncomplete.message}
    )
    text = forms.CharField(
        label=_("说明"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": OutageIncomplete.message},
    )
    begins_at = forms.DateTimeField(label=_("开始"), **_MOMENT)
    ends_at = forms.DateTimeField(label=_("预计恢复"), **_MOMENT)

    def clean_begins_at(self) -> Any:
        return self.cleaned_data["begins_at"].replace(tzinfo=LOCAL_ZONE)

    def clean_ends_at(self) -> Any:
        return self.cleaned_data["ends_at"].replace(tzinfo=LOCAL_ZONE)
