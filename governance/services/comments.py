"""What people say under a proposal: written, taken back, reported, hidden and restored in the open."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F

from communities.clock import database_now
from communities.errors import NotPermitted, TooOften, need_reason
from communities.ledger.hashing import sha256
from communities.live import announce
from communities.models import User
from communities.services.limits import Limit
from communities.services.outbox import tell
from governance.enums import Feature, ModerationAction, ReasonCode, ReportOutcome, Stance
from governance.errors.comments import (
    AlreadyReported,
    CommentEmpty,
    CommentGone,
    CommentTooLong,
    OwnComment,
    ReplyTooDeep,
    StanceMissing,
)
from governance.errors.proposals import PhaseClosed
from governance.models import Comment, ModerationAct, Proposal, Report
from governance.rules import capacities_of, parties_of
from governance.text import clean_text, letters

from .journal import enter, judge
from .proposals import lock_proposal, written_as

LONGEST = 1000
#: Of one person in one estate.
WRITTEN = Limit("comment", 60, timedelta(days=1))
REPORTED = Limit("comment-report", 20, timedelta(days=1))


@transaction.atomic
def write_comment(
    *,
    proposal: Proposal,
    text: str,
    actor: User,
    stance: str = "",
    parent: Comment | None = None,
    capacity: str = "",
) -> Comment:
    """Say something for, against or about a proposal, or reply to one who did; a single level of replies.

    ``capacity`` is one of those ``actor`` has here today, the first by default. Raises :class:`NotPermitted`,
    :class:`PhaseClosed`, :class:`CommentEmpty`, :class:`CommentTooLong`, :class:`StanceMissing`,
    :class:`ReplyTooDeep`, :class:`CommentGone`, :class:`TooOften`.
    """
    proposal = lock_proposal(proposal.pk)
    judge("governance.comment", actor, proposal.estate)
    if not proposal.opens(Feature.COMMENT):
        raise PhaseClosed
    text = _sayable(text)
    if parent is None and stance not in Stance.values:
        raise StanceMissing
    if parent is not None:
        parent = _answerable(parent, proposal)
    if capacity and capacity not in capacities_of(actor, proposal.estate):
        raise NotPermitted
    moment = database_now()
    if not WRITTEN.allows(f"{proposal.estate_id}:{actor.pk}", moment=moment):
        raise TooOften
    comment = Comment.objects.create(
        proposal=proposal,
        parent=parent,
        author=actor,
        capacity=capacity or written_as(actor, proposal.estate),
        stance="" if parent else Stance(stance),
        text=text,
        written_at=moment,
    )
    Proposal.objects.filter(pk=proposal.pk).update(comment_count=F("comment_count") + 1)
    if parent is not None and parent.author_id != actor.pk:
        tell(estate=proposal.estate, topic="governance.comment-replied", subject=comment.pk)
    transaction.on_commit(lambda: announce(f"proposal.{proposal.pk}"))
    return comment


def _sayable(text: str) -> str:
    text = clean_text(text)
    if not letters(text):
        raise CommentEmpty
    if len(text) > LONGEST:
        raise CommentTooLong
    return text


def _answerable(parent: Comment, proposal: Proposal) -> Comment:
    parent = Comment.objects.get(pk=parent.pk)
    if parent.proposal_id != proposal.pk or parent.parent_id is not None:
        raise ReplyTooDeep
    if parent.is_hidden or parent.withdrawn_at is not None:
        raise CommentGone
    return parent


@transaction.atomic
def withdraw_comment(*, comment: Comment, actor: User) -> None:
    """Take one's own comment back; its place stays, its text is shown no more. Twice is once."""
    comment = _lock(comment)
    if comment.author_id != actor.pk:
        raise NotPermitted
    if comment.withdrawn_at is None:
        comment.withdrawn_at = database_now()
        comment.save(update_fields=["withdrawn_at"])
        Proposal.objects.filter(pk=comment.proposal_id).update(comment_count=F("comment_count") - 1)


@transaction.atomic
def report_comment(*, comment: Comment, code: str, actor: User, text: str = "") -> Report:
    """Tell the community that a comment breaks the rules, once.

    Raises :class:`NotPermitted`, :class:`OwnComment`, :class:`CommentGone`,
    :class:`AlreadyReported`, :class:`TooOften`.
    """
    comment = _lock(comment)
    judge("governance.comment", actor, comment.proposal.estate)
    if comment.author_id == actor.pk:
        raise OwnComment
    if comment.is_hidden or comment.withdrawn_at is not None:
        raise CommentGone
    moment = database_now()
    if not REPORTED.allows(f"{comment.proposal.estate_id}:{actor.pk}", moment=moment):
        raise TooOften
    report, is_new = Report.objects.get_or_create(
        comment=comment,
        reporter=actor,
        defaults={"code": ReasonCode(code), "text": clean_text(text)[:200], "reported_at": moment},
    )
    if not is_new:
        raise AlreadyReported
    tell(estate=comment.proposal.estate, topic="governance.comment-reported", subject=report.pk)
    return report


@transaction.atomic
def hide_comment(*, comment: Comment, code: str, reason: str, actor: User) -> ModerationAct:
    """Hide a comment: everybody reads by whom, when and why, and its author may appeal.

    ``reason`` from ten characters. Raises :class:`NotPermitted`, :class:`CommentGone`,
    :class:`ReasonMissing`.
    """
    comment = _lock(comment)
    judge("governance.moderate", actor, comment.proposal.estate)
    if comment.is_hidden or comment.withdrawn_at is not None:
        raise CommentGone
    act = take_act(comment, ModerationAction.HIDE, code=code, reason=reason, actor=actor)
    _settle_reports(comment, ReportOutcome.HIDDEN, actor)
    return act


@transaction.atomic
def restore_comment(*, comment: Comment, code: str, reason: str, actor: User) -> ModerationAct:
    """Show a hidden comment again, with the reason beside it."""
    comment = _lock(comment)
    judge("governance.moderate", actor, comment.proposal.estate)
    if not comment.is_hidden:
        raise CommentGone
    return take_act(comment, ModerationAction.RESTORE, code=code, reason=reason, actor=actor)


@transaction.atomic
def keep_comment(*, comment: Comment, actor: User) -> int:
    """Settle the open reports of a comment by letting it stand; returns how many there were."""
    comment = _lock(comment)
    judge("governance.moderate", actor, comment.proposal.estate)
    return _settle_reports(comment, ReportOutcome.KEPT, actor)


def take_act(
    comment: Comment, action: ModerationAction, *, code: str, reason: str, actor: User
) -> ModerationAct:
    """Hide or restore a comment that the caller has locked and judged, and write it down."""
    reason = need_reason(clean_text(reason))
    moment = database_now()
    estate = comment.proposal.estate
    act = ModerationAct.objects.create(
        comment=comment,
        action=action,
        code=ReasonCode(code),
        reason=reason,
        actor=actor,
        capacity=parties_of(actor, estate)[0].value,
        taken_at=moment,
    )
    comment.is_hidden = action == ModerationAction.HIDE
    comment.save(update_fields=["is_hidden"])
    enter(
        estate=estate,
        verb=f"comment.{action.value}",
        subject=comment,
        actor=actor,
        moment=moment,
        payload={"code": str(code), "reason": sha256(reason), "text": sha256(comment.text)},
    )
    tell(estate=estate, topic="governance.comment-moderated", subject=act.pk)
    transaction.on_commit(lambda: announce(f"proposal.{comment.proposal_id}"))
    return act


def _settle_reports(comment: Comment, outcome: ReportOutcome, actor: User) -> int:
    return comment.reports.filter(outcome="").update(
        outcome=outcome, handled_by=actor, handled_at=database_now()
    )


def _lock(comment: Comment) -> Comment:
    return (
        Comment.objects.select_for_update(of=("self",))
        .select_related("proposal__estate__community")
        .get(pk=comment.pk)
    )
