"""What the sheets of one assembly ask of its scrutineers, in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from votes.paper_states import PaperFigures


@dataclass(frozen=True, slots=True)
class PaperStep:
    words: str
    tone: str
    is_mine: bool
    page: str
    act: str


def paper_steps(figures: PaperFigures, *, is_open: bool) -> Iterator[PaperStep]:
    """The steps, those that hold up the count first. ``is_open``: sheets can still be handed out."""
    looks = (
        (
            ngettext("%(number)d 张纸质票两次录入不一致", "%(number)d 张纸质票两次录入不一致", figures.third),
            figures.third,
            figures.mine_third,
            "seal",
        ),
        (
            ngettext("%(number)d 张纸质票待第二次录入", "%(number)d 张纸质票待第二次录入", figures.second),
            figures.second,
            figures.mine_second,
            "amber",
        ),
        (
            ngettext("%(number)d 张纸质票待第一次录入", "%(number)d 张纸质票待第一次录入", figures.first),
            figures.first,
            figures.first,
            "amber",
        ),
    )
    for words, number, mine, tone in looks:
        if number:
            yield PaperStep(
                words=words % {"number": number},
                tone=tone,
                is_mine=mine > 0,
                page="votes:desk-papers-next" if mine else "votes:desk-papers",
                act=_("录入") if mine else _("查看"),
            )
    if figures.requested and is_open:
        words = ngettext(
            "%(number)d 户申领了纸质票，还没有打印",
            "%(number)d 户申领了纸质票，还没有打印",
            figures.requested,
        )
        yield PaperStep(
            words=words % {"number": figures.requested},
            tone="plain",
            is_mine=True,
            page="votes:desk-papers-print",
            act=_("打印"),
        )
