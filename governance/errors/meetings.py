"""Why something about a meeting was refused."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


class MeetingIncomplete(Refusal):
    code = "meeting-incomplete"
    message = _("请写清楚：会议名称至少四个字，结束晚于开始，地点或线上链接至少有一个，议程有名称。")


class AgendaEmpty(Refusal):
    code = "agenda-empty"
    message = _("还没有议程。请先从议题中选择，或者写一项。")


class AgendaFull(Refusal):
    code = "agenda-full"
    message = _("一次会议最多 30 项议程，请另开一次会议。")


class PartyMissing(Refusal):
    code = "party-missing"
    message = _("缺少这类会议必须邀请的一方，请补上再公告。")


class PostedTooLate(Refusal):
    code = "posted-too-late"
    message = _("公告太晚了。")

    def __init__(self, days: int) -> None:
        words = _now("这类会议要提前 %(days)d 天公告，请把会议日期往后改。") % {"days": days}
        super().__init__(words, days=days)


class QuotaUnmet(Refusal):
    code = "quota-unmet"
    status = 409
    message = _("到会人数不够，还不能开始。")

    def __init__(self, lacking: str) -> None:
        words = _now("到会人数不够，还不能开始，还差：%(parties)s。请等人到齐、补签到或改期。") % {
            "parties": lacking
        }
        super().__init__(words)


class MeetingMoved(Refusal):
    code = "meeting-moved"
    status = 409
    message = _("会议已经到了别的阶段，现在不能这样做。请刷新页面再看。")


class TooEarly(Refusal):
    code = "too-early"
    status = 409
    message = _("还没到时间：会议开始前两小时起才能签到和开始。")


class RegistrationClosed(Refusal):
    code = "registration-closed"
    status = 409
    message = _("报名已经截止。可以到现场扫码，有空位时作为旁听签到。")


class NoSeatLeft(Refusal):
    code = "no-seat-left"
    status = 409
    message = _("旁听名额已满。请联系社区，或者会后看纪要。")


class AlreadyRegistered(Refusal):
    code = "already-registered"
    status = 409
    message = _("已经在参会名单上了。")


class NotRegistered(Refusal):
    code = "not-registered"
    message = _("不在参会名单上，请先报名，或者写上姓名。")


class NotYourCode(Refusal):
    code = "not-your-code"
    status = 403
    message = _("这不是您的签到码。请扫门口的码为自己签到，或者到签到台。")


class AlreadySignedIn(Refusal):
    code = "already-signed-in"
    status = 409
    message = _("已经签到过了，不用再签。")


class NotPresent(Refusal):
    code = "not-present"
    status = 403
    message = _("您没有签到或者已经离开，请先签到。")


class RecordChanged(Refusal):
    code = "record-changed"
    status = 409
    message = _("这一项刚被另一位改过。您写的和对方写的都在下面，请合并后再保存。")


class RecordTooLong(Refusal):
    code = "record-too-long"
    message = _("太长了：讨论情况最多 5000 个字，意见最多 2000 个字。请精简后再保存。")


class PollClosed(Refusal):
    code = "poll-closed"
    status = 409
    message = _("这次摸底已经结束。")


class ActionIncomplete(Refusal):
    code = "action-incomplete"
    message = _("请写清楚做什么、由谁做、什么时候完成，期限不能早于今天。")


class ActionSettled(Refusal):
    code = "action-settled"
    status = 409
    message = _("这件事已经办结，不能再报告进展。")


class QuestionEmpty(Refusal):
    code = "question-empty"
    message = _("请写清楚要摸底的问题。")


class PhotoWanted(Refusal):
    code = "photo-wanted"
    status = 422
    message = _("会议现场只收照片（JPG、PNG、WebP）。")
