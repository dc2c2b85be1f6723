"""Rules about who is asked: only the owners of one building, or of one of its staircases."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .catalogue import Draft, Hit, Severity, rule

#: 《民法典》第二百七十八条（一）至（四）: rules of procedure, covenant, committee, firm.
CONCERNS_EVERYBODY = (1, 2, 3, 4)


@rule(
    "scope-in-part",
    Severity.WARNING,
    reason=gettext_lazy("只由一部分业主表决的，这一部分就是全部分母。须说明为什么只关系到他们，以及依据。"),
    source=gettext_lazy("《上海市住宅物业管理规定》第六十九条；《杭州市物业管理条例》第七十二条第一项"),
)
def scope_in_part(draft: Draft) -> Iterable[Hit]:
    label = draft.assembly.scope_label
    if label:
        yield Hit(
            _("本次仅限%(part)s业主表决。请写明理由和依据的条文，向业主公开。") % {"part": label},
            field="scope",
            facts=label,
        )


@rule(
    "scope-for-what-concerns-everybody",
    Severity.WARNING,
    reason=gettext_lazy("议事规则、管理规约、业主委员会和物业服务企业关系到全体业主，由一部分业主决定的容易被撤销。"),
    source=gettext_lazy("《民法典》第二百七十八条第一款第（一）至（四）项"),
)  # fmt: skip
def scope_for_what_concerns_everybody(draft: Draft) -> Iterable[Hit]:
    label = draft.assembly.scope_label
    for motion in draft.motions if label else []:
        if motion.item in CONCERNS_EVERYBODY:
            yield Hit(
                _("这一项关系到全体业主，却仅限%(part)s业主表决，请核对范围或法定事项。") % {"part": label},
                motion,
                "item",
            )
