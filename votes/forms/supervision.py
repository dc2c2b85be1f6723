"""What two people change about a posted assembly: a later deadline, an order to revoke."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from communities.ledger.leaves import timestamp
from votes.models import Assembly
from votes.services.extensions import LONGEST_BASIS
from votes.services.revocations import LONGEST

from .assembly import MIDNIGHT, SENSIBLE_DAYS, DayInput, from_words, half_hours, to_words
from .reason import ReasonForm


class ExtensionForm(ReasonForm):
    """A later deadline, as a day and a half hour of ``Asia/Shanghai``, and why."""

    field_order = ("closes_on", "closes_time", "reason", "basis")

    closes_on = forms.DateField(
        label=gettext_lazy("新的截止日期"),
        widget=DayInput,
        validators=SENSIBLE_DAYS,
        error_messages={
            "required": gettext_lazy("请填写新的截止日期。"),
            "invalid": gettext_lazy("请填写新的截止日期，例如 2026-12-20。"),
        },
    )
    closes_time = forms.ChoiceField(label=gettext_lazy("截止时刻"))
    basis = forms.CharField(
        label=gettext_lazy("依据的约定"),
        required=False,
        max_length=LONGEST_BASIS,
        help_text=gettext_lazy(
            "测到停机的可以不填。没有停机的，延长须在会议公告或议事规则中有约定，请写明哪一条。"
        ),
    )

    def __init__(self, *args: Any, assembly: Assembly, **kwargs: Any) -> None:
        _day, kept = to_words(assembly.closes_at, ends=True)
        super().__init__(*args, **kwargs)
        self.initial["closes_time"] = kept or MIDNIGHT
        times = sorted({*half_hours(1, 48), kept or MIDNIGHT})
        self.fields["closes_time"].choices = [(words, words) for words in times]  # type: ignore[attr-defined]

    @property
    def closes_at(self) -> datetime:
        return from_words(self.cleaned_data["closes_on"], self.cleaned_data["closes_time"])

    @property
    def payload(self) -> dict[str, str]:
        """What the service takes."""
        return {"closes_at": timestamp(self.closes_at), "basis": self.cleaned_data["basis"]}


class RevocationForm(ReasonForm):
    """Why a result is revoked and, where an authority ordered it, which one and by what document."""

    authority = forms.CharField(
        label=gettext_lazy("责令撤销的机关"),
        required=False,
        max_length=LONGEST,
        help_text=gettext_lazy("街道办事处、主管部门或者人民法院；不是由机关责令的，不填。"),
    )
    document = forms.CharField(label=gettext_lazy("文书编号"), required=False, max_length=LONGEST)

    @property
    def payload(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("authority", "document")}
