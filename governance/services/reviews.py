"""The review of a proposal and its way afterwards, each step with its reason in the open."""

import logging
from datetime import datetime

from django.db import transaction

from communities.clock import database_now
from communities.errors import NotPermitted, need_reason
from communities.models import User
from communities.services.outbox import tell
from governance.enums import ProposalStatus, ReasonCode, Turn
from governance.errors.proposals import CannotMerge, OwnProposal, ProposalMoved
from governance.models import Proposal
from governance.models.proposal import ON_THE_WAY
from governance.rules import parties_of
from governance.text import clean_text

from .endorsements import carry_over
from .journal import enter, judge
from .proposals import lock_proposal, move, written_as
from .tickets import ticket_of_proposal

logger = logging.getLogger(__name__)
S = ProposalStatus

#: Where a proposal may be led, and the transition that leads there.
ROUTES = {
    S.PARTY: "route_to_party",
    S.COMMITTEE: "route_to_committee",
    S.MEETING: "route_to_meeting",
    S.ASSEMBLY: "route_to_assembly",
}


def _reviewing(proposal: Proposal, actor: User, *statuses: ProposalStatus) -> tuple[Proposal, datetime]:
    """The proposal under lock, when ``actor`` may review it and it stands where it should."""
    proposal = lock_proposal(proposal.pk)
    judge("governance.view_review", actor, proposal)
    if proposal.author_id == actor.pk:
        raise OwnProposal
    judge("governance.review_proposal", actor, proposal)
    if proposal.status not in statuses:
        raise ProposalMoved
    return proposal, database_now()


def _as_reviewer(actor: User, proposal: Proposal) -> str:
    parties = parties_of(actor, proposal.estate)
    return str(parties[0].value) if parties else str(written_as(actor, proposal.estate))


@transaction.atomic
def accept_proposal(*, proposal: Proposal, actor: User, note: str = "") -> Proposal:
    """Let it be supported, discussed and answered by all. ``note`` may be empty.

    Raises :class:`NotPermitted`, :class:`OwnProposal`, :class:`ProposalMoved`, as all of these.
    """
    proposal, moment = _reviewing(proposal, actor, S.SUBMITTED)
    proposal.accept()
    proposal.accepted_at = moment
    move(
        proposal,
        S.SUBMITTED,
        actor=actor,
        moment=moment,
        capacity=_as_reviewer(actor, proposal),
        reason=clean_text(note),
    )
    return proposal


@transaction.atomic
def return_proposal(*, proposal: Proposal, code: str, reason: str, actor: User) -> Proposal:
    """Ask the author to complete it; it lapses when that is not done in time.

    ``reason`` from ten characters.
    """
    proposal, moment = _reviewing(proposal, actor, S.SUBMITTED)
    reason = need_reason(clean_text(reason))
    proposal.return_for_completion()
    move(
        proposal,
        S.SUBMITTED,
        actor=actor,
        moment=moment,
        capacity=_as_reviewer(actor, proposal),
        code=ReasonCode(code),
        reason=reason,
    )
    return proposal


@transaction.atomic
def refuse_proposal(*, proposal: Proposal, code: str, reason: str, actor: User) -> Proposal:
    """Do not take it up. The author may appeal to another person. ``reason`` from ten characters."""
    proposal, moment = _reviewing(proposal, actor, S.SUBMITTED)
    reason = need_reason(clean_text(reason))
    proposal.refuse()
    move(
        proposal,
        S.SUBMITTED,
        actor=actor,
        moment=moment,
        capacity=_as_reviewer(actor, proposal),
        code=ReasonCode(code),
        reason=reason,
    )
    return proposal


@transaction.atomic
def merge_proposal(*, proposal: Proposal, into: Proposal, code: str, reason: str, actor: User) -> Proposal:
    """Join it to another one of the estate that is on its way; all its supporters go along.

    The text stays readable where it was. Raises also :class:`CannotMerge`, :class:`ReasonMissing`.
    """
    # In order of number, so that two merges at once cannot wait for each other.
    for pk in sorted({proposal.pk, into.pk}):
        lock_proposal(pk)
    proposal, moment = _reviewing(proposal, actor, S.SUBMITTED, *ON_THE_WAY)
    into = lock_proposal(into.pk)
    if into.pk == proposal.pk or into.estate_id != proposal.estate_id or into.status not in ON_THE_WAY:
        raise CannotMerge
    reason = need_reason(clean_text(reason))
    before = S(proposal.status)
    proposal.merged_into = into
    proposal.merge()
    carried = carry_over(merged=proposal, into=into, moment=moment)
    move(
        proposal,
        before,
        actor=actor,
        moment=moment,
        capacity=_as_reviewer(actor, proposal),
        code=ReasonCode(code),
        reason=reason,
        payload={"into": str(into.number), "carried": str(carried)},
    )
    return proposal


@transaction.atomic
def route_proposal(*, proposal: Proposal, to: str, reason: str, actor: User) -> Proposal:
    """Lead it to party branch, committee, meeting or assembly; the reason is public.

    The order is a recommendation of the community's procedure, not a gate: any of them may follow any.
    """
    proposal = lock_proposal(proposal.pk)
    judge("governance.route_proposal", actor, proposal)
    status = S(to)
    if status not in ROUTES or proposal.status not in ON_THE_WAY or proposal.status == status:
        raise ProposalMoved
    reason = need_reason(clean_text(reason))
    before = S(proposal.status)
    getattr(proposal, ROUTES[status])()
    move(
        proposal,
        before,
        actor=actor,
        moment=database_now(),
        capacity=_as_reviewer(actor, proposal),
        reason=reason,
    )
    return proposal


@transaction.atomic
def hand_over_proposal(
    *, proposal: Proposal, turn: str, due_at: datetime, reason: str, actor: User
) -> Proposal:
    """Have it carried out at once, without meeting or vote.

    ``turn`` is the firm, the committee or the community, ``due_at`` the first instant that is too late.
    """
    proposal = lock_proposal(proposal.pk)
    judge("governance.route_proposal", actor, proposal)
    if proposal.status not in (S.SUBMITTED, *ON_THE_WAY):
        raise ProposalMoved
    if proposal.status == S.SUBMITTED and proposal.author_id == actor.pk:
        raise OwnProposal
    party = Turn(turn)
    if party not in (Turn.FIRM, Turn.COMMITTEE, Turn.COMMUNITY):
        raise NotPermitted
    reason = need_reason(clean_text(reason))
    before, moment = S(proposal.status), database_now()
    proposal.hand_over()
    if proposal.accepted_at is None:
        proposal.accepted_at = moment
    move(
        proposal,
        before,
        actor=actor,
        moment=moment,
        capacity=_as_reviewer(actor, proposal),
        reason=reason,
        turn=party,
        due_at=due_at,
    )
    ticket_of_proposal(proposal=proposal, party=party.value, fix_due_at=due_at, actor=actor)
    return proposal


@transaction.atomic
def finish_proposal(*, proposal: Proposal, reason: str, actor: User) -> Proposal:
    """Say that it is settled, and how: ``reason`` from ten characters, shown to everybody."""
    proposal = lock_proposal(proposal.pk)
    judge("governance.route_proposal", actor, proposal)
    if proposal.status not in (*ON_THE_WAY, S.HANDLING):
        raise ProposalMoved
    reason = need_reason(clean_text(reason))
    before = S(proposal.status)
    proposal.finish()
    move(
        proposal,
        before,
        actor=actor,
        moment=database_now(),
        capacity=_as_reviewer(actor, proposal),
        reason=reason,
    )
    return proposal


@transaction.atomic
def set_statutory_item(*, proposal: Proposal, item: int | None, reason: str, actor: User) -> Proposal:
    """Say which of (1)…(9) of 《民法典》第二百七十八条 it touches, and why; ``None`` takes that back."""
    proposal = lock_proposal(proposal.pk)
    judge("governance.route_proposal", actor, proposal)
    if proposal.status not in (S.SUBMITTED, *ON_THE_WAY):
        raise ProposalMoved
    proposal.item = item
    proposal.item_reason = need_reason(clean_text(reason))[:200].rstrip("。") if item else ""
    proposal.save(update_fields=["item", "item_reason"])
    enter(
        estate=proposal.estate,
        verb="proposal.item",
        subject=proposal,
        actor=actor,
        moment=database_now(),
        payload={"number": proposal.number, "item": item or 0},
    )
    return proposal


def escalate_overdue_proposals() -> int:
    """Report to the subdistrict every proposal the community let lie. Safe to run twice; returns how many."""
    due = Proposal.objects.filter(
        status__in=[S.SUBMITTED, *ON_THE_WAY, S.HANDLING],
        due_at__lte=database_now(),
        escalated_at__isnull=True,
    ).exclude(turn__in=[Turn.NOBODY, Turn.AUTHOR])
    escalated = 0
    for pk in list(due.values_list("pk", flat=True)):
        try:
            escalated += _escalate(pk)
        except Exception:
            # One that fails must not keep the others from being reported.
            logger.exception("proposal %s could not be escalated", pk)
    return escalated


@transaction.atomic
def _escalate(pk: int) -> bool:
    proposal = lock_proposal(pk)
    moment = database_now()
    if (
        proposal.due_at is None
        or moment < proposal.due_at
        or proposal.escalated_at is not None
        or proposal.status not in (S.SUBMITTED, *ON_THE_WAY, S.HANDLING)
    ):
        return False
    proposal.escalated_at = moment
    proposal.save(update_fields=["escalated_at"])
    enter(
        estate=proposal.estate,
        verb="proposal.escalated",
        subject=proposal,
        actor=None,
        moment=moment,
        payload={"number": proposal.number, "status": str(proposal.status)},
    )
    tell(
        estate=proposal.estate,
        topic="governance.proposal-escalated",
        subject=f"{proposal.pk}:{proposal.turn}",
    )
    return True
