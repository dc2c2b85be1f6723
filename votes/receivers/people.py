"""Who is told: the accounts behind an elector, a roll, an estate, a role."""

from collections.abc import Iterable

from django.urls import reverse

from communities.enums import RoleCode
from communities.models import OutboxMessage, Ownership, Role, User
from communities.rules import today
from communities.services.notices import notify
from votes.models import (
    Assembly,
    Elector,
    TwoPersonAct,
)


def accounts_on_roll(assembly: Assembly) -> Iterable[int]:
    """Every account bound to an owner on the frozen roll."""
    return (
        User.objects.filter(owners__in=assembly.electors.values("members__owner"), is_active=True)
        .distinct()
        .values_list("pk", flat=True)
    )


def accounts_of(elector: Elector) -> Iterable[int]:
    """Every account bound to one of an elector's owners."""
    return (
        User.objects.filter(owners__in=elector.members.values("owner"), is_active=True)
        .distinct()
        .values_list("pk", flat=True)
    )


def tell_roll(
    message: OutboxMessage, title: str, text: str = "", *, assembly: Assembly | None = None
) -> None:
    assembly = assembly or Assembly.objects.get(pk=message.subject)
    notify(
        recipients=accounts_on_roll(assembly),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=title % {"assembly": assembly.title},
        text=text,
        url=reverse("votes:assembly", args=[assembly.pk]),
    )


def owners_told(message: OutboxMessage) -> Iterable[int]:
    """Every account of an owner of the estate, whether or not a roll names them yet."""
    titled = Ownership.objects.on(today()).filter(unit__estate=message.estate).values("owner")
    return User.objects.filter(owners__in=titled, is_active=True).distinct().values_list("pk", flat=True)


def holders_of(message: OutboxMessage, *codes: RoleCode) -> list[int]:
    held = Role.objects.on(today()).covering(message.estate).filter(code__in=codes, user__is_active=True)
    return sorted(set(held.values_list("user", flat=True)))


def act_of(message: OutboxMessage) -> TwoPersonAct:
    number = message.subject.partition(":")[0]
    return TwoPersonAct.objects.select_related("assembly__estate").get(pk=number)
