"""Which tickets somebody may see. Anything else is a 404."""

from datetime import date

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from communities.access import estate_for, estates_on
from communities.enums import RoleCode
from communities.models import Estate, User
from communities.prepared import prepared
from communities.rules import allows, today
from governance.enums import Party
from governance.models import Ticket
from governance.rules import parties_of

from .proposals import estates_held


@prepared
def _overseen_on(user: User, day: date) -> QuerySet[Estate, int]:
    return estates_held(user, day, RoleCode.SECRETARY, RoleCode.SUBDISTRICT)


@prepared
def _committees_on(user: User, day: date) -> QuerySet[Estate, int]:
    return estates_held(user, day, RoleCode.COMMITTEE_CHAIR, RoleCode.COMMITTEE)


@prepared
def _served_on(user: User, day: date) -> QuerySet[Estate, int]:
    held = user.roles.on(day).filter(code=RoleCode.FIRM)
    served = Q(pk__in=held.values("contract__estate")) | Q(pk__in=held.values("estate"))
    return Estate.objects.filter(served).values_list("pk", flat=True)


def tickets_for(user: User) -> QuerySet[Ticket]:
    """Public ones of their estates, their own, and private ones they deal with or oversee.

    Of private ones the firm and the committee see what lies with them, community and subdistrict all.
    """
    day = today()
    return Ticket.objects.filter(
        Q(is_public=True, estate__in=estates_on(user, day))
        | Q(reporter=user)
        | Q(estate__in=_overseen_on(user, day))
        | Q(party=Party.COMMITTEE, estate__in=_committees_on(user, day))
        | Q(party=Party.FIRM, estate__in=_served_on(user, day))
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
