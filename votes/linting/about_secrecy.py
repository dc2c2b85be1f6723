"""A secret vote counts heads only, so it can decide nothing that the law counts by area."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from votes.enums import BallotSecrecy, MotionKind

from . import words
from .catalogue import Draft, Hit, Severity, rule


@rule(
    "secret-needs-advisory",
    Severity.ERROR,
    reason=gettext_lazy("无记名的票只能按人数计；依法要按面积和人数计的事项，无记名就算不出结果。"),
    source=gettext_lazy("《民法典》第二百七十八条第二款"),
)
def secret_needs_advisory(draft: Draft) -> Iterable[Hit]:
    statutory = [motion for motion in draft.motions if motion.kind != MotionKind.ADVISORY]
    advisory = len(statutory) < len(draft.motions)
    secret = draft.policies["ballot-secrecy"].value == BallotSecrecy.SECRET
    for motion in statutory:
        if advisory:
            yield Hit(_("不能和无记名的意见征询放在同一次会议里，请分开召开。"), motion, "item")
        elif secret:
            yield Hit(
                _("本小区的规则定为无记名，而这一项依法要按面积和人数计。请改成征询意见，或先改规则。"),
                motion,
                "item",
            )


@rule(
    "advisory-looks-statutory",
    Severity.WARNING,
    reason=gettext_lazy("法律规定由业主共同决定的事项，征询意见代替不了表决；据此去做，决定不成立。"),
    source=gettext_lazy("《民法典》第二百七十八条第一款"),
)
def advisory_looks_statutory(draft: Draft) -> Iterable[Hit]:
    for motion in draft.motions:
        if motion.kind != MotionKind.ADVISORY:
            continue
        pointed = words.hints(f"{motion.title}。{words.first_sentence(motion.text)}")
        if pointed:
            yield Hit(
                _("这一项像是依法要共同决定的：%(why)s。请核对，只想听听意见的请说明。")
                % {"why": pointed[0].why},
                motion,
                "item",
            )
