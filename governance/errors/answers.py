"""Why an official answer was refused."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


class AnswerEmpty(Refusal):
    code = "answer-empty"
    message = _("请写清楚答复内容，至少十个字，最多 3000 个字。")


class AnswerChanged(Refusal):
    code = "answer-changed"
    status = 409
    message = _("您一方的另一位同事刚刚答复了这件议题。您写的还在下面，请对照后再提交。")


class PeriodReversed(Refusal):
    code = "period-reversed"
    message = _("完成日期不能早于开始日期。")


class NotYourParty(Refusal):
    code = "not-your-party"
    status = 403
    message = _("您今天不代表这一方，不能以它的名义答复。")


class FactAnswered(Refusal):
    code = "fact-answered"
    status = 409
    message = _("这个询问已经答复过了。")


class FactPending(Refusal):
    code = "fact-pending"
    status = 409
    message = _("您一方的上一个询问还没有答复，请等回复后再问。")


class TemplateNameTaken(Refusal):
    code = "template-name-taken"
    status = 409
    message = _("已经有同名的模板，请换一个名称。")
