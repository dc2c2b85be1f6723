"""What scrutineers fill in around 纸质表决票."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from votes.delivery_states import Place
from votes.enums import MARK_OF_OPTION, Mark, MotionOption, UncountedReason
from votes.models import Motion
from votes.services.paper_entries import DEFECTS

from .ballot import mark_field

#: What a phone offers: its camera, or a file.
PICTURES = "image/jpeg,image/png,image/webp,application/pdf"


def place_choices(places: Sequence[Place], everywhere: str) -> list[tuple[str, str]]:
    return [
        ("", everywhere),
        *((place.key, ("　" if place.staircase else "") + place.label) for place in places),
    ]


class PrintForm(forms.Form):
    """Whose sheets are printed."""

    REQUESTED, PLACE, ONE, ALL = "requested", "place", "one", "all"
    whose = forms.ChoiceField(
        label=gettext_lazy("给谁打印"),
        choices=[
            (REQUESTED, gettext_lazy("申领了纸质票的")),
            (PLACE, gettext_lazy("一幢或一个单元")),
            (ONE, gettext_lazy("一户")),
            (ALL, gettext_lazy("全部表决人")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择给谁打印。")},
    )
    place = forms.ChoiceField(label=gettext_lazy("楼幢"), required=False)
    room = forms.CharField(
        label=gettext_lazy("房号"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("打印一户时填写，例如 3幢1单元0502。"),
    )

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = place_choices(places, _("请选择"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("whose") == self.PLACE and not cleaned.get("place"):
            self.add_error("place", _("请选择楼幢。"))
        if cleaned.get("whose") == self.ONE and not cleaned.get("room", "").strip():
            self.add_error("room", _("请填写房号。"))
        return cleaned


class ReceiveForm(forms.Form):
    """A sheet that came back: which one, and its picture."""

    code = forms.CharField(
        label=gettext_lazy("票号"),
        max_length=300,
        help_text=gettext_lazy("用扫码枪扫票上的二维码，或输入票号。用手机相机扫码，会直接打开这张票。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
        error_messages={"required": gettext_lazy("请扫码或输入票号。")},
    )
    file = forms.FileField(
        label=gettext_lazy("扫描件或照片"),
        help_text=gettext_lazy("整张票拍全、拍清楚，登记后不能更换。JPG、PNG、WebP 或 PDF，不超过 10 MB。"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": PICTURES}),
        error_messages={"required": gettext_lazy("请拍照或选择扫描件。")},
    )


class EntryForm(forms.Form):
    """One look at a sheet: a line each motion, or what is wrong with the whole sheet."""

    defect = forms.ChoiceField(
        label=gettext_lazy("整张票的问题"),
        choices=[
            ("", gettext_lazy("没有问题，按每一项录入")),
            *((reason.value, reason.label) for reason in DEFECTS),
        ],
        required=False,
        help_text=gettext_lazy("选了整张票的问题，就不用再录每一项。"),
    )

    def __init__(self, *args: Any, motions: Sequence[Motion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.motions = motions
        for motion in motions:
            self.fields[mark_field(motion)] = forms.ChoiceField(
                label=_("第 %(number)s 项") % {"number": motion.position},
                choices=line_choices(motion),
                required=False,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": gettext_lazy("没有这个选项，请重新选一个。")},
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("defect") and "defect" not in self.errors:
            for motion in self.motions:
                name = mark_field(motion)
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("还没有选，请选一个。"))
        return cleaned

    @property
    def choices(self) -> str:
        """One letter a motion, in order of position; empty for a sheet with a defect. Of a valid form."""
        if self.cleaned_data["defect"]:
            return ""
        return "".join(self.cleaned_data[mark_field(motion)] for motion in self.motions)

    @property
    def problems(self) -> list[dict[str, str]]:
        return [
            {"href": f"#choice-{name}", "where": str(self.fields[name].label), "text": str(error)}
            for name, errors in self.errors.items()
            if name in self.fields
            for error in errors
        ]


def line_choices(motion: Motion) -> list[tuple[str, str]]:
    """What may stand on one line of paper, each with its letter: a printed box, two marks, or none."""
    printed = [
        (MARK_OF_OPTION[MotionOption(option)].value, str(MotionOption(option).label))
        for option in motion.options
    ]
    return [*printed, (Mark.INVALID.value, _("两个以上记号")), (Mark.UNMARKED.value, _("没有记号"))]


def defect_label(defect: str) -> str:
    return str(UncountedReason(defect).label) if defect else ""
