"""申诉: what was refused or hidden is looked at again by another person, in working days."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from communities.clock import database_now, local_day
from communities.errors import NotPermitted, TooOften, need_reason
from communities.ledger.hashing import sha256
from communities.models import User
from communities.services.limits import Limit
from communities.services.outbox import tell
from communities.workdays import add_working_days
from governance.enums import AppealStatus, ModerationAction, ProposalStatus
from governance.errors.comments import AppealNotYours, AppealSettled, NothingToAppeal
from governance.models import Appeal, Comment, ModerationAct, Proposal, ProposalStep
from governance.rules import parties_of
from governance.text import clean_text

from .comments import take_act
from .journal import enter, judge, rules_of_deliberation
from .proposals import lock_proposal, move

logger = logging.getLogger(__name__)
FILED = Limit("appeal", 10, timedelta(days=1))


@transaction.atomic
def appeal_refusal(*, proposal: Proposal, text: str, actor: User) -> Appeal:
    """Ask that a refused proposal be looked at by somebody else; once for each refusal.

    Raises :class:`NotPermitted`, :class:`NothingToAppeal`, :class:`ReasonMissing`, :class:`TooOften`.
    """
    proposal = lock_proposal(proposal.pk)
    judge("governance.change_proposal", actor, proposal)
    step = refusal_of(proposal)
    if step is None or step.actor is None or Appeal.objects.filter(step=step).exists():
        raise NothingToAppeal
    return _file(proposal, text, actor, against=step.actor, step=step)


@transaction.atomic
def appeal_hiding(*, comment: Comment, text: str, actor: User) -> Appeal:
    """Ask that a hidden comment be looked at by somebody else; once for each hiding."""
    comment = Comment.objects.select_related("proposal__estate__community").get(pk=comment.pk)
    if comment.author_id != actor.pk:
        raise NotPermitted
    act = hiding_of(comment)
    if act is None or Appeal.objects.filter(act=act).exists():
        raise NothingToAppeal
    return _file(comment.proposal, text, actor, against=act.actor, act=act)


def refusal_of(proposal: Proposal) -> ProposalStep | None:
    """The step by which a proposal stands refused now."""
    if proposal.status != ProposalStatus.REFUSED:
        return None
    return proposal.steps.filter(to_status=ProposalStatus.REFUSED).order_by("taken_at", "pk").last()


def hiding_of(comment: Comment) -> ModerationAct | None:
    """The act by which a comment is hidden now."""
    if not comment.is_hidden:
        return None
    return comment.moderation.filter(action=ModerationAction.HIDE).order_by("taken_at", "pk").last()


def _file(
    proposal: Proposal,
    text: str,
    actor: User,
    *,
    against: User,
    step: ProposalStep | None = None,
    act: ModerationAct | None = None,
) -> Appeal:
    text = need_reason(clean_text(text))[:1000]
    moment = database_now()
    if not FILED.allows(f"{proposal.estate_id}:{actor.pk}", moment=moment):
        raise TooOften
    rules = proposal.rules or rules_of_deliberation(proposal.estate, moment)
    appeal = Appeal.objects.create(
        proposal=proposal,
        step=step,
        act=act,
        text=text,
        filed_by=actor,
        filed_at=moment,
        due_at=add_working_days(moment, rules["appeal-reply-working-days"]["value"]),
        against=against,
    )
    _enter(appeal, "filed", actor, moment, {"text": sha256(text)})
    tell(estate=proposal.estate, topic="governance.appeal-filed", subject=appeal.pk)
    return appeal


@transaction.atomic
def decide_appeal(*, appeal: Appeal, upheld: bool, decision: str, actor: User) -> Appeal:
    """Settle an appeal, with its reason: what was refused is accepted, what was hidden shown again, or not.

    By somebody other than who decided first and who filed it. Raises :class:`NotPermitted`,
    :class:`AppealNotYours`, :class:`AppealSettled`, :class:`ReasonMissing`.
    """
    appeal = _lock(appeal.pk)
    proposal = lock_proposal(appeal.proposal_id)
    judge("governance.decide_appeal", actor, proposal.estate)
    if actor.pk in (appeal.against_id, appeal.filed_by_id):
        raise AppealNotYours
    if appeal.status != AppealStatus.FILED:
        raise AppealSettled
    decision = need_reason(clean_text(decision))[:1000]
    moment = database_now()
    appeal.status = AppealStatus.UPHELD if upheld else AppealStatus.DISMISSED
    appeal.decision, appeal.decided_by, appeal.decided_at = decision, actor, moment
    appeal.save(update_fields=["status", "decision", "decided_by", "decided_at"])
    _enter(appeal, str(appeal.status), actor, moment, {"decision": sha256(decision)})
    if upheld:
        _undo(appeal, proposal, decision, actor, moment)
    tell(estate=proposal.estate, topic="governance.appeal-decided", subject=appeal.pk)
    return appeal


def _undo(appeal: Appeal, proposal: Proposal, decision: str, actor: User, moment: datetime) -> None:
    if appeal.step is not None:
        proposal.accept_on_appeal()
        proposal.accepted_at = moment
        move(
            proposal,
            ProposalStatus.REFUSED,
            actor=actor,
            moment=moment,
            capacity=parties_of(actor, proposal.estate)[0].value,
            reason=decision,
        )
    elif appeal.act is not None and appeal.act.comment_id is not None:
        comment = (
            Comment.objects.select_for_update(of=("self",))
            .select_related("proposal__estate__community")
            .get(pk=appeal.act.comment_id)
        )
        if comment.is_hidden:
            take_act(
                comment, ModerationAction.RESTORE, code=str(appeal.act.code), reason=decision, actor=actor
            )


@transaction.atomic
def withdraw_appeal(*, appeal: Appeal, actor: User) -> None:
    """Take one's own appeal back. Raises :class:`NotPermitted`, :class:`AppealSettled`."""
    appeal = _lock(appeal.pk)
    if appeal.filed_by_id != actor.pk:
        raise NotPermitted
    if appeal.status != AppealStatus.FILED:
        raise AppealSettled
    appeal.status = AppealStatus.WITHDRAWN
    appeal.save(update_fields=["status"])
    _enter(appeal, "withdrawn", actor, database_now(), {})


def escalate_overdue_appeals() -> int:
    """Report to the subdistrict every appeal nobody decided in time. Safe to run twice; returns how many."""
    due = Appeal.objects.filter(
        status=AppealStatus.FILED, escalated_at__isnull=True, due_at__lte=database_now()
    )
    escalated = 0
    for pk in list(due.values_list("pk", flat=True)):
        try:
            escalated += _escalate(pk)
        except Exception:
            # One that fails must not keep the others from being reported.
            logger.exception("appeal %s could not be escalated", pk)
    return escalated


@transaction.atomic
def _escalate(pk: int) -> bool:
    appeal = _lock(pk)
    moment = database_now()
    if appeal.status != AppealStatus.FILED or appeal.escalated_at is not None or moment < appeal.due_at:
        return False
    appeal.escalated_at = moment
    appeal.save(update_fields=["escalated_at"])
    _enter(appeal, "escalated", None, moment, {})
    tell(estate=appeal.proposal.estate, topic="governance.appeal-escalated", subject=appeal.pk)
    return True


def _lock(pk: int) -> Appeal:
    return (
        Appeal.objects.select_for_update(of=("self",))
        .select_related("proposal__estate__community", "step", "act", "filed_by", "against")
        .get(pk=pk)
    )


def _enter(appeal: Appeal, verb: str, actor: User | None, moment: datetime, payload: dict[str, str]) -> None:
    enter(
        estate=appeal.proposal.estate,
        verb=f"appeal.{verb}",
        subject=appeal,
        actor=actor,
        moment=moment,
        payload={"day": str(local_day(moment)), **payload},
    )
