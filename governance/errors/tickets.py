"""Why something about a ticket was not done, in words for who tried."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


class TicketIncomplete(Refusal):
    code = "ticket-incomplete"
    status = 422
    message = _("请写明是什么事、在哪里，至少四个字。")


class TicketTooLong(Refusal):
    code = "ticket-too-long"
    status = 422
    message = _("最多 2000 个字，请精简后再提交。")


class TicketMoved(Refusal):
    code = "ticket-moved"
    status = 409
    message = _("这件报事已经到了别的阶段，现在不能这样做。请刷新页面再看。")


class PauseNeedsReason(Refusal):
    code = "pause-needs-reason"
    status = 422
    message = _("暂停计时要选原因：等住户、等配件、等审批或等天气，并写明等什么。")


class NoContract(Refusal):
    code = "no-contract"
    status = 409
    message = _("小区现在没有在履行的物业服务合同，不能派给物业。请派给社区或业委会。")


class NotReporter(Refusal):
    code = "not-reporter"
    status = 403
    message = _("只有报事的人可以确认修好没有。")


class ReopenedTooLate(Refusal):
    code = "reopened-too-late"
    status = 409
    message = _("办结已超过可以重新打开的天数，请重新报事。")


class AlreadySupported(Refusal):
    code = "already-supported"
    status = 409
    message = _("您已经报过这件事了。")


class NotStaff(Refusal):
    code = "not-staff"
    status = 422
    message = _("请从本方工作人员中选择。")


class NotSupervised(Refusal):
    code = "not-supervised"
    status = 409
    message = _("这件报事没有等待回复的督办。")


class OutageIncomplete(Refusal):
    code = "outage-incomplete"
    status = 422
    message = _("请写明什么停用、为什么，恢复时间要晚于开始时间和现在。")
