"""Refusals of votes."""

from django.utils.translation import gettext_lazy as _

from communities.errors import Refusal


class AssemblyNotOpen(Refusal):
    """The window is not open at this moment."""

    code = "assembly-not-open"
    status = 409
    message = _("现在不在表决时间内，这张表决票没有提交。")


class AssemblyNotYetOpen(AssemblyNotOpen):
    code = "assembly-not-yet-open"
    message = _("表决还没有开始，这张表决票没有提交。请在开始时间之后再来。")


class AssemblyAlreadyClosed(AssemblyNotOpen):
    code = "assembly-closed"
    message = _("表决已经截止，这张表决票没有提交。")


class AssemblyCancelled(AssemblyNotOpen):
    code = "assembly-cancelled"
    message = _("这次会议已经取消，这张表决票没有提交。")


class NotOnRoll(Refusal):
    """The account may not cast for this elector."""

    code = "not-on-roll"
    status = 403
    message = _("您不在这次会议的表决人名册上，或者这套房由其他共有人代表表决。")


class AlreadyCast(Refusal):
    code = "already-cast"
    status = 409
    message = _("这一票已经投过了，先收到的一张有效。提交后不能更改。")


class KeyReused(Refusal):
    """The same idempotency key came with another elector or other choices."""

    code = "key-reused"
    status = 409
    message = _("这张表决票此前已经提交过，内容与这次不同；已收到的那一张有效。请刷新页面查看回执。")


class ChoicesInvalid(Refusal):
    code = "choices-invalid"
    message = _("请对每一项选择同意、反对或弃权。")
