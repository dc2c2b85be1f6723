"""Why a mandate was refused."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


class MandateRefused(Refusal):
    """A mandate that cannot be given, used or withdrawn as things are."""

    code = "mandate-refused"
    status = 409


class MandateTooLate(MandateRefused):
    code = "mandate-too-late"
    message = _("委托只能在公示以后、表决截止以前办理。这次会议现在不能办理委托。")


class MandateNeedless(MandateRefused):
    """The elector has voted already."""

    code = "mandate-needless"
    message = _("这一票已经投过了，不用再委托别人。")


class MandateStands(MandateRefused):
    code = "mandate-stands"
    message = _("这一票已经委托给别人了。要换人，请先撤回原来的委托。")


class MandateNotSecret(MandateRefused):
    code = "mandate-not-secret"
    message = _("这次是无记名的意见征询，只能本人参加，不能委托。")


class HolderPhoneInvalid(MandateRefused):
    code = "holder-phone-invalid"
    status = 422
    message = _("受托人的手机号码不对，请填 11 位手机号。")


class HolderNameMissing(MandateRefused):
    code = "holder-name-missing"
    status = 422
    message = _("请填写受托人的姓名。")


class HolderIsElector(MandateRefused):
    """The holder is the principal, or a co-owner of the same home."""

    code = "holder-is-elector"
    status = 422
    message = _("受托人不能是您自己，也不能是同一套房屋的共有人。共有人表决请联系社区办理代表。")


class HolderIsFirm(MandateRefused):
    code = "holder-is-firm"
    status = 422
    message = _("物业服务企业的工作人员不能接受委托，请委托别人。")


class MandateLimitReached(MandateRefused):
    code = "mandate-limit-reached"

    def __init__(self, limit: int = 0) -> None:
        super().__init__(
            _("这位受托人在这次会议接受的委托已满 %(limit)s 户，不能再接受，请委托别人。") % {"limit": limit},
            limit=limit,
        )


class MandateExpiryInvalid(MandateRefused):
    code = "mandate-expiry-invalid"
    status = 422
    message = _("有效期要晚于现在和表决开始，早于表决截止；不填就到截止为止。")


class MandateUsed(MandateRefused):
    """It was used, so it is not withdrawn; the principal's own ballot still replaces it."""

    code = "mandate-used"
    message = _("受托人已经用这份委托表决了，不能再撤回。截止前您仍可以自己表决，以您自己的为准。")


class MandateRevoked(MandateRefused):
    code = "mandate-revoked"
    message = _("这份委托已经撤回，不能再用。")


class MandateExpired(MandateRefused):
    code = "mandate-expired"
    message = _("这份委托已经过了有效期，不能再用。请联系委托人。")


class MandateNotYours(MandateRefused):
    """Forged, of another assembly, or somebody else's."""

    code = "mandate-not-yours"
    status = 403
    message = _("没有交给您的这份委托，表决票没有提交。请核对后再试。")


class InstructionsInvalid(MandateRefused):
    code = "instructions-invalid"
    status = 422
    message = _("投票指示不对，请对每一项选择一种，或由受托人决定。")


class InstructionsDeparted(MandateRefused):
    """The ballot says other than the principal instructed."""

    code = "instructions-departed"
    status = 422
    message = _("委托人对有的事项作了指示，受托人只能照办；表决票没有提交。请按指示选择。")
