"""What is told of a paper ballot."""

from django.urls import reverse
from django.utils.translation import gettext as _

from communities.models import OutboxMessage
from communities.services.notices import notify
from communities.services.outbox import handler
from communities.templatetags.linyi import moment
from votes.models import (
    PaperBallot,
)

from .people import accounts_of


def _tell_paper(message: OutboxMessage, title: str, text: str) -> None:
    paper = PaperBallot.objects.select_related("elector", "uncounted").get(pk=message.subject)
    uncounted = getattr(paper, "uncounted", None)
    notify(
        recipients=accounts_of(paper.elector),
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=title % {"unit": paper.elector.label},
        text=text
        % {
            "serial": paper.serial,
            "when": moment(paper.received_at),
            "reason": uncounted.get_reason_display() if uncounted else _("公布结果以后才收到"),
        },
        url=reverse("votes:assembly", args=[paper.assembly_id]),
    )


@handler("votes.paper-received")
def tell_paper_received(message: OutboxMessage) -> None:
    """A sheet that waits to be entered; or one that came too late or was replaced, told at once."""
    if PaperBallot.objects.filter(pk=message.subject, settled_at__isnull=False, ballot=None).exists():
        return tell_paper_not_counted(message)
    _tell_paper(
        message,
        _("已收到纸质表决票：%(unit)s"),
        _("票号 %(serial)s，%(when)s 收到。录完会再通知您。如果不是您家交的，请马上联系社区。"),
    )
    return None


@handler("votes.paper-not-counted")
def tell_paper_not_counted(message: OutboxMessage) -> None:
    _tell_paper(
        message,
        _("纸质表决票没有计票：%(unit)s"),
        _("票号 %(serial)s，%(when)s 收到。原因：%(reason)s。有疑问请联系监票人。"),
    )
