"""Tickets brought to where a test needs them, through the services."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from communities.models import Estate, PropertyFirm, ServiceContract, User
from governance.models import Ticket
from governance.services.ticket_handling import fix_ticket
from governance.services.tickets import confirm_fixed, report_ticket
from tests.factories.proposals import at_home


def served(estate: Estate) -> ServiceContract:
    """The estate's contract in force; one is made where there is none."""
    found = estate.contracts.first()
    if found is not None:
        return found
    firm, _made = PropertyFirm.objects.get_or_create(
        credit_code="91330100990101TEST"[:18], defaults={"name": "安居物业"}
    )
    return ServiceContract.objects.create(firm=firm, estate=estate, starts_on=date(2024, 1, 1))


def reported(estate: Estate, reporter: User | None = None, **fields: Any) -> Ticket:
    served(estate)
    values = {"category": "repair", "text": "三单元电梯按钮失灵", "place": "三单元"} | fields
    return report_ticket(estate=estate, actor=reporter or at_home(estate), **values)


def fixed(ticket: Ticket, by: User) -> Ticket:
    return fix_ticket(ticket=ticket, text="已更换按钮，试运行正常", actor=by)


def closed(ticket: Ticket, by: User) -> Ticket:
    return confirm_fixed(ticket=fixed(ticket, by), actor=ticket.reporter)


def passed(ticket: Ticket, **ago: timedelta) -> Ticket:
    """As if each named moment lay so long ago."""
    Ticket.objects.filter(pk=ticket.pk).update(**{name: timezone.now() - time for name, time in ago.items()})
    ticket.refresh_from_db()
    return ticket
