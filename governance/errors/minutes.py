"""Why something about minutes was refused."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


class MinutesMoved(Refusal):
    code = "minutes-moved"
    status = 409
    message = _("纪要已经到了别的阶段，现在不能这样做。已签署的纪要不能修改，只能更正为新的一版。")


class MinutesInWork(Refusal):
    code = "minutes-in-work"
    status = 409
    message = _("这次会议已经有一份纪要，请接着整理那一份。")


class MinutesEmpty(Refusal):
    code = "minutes-empty"
    message = _("每一项议程都要写讨论情况或协商意见，没有讨论的写明“未讨论”。")


class ConfirmationOver(Refusal):
    code = "confirmation-over"
    status = 409
    message = _("确认期限已过，不能再确认或提出不同意见。需要更正的请联系记录人。")


class ConfirmedAlready(Refusal):
    code = "confirmed-already"
    status = 409
    message = _("您已经对这一版纪要表示过意见。")


class NotAttended(Refusal):
    code = "not-attended"
    status = 403
    message = _("只有签到参加会议的人可以确认纪要。")


class SignedAlready(Refusal):
    code = "signed-already"
    status = 409
    message = _("您一方已经签署过这一版纪要。")


class NotProven(Refusal):
    code = "not-proven"
    message = _("没有通过身份确认，请重新输入。")
