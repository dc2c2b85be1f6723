"""Why something about a statement was refused."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


class StatementUnclear(Refusal):
    code = "statement-unclear"
    message = _("请用一句话写一个观点，四到一百四十个字。只有表情或符号的不算。")


class StatementSaid(Refusal):
    code = "statement-said"
    status = 409
    message = _("已经有人写过一样的观点，直接表态就可以。")


class TooManyStatements(Refusal):
    code = "too-many-statements"
    status = 409
    message = _("这件议题的观点已经够多了（200 个），请对已有的观点表态。")


class StatementSettled(Refusal):
    code = "statement-settled"
    status = 409
    message = _("这个观点已经审核过，请刷新页面再看。")


class StatementNotOpen(Refusal):
    code = "statement-not-open"
    status = 409
    message = _("这个观点没有公开，不能表态。")
