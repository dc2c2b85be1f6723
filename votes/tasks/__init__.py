"""Tasks of votes: each a thin leaf over one service, safe to run twice."""

from celery import shared_task


@shared_task(name="votes.open_due_assemblies")
def open_due_assemblies() -> None:
    from votes.services.closing import open_due_assemblies

    open_due_assemblies()


@shared_task(name="votes.close_due_assemblies")
def close_due_assemblies() -> None:
    from votes.services.closing import close_due_assemblies

    close_due_assemblies()


@shared_task(name="votes.escalate_overdue_objections")
def escalate_overdue_objections() -> None:
    from votes.services.objections import escalate_overdue_objections

    escalate_overdue_objections()


@shared_task(name="votes.make_requested_archives", ignore_result=True)
def make_requested_archives() -> None:
    from votes.services.archives import make_requested_archives as make

    make()
