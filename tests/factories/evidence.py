"""Assemblies whose log holds everything from the publication on, as evidence needs it."""

import io
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.factories.ballots import cast_for, settled
from tests.factories.communities import EstateFactory, OwnershipFactory, UnitFactory
from tests.factories.votes import draft_assembly, people_of
from votes.models import Assembly
from votes.services.assemblies import post_assembly
from votes.services.packs import write_public_pack


def recorded_assembly(areas: Iterable[int], *, items: Sequence[int] = (2,), **fields: Any) -> Assembly:
    """An open assembly of one owner per area (0.01 m²), posted by the service that enters it in the log."""
    estate = fields.pop("estate", None) or EstateFactory()
    for area in areas:
        OwnershipFactory(unit=UnitFactory(building__estate=estate, area=area))
    now = timezone.now()
    draft = draft_assembly(
        estate, items=items, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=3), **fields
    )
    # As for a regular meeting; only the moment of posting is not looked at again.
    post_assembly(assembly=draft, actor=draft.created_by, moment=now)
    return Assembly.objects.select_related("estate", "log").get(pk=draft.pk)


def certified_assembly(choices: Sequence[str] = ("FF", "FA", "AN"), **fields: Any) -> Assembly:
    """A certified assembly of four owners, the first of whom cast ``choices``."""
    assembly = recorded_assembly([8800, 9143, 10001, 7650], items=(2, 6), **fields)
    return settled(assembly, choices)


def public_pack(assembly: Assembly) -> bytes:
    """The bytes of the public pack."""
    out = io.BytesIO()
    write_public_pack(assembly=assembly, out=out)
    return out.getvalue()


__all__ = ["cast_for", "certified_assembly", "people_of", "public_pack", "recorded_assembly"]
