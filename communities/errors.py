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
