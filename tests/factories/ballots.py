"""Ballots and results for tests, through the services that make them."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from communities.models import Estate, User
from tests.factories.communities import EstateFactory, OwnershipFactory, UnitFactory
from tests.factories.votes import elector_of, people_of, posted_assembly
from votes.models import Assembly, Elector
from votes.services.casting import Receipt, cast_ballot
from votes.services.closing import settle_assembly


def cast_for(
    assembly: Assembly,
    user: User,
    choices: str,
    *,
    elector: Elector | None = None,
    key: uuid.UUID | None = None,
) -> Receipt:
    """The ballot of ``user`` for the given elector, else for the only one there is."""
    return cast_ballot(
        assembly_id=assembly.pk,
        elector_id=(elector or elector_of(assembly, user)).pk,
        choices=choices,
        idempotency_key=key or uuid.uuid4(),
        user_id=user.pk,
    )


def open_with_areas(
    areas: Iterable[int], *, estate: Estate | None = None, items: Sequence[int] = (2,), **fields: Any
) -> Assembly:
    """An open assembly of one owner per area (0.01 m²), with one motion for each of ``items``."""
    estate = estate or EstateFactory()
    for area in areas:
        OwnershipFactory(unit=UnitFactory(building__estate=estate, area=area))
    return posted_assembly(estate, motions=len(items), items=items, **fields)


def settled(assembly: Assembly, choices: Sequence[str] = (), *, moment: datetime | None = None) -> Assembly:
    """``assembly`` after the first owners cast ``choices`` and its window has passed."""
    for user, marks in zip(people_of(assembly) if choices else [], choices, strict=False):
        cast_for(assembly, user, marks)
    assembly.refresh_from_db()
    assert assembly.closes_at is not None
    settle_assembly(assembly=assembly, moment=moment or assembly.closes_at + timedelta(seconds=1))
    return Assembly.objects.select_related("estate", "log").get(pk=assembly.pk)
