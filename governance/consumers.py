"""Open pages of a meeting hear that something changed, and fetch it themselves."""

from communities.models import User
from governance.access.meetings import meetings_for
from votes.consumers import ChangedConsumer


class MeetingConsumer(ChangedConsumer):
    """The record, the hands, the polls and the people of one meeting."""

    prefix = "meeting"

    def sees(self, user: User) -> bool:
        return meetings_for(user).filter(pk=self.pk).exists()
