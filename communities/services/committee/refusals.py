"""Refusals around a committee and its term."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


class TermUnfit(Refusal):
    code = "term-unfit"
    message = _("届次或起止日期与已登记的一届冲突。请核对：新一届的起始日期应晚于上一届的起始日期。")


class TermElected(Refusal):
    """Members of a term elected here come from the certified result alone."""

    code = "term-elected"
    status = 409
    message = _("本届由业主大会选举产生或已经备案，成员不能手工增加。缺额请按候补名单递补或补选。")


class DayUnfit(Refusal):
    code = "day-unfit"
    message = _("日期不对：不能早于任期或任职开始，也不能晚于今天。")


class NotAnOwnerHere(Refusal):
    code = "not-an-owner-here"
    message = _("名册上这个人现在没有本小区的房屋。请先核对业主名册。")


class OwnerSeated(Refusal):
    code = "owner-seated"
    status = 409
    message = _("这位业主在本届已经有席位。")


class SeatEnded(Refusal):
    code = "seat-ended"
    status = 409
    message = _("这个席位已经终止，不能再处理。")


class SeatIsAlternate(Refusal):
    code = "seat-is-alternate"
    status = 409
    message = _("候补委员列席会议，没有职务。请先递补为委员。")


class NoAlternate(Refusal):
    code = "no-alternate"
    status = 409
    message = _("本届没有候补委员可以递补。缺额请通过补选产生。")


class TermFull(Refusal):
    """Nobody has left since the committee was elected, or everybody who left has been replaced."""

    code = "term-full"
    status = 409
    message = _("本届没有空缺的席位，不需要递补。")


class TermFiled(Refusal):
    code = "term-filed"
    status = 409
    message = _("本届已经登记过备案。")


class TermReported(Refusal):
    code = "term-reported"
    status = 409
    message = _("本届的届满报告已经登记过。")


class FilingNumberMissing(Refusal):
    code = "filing-number-missing"
    message = _("请填写备案编号，以街道出具的备案回执为准。")


class HandoverTooEarly(Refusal):
    code = "handover-too-early"
    status = 409
    message = _("新一届选出、任期届满或者委员离任以后，才列交接清单。")


class HandedOver(Refusal):
    code = "handed-over"
    status = 409
    message = _("这一项已经交接过，记录不能更改。")


class ReceiverMissing(Refusal):
    code = "receiver-missing"
    message = _("请选择接收人；接收人没有账号的，在说明中写明由谁接收。")


class InReserve(Refusal):
    code = "in-reserve"
    status = 409
    message = _("这位业主已经在储备名单上。")


class NobodyTrained(Refusal):
    code = "nobody-trained"
    message = _("请至少选择一位参加培训的人。")


class HoursUnfit(Refusal):
    code = "hours-unfit"
    message = _("时长请按半小时填写，至少 0.5 小时，最多 100 小时。")


class AssessedAlready(Refusal):
    code = "assessed-already"
    status = 409
    message = _("这一年度已经评议过，结果不能更改。")


class YearUnfit(Refusal):
    code = "year-unfit"
    message = _("年度应在本届任期之内，且不晚于今年。")


class OwnAssessment(Refusal):
    code = "own-assessment"
    status = 403
    message = _("不能评议自己，请另一位有权限的人填写。")
