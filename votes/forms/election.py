"""Setting up an election, naming and screening candidates, and asking for a recall."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communities.models import CommitteeSeat, Estate
from communities.values.area import format_area_plain
from votes.enums import Criterion, ElectionPurpose, RecallProposer, ScreeningFinding
from votes.forms.assembly import MIDNIGHT, SENSIBLE_DAYS, DayInput, from_words, to_words
from votes.models import Candidate, Election, Recall

DECLARATION = gettext_lazy(
    "我年满十八周岁，有完全民事行为能力；本人和近亲属不在本小区物业企业任职；"
    "遵守管理规约，当选后有时间履行职责。我同意以全名参选并公示。"
)


class ElectionForm(forms.Form):
    purpose = forms.ChoiceField(
        label=gettext_lazy("选举类型"),
        choices=ElectionPurpose.choices,
        help_text=gettext_lazy("换届选出新一届；补选填补现任业主委员会的空缺。"),
    )
    seats = forms.IntegerField(
        label=gettext_lazy("应选人数"),
        min_value=1,
        max_value=11,
        help_text=gettext_lazy("换届为单数，五至十一人；一百户以下的小区可以为三人。补选不多于空缺。"),
    )
    alternates = forms.IntegerField(
        label=gettext_lazy("候补人数"),
        min_value=0,
        max_value=11,
        initial=2,
        help_text=gettext_lazy("过了法定多数而没有当选的，按得票依次为候补，有空缺时递补。"),
    )
    term_years = forms.TypedChoiceField(
        label=gettext_lazy("任期（年）"),
        choices=[(3, "3"), (4, "4"), (5, "5")],
        coerce=int,
        initial=5,
        help_text=gettext_lazy("每届三至五年，按本小区议事规则。补选的随本届任期。"),
    )
    nomination_closes_on = forms.DateField(
        label=gettext_lazy("提名截止"),
        widget=DayInput,
        validators=SENSIBLE_DAYS,
        help_text=gettext_lazy("当天 24:00 止。之后审查、公示候选人，再公示会议。"),
        error_messages={
            "required": gettext_lazy("请填写提名截止的日期。"),
            "invalid": gettext_lazy("请填写提名截止的日期，例如 2026-12-08。"),
        },
    )
    lot_seed = forms.CharField(
        label=gettext_lazy("抽签种子"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "人数、面积都相同时用它公开抽签，谁都可以照着重算。随会议公示，公示后不能改。任何一段文字都可以。"
        ),
    )

    @classmethod
    def initial_of(cls, election: Election) -> dict[str, Any]:
        names = ("purpose", "seats", "alternates", "term_years", "lot_seed")
        day, _words = to_words(election.nomination_closes_at, ends=True)
        return {name: getattr(election, name) for name in names} | {"nomination_closes_on": day}

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        names = ("purpose", "seats", "alternates", "term_years", "lot_seed")
        closes_at: datetime = from_words(self.cleaned_data["nomination_closes_on"], MIDNIGHT)
        return {name: self.cleaned_data[name] for name in names} | {"nomination_closes_at": closes_at}


class StandForm(forms.Form):
    """An introduction and the declaration; both for standing oneself and for accepting."""

    statement = forms.CharField(
        label=gettext_lazy("自我介绍"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("给全体业主看：做什么工作、为什么参选、想做哪几件事。不要写电话和证件号码。"),
    )
    declared = forms.BooleanField(
        label=DECLARATION, required=False, error_messages={"required": gettext_lazy("请先勾选本人声明。")}
    )


class NomineeForm(forms.Form):
    """Whom somebody wants to name: enough to find one owner, nothing that shows the roster."""

    name = forms.CharField(
        label=gettext_lazy("被推荐人的姓名"),
        max_length=60,
        help_text=gettext_lazy("与产权登记一致。"),
        error_messages={"required": gettext_lazy("请填写被推荐人的姓名。")},
    )
    building = forms.ChoiceField(label=gettext_lazy("幢"))
    staircase = forms.CharField(
        label=gettext_lazy("单元"), max_length=20, required=False, help_text=gettext_lazy("没有单元的不填。")
    )
    room = forms.CharField(
        label=gettext_lazy("房号"),
        max_length=20,
        error_messages={"required": gettext_lazy("请填写房号，例如 0502。")},
    )

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = estate.buildings.order_by("position", "name").values_list("name", flat=True)
        self.fields["building"].choices = [("", _("请选择")), *((name, name) for name in names)]  # type: ignore[attr-defined]


class ScreeningForm(forms.Form):
    """One answer for each criterion, the decision, and the reason the candidate reads."""

    eligible = forms.TypedChoiceField(
        label=gettext_lazy("结论"),
        choices=[("yes", gettext_lazy("审查通过")), ("no", gettext_lazy("不符合条件"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择结论。")},
    )
    reason = forms.CharField(
        label=gettext_lazy("审查意见"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("至少十个字，告知本人：查了什么、根据什么。"),
        error_messages={"required": gettext_lazy("请写明审查意见，至少十个字。")},
    )
    #: The earlier screening that stood on the page, to notice another one in between.
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, suggested: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for criterion in Criterion:
            self.fields[criterion.value] = forms.ChoiceField(
                label=criterion.label,
                choices=ScreeningFinding.choices,
                initial=suggested[criterion],
                widget=forms.RadioSelect,
                error_messages={"required": gettext_lazy("请选择一项；没有查到的选“尚未查明”。")},
            )
        self.order_fields([*Criterion.values, "eligible", "reason", "seen"])

    @property
    def criteria(self) -> list[Any]:
        return [self[name] for name in Criterion.values]

    @property
    def findings(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in Criterion.values}

    @property
    def seen_at(self) -> datetime | None:
        """The screening seen; something unreadable is a moment at which nothing was screened."""
        text = self.cleaned_data["seen"]
        try:
            return datetime.fromisoformat(text) if text else None
        except ValueError:
            return datetime.fromtimestamp(0).astimezone()


def seen_mark(candidate: Candidate) -> str:
    return candidate.screened_at.isoformat() if candidate.screened_at else ""


class ReplyForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("您的申辩"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("至少十个字，社区会看到并重新审查。"),
        error_messages={"required": gettext_lazy("请写明申辩，至少十个字。")},
    )


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("退出的原因"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("可以不写。写了会让业主看到。"),
    )


class RecallForm(forms.Form):
    seat = forms.ModelChoiceField(
        label=gettext_lazy("委员"),
        queryset=CommitteeSeat.objects.none(),
        empty_label=gettext_lazy("请选择"),
        error_messages={
            "required": gettext_lazy("请选择委员。"),
            "invalid_choice": gettext_lazy("这位委员现在不在任，请重新选择。"),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("罢免的理由"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("至少十个字，写事实，全体业主都会看到。"),
        error_messages={"required": gettext_lazy("请写明理由，至少十个字。")},
    )
    proposer = forms.ChoiceField(
        label=gettext_lazy("由谁提出"),
        choices=RecallProposer.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("百分之二十以上的业主联名，或者业主委员会。"),
        error_messages={"required": gettext_lazy("请选择由谁提出。")},
    )
    signed_heads = forms.IntegerField(
        label=gettext_lazy("联名人数"), required=False, min_value=0, max_value=1_000_000
    )
    signed_area = forms.DecimalField(
        label=gettext_lazy("联名面积（m²）"),
        required=False,
        min_value=0,
        max_value=100_000_000,
        decimal_places=2,
        error_messages={"invalid": gettext_lazy("请只填数字，例如 8864.50。")},
    )
    hearing = forms.CharField(
        label=gettext_lazy("委员本人怎么说"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("先听取本人的意见。本人不愿说的，写明何时、怎样通知了本人。"),
    )
    heard_on = forms.DateField(
        label=gettext_lazy("听取日期"), required=False, widget=DayInput, validators=SENSIBLE_DAYS
    )

    def __init__(self, *args: Any, seats: Sequence[CommitteeSeat], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["seat"]
        field.queryset = CommitteeSeat.objects.filter(pk__in=[seat.pk for seat in seats])  # type: ignore[attr-defined]
        field.label_from_instance = seat_label  # type: ignore[attr-defined]

    @classmethod
    def initial_of(cls, recall: Recall) -> dict[str, Any]:
        names = ("proposer", "signed_heads", "hearing", "heard_on")
        return {name: getattr(recall, name) for name in names} | {
            "seat": recall.motion.seat_id,
            "reason": recall.motion.text,
            "signed_area": format_area_plain(recall.signed_area),
        }

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes: the area in 0.01 m²."""
        names = ("seat", "reason", "proposer", "hearing", "heard_on")
        area = self.cleaned_data["signed_area"]
        return {name: self.cleaned_data[name] for name in names} | {
            "signed_heads": self.cleaned_data["signed_heads"] or 0,
            "signed_area": int(area.scaleb(2)) if area else 0,
        }


def seat_label(seat: CommitteeSeat) -> str:
    """ "王建国（副主任）"."""
    return f"{seat.holder_name or _('（未填姓名）')}（{seat.get_position_display()}）"
