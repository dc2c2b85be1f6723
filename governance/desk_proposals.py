"""Proposals, reported comments and appeals that wait for somebody at the desk."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from communities.models import Estate, User
from communities.rules import allows
from governance.enums import AppealStatus, Party, ProposalStatus, Turn
from governance.models import Appeal, Proposal, Report
from governance.models.proposal import ON_THE_WAY
from governance.rules import parties_of
from governance.steps import Step
from governance.wording import turn_name, turn_words

S = ProposalStatus
#: More than these of one estate are a list, which the queue is.
MOST = 20
_PARTY_OF_TURN = {
    Turn.COMMUNITY: Party.COMMUNITY,
    Turn.COMMITTEE: Party.COMMITTEE,
    Turn.FIRM: Party.FIRM,
    Turn.SUBDISTRICT: Party.SUBDISTRICT,
}


def proposal_steps(user: User, estates: list[Estate], moment: datetime) -> Iterator[Step]:
    """Each proposal with a clock that is this person's to act on, or to oversee when it is late."""
    if not estates:
        return
    by_pk = {estate.pk: estate for estate in estates}
    waiting = Proposal.objects.filter(
        estate__in=estates, status__in=[S.SUBMITTED, *ON_THE_WAY, S.HANDLING], due_at__isnull=False
    ).order_by("due_at", "pk")
    shown: dict[int, int] = {}
    for proposal in waiting[: MOST * len(estates)]:
        estate = by_pk[proposal.estate_id]
        mine = _PARTY_OF_TURN.get(Turn(proposal.turn)) in parties_of(user, estate)
        mine = mine and not (proposal.status == S.SUBMITTED and proposal.author_id == user.pk)
        late = proposal.due_at is not None and proposal.due_at <= moment
        oversees = allows("governance.decide_appeal", user, estate) and late
        if not (mine or oversees) or shown.get(estate.pk, 0) >= MOST:
            continue
        shown[estate.pk] = shown.get(estate.pk, 0) + 1
        yield Step(
            kind=_("议题"),
            tone="seal" if late else "sky",
            text=_("第 %(number)d 号：%(title)s") % {"number": proposal.number, "title": proposal.title},
            estate=estate,
            turn=_("您") if mine else turn_name(proposal.turn),
            due=proposal.due_at,
            url=reverse("governance:desk-proposal", args=[estate.slug, proposal.pk]),
            act=_("审核") if proposal.status == S.SUBMITTED else turn_words(proposal).partition("：")[2],
        )


def moderation_steps(user: User, estates: list[Estate], moderated: list[Estate]) -> Iterator[Step]:
    """Appeals each with its clock, and how many reported comments wait."""
    by_pk = {estate.pk: estate for estate in estates}
    if estates:
        filed = Appeal.objects.filter(proposal__estate__in=estates, status=AppealStatus.FILED)
        for appeal in filed.exclude(against=user).exclude(filed_by=user).select_related("proposal"):
            estate = by_pk[appeal.proposal.estate_id]
            yield Step(
                kind=_("申诉"),
                tone="amber",
                text=_("对“%(title)s”的申诉") % {"title": appeal.proposal.title},
                estate=estate,
                turn=_("您"),
                due=appeal.due_at,
                url=reverse("governance:desk-appeal", args=[estate.slug, appeal.pk]),
                act=_("复核"),
            )
    if moderated:
        reported = Report.objects.filter(comment__proposal__estate__in=moderated, outcome="")
        counted = (
            reported.order_by()
            .values_list("comment__proposal__estate")
            .annotate(number=Count("comment", distinct=True), first=Min("reported_at"))
        )
        for pk, number, _first in counted:
            yield Step(
                kind=_("举报"),
                tone="amber",
                text=ngettext("%(number)d 条评论被举报", "%(number)d 条评论被举报", number)
                % {"number": number},
                estate=by_pk.get(pk) or next(one for one in moderated if one.pk == pk),
                turn=_("您"),
                url=reverse(
                    "governance:desk-comments", args=[next(one.slug for one in moderated if one.pk == pk)]
                ),
                act=_("处理"),
            )
