"""100,000 open tickets in 200 estates: the sweep over what is late, and a clerk's inbox."""

import os
import time
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from communities.enums import RoleCode  # noqa: E402
from communities.models import Estate, User  # noqa: E402
from communities.workdays import add_working_days  # noqa: E402
from governance.models import Ticket  # noqa: E402
from governance.services.ticket_watch import escalate_overdue_tickets  # noqa: E402
from governance.services.tickets import report_ticket  # noqa: E402
from tests.bench.asking import p95  # noqa: E402
from tests.bench.figures import Figure, emit  # noqa: E402
from tests.bench.run import Server  # noqa: E402
from tests.factories.communities import CommunityFactory, EstateFactory, appoint  # noqa: E402
from tests.factories.proposals import at_home  # noqa: E402

ESTATES, TICKETS, LATE_EVERY, ASKED = 200, 100_000, 10, 40


def fill() -> tuple[Estate, User]:
    """Tickets over all estates, one in ten of them late; the first estate and its clerk."""
    community = CommunityFactory()
    estates = [EstateFactory(name=f"小区{number}", community=community) for number in range(ESTATES)]
    clerk, reporter, now = appoint(RoleCode.FIRM, estates[0]), at_home(estates[0]), timezone.now()
    pattern = report_ticket(estate=estates[0], category="repair", text="路灯不亮了", actor=reporter)
    late, due = now - timedelta(hours=1), add_working_days(now, 5)
    Ticket.objects.bulk_create(
        (
            Ticket(
                estate=estates[number % ESTATES],
                number=number + 2,
                reporter=reporter,
                category="repair",
                text="路灯不亮了，夜里看不清台阶",
                rules=pattern.rules,
                reported_at=now - timedelta(minutes=number % 50_000),
                answer_due_at=late if number % LATE_EVERY == 0 else due,
                fix_due_at=due,
                due_at=late if number % LATE_EVERY == 0 else due,
            )
            for number in range(TICKETS)
        ),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return estates[0], clerk


def main() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
    estate, clerk = fill()
    begun = time.perf_counter()
    first = escalate_overdue_tickets()
    seconds = time.perf_counter() - begun
    second = escalate_overdue_tickets()
    assert (first, second) == (TICKETS // LATE_EVERY, 0), (first, second)
    overseer = appoint(RoleCode.SUBDISTRICT, estate)
    with Server(dict(os.environ)) as server:
        inbox = f"/desk/{estate.slug}/tickets/"
        p95_inbox = p95(server, clerk, lambda _number: inbox, asked=ASKED, connections=1)
        screen = p95(server, overseer, lambda _number: "/desk/estates/", asked=ASKED, connections=1)
    limits = ("<= 10", "<= 100", "<= 300") if connection.vendor == "postgresql" else ("", "", "")
    name = f"sweep over {TICKETS:,} open tickets, {first:,} late"
    emit(
        [
            Figure(name, round(seconds, 1), "s", limits[0]),
            Figure("a clerk's inbox among them: p95", p95_inbox, "ms", limits[1]),
            Figure("200 estates on one screen: p95", screen, "ms", limits[2]),
        ]
    )


main()
