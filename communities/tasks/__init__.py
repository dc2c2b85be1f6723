"""Tasks are leaves: a name, numbers in, one service called. All may run twice."""

from celery import shared_task


@shared_task(name="communities.relay_outbox", ignore_result=True)
def relay_outbox() -> None:
    from communities.services.outbox import relay_outbox as relay

    relay()


@shared_task(name="communities.forget_login_codes", ignore_result=True)
def forget_login_codes() -> None:
    from communities.services.login import forget_login_codes as forget

    forget()


@shared_task(name="communities.seal_due_logs", ignore_result=True)
def seal_due_logs() -> None:
    from communities.services.sealing import seal_due_logs as seal

    seal()


@shared_task(name="communities.deliver_heads", ignore_result=True)
def deliver_heads() -> None:
    from communities.services.head_deliveries import deliver_heads as deliver

    deliver()


@shared_task(name="communities.note_running", ignore_result=True)
def note_running() -> None:
    from communities.services.uptime import note_running as note

    note()


@shared_task(name="communities.follow_due_seats", ignore_result=True)
def follow_due_seats() -> None:
    from communities.services.committee import follow_due_seats as follow

    follow()
