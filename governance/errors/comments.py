"""Why something about what people write was refused."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


class CommentEmpty(Refusal):
    code = "comment-empty"
    message = _("请写几个字再发表。只有表情或符号的不算。")


class CommentTooLong(Refusal):
    code = "comment-too-long"
    message = _("太长了，最多 1000 个字。请精简后再发表。")


class StanceMissing(Refusal):
    code = "stance-missing"
    message = _("请选择支持、反对或建议。")


class ReplyTooDeep(Refusal):
    code = "reply-too-deep"
    message = _("只能回复议题下的评论，不能回复别人的回复。")


class CommentGone(Refusal):
    code = "comment-gone"
    status = 409
    message = _("这条评论已被隐藏或撤回，不能再这样做。")


class AlreadyReported(Refusal):
    code = "already-reported"
    status = 409
    message = _("您已经举报过这条评论，社区会处理。")


class OwnComment(Refusal):
    code = "own-comment"
    message = _("这是您自己写的，可以直接撤回。")


class NothingToAppeal(Refusal):
    code = "nothing-to-appeal"
    status = 409
    message = _("没有可以申诉的处理，或者已经申诉过。")


class AppealSettled(Refusal):
    code = "appeal-settled"
    status = 409
    message = _("这件申诉已经有了结果，请刷新页面再看。")


class AppealNotYours(Refusal):
    """The one who decided first, or who filed it, does not decide the appeal."""

    code = "appeal-not-yours"
    status = 403
    message = _("原来的处理人和申诉人都不能复核，请另一位工作人员或街道办理。")
