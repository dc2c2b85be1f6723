"""How far the support of a proposal has come towards what the law asks of those who demand an assembly."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache

from communities.clock import local_day
from communities.models import Estate
from governance.models import Proposal
from votes.errors import RollIncomplete
from votes.services.rolls import counted_units, counts_parking, gather_heads

#: The roster changes by the week; a share shown ten minutes old deceives nobody.
KEPT_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Totals:
    """All heads of an estate and their area in 0.01 m²."""

    heads: int
    area: int


@dataclass(frozen=True, slots=True)
class Share:
    """The statutory support of a proposal. ``percent`` of heads and of area are both asked for."""

    heads: int
    area: int
    totals: Totals
    percent: int

    @property
    def is_reached(self) -> bool:
        """Whether heads and area each reach the percentage (以上: the figure itself is enough)."""
        return (
            self.totals.heads > 0
            and self.heads * 100 >= self.percent * self.totals.heads
            and self.area * 100 >= self.percent * self.totals.area
        )


def totals_of(estate: Estate, moment: datetime, *, exactly: bool = False) -> Totals | None:
    """All heads and area of the estate as its roster stands; none where a unit lacks its owner.

    At most ten minutes old unless ``exactly``.
    """
    key = f"heads:{estate.pk}:{local_day(moment)}"
    kept: tuple[int, int] | None = None if exactly else cache.get(key)
    if kept is None:
        try:
            heads = gather_heads(counted_units(estate, count_parking=counts_parking(estate, moment)), moment)
        except RollIncomplete:
            return None
        kept = len(heads), sum(head.area for head in heads)
        cache.set(key, kept, KEPT_SECONDS)
    return Totals(*kept)


def share_of(proposal: Proposal, moment: datetime, *, exactly: bool = False) -> Share | None:
    """Where the support stands; none for a draft, and where the roster is not complete."""
    if "endorsement-share" not in proposal.rules:
        return None
    totals = totals_of(proposal.estate, moment, exactly=exactly)
    if totals is None:
        return None
    return Share(proposal.heads, proposal.area, totals, proposal.rule("endorsement-share"))
