"""What is told when somebody looks at a ballot."""

from django.urls import reverse
from django.utils.translation import gettext as _

from communities.models import OutboxMessage
from communities.services.notices import notify
from communities.services.outbox import handler
from votes.models import (
    Ballot,
    BallotLook,
    TwoPersonAct,
)

from .people import accounts_of


@handler("votes.ballot-unlocked")
def tell_unlocked(message: OutboxMessage) -> None:
    """Tell whose confidential ballot two people have opened, and why."""
    act = TwoPersonAct.objects.get(pk=message.subject)
    ballot = Ballot.objects.select_related("elector").get(pk=act.payload["ballot"])
    notify(
        recipients=accounts_of(ballot.elector),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("您家的表决票经两人批准可以调阅：%(unit)s") % {"unit": ballot.elector.label},
        text=_("理由：%(reason)s") % {"reason": act.reason},
        url=reverse("votes:receipt", args=[ballot.pk]),
    )


@handler("votes.ballot-looked-at")
def tell_looked_at(message: OutboxMessage) -> None:
    """Tell whose ballot was looked at, and why."""
    look = BallotLook.objects.select_related("ballot__elector").get(pk=message.subject)
    notify(
        recipients=accounts_of(look.ballot.elector),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=_("监票人调阅了您家的表决票：%(unit)s") % {"unit": look.ballot.elector.label},
        text=_("理由：%(reason)s。如有疑问，请联系社区。") % {"reason": look.reason},
        url=reverse("votes:receipt", args=[look.ballot_id]),
    )
