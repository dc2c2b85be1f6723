"""Tasks about proposals: each a thin leaf over one service, safe to run twice."""

from celery import shared_task


@shared_task(name="governance.watch_proposal_deadlines", ignore_result=True)
def watch_proposal_deadlines() -> None:
    from governance.services.appeals import escalate_overdue_appeals
    from governance.services.proposals import withdraw_uncompleted_proposals
    from governance.services.reviews import escalate_overdue_proposals

    withdraw_uncompleted_proposals()
    escalate_overdue_proposals()
    escalate_overdue_appeals()
