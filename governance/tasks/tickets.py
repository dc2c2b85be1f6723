"""Tasks about tickets: each safe to run twice."""

from celery import shared_task


@shared_task(name="governance.watch_tickets", ignore_result=True)
def watch_tickets() -> None:
    from governance.services.ticket_watch import close_silent_tickets, escalate_overdue_tickets

    escalate_overdue_tickets()
    close_silent_tickets()
