"""What states, steps and turns of deliberation are called on a page. Decides nothing."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.enums import ProposalStatus, Turn
from governance.models import Proposal, ProposalStep

S = ProposalStatus

#: How a state is tagged.
TONES = {
    S.DRAFT: "plain",
    S.SUBMITTED: "amber",
    S.RETURNED: "amber",
    S.REFUSED: "seal",
    S.ACCEPTED: "",
    S.PARTY: "sky",
    S.COMMITTEE: "sky",
    S.MEETING: "sky",
    S.ASSEMBLY: "sky",
    S.HANDLING: "sky",
    S.DONE: "plain",
    S.MERGED: "plain",
    S.WITHDRAWN: "plain",
}

_STEPS: dict[S, str | Promise] = {
    S.SUBMITTED: gettext_lazy("提交审核"),
    S.RETURNED: gettext_lazy("退回补正"),
    S.REFUSED: gettext_lazy("不予受理"),
    S.ACCEPTED: gettext_lazy("审核通过，开始征集附议"),
    S.PARTY: gettext_lazy("转党支部商议"),
    S.COMMITTEE: gettext_lazy("转业委会研究"),
    S.MEETING: gettext_lazy("转协商会议"),
    S.ASSEMBLY: gettext_lazy("转业主大会表决"),
    S.HANDLING: gettext_lazy("交付办理"),
    S.DONE: gettext_lazy("办结"),
    S.MERGED: gettext_lazy("并入另一件议题"),
    S.WITHDRAWN: gettext_lazy("提出人撤回"),
}

#: What whoever has the turn is to do.
_TASKS: dict[S, str | Promise] = {
    S.DRAFT: gettext_lazy("写完并提交"),
    S.SUBMITTED: gettext_lazy("审核"),
    S.RETURNED: gettext_lazy("补充后重新提交"),
    S.ACCEPTED: gettext_lazy("听取各方意见并决定下一步"),
    S.PARTY: gettext_lazy("支部商议"),
    S.COMMITTEE: gettext_lazy("研究"),
    S.MEETING: gettext_lazy("组织协商会议"),
    S.ASSEMBLY: gettext_lazy("筹备业主大会会议"),
    S.HANDLING: gettext_lazy("办理"),
}


def step_title(step: ProposalStep) -> str:
    """ "审核通过，开始征集附议": what happened in one step."""
    before, after = S(step.from_status), S(step.to_status)
    if after == S.SUBMITTED and before == S.RETURNED:
        return _("补充后重新提交")
    if after == S.ACCEPTED and before == S.REFUSED:
        return _("申诉成立，予以受理")
    if after == S.WITHDRAWN and step.actor_id is None:
        return _("逾期未补正，视为撤回")
    return str(_STEPS[after])


def turn_name(turn: str) -> str:
    return str(Turn(turn).label)


def turn_words(proposal: Proposal, *, is_author: bool = False) -> str:
    """ "社区党组织：审核"; empty when it is nobody's turn."""
    turn = Turn(proposal.turn)
    if turn == Turn.NOBODY:
        return ""
    who = _("您") if is_author and turn == Turn.AUTHOR else turn_name(turn)
    return _("%(who)s：%(task)s") % {"who": who, "task": _TASKS.get(S(proposal.status), "")}
