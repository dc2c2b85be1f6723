"""Which statements somebody may see. Anything else is a 404."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from communities.models import User
from governance.enums import StatementStatus
from governance.models import Proposal, Statement

from .proposals import moderated_estate_for, published_proposal_for


def open_statements(proposal: Proposal) -> QuerySet[Statement]:
    """Those everybody may answer."""
    return proposal.statements.filter(status=StatementStatus.APPROVED).order_by("number")


def statement_for(user: User, pk: int) -> Statement:
    """A public statement on a proposal ``user`` may read, or a 404."""
    statement = get_object_or_404(Statement, pk=pk, status=StatementStatus.APPROVED)
    statement.proposal = published_proposal_for(user, statement.proposal_id)
    return statement


def statement_on_desk_for(user: User, slug: str, pk: int) -> Statement:
    """A statement of an estate ``user`` moderates, or a 404."""
    estate = moderated_estate_for(user, slug)
    return get_object_or_404(Statement.objects.select_related("proposal"), proposal__estate=estate, pk=pk)
