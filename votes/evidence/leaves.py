"""The body of a ballot's leaf, format version 1.

The leaf says that *some* ballot was received when and how; what it says and
whose it is stands in it only as a commitment, whose salt the ballot keeps.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from communities.ledger.canonical import canonical
from communities.ledger.leaves import FORMAT_VERSION, timestamp

CAST_VERB = "votes.ballot.cast"
#: A ballot that was received and is not counted; the leaf tells the way it came and why.
NOT_COUNTED_VERB = "votes.ballot.not-counted"


def commitment(*, salt: str, log: str, elector: int, choices: str) -> str:
    """SHA-256 over salt, log, number on the roll and marks: hides them, and binds to them.

    The salt (128 random bits, hex) is needed because rolls and marks are few
    enough to be guessed.
    """
    opening = canonical({"salt": salt, "log": log, "elector": elector, "choices": choices})
    return hashlib.sha256(opening.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class BallotLeaf:
    """What a ballot's leaf says in the open."""

    log: str
    ballot: str
    channel: str
    revision: int
    #: Leaf hash of the ballot this one replaces, if the assembly allows changes.
    previous: str | None
    commitment: str
    accepted_at: datetime

    def body(self) -> str:
        """The canonical text that the leaf hash covers."""
        return canonical(
            {
                "v": FORMAT_VERSION,
                "log": self.log,
                "verb": CAST_VERB,
                "ballot": self.ballot,
                "channel": self.channel,
                "revision": self.revision,
                "previous": self.previous,
                "commitment": self.commitment,
                "at": timestamp(self.accepted_at),
            }
        )
