"""Why a paper ballot or a delivery was refused."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


class PaperNotOffered(Refusal):
    """The rules of this assembly have no paper on request, or it is secret: a numbered sheet would tell."""

    code = "paper-not-offered"
    status = 409
    message = _("这次会议不使用纸质表决票，请在线上表决；不便使用手机的，请联系社区。")


class PaperNotNow(Refusal):
    """Sheets are asked for and printed from the posting until the close."""

    code = "paper-not-now"
    status = 409
    message = _("现在不能申领或打印纸质票。公示以后、表决截止以前可以办理。")


class PaperUnknown(Refusal):
    code = "paper-unknown"
    message = _("查不到这张票，没有登记。请核对票号或重新扫码；仍查不到的，请单独放好，由监票人一起核对。")


class PaperOfOtherAssembly(Refusal):
    code = "paper-of-other-assembly"
    status = 409
    message = _("这是另一次会议的表决票，没有登记。请打开那次会议再登记，不要与这次的票放在一起。")


class PaperNotPrinted(Refusal):
    code = "paper-not-printed"
    status = 409
    message = _("这个票号还没有打印过，不会有票交回。请核对票号。")


class PaperTooEarly(Refusal):
    code = "paper-too-early"
    status = 409
    message = _("表决还没有开始，没有登记。请把票收好，开始以后再登记。")


class PaperAlreadyReceived(Refusal):
    code = "paper-already-received"
    status = 409
    message = _(
        "这个票号已经登记收到，一张票只登记一次。手上若是另一张同号的票，请单独放好，由监票人一起核对。"
    )


class PaperNotReceived(Refusal):
    code = "paper-not-received"
    status = 409
    message = _("这张票还没有登记收到，请先扫码登记再录入。")


class PaperSettled(Refusal):
    code = "paper-settled"
    status = 409
    message = _("这张票已经录完，不用再录。")


class PaperEnteredByYou(Refusal):
    """Looks are independent: each is by another person."""

    code = "paper-entered-by-you"
    status = 409
    message = _("这张票您已经录过，请由另一位监票人录入。您录的内容已保存。")


class PaperMarksMissing(Refusal):
    code = "paper-marks-missing"
    message = _("请对每一项选一个；整张票有问题的，请选整张票的问题。")


class DeliveryNotNow(Refusal):
    code = "delivery-not-now"
    status = 409
    message = _("现在不能登记送达。公示以后、公布结果以前可以登记。")


class DeliveryTimeImpossible(Refusal):
    code = "delivery-time-impossible"
    message = _("送达时间要在公示以后、表决截止以前，也不能晚于现在。")


class DeliveryEvidenceMissing(Refusal):
    code = "delivery-evidence-missing"
    message = _("张贴要有照片，邮寄、短信要有凭证照片或写明单号、发送记录。")


class DeliveryToNobody(Refusal):
    code = "delivery-to-nobody"
    message = _("没有选到表决人。请选楼幢、勾选房屋，或选全部。")


class DeliveryTakenBack(Refusal):
    code = "delivery-taken-back"
    status = 409
    message = _("这条送达记录已经撤回。")
