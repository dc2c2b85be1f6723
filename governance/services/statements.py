"""观点: short statements about a proposal, moderated, answered, and drawn into a map of common ground."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Max, OuterRef, Subquery

from communities.clock import database_now
from communities.errors import TooOften
from communities.live import announce
from communities.models import User
from communities.services.limits import Limit
from communities.services.outbox import tell
from governance.common_ground import Answer, find_common_ground
from governance.enums import Feature, Opinion, StatementStatus
from governance.errors.proposals import PhaseClosed
from governance.errors.statements import (
    StatementNotOpen,
    StatementSaid,
    StatementSettled,
    StatementUnclear,
    TooManyStatements,
)
from governance.models import OpinionMap, Proposal, Statement, StatementOpinion
from governance.text import clean_line, letters

from .journal import enter, judge
from .proposals import lock_proposal

logger = logging.getLogger(__name__)
S = StatementStatus
SHORTEST, LONGEST, MOST = 4, 140, 200
#: Of one person in one estate.
WRITTEN = Limit("statement", 10, timedelta(days=1))


@transaction.atomic
def write_statement(*, proposal: Proposal, text: str, actor: User) -> Statement:
    """Put one idea forward; it is shown once the community has looked at it.

    Raises :class:`NotPermitted`, :class:`PhaseClosed`, :class:`StatementUnclear`,
    :class:`StatementSaid`, :class:`TooManyStatements`, :class:`TooOften`.
    """
    proposal = lock_proposal(proposal.pk)
    judge("governance.endorse_proposal", actor, proposal.estate)
    if not proposal.opens(Feature.STATE):
        raise PhaseClosed
    text = clean_line(text)
    if len(letters(text)) < SHORTEST or len(text) > LONGEST:
        raise StatementUnclear
    if proposal.statements.filter(text=text).exists():
        raise StatementSaid
    if proposal.statements.exclude(status=S.REJECTED).count() >= MOST:
        raise TooManyStatements
    moment = database_now()
    if not WRITTEN.allows(f"{proposal.estate_id}:{actor.pk}", moment=moment):
        raise TooOften
    newest = proposal.statements.aggregate(number=Max("number"))["number"] or 0
    return Statement.objects.create(
        proposal=proposal, number=newest + 1, author=actor, text=text, written_at=moment
    )


@transaction.atomic
def moderate_statement(*, statement: Statement, approve: bool, actor: User) -> Statement:
    """Show a statement to everybody, or do not use it. Raises :class:`StatementSettled`."""
    statement = Statement.objects.select_for_update(of=("self",)).get(pk=statement.pk)
    proposal = lock_proposal(statement.proposal_id)
    judge("governance.moderate", actor, proposal.estate)
    if statement.status != S.PENDING:
        raise StatementSettled
    moment = database_now()
    statement.status = S.APPROVED if approve else S.REJECTED
    statement.moderated_by, statement.moderated_at = actor, moment
    statement.save(update_fields=["status", "moderated_by", "moderated_at"])
    enter(
        estate=proposal.estate,
        verb=f"statement.{statement.status}",
        subject=statement,
        actor=actor,
        moment=moment,
        payload={"proposal": proposal.number, "number": statement.number},
    )
    tell(estate=proposal.estate, topic="governance.statement-moderated", subject=statement.pk)
    return statement


@transaction.atomic
def give_opinion(*, statement: Statement, value: int, actor: User) -> StatementOpinion:
    """Agree, disagree or pass; the last answer stands.

    Raises :class:`NotPermitted`, :class:`PhaseClosed`, :class:`StatementNotOpen`.
    """
    proposal = Proposal.objects.select_related("estate__community").get(pk=statement.proposal_id)
    judge("governance.endorse_proposal", actor, proposal.estate)
    if not proposal.opens(Feature.OPINE):
        raise PhaseClosed
    if Statement.objects.get(pk=statement.pk).status != S.APPROVED:
        raise StatementNotOpen
    opinion, _is_new = StatementOpinion.objects.update_or_create(
        statement=statement,
        user=actor,
        defaults={"value": Opinion(value), "given_at": database_now()},
    )
    return opinion


def draw_due_maps() -> int:
    """Draw the map anew of every proposal with enough new answers. Safe to run twice; returns how many."""
    newest = OpinionMap.objects.filter(proposal=OuterRef("pk")).order_by("-drawn_at", "-pk")
    counted = (
        Proposal.objects.filter(statements__status=S.APPROVED)
        .annotate(given=Count("statements__opinions"), drawn=Subquery(newest.values("answers")[:1]))
        .filter(given__gt=0)
    )
    drawn = 0
    for proposal in counted:
        if proposal.drawn is None or proposal.given - proposal.drawn >= proposal.rule("opinion-map-every"):
            try:
                drawn += draw_map(proposal=proposal) is not None
            except Exception:
                # One that fails must not keep the others from being drawn.
                logger.exception("no map of proposal %s", proposal.pk)
    return drawn


def draw_map(*, proposal: Proposal) -> OpinionMap | None:
    """Draw the map of a proposal from the answers as they are; none when nothing changed since the last."""
    statements = list(
        proposal.statements.filter(status=S.APPROVED).order_by("number").values_list("number", flat=True)
    )
    rows = StatementOpinion.objects.filter(
        statement__proposal=proposal, statement__status=S.APPROVED
    ).values_list("user", "statement__number", "value")
    result = find_common_ground(
        (Answer(user, statement, value) for user, statement, value in rows.iterator(20_000)),
        statements,
        group_min=proposal.rule("opinion-map-group-min"),
    )
    with transaction.atomic():
        lock_proposal(proposal.pk)
        last = proposal.opinion_maps.order_by("-drawn_at", "-pk").first()
        if last is not None and last.result == result:
            return None
        made = OpinionMap.objects.create(
            proposal=proposal,
            answers=result["answers"],
            people=result["people"],
            result=result,
            drawn_at=database_now(),
        )
        transaction.on_commit(lambda: announce(f"proposal.{proposal.pk}"))
    return made
