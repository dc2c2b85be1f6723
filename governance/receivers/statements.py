"""What is told of statements, to who wrote one."""

from django.urls import reverse
from django.utils.translation import gettext as _

from communities.models import OutboxMessage
from communities.services.outbox import handler
from governance.models import Statement

from .proposals import _tell


@handler("governance.statement-moderated")
def tell_author(message: OutboxMessage) -> None:
    statement = Statement.objects.get(pk=message.subject)
    _tell(
        message,
        [statement.author_id],
        _("您的观点（%(status)s）：%(text)s")
        % {"status": statement.get_status_display(), "text": statement.text},
        url=reverse("governance:statements", args=[statement.proposal_id]),
    )
