"""Whom the co-owners of a unit agreed to cast for them."""

from django.db import transaction

from communities.clock import database_now
from communities.errors import NotPermitted
from communities.models import Estate, Owner, Ownership, Unit, User
from communities.rules import allows
from communities.services.ledger import log_of_estate, record
from communities.services.outbox import tell

from .refusals import NotACoOwner


@transaction.atomic
def set_representative(*, unit: Unit, owner: Owner | None, actor: User) -> None:
    """Enter whom the co-owners of ``unit`` named to cast for it; None takes the entry back.

    Holds from the next roll on: one already frozen stays as it is. Raises
    :class:`NotACoOwner` for anybody without a current title to the unit.
    """
    estate = Estate.objects.select_for_update().get(pk=unit.estate_id)
    if not allows("communities.set_representative", actor, estate):
        raise NotPermitted
    titles = Ownership.objects.filter(unit=unit, valid_to__isnull=True)
    title = titles.filter(owner=owner).first() if owner else None
    if owner is not None and title is None:
        raise NotACoOwner
    if titles.filter(is_representative=True).first() == title:
        return
    titles.filter(is_representative=True).update(is_representative=False)
    if title is not None:
        titles.filter(pk=title.pk).update(is_representative=True)
    moment = database_now()
    entry = record(
        log=log_of_estate(estate),
        verb="communities.unit.representative-set",
        subject=unit,
        actor=actor,
        payload={"owner": owner.pk if owner else None},
        moment=moment,
    )
    tell(estate=estate, topic="communities.representative-set", subject=f"{unit.pk}:{entry.pk}")
