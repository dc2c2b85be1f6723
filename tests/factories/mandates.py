"""Mandates for tests, through the service that gives them."""

from datetime import datetime

from communities.models import User
from tests.factories.communities import UserFactory
from tests.factories.votes import elector_of
from votes.models import Assembly, Elector, Mandate
from votes.services.mandates import grant_mandate


def give_mandate(
    assembly: Assembly,
    owner: User,
    holder: User | None = None,
    *,
    phone: str = "",
    instructions: str = "",
    expires_at: datetime | None = None,
    elector: Elector | None = None,
) -> Mandate:
    """``owner``'s vote in the hand of ``holder`` (new unless given, or known only by ``phone``)."""
    holder = holder or (None if phone else UserFactory())
    return grant_mandate(
        assembly=assembly,
        elector=elector or elector_of(assembly, owner),
        holder_name="周明",
        holder_phone=phone or (holder.phone if holder else ""),
        instructions=instructions,
        expires_at=expires_at,
        actor=owner,
    )


def holder_of(mandate: Mandate) -> User:
    """The account that holds it, where there is one already."""
    return User.objects.get(pk=mandate.holder_id or 0)
