"""Why an extension, a correction, an order, a scope or a paper was refused."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


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


class OrderIncomplete(Refusal):
    """Who ordered a revocation without the number of the document, or the other way round."""

    code = "order-incomplete"
    message = _("由机关责令撤销的，请同时写明机关名称和文书编号；不是的，两项都不填。")


class ScopeUnknown(Refusal):
    code = "scope-unknown"
    message = _("没有这个楼幢或单元，请重新选择参加表决的范围。")


class PaperTooLong(Refusal):
    """As PDF it would keep the reader, and everybody behind them, waiting for minutes."""

    code = "paper-too-long"
    message = _("这份文书太长，做成 PDF 要等很久。请用打印页，或下载表格；制作整套存档时会一并做成 PDF。")


class ArchivePending(Refusal):
    code = "archive-pending"
    status = 409
    message = _("存档正在制作，请等它做好再要一份。")
