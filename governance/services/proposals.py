"""议题: from the first draft to the sending, and each step afterwards (:func:`move`)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from communities.clock import database_now
from communities.errors import NotPermitted, TooOften, need_reason
from communities.ledger.hashing import sha256
from communities.live import announce
from communities.models import Building, Estate, User
from communities.services.limits import Limit
from communities.services.outbox import tell
from communities.workdays import add_working_days
from governance.enums import Capacity, ProposalCategory, ProposalStatus, Turn
from governance.errors.proposals import (
    ProposalChanged,
    ProposalIncomplete,
    ProposalMoved,
    ProposalTooLong,
    TooManyProposals,
)
from governance.models import Follow, Proposal, ProposalRevision, ProposalStep
from governance.rules import capacities_of
from governance.search import search_words
from governance.text import clean_line, clean_text, letters
from votes.services.stored_files import delete_on_commit

from .journal import enter, judge, rules_of_deliberation

S = ProposalStatus
TITLE_FROM, TITLE_TO = 4, 60
BODY_FROM, BODY_TO = 10, 5000
#: The text may be changed by its author.
CHANGEABLE = (S.DRAFT, S.RETURNED)
#: Of one person in one estate.
DRAFTS = Limit("proposal-draft", 30, timedelta(days=1))
SENT = Limit("proposal-sent", 5, timedelta(days=1))

#: Whose turn it is in a state, and the policy that says for how many working days.
CLOCKS: dict[S, tuple[Turn, str]] = {
    S.SUBMITTED: (Turn.COMMUNITY, "proposal-review-working-days"),
    S.RETURNED: (Turn.AUTHOR, "proposal-completion-working-days"),
    S.REFUSED: (Turn.NOBODY, ""),
    S.ACCEPTED: (Turn.COMMUNITY, "proposal-routing-working-days"),
    S.PARTY: (Turn.COMMUNITY, "proposal-routing-working-days"),
    S.COMMITTEE: (Turn.COMMITTEE, "proposal-routing-working-days"),
    S.MEETING: (Turn.COMMUNITY, "proposal-routing-working-days"),
    S.ASSEMBLY: (Turn.COMMITTEE, ""),
    S.HANDLING: (Turn.FIRM, ""),
    S.DONE: (Turn.NOBODY, ""),
    S.MERGED: (Turn.NOBODY, ""),
    S.WITHDRAWN: (Turn.NOBODY, ""),
}


def lock_proposal(pk: int) -> Proposal:
    """The proposal, locked until the transaction ends."""
    found = Proposal.objects.select_related("estate__community", "author")
    return found.select_for_update(of=("self",)).get(pk=pk)


@transaction.atomic
def draft_proposal(
    *,
    estate: Estate,
    title: str,
    body: str,
    category: str,
    actor: User,
    building: Building | None = None,
    place: str = "",
) -> Proposal:
    """Keep a draft, which may still be incomplete but has a title. Only its author sees it.

    Raises :class:`NotPermitted`, :class:`ProposalIncomplete` without any title,
    :class:`ProposalTooLong`, :class:`TooOften`.
    """
    judge("governance.raise_proposal", actor, estate)
    moment = database_now()
    if not DRAFTS.allows(f"{estate.pk}:{actor.pk}", moment=moment):
        raise TooOften
    proposal = Proposal(
        estate=estate,
        author=actor,
        capacity=capacities_of(actor, estate)[0],
        created_at=moment,
        changed_at=moment,
    )
    _write(proposal, title, body, category, building, place)
    proposal.save()
    return proposal


@transaction.atomic
def change_proposal(
    *,
    proposal: Proposal,
    version: int,
    title: str,
    body: str,
    category: str,
    actor: User,
    building: Building | None = None,
    place: str = "",
) -> Proposal:
    """Change the text of a draft or of a proposal returned for completion; what was sent stays as a revision.

    ``version`` is the one the change began from. Raises :class:`NotPermitted`, :class:`ProposalMoved`,
    :class:`ProposalChanged`, :class:`ProposalIncomplete`, :class:`ProposalTooLong`.
    """
    proposal = lock_own(proposal, actor)
    if proposal.status not in CHANGEABLE:
        raise ProposalMoved
    if proposal.version != version:
        raise ProposalChanged
    _write(proposal, title, body, category, building, place)
    proposal.version += 1
    proposal.changed_at = database_now()
    proposal.save()
    return proposal


def _write(
    proposal: Proposal, title: str, body: str, category: str, building: Building | None, place: str
) -> None:
    title, body, place = clean_line(title), clean_text(body), clean_line(place)
    if not title:
        raise ProposalIncomplete
    if len(title) > TITLE_TO or len(body) > BODY_TO or len(place) > TITLE_TO:
        raise ProposalTooLong
    if building is not None and building.estate_id != proposal.estate_id:
        raise NotPermitted
    proposal.title, proposal.body, proposal.place, proposal.building = title, body, place, building
    proposal.category = ProposalCategory(category)
    proposal.bigrams = search_words(title, place, body)


@transaction.atomic
def delete_draft(*, proposal: Proposal, actor: User) -> None:
    """Throw away a draft that was never sent, with its files.

    Raises :class:`NotPermitted`, :class:`ProposalMoved`.
    """
    proposal = lock_own(proposal, actor)
    if proposal.status != S.DRAFT:
        raise ProposalMoved
    files = [file for one in proposal.attachments.all() for file in (one.file, one.preview)]
    proposal.delete()
    delete_on_commit(files)


@transaction.atomic
def submit_proposal(*, proposal: Proposal, actor: User) -> Proposal:
    """Send it for review, for the first time or completed; the community's clock begins.

    The first time it gets its number and the rules of that day. Raises :class:`NotPermitted`,
    :class:`ProposalMoved`, :class:`ProposalIncomplete`, :class:`TooManyProposals`.
    """
    proposal = lock_own(proposal, actor)
    estate = proposal.estate
    judge("governance.raise_proposal", actor, estate)
    if proposal.status not in CHANGEABLE:
        raise ProposalMoved
    if len(letters(proposal.title)) < TITLE_FROM or len(letters(proposal.body)) < BODY_FROM:
        raise ProposalIncomplete
    moment = database_now()
    if not proposal.number:
        if not SENT.allows(f"{estate.pk}:{actor.pk}", moment=moment):
            raise TooManyProposals
        # Two sent at once take their numbers one after the other.
        Estate.objects.select_for_update(no_key=True).get(pk=estate.pk)
        newest = Proposal.objects.filter(estate=estate).aggregate(number=Max("number"))["number"] or 0
        proposal.number, proposal.submitted_at = newest + 1, moment
        proposal.capacity = capacities_of(actor, estate)[0]
        proposal.rules = rules_of_deliberation(estate, moment)
    ProposalRevision.objects.create(
        proposal=proposal,
        number=proposal.revisions.count() + 1,
        title=proposal.title,
        body=proposal.body,
        category=proposal.category,
        place=place_words(proposal),
        written_by=actor,
        written_at=moment,
    )
    before = S(proposal.status)
    proposal.submit()
    move(
        proposal,
        before,
        actor=actor,
        moment=moment,
        capacity=proposal.capacity,
        payload={"title": sha256(proposal.title), "body": sha256(proposal.body)},
    )
    follow_proposal(proposal=proposal, user=actor)
    return proposal


@transaction.atomic
def withdraw_proposal(*, proposal: Proposal, reason: str, actor: User) -> Proposal:
    """Take one's own proposal back before it is on its way; ``reason`` is for those who supported it.

    Raises :class:`NotPermitted`, :class:`ProposalMoved`, :class:`ReasonMissing`.
    """
    proposal = lock_own(proposal, actor)
    if proposal.status not in (S.SUBMITTED, S.RETURNED, S.ACCEPTED):
        raise ProposalMoved
    before = S(proposal.status)
    reason = need_reason(clean_text(reason))
    proposal.withdraw()
    move(proposal, before, actor=actor, moment=database_now(), capacity=proposal.capacity, reason=reason)
    return proposal


def withdraw_uncompleted_proposals() -> int:
    """Let every proposal lapse that was not completed in time. Safe to run twice; returns how many did."""
    due = Proposal.objects.filter(status=S.RETURNED, due_at__lte=database_now())
    return sum(_let_lapse(pk) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _let_lapse(pk: int) -> bool:
    proposal = lock_proposal(pk)
    moment = database_now()
    if proposal.status != S.RETURNED or proposal.due_at is None or moment < proposal.due_at:
        return False
    proposal.lapse()
    move(proposal, S.RETURNED, actor=None, moment=moment)
    return True


def move(
    proposal: Proposal,
    before: ProposalStatus,
    *,
    actor: User | None,
    moment: datetime,
    capacity: str = "",
    code: str = "",
    reason: str = "",
    turn: Turn | None = None,
    due_at: datetime | None = None,
    payload: dict[str, str] | None = None,
) -> ProposalStep:
    """Write down that a proposal, whose status was just changed from ``before``, took a step.

    The one place where turn and deadline are set, the step is kept, the log entered and people told.
    """
    status = S(proposal.status)
    usual_turn, days = CLOCKS[status]
    proposal.turn = usual_turn if turn is None else turn
    proposal.due_at = due_at or (add_working_days(moment, proposal.rule(days)) if days else None)
    proposal.escalated_at = None
    proposal.changed_at = moment
    proposal.save()
    step = ProposalStep.objects.create(
        proposal=proposal,
        from_status=before,
        to_status=status,
        actor=actor,
        capacity=capacity,
        code=code,
        reason=reason,
        due_at=proposal.due_at,
        taken_at=moment,
    )
    enter(
        estate=proposal.estate,
        verb=f"proposal.{status.value}",
        subject=proposal,
        actor=actor,
        moment=moment,
        payload={
            "number": proposal.number,
            "from": before.value,
            "code": str(code),
            "reason": sha256(reason),
            **(payload or {}),
        },
    )
    tell(estate=proposal.estate, topic="governance.proposal-moved", subject=f"{proposal.pk}:{step.pk}")
    transaction.on_commit(lambda: announce(f"proposal.{proposal.pk}"))
    return step


def lock_own(proposal: Proposal, actor: User) -> Proposal:
    """The proposal under lock, when ``actor`` is its author; else :class:`NotPermitted`."""
    proposal = lock_proposal(proposal.pk)
    judge("governance.change_proposal", actor, proposal)
    return proposal


def follow_proposal(*, proposal: Proposal, user: User) -> None:
    """Tell ``user`` from now on whenever the proposal moves."""
    Follow.objects.get_or_create(proposal=proposal, user=user, defaults={"since": database_now()})


def unfollow_proposal(*, proposal: Proposal, user: User) -> None:
    Follow.objects.filter(proposal=proposal, user=user).delete()


def place_words(proposal: Proposal) -> str:
    """Where it is about: building, common part, or both."""
    return " ".join(filter(None, [proposal.building.name if proposal.building else "", proposal.place]))


def written_as(user: User, estate: Estate) -> Capacity:
    """In which capacity ``user`` writes here unless they say otherwise. Raises :class:`NotPermitted`."""
    found = capacities_of(user, estate)
    if not found:
        raise NotPermitted
    return found[0]
