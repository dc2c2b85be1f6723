"""What the page of one proposal says about its reader and its size, in one query."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from communities.clock import database_clock
from communities.models import ServiceContract, User
from governance.models import Comment, EndorsedHead, Endorsement, Follow, Proposal, ProposalRevision

STANCES = ("for", "against", "suggestion")


@dataclass(frozen=True, slots=True)
class PageFacts:
    """``at`` is the database's clock.

    ``threads`` counts every first comment, ``stances`` those that are neither hidden nor withdrawn.
    """

    at: datetime
    revisions: int
    has_endorsed: bool
    counted_heads: int
    is_following: bool
    threads: int
    stances: dict[str, int]
    firm: str


def page_facts(proposal: Proposal, user: User, day: date) -> PageFacts:
    """As the reader ``user`` finds the proposal on ``day``."""
    mine = Endorsement.objects.filter(proposal=OuterRef("pk"), user=user)
    firsts = Comment.objects.filter(proposal=OuterRef("pk"), parent__isnull=True)
    standing = Q(is_hidden=False, withdrawn_at__isnull=True)
    contract = ServiceContract.objects.filter(estate=OuterRef("estate"), starts_on__lte=day)
    found: dict[str, Any] = (
        Proposal.objects.filter(pk=proposal.pk)
        .annotate(
            page_at=database_clock(),
            page_revisions=_number(ProposalRevision.objects.filter(proposal=OuterRef("pk"))),
            page_endorsed=Exists(mine),
            page_heads=_number(EndorsedHead.objects.filter(endorsement__in=mine.values("pk"))),
            page_follows=Exists(Follow.objects.filter(proposal=OuterRef("pk"), user=user)),
            page_threads=_number(firsts),
            page_firm=Subquery(contract.order_by("-starts_on").values("firm__name")[:1]),
            **{f"page_{stance}": _number(firsts.filter(standing, stance=stance)) for stance in STANCES},
        )
        .values(
            *(
                f"page_{name}"
                for name in ("at", "revisions", "endorsed", "heads", "follows", "threads", "firm")
            ),
            *(f"page_{stance}" for stance in STANCES),
        )
        .get()
    )
    return PageFacts(
        at=found["page_at"],
        revisions=found["page_revisions"],
        has_endorsed=found["page_endorsed"],
        counted_heads=found["page_heads"],
        is_following=found["page_follows"],
        threads=found["page_threads"],
        stances={stance: found[f"page_{stance}"] for stance in STANCES},
        firm=found["page_firm"] or "",
    )


def _number(rows: QuerySet[Any]) -> Coalesce:
    """How many ``rows``, which refer to the outer query, there are."""
    counted = rows.order_by().annotate(one=F("pk") * 0).values("one").annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number"), output_field=IntegerField()), 0)
