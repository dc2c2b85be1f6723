"""What is filled in to call, hold and record a meeting."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from communities.clock import LOCAL_ZONE
from communities.models import Building, Estate, User
from governance.enums import ActionStatus, AttendanceRole, MeetingKind, Party, PollChoice
from governance.models import Proposal
from governance.services.meetings import Plan

from .proposal import ManyFilesField

_DAY = {"type": "date"}
_TIME = {"type": "time"}


def _at(day: Any, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=LOCAL_ZONE)


class MeetingForm(forms.Form):
    """The plan of a meeting; dates and times as on the wall."""

    kind = forms.ChoiceField(label=_("会议类型"), choices=MeetingKind.choices)
    title = forms.CharField(
        label=_("会议名称"), max_length=80, error_messages={"required": _("请写会议名称。")}
    )
    purpose = forms.CharField(
        label=_("会议目的"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    held_on = forms.DateField(
        label=_("日期"),
        widget=forms.DateInput(attrs=_DAY),
        error_messages={"required": _("请选择日期。"), "invalid": _("请选择日期。")},
    )
    begins = forms.TimeField(
        label=_("开始"),
        widget=forms.TimeInput(attrs=_TIME, format="%H:%M"),
        error_messages={"required": _("请填开始时间。"), "invalid": _("时间写成 19:00 这样。")},
    )
    ends = forms.TimeField(
        label=_("预计结束"),
        widget=forms.TimeInput(attrs=_TIME, format="%H:%M"),
        error_messages={"required": _("请填结束时间。"), "invalid": _("时间写成 21:00 这样。")},
    )
    building = forms.ModelChoiceField(
        label=_("哪幢楼"), queryset=Building.objects.none(), required=False, empty_label=_("不在楼内")
    )
    place = forms.CharField(
        label=_("地点"), max_length=100, required=False, help_text=_("地点和线上链接至少填一个。")
    )
    online_link = forms.URLField(
        label=_("线上会议链接"),
        max_length=300,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": _("请填完整的网址，以 https:// 开头。")},
    )
    seats = forms.IntegerField(label=_("旁听名额"), min_value=0, max_value=1000, initial=20)
    parties = forms.MultipleChoiceField(
        label=_("邀请哪些方"),
        choices=Party.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("这类会议必须有的一方会自动加上。"),
    )
    chair = forms.ModelChoiceField(label=_("主持人"), queryset=User.objects.none(), empty_label=None)
    recorder = forms.ModelChoiceField(label=_("记录人"), queryset=User.objects.none(), empty_label=None)

    def __init__(self, *args: Any, estate: Estate, people: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, found in (
            ("building", estate.buildings.order_by("position", "name")),
            ("chair", people),
            ("recorder", people),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        begins, ends = data.get("begins"), data.get("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", _("结束要晚于开始。"))
        if not data.get("place") and not data.get("online_link") and "online_link" not in self.errors:
            self.add_error("place", _("请填地点，或者填线上会议链接。"))
        return data

    def plan(self) -> Plan:
        data = self.cleaned_data
        return Plan(
            kind=MeetingKind(data["kind"]),
            title=data["title"],
            starts_at=_at(data["held_on"], data["begins"]),
            ends_at=_at(data["held_on"], data["ends"]),
            chair=data["chair"],
            recorder=data["recorder"],
            purpose=data["purpose"],
            building=data["building"],
            place=data["place"],
            online_link=data["online_link"],
            seats=data["seats"],
        )

    def invited(self) -> dict[Party, int]:
        return {Party(party): 0 for party in self.cleaned_data["parties"]}


class AgendaItemForm(forms.Form):
    proposal = forms.ModelChoiceField(
        label=_("从议题中选"),
        queryset=Proposal.objects.none(),
        required=False,
        empty_label=_("不选，自己写一项"),
        error_messages={"invalid_choice": _("请从列表中选择议题。")},
    )
    title = forms.CharField(
        label=_("议程名称"), max_length=80, required=False, help_text=_("选了议题的可以不写。")
    )
    text = forms.CharField(
        label=_("说明"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    minutes_planned = forms.IntegerField(label=_("预计分钟"), min_value=1, max_value=300, initial=15)

    def __init__(self, *args: Any, proposals: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["proposal"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = proposals


class AttendantForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=40, error_messages={"required": _("请写姓名。")})
    party = forms.ChoiceField(label=_("参会方"), choices=Party.choices)
    role = forms.ChoiceField(
        label=_("参会身份"),
        choices=[
            (r.value, r.label)
            for r in (AttendanceRole.DELEGATE, AttendanceRole.EXPERT, AttendanceRole.OBSERVER)
        ],
    )
    proxy_for = forms.CharField(label=_("代替谁"), max_length=40, required=False)


class RecordForm(forms.Form):
    """What is recorded of one item; ``version`` is the one it was begun from."""

    discussion = forms.CharField(
        label=_("讨论情况"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 8})
    )
    consensus = forms.CharField(
        label=_("协商一致的意见"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("这是协商意见，不是业主大会的决定。"),
    )
    dissent = forms.CharField(
        label=_("保留的不同意见"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class StatutoryRecordForm(RecordForm):
    statutory = forms.TypedChoiceField(
        label=_("涉及的法定事项"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, items: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["statutory"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("不属于法定共同决定事项")), *items]


class PositionForm(forms.Form):
    party = forms.ChoiceField(label=_("哪一方的意见"), choices=Party.choices)
    text = forms.CharField(
        label=_("意见"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请写意见。")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)


class PollForm(forms.Form):
    question = forms.CharField(
        label=_("要摸底的问题"),
        max_length=120,
        help_text=_("只看大家的意向，不是表决。"),
        error_messages={"required": _("请写问题。")},
    )


class PollAnswerForm(forms.Form):
    choice = forms.ChoiceField(choices=PollChoice.choices)


class ActionForm(forms.Form):
    text = forms.CharField(
        label=_("做什么"), max_length=300, error_messages={"required": _("请写清楚做什么。")}
    )
    party = forms.ChoiceField(
        label=_("责任方"),
        choices=[
            (p.value, p.label)
            for p in (Party.FIRM, Party.COMMITTEE, Party.COMMUNITY, Party.SUBDISTRICT, Party.OTHER)
        ],
    )
    owner_name = forms.CharField(label=_("责任人"), max_length=40, required=False)
    due_on = forms.DateField(
        label=_("完成期限"),
        widget=forms.DateInput(attrs=_DAY),
        error_messages={"required": _("请选择完成期限。"), "invalid": _("请选择完成期限。")},
    )


class ActionReportForm(forms.Form):
    status = forms.ChoiceField(
        label=_("进展"),
        choices=[(s.value, s.label) for s in (ActionStatus.DOING, ActionStatus.DONE, ActionStatus.CANCELLED)],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择进展。")},
    )
    note = forms.CharField(
        label=_("说明"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("完成和不再办理的至少写十个字，向本小区公开。"),
        error_messages={"required": _("请写说明。")},
    )


class PhotosForm(forms.Form):
    """Photos of the room."""

    photos = ManyFilesField(label=_("照片"), help_text=_("最多 9 张，每张不超过 10 MB。"))
