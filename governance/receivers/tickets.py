"""What is told of tickets: to who reported it or has the same trouble, and to whom it lies with."""

from django.urls import reverse
from django.utils.translation import gettext as _

from communities.enums import RoleCode
from communities.models import OutboxMessage
from communities.services.outbox import handler
from communities.templatetags.linyi import moment as moment_words
from governance.enums import Party, TicketAct
from governance.models import Outage, TicketStep
from votes.receivers.people import holders_of

from .meetings import _everybody
from .proposals import ROLES_OF_PARTY, _tell

A = TicketAct
ROLES = {**ROLES_OF_PARTY, Party.SUBDISTRICT: (RoleCode.SUBDISTRICT,)}
#: What the reporter is told, and what the party.
TO_REPORTER = (A.ACCEPTED, A.NOTED, A.PAUSED, A.HANDED, A.FIXED, A.ESCALATED, A.REPLIED, A.EXPIRED)
TO_PARTY = (A.REPORTED, A.HANDED, A.REJECTED, A.REOPENED, A.SUPERVISED, A.ESCALATED)


@handler("governance.ticket-moved")
def tell_of_ticket(message: OutboxMessage) -> None:
    step = TicketStep.objects.select_related("ticket").get(pk=message.subject.partition(":")[2])
    ticket, act = step.ticket, A(step.act)
    title = _("第 %(number)d 号报事：%(act)s") % {"number": ticket.number, "act": step.get_act_display()}
    if act in TO_REPORTER:
        supporting = list(ticket.supports.values_list("user", flat=True))
        people = [pk for pk in [ticket.reporter_id, *supporting] if pk != step.actor_id]
        _tell(message, people, title, text=step.text, url=reverse("governance:ticket", args=[ticket.pk]))
    if act in TO_PARTY:
        roles = list(ROLES.get(Party(ticket.party), ()))
        if act == A.ESCALATED:
            roles += ROLES[Party.COMMUNITY] if ticket.escalation == 1 else ROLES[Party.SUBDISTRICT]
        people = [pk for pk in holders_of(message, *roles) if pk not in (step.actor_id, ticket.reporter_id)]
        url = reverse("governance:desk-ticket", args=[message.estate.slug, ticket.pk])
        _tell(message, people, title, text=step.text, url=url)


@handler("governance.outage-announced")
def tell_of_outage(message: OutboxMessage) -> None:
    outage = Outage.objects.get(pk=message.subject)
    url = reverse("governance:tickets", args=[message.estate.slug])
    text = f"{moment_words(outage.begins_at)} – {moment_words(outage.ends_at)} {outage.text}"
    _tell(message, _everybody(message), outage.title, text=text, url=url)
