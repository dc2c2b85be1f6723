"""What is filled in at the desk to review, lead on, merge, hide and decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from communities.errors import ReasonMissing
from governance.enums import ProposalStatus, ReasonCode, Turn

S = ProposalStatus


def reason_field(**options: Any) -> forms.CharField:
    """A reason of ten characters or more, shown to people; the service counts them again."""
    return forms.CharField(
        **{
            "label": _("理由"),
            "max_length": 1000,
            "widget": forms.Textarea(attrs={"rows": 4}),
            "help_text": _("至少十个字，会公开或告知提出人。"),
            "error_messages": {"required": ReasonMissing.message},
            **options,
        }
    )


class ReviewForm(forms.Form):
    """One decision on a proposal that waits for review."""

    decision = forms.ChoiceField(
        label=_("处理"),
        choices=[
            ("accept", _("受理，公开征集附议和答复")),
            ("return", _("退回补正")),
            ("refuse", _("不予受理")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择怎样处理。")},
    )
    code = forms.ChoiceField(
        label=_("理由类别"),
        choices=[("", _("受理的不用选")), *ReasonCode.choices],
        required=False,
        error_messages={"invalid_choice": _("请从列表中选择理由类别。")},
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("退回和不予受理的至少写十个字，提出人会看到；受理的可以写一句说明。"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("decision") in ("return", "refuse"):
            if not data.get("code"):
                self.add_error("code", _("请选择理由类别。"))
            if len((data.get("reason") or "").strip()) < 10:
                self.add_error("reason", ReasonMissing.message)
        return data


class MergeForm(forms.Form):
    into = forms.IntegerField(
        label=_("并入哪一号议题"),
        min_value=1,
        max_value=2_147_483_647,
        error_messages={"required": _("请填写另一件议题的编号。"), "invalid": _("编号是一个数字。")},
    )
    reason = reason_field(help_text=_("至少十个字，向双方的附议人公开。附议一并带过去，原文保留。"))


class RouteForm(forms.Form):
    to = forms.ChoiceField(
        label=_("下一步"),
        choices=[
            (S.PARTY.value, _("党支部商议")),
            (S.COMMITTEE.value, _("业委会研究")),
            (S.MEETING.value, _("召开协商会议")),
            (S.ASSEMBLY.value, _("提交业主大会")),
            (S.HANDLING.value, _("直接交付办理")),
            (S.DONE.value, _("办结")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择下一步。"), "invalid_choice": _("请选择下一步。")},
    )
    turn = forms.ChoiceField(
        label=_("交给谁办理"),
        choices=[
            ("", _("只在直接交付办理时选")),
            *((t.value, t.label) for t in (Turn.FIRM, Turn.COMMITTEE, Turn.COMMUNITY)),
        ],
        required=False,
    )
    due_on = forms.DateField(
        label=_("办理期限"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = reason_field()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("to") == S.HANDLING:
            if not data.get("turn"):
                self.add_error("turn", _("请选择交给谁办理。"))
            if not data.get("due_on") and "due_on" not in self.errors:
                self.add_error("due_on", _("请填写办理期限。"))
        return data


class ItemForm(forms.Form):
    item = forms.ChoiceField(label=_("法定事项"), required=False)
    reason = reason_field(required=False, help_text=_("认定的至少写十个字；不属于的留空。"))

    def __init__(self, *args: Any, items: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["item"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("不属于法定共同决定事项")), *items]


class HideForm(forms.Form):
    code = forms.ChoiceField(
        label=_("理由类别"),
        choices=[("", _("请选择")), *ReasonCode.choices],
        error_messages={"required": _("请选择理由类别。")},
    )
    reason = reason_field(help_text=_("至少十个字，与处理人、时间一起公开。"))


class AppealDecisionForm(forms.Form):
    upheld = forms.ChoiceField(
        label=_("结论"),
        choices=[("yes", _("申诉成立，改变原处理")), ("no", _("维持原处理"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择结论。")},
    )
    decision = reason_field(label=_("复核意见"), help_text=_("至少十个字，告知申诉人。"))
