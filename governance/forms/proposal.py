"""What is filled in to raise a proposal, to say something about it, and to appeal."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from communities.errors import ReasonMissing
from communities.models import Building, Estate
from governance.enums import ProposalCategory, ReasonCode, Stance
from governance.errors.comments import CommentEmpty, CommentTooLong, StanceMissing
from governance.errors.proposals import ProposalTooLong


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Any number of files, as a list."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", ManyFilesInput(attrs={"accept": ".jpg,.jpeg,.png,.webp,.pdf"}))
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        given = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(one, initial) for one in given if one]


class InEstateForm(forms.Form):
    """A form about something in an estate, in one of its buildings or outside of them."""

    building = forms.ModelChoiceField(
        label=_("哪幢楼"),
        queryset=Building.objects.none(),
        required=False,
        empty_label=_("公共区域或整个小区"),
        error_messages={"invalid_choice": _("请从列表中选择楼幢。")},
    )

    def __init__(self, *args: Any, estate: Estate, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["building"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = estate.buildings.order_by("position", "name")


class ProposalForm(InEstateForm):
    """A proposal as it is written on the phone: what, where, why, photos."""

    field_order = ("title", "category", "body", "building", "place", "attached")

    title = forms.CharField(
        label=_("一句话说明什么事"),
        max_length=60,
        error_messages={"required": _("请用一句话写明什么事。"), "max_length": ProposalTooLong.message},
        widget=forms.TextInput(attrs={"placeholder": _("例如：北门夜间关闭时间改到 23:30")}),
    )
    category = forms.ChoiceField(
        label=_("哪一类"),
        choices=[("", _("请选择")), *ProposalCategory.choices],
        error_messages={"required": _("请选择类别。"), "invalid_choice": _("请从列表中选择类别。")},
    )
    body = forms.CharField(
        label=_("情况和建议"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("现在怎样、影响了谁、希望怎么办。会向本小区公开，请不要写别人的姓名、电话和证件号码。"),
        error_messages={
            "required": _("请写明情况和建议，至少十个字。"),
            "max_length": ProposalTooLong.message,
        },
    )
    place = forms.CharField(
        label=_("具体位置"),
        max_length=60,
        required=False,
        help_text=_("例如北门、地下车库、3 单元电梯。"),
    )
    attached = ManyFilesField(
        label=_("照片或文件"),
        required=False,
        help_text=_("JPG、PNG、WebP 或 PDF，每个最多 10 MB，最多 9 个。照片里的拍摄地点会自动去掉。"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class CommentForm(forms.Form):
    stance = forms.ChoiceField(
        label=_("您的态度"),
        choices=Stance.choices,
        widget=forms.RadioSelect,
        error_messages={"required": StanceMissing.message, "invalid_choice": StanceMissing.message},
    )
    text = forms.CharField(
        label=_("想说的话"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": CommentEmpty.message, "max_length": CommentTooLong.message},
    )


class ReplyForm(forms.Form):
    text = CommentForm.base_fields["text"]


class ReportForm(forms.Form):
    code = forms.ChoiceField(
        label=_("什么问题"),
        choices=[
            (code.value, code.label)
            for code in (
                ReasonCode.ABUSE,
                ReasonCode.PRIVACY,
                ReasonCode.UNLAWFUL,
                ReasonCode.ADVERTISING,
                ReasonCode.FALSE,
                ReasonCode.OTHER,
            )
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择是什么问题。")},
    )
    text = forms.CharField(
        label=_("补充说明"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class AppealForm(forms.Form):
    text = forms.CharField(
        label=_("为什么应当改变"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("至少十个字。由另一位工作人员或街道复核。"),
        error_messages={"required": ReasonMissing.message},
    )


class FactsForm(forms.Form):
    text = forms.CharField(
        label=_("您的说明"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请写明情况。")},
    )
