"""Which tickets somebody may see. Anything else is a 404."""

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from communities.access import estate_for, estates_on
from communities.enums import RoleCode
from communities.models import Estate, User
from communities.rules import allows, today
from governance.enums import Party
from governance.models import Ticket
from governance.rules import parties_of

from .proposals import _reviewed_estates_on


def tickets_for(user: User) -> QuerySet[Ticket]:
    """Public ones of their estates, their own, and those they deal with or oversee.

    The firm sees no private ticket that does not lie with it.
    """
    day = today()
    here = Q(estate__in=estates_on(user, day))
    serving = user.roles.on(day).filter(code=RoleCode.FIRM)
    of_firm = Q(party=Party.FIRM) & (
        Q(estate__in=serving.filter(contract__isnull=False).values("contract__estate"))
        | Q(estate__in=serving.filter(estate__isnull=False).values("estate"))
    )
    return Ticket.objects.filter(
        here & Q(is_public=True) | Q(reporter=user) | Q(estate__in=_reviewed_estates_on(user, day)) | of_firm
    ).select_related("estate__community", "building", "reporter", "assignee")


def ticket_for(user: User, pk: int) -> Ticket:
    """The ticket, or a 404 that does not say whether it exists."""
    return get_object_or_404(tickets_for(user), pk=pk)


def estate_to_report_in(user: User, slug: str) -> Estate:
    """An estate ``user`` may report something in, or a 404."""
    estate = estate_for(user, slug)
    if not allows("governance.report_ticket", user, estate):
        raise Http404
    return estate


def inbox_for(user: User, slug: str) -> tuple[Estate, list[Party], QuerySet[Ticket]]:
    """An estate whose tickets ``user`` deals with, for which parties, and all that may be seen there."""
    estate = estate_for(user, slug)
    parties = parties_of(user, estate)
    if not parties:
        raise Http404
    return estate, parties, tickets_for(user).filter(estate=estate)


def desk_ticket_for(user: User, slug: str, pk: int) -> Ticket:
    """A ticket of :func:`inbox_for`, or a 404."""
    estate, _parties, found = inbox_for(user, slug)
    ticket = get_object_or_404(found, pk=pk)
    ticket.estate = estate
    return ticket
