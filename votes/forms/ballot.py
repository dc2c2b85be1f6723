"""One 表决票 as it is sent: a mark for each motion, the elector, and the key made with the page."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communities.http import row_number
from votes.enums import MARK_OF_OPTION, MotionKind, MotionOption
from votes.models import Motion


def mark_field(motion: Motion) -> str:
    """The name of a motion's input."""
    return f"motion-{motion.pk}"


@dataclass(frozen=True, slots=True)
class SentBallot:
    """What a complete 表决票 says."""

    elector: int
    key: uuid.UUID
    choices: str
    #: Where the holder of a mandate sent it.
    mandate: uuid.UUID | None = None


def read_sent_ballot(post: Mapping[str, str], motions: Sequence[int]) -> SentBallot | None:
    """The ballot as sent, or None where anything is missing or strange.

    This is the way nearly every ballot takes, so it builds no form and asks no
    database; :class:`BallotMarksForm` finds the words for the others.
    """
    elector = row_number(post.get("elector"))
    if elector is None:
        return None
    try:
        return SentBallot(
            elector=elector,
            key=uuid.UUID(post["key"]),
            choices="".join(
                MARK_OF_OPTION[MotionOption(post[f"motion-{motion}"])].value for motion in motions
            ),
            mandate=uuid.UUID(post["mandate"]) if post.get("mandate") else None,
        )
    except (KeyError, ValueError):
        return None


class BallotMarksForm(forms.Form):
    """Knows which marks each motion offers; who may cast and when is the service's to judge."""

    #: The rest was filled in for the person to look at: nothing is missing yet, nothing was sent.
    is_filling = False
    #: What is wrong with the candidates as a whole.
    slate_problem = ""

    elector = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)
    mandate = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, motions: Sequence[Motion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.motions = motions
        for motion in motions:
            self.fields[mark_field(motion)] = forms.ChoiceField(
                label=_("第 %(number)s 项") % {"number": motion.position},
                choices=[(option, MotionOption(option).label) for option in motion.options],
                widget=forms.RadioSelect,
                error_messages={
                    "required": gettext_lazy("还没有选，请选一个。"),
                    "invalid_choice": gettext_lazy("没有这个选项，请重新选一个。"),
                },
            )

    @property
    def choices(self) -> str:
        """One letter of :class:`votes.enums.Mark` per motion, in order. Only of a valid form."""
        return "".join(
            MARK_OF_OPTION[MotionOption(self.cleaned_data[mark_field(motion)])].value
            for motion in self.motions
        )

    @property
    def problems(self) -> list[dict[str, str]]:
        """What has to be mended, each with the question it is about, for ``partials/problems.html``."""
        if self.is_filling:
            return []
        slate = [{"href": "#slate", "where": _("选举"), "text": self.slate_problem}]
        return (slate if self.slate_problem else []) + [
            {
                "href": f"#choice-{mark_field(motion)}",
                "where": str(self.fields[mark_field(motion)].label),
                "text": str(error),
            }
            for motion in self.motions
            for error in self.errors.get(mark_field(motion), [])
        ]

    @property
    def elector_id(self) -> int | None:
        """The elector it was sent for, as far as that can be read."""
        return self.cleaned_data.get("elector")

    @property
    def mandate_id(self) -> uuid.UUID | None:
        """The mandate it was sent under, as far as that can be read."""
        return self.cleaned_data.get("mandate")

    @property
    def key_text(self) -> str:
        """The key that was sent, so that mending keeps it; a new one where none can be read."""
        return str(self.cleaned_data.get("key") or uuid.uuid4())


def fill_rest(data: QueryDict, motions: Sequence[Motion]) -> QueryDict:
    """What was sent, with an abstention for each candidate nobody marked yet."""
    filled = data.copy()
    for motion in motions:
        if motion.kind == MotionKind.CANDIDATE and not filled.get(mark_field(motion)):
            filled[mark_field(motion)] = MotionOption.ABSTAIN.value
    return filled
