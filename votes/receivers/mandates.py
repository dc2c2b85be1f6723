"""What holder and principal are told of a mandate."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from communities.models import OutboxMessage, User
from communities.services.notices import notify
from communities.services.outbox import handler
from votes.models import (
    Mandate,
)
from votes.services.mandates import bind_mandates

from .people import accounts_of


@receiver(user_logged_in)
def receive_mandates(*, user: User, **sent: Any) -> None:
    """Whoever has proved a phone holds the mandates that name it."""
    bind_mandates(user=user)


def _tell_holder(message: OutboxMessage, mandate: Mandate) -> None:
    """A holder may live elsewhere, so the notice leads to the ballot itself."""
    if mandate.holder_id is None:
        return
    notify(
        recipients=[mandate.holder_id],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("有人委托您代为表决：%(unit)s") % {"unit": mandate.elector.label},
        text=_("%(who)s 委托您在“%(assembly)s”中代为表决。")
        % {"who": mandate.principal.masked_name, "assembly": mandate.assembly.title},
        url=reverse("votes:mandate", args=[mandate.pk]),
    )


def _mandate(message: OutboxMessage) -> Mandate:
    return Mandate.objects.select_related("assembly", "elector", "principal").get(pk=message.subject)


@handler("votes.mandate-received")
def tell_mandate_received(message: OutboxMessage) -> None:
    _tell_holder(message, _mandate(message))


@handler("votes.mandate-granted")
def tell_mandate_granted(message: OutboxMessage) -> None:
    mandate = _mandate(message)
    notify(
        recipients=accounts_of(mandate.elector),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("已登记委托：%(unit)s") % {"unit": mandate.elector.label},
        text=_("受托人可以代您家在“%(assembly)s”中表决。如果不是您家办理的，请马上撤回并联系社区。")
        % {"assembly": mandate.assembly.title},
        url=reverse("votes:mandate", args=[mandate.pk]),
    )
    _tell_holder(message, mandate)


@handler("votes.mandate-revoked")
def tell_mandate_revoked(message: OutboxMessage) -> None:
    mandate = _mandate(message)
    holder = [mandate.holder_id] if mandate.holder_id else []
    notify(
        recipients=[*accounts_of(mandate.elector), *holder],
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("委托已撤回：%(unit)s") % {"unit": mandate.elector.label},
        text=_("这份委托没有用过，以后也不能再用。"),
        url=reverse("votes:mandate", args=[mandate.pk]),
    )
