"""What a desk lists: one thing to be done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from communities.clock import local_day
from communities.models import Estate


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be done: what, where, by whom, until when. No ``url`` where it is not this person's."""

    kind: str
    tone: str
    text: str
    estate: Estate
    turn: str
    due: datetime | None = None
    url: str = ""
    act: str = ""

    def is_overdue(self, moment: datetime) -> bool:
        return self.due is not None and self.due <= moment

    def is_due_on_day_of(self, moment: datetime) -> bool:
        # A deadline at midnight belongs to the day that it ends.
        return (
            self.due is not None
            and self.due > moment
            and local_day(self.due - timedelta(microseconds=1)) == local_day(moment)
        )
