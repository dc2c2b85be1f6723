"""办理事项: agreed at a meeting or on a proposal, reported on until it is done, escalated when late."""

import logging
from datetime import date

from django.db import transaction
from django.db.models import Max

from communities.clock import database_now, local_day
from communities.errors import need_reason
from communities.models import Estate, User
from communities.services.outbox import tell
from governance.enums import ActionStatus, MeetingStatus, Party
from governance.errors.meetings import ActionIncomplete, ActionSettled, MeetingMoved
from governance.models import ActionItem, ActionStep, AgendaItem, Proposal
from governance.models.action_item import OPEN_ACTIONS
from governance.text import clean_line, clean_text, letters

from .journal import enter, judge
from .meetings import lock_meeting, touch

logger = logging.getLogger(__name__)


@transaction.atomic
def add_action_item(
    *, item: AgendaItem, text: str, party: str, due_on: date, actor: User, owner_name: str = ""
) -> ActionItem:
    """Write down who does what until when (the last day counts), as the meeting agreed.

    Raises :class:`NotPermitted`, :class:`MeetingMoved`, :class:`ActionIncomplete`.
    """
    meeting = lock_meeting(item.meeting_id)
    judge("governance.record_meeting", actor, meeting)
    if meeting.status not in (MeetingStatus.RUNNING, MeetingStatus.ENDED):
        raise MeetingMoved
    made = _create(
        meeting.estate,
        text=text,
        party=party,
        due_on=due_on,
        actor=actor,
        owner_name=owner_name,
        item=item,
        proposal=item.proposal,
    )
    touch(meeting)
    return made


def _create(
    estate: Estate,
    *,
    text: str,
    party: str,
    due_on: date,
    actor: User,
    owner_name: str,
    item: AgendaItem | None,
    proposal: Proposal | None,
) -> ActionItem:
    moment = database_now()
    text = clean_line(text)
    if len(letters(text)) < 4 or due_on < local_day(moment):
        raise ActionIncomplete
    # Two written down at once take their numbers one after the other.
    Estate.objects.select_for_update(no_key=True).get(pk=estate.pk)
    newest = ActionItem.objects.filter(estate=estate).aggregate(number=Max("number"))["number"] or 0
    made = ActionItem.objects.create(
        estate=estate,
        number=newest + 1,
        item=item,
        proposal=proposal,
        text=text[:300],
        party=Party(party),
        owner_name=clean_line(owner_name)[:40],
        due_on=due_on,
        created_by=actor,
        created_at=moment,
    )
    enter(
        estate=estate,
        verb="action.agreed",
        subject=made,
        actor=actor,
        moment=moment,
        payload={"number": made.number, "party": str(party), "due": due_on.isoformat()},
    )
    return made


@transaction.atomic
def report_on_action(*, action: ActionItem, status: str, note: str, actor: User) -> ActionStep:
    """Say how far it is; done and given up want ten characters that everybody reads.

    Raises :class:`NotPermitted`, :class:`ActionSettled`, :class:`ReasonMissing`.
    """
    action = ActionItem.objects.select_for_update(of=("self",)).get(pk=action.pk)
    judge("governance.report_action", actor, action.estate)
    if action.status not in OPEN_ACTIONS:
        raise ActionSettled
    reported = ActionStatus(status)
    note = need_reason(clean_text(note), at_least=10 if reported not in OPEN_ACTIONS else 2)[:1000]
    moment = database_now()
    step = ActionStep.objects.create(action=action, status=reported, note=note, actor=actor, taken_at=moment)
    action.status = reported
    action.done_at = moment if reported == ActionStatus.DONE else None
    action.save(update_fields=["status", "done_at"])
    enter(
        estate=action.estate,
        verb=f"action.{reported.value}",
        subject=action,
        actor=actor,
        moment=moment,
        payload={"number": action.number},
    )
    tell(estate=action.estate, topic="governance.action-reported", subject=step.pk)
    return step


def escalate_overdue_actions() -> int:
    """Report to the subdistrict what was not done in time. Safe to run twice; returns how many."""
    today = local_day(database_now())
    due = ActionItem.objects.filter(status__in=OPEN_ACTIONS, due_on__lt=today, escalated_at__isnull=True)
    escalated = 0
    for pk in list(due.values_list("pk", flat=True)):
        try:
            escalated += _escalate(pk)
        except Exception:
            # One that fails must not keep the others from being reported.
            logger.exception("action item %s could not be escalated", pk)
    return escalated


@transaction.atomic
def _escalate(pk: int) -> bool:
    action = ActionItem.objects.select_for_update(of=("self",)).get(pk=pk)
    moment = database_now()
    if not action.is_overdue(local_day(moment)) or action.escalated_at is not None:
        return False
    action.escalated_at = moment
    action.save(update_fields=["escalated_at"])
    enter(
        estate=action.estate,
        verb="action.escalated",
        subject=action,
        actor=None,
        moment=moment,
        payload={"number": action.number},
    )
    tell(estate=action.estate, topic="governance.action-overdue", subject=action.pk)
    return True
