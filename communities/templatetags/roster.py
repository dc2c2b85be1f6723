"""``{% load roster %}``: what only pages about the roster show."""

from collections.abc import Iterable

from django import template

from communities.models import Ownership
from communities.values import identity

register = template.Library()


@register.filter
def mask_identity(number: str | None) -> str:
    """An identity number with its middle left out."""
    return identity.mask_identity(number) if number else "—"


@register.filter
def representative(titles: Iterable[Ownership]) -> str:
    """The name of whom co-owners named to cast for their unit; empty where they named nobody."""
    return next((title.owner.name for title in titles if title.is_representative), "")
