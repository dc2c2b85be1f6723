"""Rules about a motion: its options, its item, and that it asks one thing."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from votes.enums import MotionKind, MotionOption
from votes.models import Motion

from . import words
from .catalogue import Draft, Hit, Severity, rule

SHORTEST_ITEM_REASON = 10
_278 = gettext_lazy("《民法典》第二百七十八条")


def _said(motion: Motion) -> str:
    return f"{motion.title}。{words.first_sentence(motion.text)}"


@rule(
    "no-motions",
    Severity.ERROR,
    reason=gettext_lazy("没有表决事项，业主无从表决。"),
    source=gettext_lazy("《物业管理条例》第十四条"),
)
def no_motions(draft: Draft) -> Iterable[Hit]:
    if not draft.motions and draft.election is None:
        yield Hit(_("还没有表决事项，请至少添加一项。"), field="motions")


@rule(
    "no-against-option",
    Severity.ERROR,
    reason=gettext_lazy("没有“反对”，不同意的业主无法表达，结果容易被法院撤销。"),
    source=gettext_lazy("上海闵行车位管理案：表决票缺少选项，引起诉讼"),
)
def no_against_option(draft: Draft) -> Iterable[Hit]:
    for motion in draft.motions:
        if MotionOption.AGAINST not in motion.options:
            yield Hit(_("没有“反对”选项，请加上。"), motion, "options")


@rule(
    "no-for-option",
    Severity.ERROR,
    reason=gettext_lazy("没有“同意”，这一项不可能通过。"),
    source=_278,
)
def no_for_option(draft: Draft) -> Iterable[Hit]:
    for motion in draft.motions:
        if MotionOption.FOR not in motion.options:
            yield Hit(_("没有“同意”选项，请加上。"), motion, "options")


@rule(
    "no-abstain-option",
    Severity.WARNING,
    reason=gettext_lazy("弃权计入参与表决。没有“弃权”，想参与而不表态的业主只能不投，影响三分之二的参与。"),
    source=_278,
)
def no_abstain_option(draft: Draft) -> Iterable[Hit]:
    for motion in draft.motions:
        if MotionOption.ABSTAIN not in motion.options:
            yield Hit(_("没有“弃权”选项，请加上，或说明为什么不设。"), motion, "options")


@rule(
    "item-missing",
    Severity.ERROR,
    reason=gettext_lazy("属于哪一项，决定过半数还是四分之三同意才能通过。"),
    source=gettext_lazy("《民法典》第二百七十八条第一款"),
)
def item_missing(draft: Draft) -> Iterable[Hit]:
    for motion in draft.motions:
        if motion.item is None and motion.kind != MotionKind.ADVISORY:
            yield Hit(_("还没有选择属于法律规定的哪一项，请选择第（一）至（九）项之一。"), motion, "item")


@rule(
    "item-reason-missing",
    Severity.ERROR,
    reason=gettext_lazy("归入哪一项由人判断，理由向业主公开，公示后不能更改。"),
    source=gettext_lazy("《民法典》第二百七十八条第一款"),
)
def item_reason_missing(draft: Draft) -> Iterable[Hit]:
    for motion in draft.motions:
        if motion.item is not None and len(motion.item_reason.strip()) < SHORTEST_ITEM_REASON:
            yield Hit(_("请写明为什么归入这一项，至少十个字。"), motion, "item_reason")


@rule(
    "item-contradicts-text",
    Severity.WARNING,
    reason=gettext_lazy("归错项会用错多数：该四分之三的只要了过半数，决定可以被撤销。"),
    source=gettext_lazy("《民法典》第二百七十八条；第二百八十条第二款"),
)
def item_contradicts_text(draft: Draft) -> Iterable[Hit]:
    for motion in draft.motions:
        if motion.item is None:
            continue
        pointed = words.hints(_said(motion))
        if pointed and not any(motion.item in hint.items for hint in pointed):
            yield Hit(
                _("选的是第（%(item)s）项，但文字像是另一项：%(why)s。请核对。")
                % {"item": ITEM_NUMERALS[motion.item], "why": pointed[0].why},
                motion,
                "item",
            )


@rule(
    "lift-replacement",
    Severity.WARNING,
    reason=gettext_lazy("更换旧电梯，有的地方按使用维修资金过半数同意，有的地方按改建四分之三同意。请先问街道，并写明依据。"),
    source=gettext_lazy("佛山南海表决票范本（四分之三）；绵阳维修资金平台（过半数）"),
)  # fmt: skip
def lift_replacement(draft: Draft) -> Iterable[Hit]:
    for motion in draft.motions:
        if words.replaces_lift(_said(motion)):
            yield Hit(_("这一项要更换或大修电梯，各地归项不一，请核对所选的项。"), motion, "item")


@rule(
    "dwelling-into-business",
    Severity.WARNING,
    reason=gettext_lazy("住宅改为经营用房要有利害关系的业主一致同意，业主大会多数通过不能代替。"),
    source=gettext_lazy("《民法典》第二百七十九条；法释〔2020〕17号第十条"),
)
def dwelling_into_business(draft: Draft) -> Iterable[Hit]:
    for motion in draft.motions:
        if words.turns_dwelling_into_business(_said(motion)):
            yield Hit(_("这一项像是把住宅改为经营用房，不能靠业主大会表决决定。"), motion, "title")


@rule(
    "two-matters",
    Severity.WARNING,
    reason=gettext_lazy("两件事合成一项，只同意其中一件的业主无法表达。请拆成两项分别表决。"),
    source=gettext_lazy("《民法典》第二百七十八条按事项分别规定多数；第二百八十条第二款"),
)
def two_matters(draft: Draft) -> Iterable[Hit]:
    for motion in draft.motions:
        said = _said(motion)
        joined = words.actions_joined(motion.title) or words.actions_joined(
            words.first_sentence(motion.text), is_title=False
        )
        sums = words.amounts(said)
        pointed = {hint.items for hint in words.hints(motion.title)}
        if joined:
            what = _("“%(verbs)s”像是不止一件事") % {"verbs": "”“".join(joined)}
        elif len(sums) > 1:
            what = _("写了 %(number)s 笔不同的金额") % {"number": len(sums)}
        elif len(pointed) > 1 and not frozenset.intersection(*pointed):
            what = _("文字同时像法律规定的两项")
        else:
            continue
        yield Hit(_("%(what)s，请拆成几项，或说明为什么只能一起表决。") % {"what": what}, motion, "title")


@rule(
    "duplicate-motion",
    Severity.ERROR,
    reason=gettext_lazy("同一件事表决两次，两个结果可能相反。"),
    source=gettext_lazy("《民法典》第二百七十八条"),
)
def duplicate_motion(draft: Draft) -> Iterable[Hit]:
    first: dict[str, int] = {}
    for motion in draft.motions:
        place = first.setdefault(words.plain(motion.title), motion.position)
        if place != motion.position:
            yield Hit(
                _("与第 %(number)s 项名称相同，请删去一项或改写名称。") % {"number": place}, motion, "title"
            )


#: How the law numbers its items.
ITEM_NUMERALS = dict(enumerate("一二三四五六七八九", start=1))
