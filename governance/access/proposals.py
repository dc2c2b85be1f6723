"""The only ways to get something of deliberation for somebody. What one may not see does not exist (404)."""

from datetime import date

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from communities.access import estate_for, estates_on
from communities.enums import RoleCode
from communities.models import Estate, User
from communities.prepared import prepared
from communities.rules import allows, today
from governance.enums import ProposalStatus
from governance.models import (
    Appeal,
    Attachment,
    Comment,
    FactRequest,
    Proposal,
    ReplyTemplate,
)
from governance.models.proposal import UNPUBLISHED
from governance.rules import parties_of

from .meetings import meetings_for

S = ProposalStatus
#: What the page of one proposal names beside it.
_WITH_PAGE = ("merged_into", "motion__assembly")


@prepared
def _reviewed_estates_on(user: User, day: date) -> QuerySet[Estate, int]:
    """Numbers of the estates whose reviews ``user`` reads on ``day``: secretary, subdistrict, committee."""
    codes = (RoleCode.SECRETARY, RoleCode.SUBDISTRICT, RoleCode.COMMITTEE_CHAIR, RoleCode.COMMITTEE)
    return estates_held(user, day, *codes)


def estates_held(user: User, day: date, *codes: RoleCode) -> QuerySet[Estate, int]:
    """Numbers of the estates over which ``user`` holds one of ``codes`` on ``day``, contracts left out."""
    held = user.roles.on(day).filter(code__in=codes)
    return Estate.objects.filter(
        Q(pk__in=held.filter(estate__isnull=False).values("estate"))
        | Q(community__in=held.filter(community__isnull=False).values("community"))
        | Q(community__subdistrict__in=held.filter(subdistrict__isnull=False).values("subdistrict"))
    ).values_list("pk", flat=True)


def proposals_for(user: User) -> QuerySet[Proposal]:
    """What ``user`` may read: published ones of their estates, their own, and those they review."""
    day = today()
    return Proposal.objects.filter(
        ~Q(status__in=UNPUBLISHED) & Q(estate__in=estates_on(user, day))
        | Q(author=user)
        | Q(status__in=[S.SUBMITTED, S.RETURNED, S.REFUSED], estate__in=_reviewed_estates_on(user, day))
    ).select_related("estate__community", "building", "author")


def published_in(estate: Estate) -> QuerySet[Proposal]:
    """What everybody may read who belongs to ``estate``, as its caller has made sure, for a list.

    Asked estate by estate this costs no look at anybody's roles; the long texts stay where they are.
    """
    published = Proposal.objects.filter(estate=estate).exclude(status__in=UNPUBLISHED)
    return published.select_related("estate__community", "building").defer("body", "bigrams")


def proposal_for(user: User, pk: int) -> Proposal:
    """The proposal, or a 404 that does not say whether it exists."""
    return get_object_or_404(proposals_for(user).select_related(*_WITH_PAGE), pk=pk)


def own_proposal(user: User, pk: int) -> Proposal:
    """A proposal ``user`` raised, or a 404."""
    return get_object_or_404(proposals_for(user), author=user, pk=pk)


def own_unfinished(user: User, estate: Estate) -> QuerySet[Proposal]:
    """What ``user`` has still to send, or to send again."""
    return Proposal.objects.filter(author=user, estate=estate, status__in=[S.DRAFT, S.RETURNED])


def published_proposal_for(user: User, pk: int) -> Proposal:
    """A proposal that is published, or a 404."""
    published = proposals_for(user).exclude(status__in=UNPUBLISHED)
    return get_object_or_404(published.select_related(*_WITH_PAGE), pk=pk)


def estate_to_raise_in(user: User, slug: str) -> Estate:
    """An estate ``user`` may raise something in, or a 404."""
    estate = estate_for(user, slug)
    if not allows("governance.raise_proposal", user, estate):
        raise Http404
    return estate


def answering_proposal(user: User, pk: int) -> Proposal:
    """A published proposal that ``user`` answers for a party of its estate, or a 404."""
    proposal = published_proposal_for(user, pk)
    if not allows("governance.answer_proposal", user, proposal):
        raise Http404
    return proposal


def comment_for(user: User, pk: int) -> Comment:
    """A comment on a proposal ``user`` may read, or a 404."""
    comment = get_object_or_404(Comment.objects.select_related("author", "parent"), pk=pk)
    comment.proposal = published_proposal_for(user, comment.proposal_id)
    return comment


def fact_request_for(user: User, pk: int) -> FactRequest:
    """A question to the author of a proposal, for that author, or a 404."""
    return get_object_or_404(
        FactRequest.objects.select_related("proposal__estate"), proposal__author=user, pk=pk
    )


def own_appeal(user: User, pk: int) -> Appeal:
    return get_object_or_404(Appeal.objects.select_related("proposal__estate"), filed_by=user, pk=pk)


def attachment_for(user: User, pk: int) -> Attachment:
    """A file of a proposal or answer ``user`` may read, or a 404."""
    return get_object_or_404(
        Attachment.objects.filter(
            Q(proposal__in=proposals_for(user).select_related(None).values("pk"))
            | Q(answer__proposal__in=proposals_for(user).select_related(None).values("pk"))
            | Q(meeting__in=meetings_for(user).values("pk"))
        ),
        pk=pk,
    )


# --- the desk ---


def desk_proposals_for(user: User, slug: str) -> tuple[Estate, QuerySet[Proposal]]:
    """An estate whose reviews ``user`` reads and all proposals sent there, or a 404."""
    estate = estate_for(user, slug)
    if not allows("governance.view_review", user, estate):
        raise Http404
    sent = Proposal.objects.filter(estate=estate, number__gt=0)
    return estate, sent.select_related("building", "author")


def desk_proposal_for(user: User, slug: str, pk: int) -> Proposal:
    """A proposal of :func:`desk_proposals_for`, or a 404."""
    estate, found = desk_proposals_for(user, slug)
    proposal = get_object_or_404(found, pk=pk)
    proposal.estate = estate
    return proposal


def moderated_estate_for(user: User, slug: str) -> Estate:
    """An estate ``user`` moderates, or a 404."""
    estate = estate_for(user, slug)
    if not allows("governance.moderate", user, estate):
        raise Http404
    return estate


def comment_on_desk_for(user: User, slug: str, pk: int) -> Comment:
    """A comment of an estate ``user`` moderates, or a 404."""
    estate = moderated_estate_for(user, slug)
    comment = get_object_or_404(
        Comment.objects.select_related("proposal", "author", "parent"), proposal__estate=estate, pk=pk
    )
    comment.proposal.estate = estate
    return comment


def appeals_estate_for(user: User, slug: str) -> Estate:
    """An estate ``user`` decides appeals of, or a 404."""
    estate = estate_for(user, slug)
    if not allows("governance.decide_appeal", user, estate):
        raise Http404
    return estate


def appeal_on_desk_for(user: User, slug: str, pk: int) -> Appeal:
    estate = appeals_estate_for(user, slug)
    found = Appeal.objects.select_related("proposal__author", "step", "act__comment", "against", "filed_by")
    return get_object_or_404(found, proposal__estate=estate, pk=pk)


def templates_for(user: User, estate: Estate) -> QuerySet[ReplyTemplate]:
    """Reply templates of the parties ``user`` speaks for."""
    return ReplyTemplate.objects.filter(estate=estate, party__in=parties_of(user, estate))


def template_for(user: User, pk: int) -> ReplyTemplate:
    template = get_object_or_404(ReplyTemplate.objects.select_related("estate__community"), pk=pk)
    if template.party not in parties_of(user, template.estate):
        raise Http404
    return template
