"""Tasks about meetings, minutes and action items: each safe to run twice."""

from celery import shared_task


@shared_task(name="governance.watch_meetings", ignore_result=True)
def watch_meetings() -> None:
    from governance.services.action_items import escalate_overdue_actions
    from governance.services.meetings import remind_of_meetings
    from governance.services.minutes import end_due_confirmations

    remind_of_meetings()
    end_due_confirmations()
    escalate_overdue_actions()
