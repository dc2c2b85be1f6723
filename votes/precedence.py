"""Which of an elector's ballots counts when several come by different ways. No storage and no clock.

The newest revision of an elector counts, so the only question is ever whether a
ballot that comes now may become the newest. The elector's own ballot goes before
one by mandate; between paper and online the rule published with the assembly decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from votes.enums import BallotChange, Channel, ChannelPrecedence, UncountedReason

VOTED_BY = {
    Channel.ONLINE: UncountedReason.ELECTOR_VOTED_ONLINE,
    Channel.PAPER: UncountedReason.ELECTOR_VOTED_ON_PAPER,
    Channel.MANDATE: UncountedReason.ELECTOR_VOTED_BY_MANDATE,
}


@dataclass(frozen=True, slots=True)
class Received:
    """One ballot of an elector that is stored already."""

    channel: Channel
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Precedence:
    """The rules frozen with one assembly."""

    between_channels: ChannelPrecedence
    #: Whether who cast a ballot may cast another in its place.
    revisable: bool

    @classmethod
    def of(cls, rules: Mapping[str, Any]) -> "Precedence":
        """From ``Assembly.rules``; what stands in none of them is as usual."""
        between = rules.get("channel-precedence", {"value": ChannelPrecedence.FIRST_RECEIVED})
        return cls(
            between_channels=ChannelPrecedence(between["value"]),
            revisable=rules["ballot-change"]["value"] == BallotChange.REVISABLE,
        )

    def why_not(self, channel: Channel, at: datetime, earlier: Iterable[Received]) -> UncountedReason | None:
        """Why a ballot received by ``channel`` at ``at`` does not count; None where it does.

        ``earlier`` are the elector's stored ballots in order of revision.
        """
        stored = list(earlier)
        if not stored:
            return None
        standing = stored[-1].channel
        if channel == standing:
            return None if self.revisable and channel != Channel.PAPER else VOTED_BY[standing]
        if Channel.MANDATE in (channel, standing):
            return None if standing == Channel.MANDATE else VOTED_BY[standing]
        if channel == Channel.PAPER:
            first_online = min(one.accepted_at for one in stored if one.channel == Channel.ONLINE)
            counts = self.between_channels == ChannelPrecedence.PAPER_FIRST or (
                self.between_channels == ChannelPrecedence.FIRST_RECEIVED and at < first_online
            )
        else:
            # The paper stands already, so it was received before.
            counts = self.between_channels == ChannelPrecedence.ONLINE_FIRST
        return None if counts else VOTED_BY[standing]


def why_replaced(channel: Channel, by: Channel) -> UncountedReason:
    """Why a ballot received by ``channel`` is not counted once the next revision came by ``by``."""
    if channel == by or Channel.MANDATE in (channel, by):
        return UncountedReason.REPLACED_BY_ELECTOR
    return UncountedReason.REPLACED_BY_PRECEDENCE
