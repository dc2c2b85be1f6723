"""Why an objection was refused."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


class ObjectionWindowClosed(Refusal):
    code = "objection-window-closed"
    status = 409
    message = _(
        "现在不是提出这类异议的时间。对名册的异议在公示后、表决开始前提；对结果的异议在公布后规定的天数内提。"
    )


class ObjectionNotOnRoll(Refusal):
    code = "objection-not-on-roll"
    status = 403
    message = _("程序和结果的异议由名册上的业主提出。名册漏了您的，请对名册提出异议。")


class ObjectionSettled(Refusal):
    code = "objection-settled"
    status = 409
    message = _("这件异议已经答复或撤回，请刷新页面再看。")


class OwnObjection(Refusal):
    code = "own-objection"
    status = 403
    message = _("这是您自己提出的异议，请另一位有权限的人办理。")


class ObjectionAboutYou(Refusal):
    code = "objection-about-you"
    status = 403
    message = _("这件异议针对您所在的一方，请由别的一方或街道办理。")


class ActIncomplete(Refusal):
    """What exactly is to be done was not said, or not in a form that can be read."""

    code = "act-incomplete"
    message = _("请写明要做什么：延长的写新的截止时间，更正名册的先核对名册的变化。")
