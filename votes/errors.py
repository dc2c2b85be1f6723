"""Refusals of votes."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


class AssemblyNotOpen(Refusal):
    """The window is not open at this moment."""

    code = "assembly-not-open"
    status = 409
    message = _("现在不在表决时间内，这张表决票没有提交。")


class AssemblyNotYetOpen(AssemblyNotOpen):
    code = "assembly-not-yet-open"
    message = _("表决还没有开始，这张表决票没有提交。请在开始时间之后再来。")


class AssemblyAlreadyClosed(AssemblyNotOpen):
    code = "assembly-closed"
    message = _("表决已经截止，这张表决票没有提交。")


class AssemblyCancelled(AssemblyNotOpen):
    code = "assembly-cancelled"
    message = _("这次会议已经取消，这张表决票没有提交。")


class NotOnRoll(Refusal):
    """The account may not cast for this elector."""

    code = "not-on-roll"
    status = 403
    message = _("您不在这次会议的表决人名册上，或者这套房由其他共有人代表表决。")


class AlreadyCast(Refusal):
    code = "already-cast"
    status = 409
    message = _("这一票已经投过了，先收到的一张有效。提交后不能更改。")


class KeyReused(Refusal):
    """The same idempotency key came with another elector or other choices."""

    code = "key-reused"
    status = 409
    message = _("这张表决票此前已经提交过，内容与这次不同；已收到的那一张有效。请刷新页面查看回执。")


class ChoicesInvalid(Refusal):
    code = "choices-invalid"
    message = _("请对每一项选择同意、反对或弃权。")


class AssemblyPosted(Refusal):
    """What has been posted is not edited any more."""

    code = "assembly-posted"
    status = 409
    message = _("会议已经公示，内容不能再改。确有错误的，请取消这次会议，改正后重新公示。")


class LintFailed(Refusal):
    """Errors stand, or warnings nobody has signed for. ``findings`` are those that stop the publication."""

    code = "lint-failed"
    message = _("还有问题没有处理，不能公示。请按检查结果逐条改正或说明。")


class FindingUnknown(Refusal):
    """The warning is not there (any more), or it is an error, for which nobody may sign."""

    code = "finding-unknown"
    status = 409
    message = _("这条提示已经不在，或者必须改正、不能签署说明。请刷新页面再看。")


class AttachmentRefused(Refusal):
    code = "attachment-refused"
    message = _("只能上传 PDF 文件或 JPG、PNG、WebP 图片。Word、Excel、压缩包等请先转成 PDF。")


class AttachmentTooLarge(AttachmentRefused):
    code = "attachment-too-large"
    message = _("文件超过 10 MB。请压缩或分成几个文件后再上传。")


class RollIncomplete(Refusal):
    """Units without a current owner belong to nobody's head; a roll without them would be too small."""

    code = "roll-incomplete"
    message = _("名册中还有房屋没有登记业主，不能冻结表决人名册。请先在业主名册中补登。")


class RollMismatch(Refusal):
    """What was frozen is not what the roster says, because the roster changed meanwhile."""

    code = "roll-mismatch"
    message = _("冻结名册时业主名册正在变动，没有公示。请稍后再公示一次。")


class RollEmpty(Refusal):
    code = "roll-empty"
    message = _("名册中没有可以计票的房屋，不能公示。请先导入业主名册。")


class ActNotPossible(Refusal):
    """The assembly is not in a state for this act."""

    code = "act-not-possible"
    status = 409
    message = _(
        "会议现在的状态不能进行这项操作。公示期间可以更正名册；公示和表决期间可以取消会议、延长表决；"
        "公布结果以后可以撤销决定。"
    )


class ActPending(Refusal):
    code = "act-pending"
    status = 409
    message = _("同样的操作已经有人提出，正等待另一人确认。")


class ActSettled(Refusal):
    code = "act-settled"
    status = 409
    message = _("这项操作已经确认或撤回，不能再处理。")


class SecondPersonNeeded(Refusal):
    """The proposer cannot also confirm."""

    code = "second-person-needed"
    status = 403
    message = _("提出的人不能自己确认，请另一位有权限的人确认。")


class ActIncomplete(Refusal):
    """What exactly is to be done was not said, or not in a form that can be read."""

    code = "act-incomplete"
    message = _("请写明要做什么：延长的写新的截止时间，更正名册的先核对名册的变化。")


# --- extending a window --------------------------------------------------------------


class DeadlineNotLater(Refusal):
    code = "deadline-not-later"
    message = _("新的截止时间必须晚于现在的截止时间。表决时间只能延长，不能缩短。")


class WindowTooLong(Refusal):
    code = "window-too-long"
    message = _("延长以后，表决时间会超过允许的最长天数。请把新的截止时间提前。")


class ExtensionChangesStatute(Refusal):
    """The result would be judged by another law than the one that was announced."""

    code = "extension-changes-statute"
    message = _("延长到那一天，计票适用的法律就不同了，不能延长到那么晚。")


class ExtensionNeedsBasis(Refusal):
    """No outage was measured, so something that the owners had agreed on must allow it."""

    code = "extension-needs-basis"
    message = _("表决期间没有测到停机。延长须在会议公告或议事规则中有约定，请写明依据哪一条。")


# --- correcting a frozen roll --------------------------------------------------------


class RollUnchanged(Refusal):
    code = "roll-unchanged"
    status = 409
    message = _("表决人名册与现在的业主名册一致，没有可以更正的。请先更正业主名册。")


class RollChangedAgain(Refusal):
    """The living roster is not what was looked at when the correction was proposed."""

    code = "roll-changed-again"
    status = 409
    message = _("名册又变了，与提出更正时核对的不同，没有更正。请撤回，重新核对后再提出。")


class HeadStillReferred(Refusal):
    """An elector that the correction would remove has papers, mandates or deliveries."""

    code = "head-still-referred"
    status = 409
    message = _(
        "要移出名册的表决人已有送达、纸质表决票、委托或异议的记录，不能更正。只能取消会议，重新公示。"
    )


# --- revoking a decision ---------------------------------------------------------------


class OrderIncomplete(Refusal):
    """Who ordered a revocation without the number of the document, or the other way round."""

    code = "order-incomplete"
    message = _("由机关责令撤销的，请同时写明机关名称和文书编号；不是的，两项都不填。")


# --- deciding for a part of the estate ---------------------------------------------------


class ScopeUnknown(Refusal):
    code = "scope-unknown"
    message = _("没有这个楼幢或单元，请重新选择参加表决的范围。")


# --- papers of an assembly ---------------------------------------------------------------


class PaperTooLong(Refusal):
    """As PDF it would keep the reader, and everybody behind them, waiting for minutes."""

    code = "paper-too-long"
    message = _("这份文书太长，做成 PDF 要等很久。请用打印页，或下载表格；制作整套存档时会一并做成 PDF。")


class ArchivePending(Refusal):
    code = "archive-pending"
    status = 409
    message = _("存档正在制作，请等它做好再要一份。")
