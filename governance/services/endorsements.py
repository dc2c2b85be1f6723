"""附议: support given, taken back, carried over by a merge; and what of it counts by law."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Sum

from communities.clock import database_now
from communities.crypto import blind_index
from communities.live import announce
from communities.models import User
from communities.rules import is_owner
from communities.services.outbox import tell
from governance.endorsing import share_of
from governance.enums import Feature
from governance.errors.proposals import AlreadyEndorsed, NotEndorsed, PhaseClosed
from governance.models import EndorsedHead, Endorsement, Proposal
from votes.errors import RollIncomplete
from votes.services.rolls import Head, heads_of

from .journal import enter, judge
from .proposals import follow_proposal, lock_proposal


@transaction.atomic
def endorse_proposal(*, proposal: Proposal, actor: User) -> Endorsement:
    """Support a proposal. An owner's support counts for each head that nobody endorsed for before.

    What a tenant gives is kept as support and counts for no share. Raises :class:`NotPermitted`,
    :class:`PhaseClosed`, :class:`AlreadyEndorsed`.
    """
    proposal = lock_proposal(proposal.pk)
    judge("governance.endorse_proposal", actor, proposal.estate)
    if not proposal.opens(Feature.ENDORSE):
        raise PhaseClosed
    moment = database_now()
    endorsement, is_new = Endorsement.objects.get_or_create(
        proposal=proposal, user=actor, defaults={"endorsed_at": moment}
    )
    if not is_new:
        raise AlreadyEndorsed
    _claim_heads(endorsement, moment)
    _recount(proposal, moment)
    follow_proposal(proposal=proposal, user=actor)
    return endorsement


@transaction.atomic
def take_back_endorsement(*, proposal: Proposal, actor: User) -> None:
    """Take one's support back while support is being gathered.

    A co-owner who endorsed later takes the place in the count. Raises :class:`PhaseClosed`,
    :class:`NotEndorsed`.
    """
    proposal = lock_proposal(proposal.pk)
    if not proposal.opens(Feature.ENDORSE):
        raise PhaseClosed
    moment = database_now()
    given = Endorsement.objects.filter(proposal=proposal, user=actor).first()
    if given is None:
        raise NotEndorsed
    freed = set(given.heads.values_list("head", flat=True))
    given.delete()
    if freed:
        _claim_freed(proposal, freed, moment)
    _recount(proposal, moment)


@transaction.atomic
def carry_over(*, merged: Proposal, into: Proposal, moment: datetime) -> int:
    """Give ``into`` the supporters of a proposal that was merged; returns how many were new to it.

    Both are locked by the caller. What counts is reckoned anew, so no head counts twice.
    """
    there = Endorsement.objects.filter(proposal=into).values("user")
    new = 0
    for given in merged.endorsements.exclude(user__in=there).select_related("user").order_by("pk"):
        carried = Endorsement.objects.create(
            proposal=into, user=given.user, carried_from=merged, endorsed_at=given.endorsed_at
        )
        _claim_heads(carried, moment)
        follow_proposal(proposal=into, user=given.user)
        new += 1
    _recount(into, moment)
    return new


def _claim_heads(endorsement: Endorsement, moment: datetime, *, only: set[str] | None = None) -> None:
    proposal, user = endorsement.proposal, endorsement.user
    if not is_owner(user, proposal.estate):
        return
    try:
        heads = heads_of(user, proposal.estate, moment)
    except RollIncomplete:
        return
    rows = [
        EndorsedHead(proposal=proposal, endorsement=endorsement, head=_key(proposal, head), area=head.area)
        for head in heads
        if head.area > 0
    ]
    EndorsedHead.objects.bulk_create(
        [row for row in rows if only is None or row.head in only], ignore_conflicts=True
    )


def _claim_freed(proposal: Proposal, freed: set[str], moment: datetime) -> None:
    for other in proposal.endorsements.select_related("user").order_by("endorsed_at", "pk"):
        if not freed:
            return
        other.proposal = proposal
        _claim_heads(other, moment, only=freed)
        freed -= set(other.heads.values_list("head", flat=True))


def _key(proposal: Proposal, head: Head) -> str:
    """Names an owner set within one proposal only, as the roll does within one assembly."""
    who = "developer" if head.is_developer else ",".join(head.identities)
    return blind_index("head", f"proposal:{proposal.pk}:{who}")


def _recount(proposal: Proposal, moment: datetime) -> None:
    """Write the counters anew from the rows; say so when the statutory share is reached."""
    counted = proposal.endorsed_heads.aggregate(heads=Count("pk"), area=Sum("area"))
    proposal.supporters = proposal.endorsements.count()
    proposal.heads, proposal.area = counted["heads"], counted["area"] or 0
    if proposal.share_reached_at is None and proposal.heads:
        share = share_of(proposal, moment)
        # What was kept may be ten minutes old: only a fresh count makes it an event.
        if share and share.is_reached:
            _note_reached(proposal, moment)
    proposal.save(update_fields=["supporters", "heads", "area", "share_reached_at"])
    transaction.on_commit(lambda: announce(f"proposal.{proposal.pk}"))


def _note_reached(proposal: Proposal, moment: datetime) -> None:
    share = share_of(proposal, moment, exactly=True)
    if share is None or not share.is_reached:
        return
    proposal.share_reached_at = moment
    enter(
        estate=proposal.estate,
        verb="proposal.share-reached",
        subject=proposal,
        actor=None,
        moment=moment,
        payload={
            "number": proposal.number,
            "heads": share.heads,
            "area": share.area,
            "total_heads": share.totals.heads,
            "total_area": share.totals.area,
            "percent": share.percent,
        },
    )
    tell(estate=proposal.estate, topic="governance.proposal-share-reached", subject=proposal.pk)
