"""Why something about a proposal was refused."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


class ProposalIncomplete(Refusal):
    code = "proposal-incomplete"
    message = _("请写清楚：标题至少四个字，内容至少十个字，并选择类别。只有表情或符号的不算。")


class ProposalTooLong(Refusal):
    code = "proposal-too-long"
    message = _("太长了：标题最多 60 个字，内容最多 5000 个字。请精简，或把细节放进附件。")


class ProposalChanged(Refusal):
    """Somebody changed the text meanwhile; what was typed is not lost."""

    code = "proposal-changed"
    status = 409
    message = _("这件议题在别处已被修改。您写的还在下面，请对照新的文本后再保存。")


class ProposalMoved(Refusal):
    code = "proposal-moved"
    status = 409
    message = _("这件议题已经到了别的阶段，现在不能这样做。请刷新页面再看。")


class PhaseClosed(Refusal):
    code = "phase-closed"
    status = 409
    message = _("议题在现在的阶段不接受这项操作。")


class TooManyProposals(Refusal):
    code = "too-many-proposals"
    status = 429
    message = _("您今天已提交了较多议题，请明天再提；相近的事请写在同一件议题里。")


class AlreadyEndorsed(Refusal):
    code = "already-endorsed"
    status = 409
    message = _("您已经附议过这件议题。")


class NotEndorsed(Refusal):
    code = "not-endorsed"
    status = 409
    message = _("您没有附议这件议题。")


class OwnProposal(Refusal):
    code = "own-proposal"
    status = 403
    message = _("这是您自己提出的议题，请另一位有权限的人办理。")


class CannotMerge(Refusal):
    code = "cannot-merge"
    message = _("请选择本小区另一件正在进行的议题来合并。")


class TooManyFiles(Refusal):
    code = "too-many-files"
    message = _("最多放 9 个附件，请先删去一些。")
