"""Refusals. A service that will not do what was asked raises one of these.

Every refusal has a ``code`` for machines and a sentence for people that says
what is wrong and what to do. One middleware and one API handler turn it into a
response; views seldom catch it.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """What was asked is not possible, and nothing has been changed."""

    code = "refused"
    status = 422
    message: str | Promise = _("这项操作现在不能进行。")

    def __init__(self, message: str | Promise | None = None, **details: object) -> None:
        self.details = details
        if message is not None:
            self.message = message
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message)


class NotPermitted(Refusal):
    code = "not-permitted"
    status = 403
    message = _("您没有进行这项操作的权限。")


class ReasonMissing(Refusal):
    code = "reason-missing"
    message = _("请写明理由，至少十个字。")


def need_reason(reason: str, *, at_least: int = 10) -> str:
    """``reason`` without outer space; raises :class:`ReasonMissing` when it says too little."""
    reason = reason.strip()
    if len(reason) < at_least:
        raise ReasonMissing
    return reason


# --- logging in ------------------------------------------------------------------


class TooOften(Refusal):
    code = "too-often"
    status = 429
    message = _("操作太频繁了，请稍后再试。")


class SmsNotSent(Refusal):
    code = "sms-not-sent"
    status = 503
    message = _("短信没有发出去，请稍后再试；若多次不成功，请联系社区。")


class LoginCodeWrong(Refusal):
    code = "login-code-wrong"
    message = _("验证码不对，请核对短信后再输入。")


class LoginCodeSpent(Refusal):
    """Expired, used, tried too often, or never asked for in this browser."""

    code = "login-code-spent"
    message = _("这个验证码已失效，请重新获取。")


class PasswordWrong(Refusal):
    code = "password-wrong"
    message = _("手机号码或密码不对。")


class PasswordUnfit(Refusal):
    code = "password-unfit"
    message = _("密码太容易被猜到。请用十个以上的字符，不要只用数字。")


class SecondStepMissing(Refusal):
    """A second step was sent without a first one, or too long after it."""

    code = "second-step-missing"
    status = 409
    message = _("请先用手机验证码或密码登录，再填验证器里的数字。")


class AccountClosed(Refusal):
    code = "account-closed"
    status = 403
    message = _("这个账号已停用。如有疑问，请联系社区。")


# --- being bound to a home -------------------------------------------------------


class OwnerNotMatched(Refusal):
    code = "owner-not-matched"
    message = _("与业主名册对不上。请核对后再试，或者提出申请，由社区核对。")


class BindingTriesSpent(Refusal):
    code = "binding-tries-spent"
    status = 429
    message = _("今天核对的次数已用完。您可以提出申请，由社区核对。")


class OwnerBoundElsewhere(Refusal):
    code = "owner-bound-elsewhere"
    status = 409
    message = _("这位业主已绑定另一个账号。请在下面写明情况，由社区核对。")


class AccountIsAnotherOwner(Refusal):
    code = "account-is-another-owner"
    status = 409
    message = _("这个账号已绑定本小区的另一位业主。一个账号只代表一个人，请业主用自己的手机号登录。")


class AlreadyBound(Refusal):
    code = "already-bound"
    status = 409
    message = _("您已经绑定了这套房屋。")


class BindingAlreadyRequested(Refusal):
    code = "binding-already-requested"
    status = 409
    message = _("您已经为这套房屋提出过申请，正在等社区核对。")


class BindingDecided(Refusal):
    code = "binding-decided"
    status = 409
    message = _("这件申请已经有了结果，请刷新页面。")
