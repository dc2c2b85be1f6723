"""A motion with, if one was chosen, a paper to it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from votes.enums import AttachmentKind, MotionKind, MotionOption
from votes.errors import AttachmentRefused, AttachmentTooLarge
from votes.linting.about_motions import ITEM_NUMERALS
from votes.models import Assembly, Motion
from votes.models.motion import usual_options
from votes.services.attachments import LARGEST, detect_type
from votes.statutes import Kind, Statute

MAJORITY_WORDS = {
    Kind.ORDINARY: gettext_lazy("参与者过半数同意"),
    Kind.SPECIAL: gettext_lazy("参与者四分之三以上同意"),
}


#: Stands in the place of an item's number: none of the law's.
ADVISORY = 0
_ADVISORY = (str(ADVISORY), gettext_lazy("不是法定共同决定：征询意见（无记名，只按人数计）"))


def item_choices(statute: Statute) -> list[tuple[str, str]]:
    """The statutory items with the majority each of them needs."""
    return [
        (
            str(item.number),
            _("（%(number)s）%(name)s：%(majority)s")
            % {
                "number": ITEM_NUMERALS[item.number],
                "name": item.name,
                "majority": MAJORITY_WORDS[item.kind],
            },
        )
        for item in statute.items
    ]


class MotionForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("表决事项"),
        max_length=200,
        help_text=gettext_lazy("一项只问一件事，写成业主能回答“同意”或“反对”的话。"),
        error_messages={"required": gettext_lazy("请填写表决事项的名称。")},
    )
    text = forms.CharField(
        label=gettext_lazy("内容"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("做什么、在哪里、花多少钱、钱从哪里来、什么时候做。"),
    )
    topic = forms.ChoiceField(label=gettext_lazy("对应的公告议题"), required=False)
    item = forms.TypedChoiceField(
        label=gettext_lazy("法定事项"), required=False, coerce=int, empty_value=None, widget=forms.Select
    )
    item_reason = forms.CharField(
        label=gettext_lazy("归入该项的理由"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("至少十个字。向业主公开，公示后不能更改。"),
    )
    options = forms.MultipleChoiceField(
        label=gettext_lazy("选项"),
        choices=MotionOption.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    changes_fee = forms.BooleanField(label=gettext_lazy("涉及调整物业收费标准"), required=False)
    amount = forms.DecimalField(
        label=gettext_lazy("金额（元）"),
        required=False,
        min_value=0,
        max_value=Decimal("9999999999.99"),
        max_digits=12,
        decimal_places=2,
        help_text=gettext_lazy("要花钱的事项填写。"),
        error_messages={"invalid": gettext_lazy("请只填数字，例如 128600 或 128600.50。")},
    )
    paper_kind = forms.ChoiceField(
        label=gettext_lazy("附件类别"), choices=AttachmentKind.choices, required=False
    )
    paper = forms.FileField(
        label=gettext_lazy("添加附件"),
        required=False,
        help_text=gettext_lazy("PDF，或 JPG、PNG、WebP 图片，10 MB 以内。"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.webp"}),
    )

    def __init__(self, *args: Any, assembly: Assembly, statute: Statute, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = [(topic, topic) for topic in assembly.topics]
        kept = self.initial.get("topic")
        if kept and kept not in assembly.topics:
            topics.append((kept, _("%(topic)s（已不在公告里）") % {"topic": kept}))
        self.fields["topic"].choices = [("", _("请选择")), *topics]  # type: ignore[attr-defined]
        if not topics:
            self.fields["topic"].help_text = _("请先在会议里写好公告的议题。")
        self.fields["item"].choices = [("", _("请选择")), *item_choices(statute), _ADVISORY]  # type: ignore[attr-defined]
        self.fields["item"].help_text = statute.name

    @classmethod
    def initial_of(cls, motion: Motion | None) -> dict[str, Any]:
        if motion is None:
            return {"options": usual_options()}
        return {
            "title": motion.title,
            "text": motion.text,
            "topic": motion.topic,
            "item": ADVISORY if motion.kind == MotionKind.ADVISORY else motion.item,
            "item_reason": motion.item_reason,
            "options": motion.options,
            "changes_fee": motion.changes_fee,
            "amount": None if motion.amount is None else Decimal(motion.amount).scaleb(-2),
        }

    def clean_paper(self) -> UploadedFile[bytes] | None:
        paper: UploadedFile[bytes] | None = self.cleaned_data["paper"]
        if paper is None:
            return None
        try:
            if (paper.size or 0) > LARGEST:
                raise AttachmentTooLarge
            detect_type(paper.read(16), paper.name or "")
        except AttachmentRefused as refusal:
            raise ValidationError(str(refusal)) from refusal
        paper.seek(0)
        return paper

    @property
    def values(self) -> dict[str, Any]:
        """What the services take: the amount in 0.01 yuan."""
        names = ("title", "text", "topic", "item", "item_reason", "options", "changes_fee")
        amount = self.cleaned_data["amount"]
        is_advisory = self.cleaned_data["item"] == ADVISORY
        return {name: self.cleaned_data[name] for name in names} | {
            "kind": MotionKind.ADVISORY if is_advisory else MotionKind.MATTER,
            **({"item": None} if is_advisory else {}),
            "amount": None if amount is None else int(amount.scaleb(2)),
        }
