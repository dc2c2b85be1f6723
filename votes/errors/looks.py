"""Why nobody may look at a ballot now."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


class BallotUnknown(Refusal):
    code = "ballot-unknown"
    status = 404
    message = _("没有找到这张表决票，请核对回执码或编号。")


class LookTooEarly(Refusal):
    code = "look-too-early"
    status = 409
    message = _("表决还没有截止，谁也不能看任何一张表决票。")


class BallotLocked(Refusal):
    """A confidential ballot that two people have not opened."""

    code = "ballot-locked"
    status = 403
    message = _("这次是保密表决，须两人批准才能调阅这一张。")
