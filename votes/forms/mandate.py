"""What is written on a 委托书."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communities.forms.login import PhoneField
from votes.enums import MARK_OF_OPTION, MotionOption
from votes.forms.assembly import SENSIBLE_DAYS, DayInput, from_words
from votes.forms.ballot import mark_field
from votes.models import Assembly, Elector, ElectorMember, Motion
from votes.services.mandates import FREE

#: The answer that leaves a motion to the holder.
HOLDER_DECIDES = "free"


class MandateForm(forms.Form):
    """Who holds it, until when, and what he is told of each motion."""

    holder_name = forms.CharField(
        label=gettext_lazy("受托人姓名"),
        max_length=40,
        error_messages={"required": gettext_lazy("请填写受托人的姓名。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    holder_phone = PhoneField(
        label=gettext_lazy("受托人手机号码"),
        help_text=gettext_lazy("受托人用这个号码登录，就能代您表决；不必先注册。"),
        error_messages={"required": gettext_lazy("请填写受托人的手机号码。")},
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("有效期到哪一天"),
        required=False,
        widget=DayInput,
        validators=SENSIBLE_DAYS,
        help_text=gettext_lazy("到这一天的 24:00。不填就到表决截止。"),
        error_messages={"invalid": gettext_lazy("请填写日期，例如 2026-12-08。")},
    )

    def __init__(self, *args: Any, assembly: Assembly, motions: Sequence[Motion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.assembly, self.motions = assembly, motions
        for motion in motions:
            self.fields[mark_field(motion)] = forms.ChoiceField(
                label=_("第 %(number)s 项") % {"number": motion.position},
                choices=[option[:2] for option in instruction_options(motion)],
                required=False,
                error_messages={"invalid_choice": gettext_lazy("没有这个选项，请重新选一个。")},
            )

    def clean_expires_on(self) -> datetime | None:
        day = self.cleaned_data["expires_on"]
        if day is None:
            return None
        moment = from_words(day, "24:00")
        closes_at = self.assembly.closes_at
        # The last day itself ends with the close, whatever the hour.
        return None if closes_at and closes_at <= moment and closes_at > from_words(day, "00:00") else moment

    @property
    def expires_at(self) -> datetime | None:
        return self.cleaned_data.get("expires_on")

    @property
    def instructions(self) -> str:
        """One mark per motion, "?" where the holder decides. Only of a valid form."""
        return "".join(
            FREE
            if self.cleaned_data.get(mark_field(motion)) in ("", None, HOLDER_DECIDES)
            else MARK_OF_OPTION[MotionOption(self.cleaned_data[mark_field(motion)])].value
            for motion in self.motions
        )

    @property
    def questions(self) -> list[dict[str, Any]]:
        """Each motion with its answers, for ``partials/choices.html``."""
        return [
            {
                "name": mark_field(motion),
                "legend": motion.title,
                "number": motion.position,
                "options": instruction_options(motion),
                "chosen": self.data.get(mark_field(motion)) or HOLDER_DECIDES,
            }
            for motion in self.motions
        ]


def instruction_options(motion: Motion) -> list[tuple[str, str]]:
    """The holder decides, or one of the marks of the ballot."""
    return [
        (HOLDER_DECIDES, _("由受托人决定")),
        *((option, str(MotionOption(option).label)) for option in motion.options),
    ]


class OwnMandateForm(MandateForm):
    """Given by an owner, for one of the homes this account may vote for."""

    elector = forms.ModelChoiceField(
        label=gettext_lazy("哪一户的票"),
        queryset=Elector.objects.none(),
        empty_label=None,
        error_messages={"invalid_choice": gettext_lazy("请选择要委托的一户。")},
    )
    field_order = ["elector", "holder_name", "holder_phone", "expires_on"]

    def __init__(self, *args: Any, electors: Sequence[Elector], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["elector"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Elector.objects.filter(pk__in=[one.pk for one in electors])
        field.label_from_instance = lambda elector: elector.label  # type: ignore[method-assign, assignment]
        if len(electors) == 1:
            field.widget = forms.HiddenInput()
            self.initial.setdefault("elector", electors[0].pk)


class PaperMandateForm(MandateForm):
    """Registered at the desk from a paper that was signed."""

    number = forms.IntegerField(
        label=gettext_lazy("表决人编号"),
        min_value=1,
        help_text=gettext_lazy("表决人名册上的编号。"),
        error_messages={"required": gettext_lazy("请填写表决人编号。")},
    )
    principal_name = forms.CharField(
        label=gettext_lazy("委托人姓名"),
        max_length=80,
        help_text=gettext_lazy("在委托书上签名的业主，与名册一致。"),
        error_messages={"required": gettext_lazy("请填写委托人的姓名。")},
    )
    scan = forms.FileField(
        label=gettext_lazy("委托书扫描件"),
        help_text=gettext_lazy("PDF 或照片，不超过 10 MB。"),
        error_messages={"required": gettext_lazy("请上传签过名的委托书。")},
    )
    field_order = ["number", "principal_name", "holder_name", "holder_phone", "expires_on", "scan"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        number, name = data.get("number"), data.get("principal_name")
        if number and name:
            members = ElectorMember.objects.filter(
                elector__assembly=self.assembly, elector__number=number
            ).select_related("owner", "elector")
            # Names are encrypted, so the few members of one elector are compared here.
            found = [member for member in members if member.owner.name == name.strip()]
            if not found:
                raise ValidationError(_("名册上这个编号没有这位业主，请核对编号和姓名。"))
            data["principal"] = found[0]
        return data
