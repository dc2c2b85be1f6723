"""The API of review and moderation."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import URLPattern, URLResolver, path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.access import estate_for
from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from communities.api.fields import ReasonSerializer
from communities.api.pages import PagedEndpoint
from communities.clock import LOCAL_ZONE, database_now
from communities.models import User
from governance.access.proposals import (
    appeal_on_desk_for,
    appeals_estate_for,
    comment_on_desk_for,
    desk_proposal_for,
    desk_proposals_for,
)
from governance.enums import ProposalStatus, ReasonCode, Turn
from governance.errors.proposals import CannotMerge
from governance.models import Appeal, Comment, Proposal
from governance.queries.proposals import moderation_figures
from governance.services.appeals import decide_appeal
from governance.services.comments import hide_comment, keep_comment, restore_comment
from governance.services.prepared_assemblies import prepare_assembly
from governance.services.reviews import (
    accept_proposal,
    finish_proposal,
    hand_over_proposal,
    merge_proposal,
    refuse_proposal,
    return_proposal,
    route_proposal,
    set_statutory_item,
)

from .acts import act
from .shown import AppealShown, CommentShown, ProposalShown, ProposalWhole

S = ProposalStatus


class ReviewGiven(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(choices=["accept", "return", "refuse"])
    code = serializers.ChoiceField(choices=ReasonCode.choices, allow_blank=True, default="")
    reason = serializers.CharField(max_length=1000, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["decision"] != "accept" and not attrs["code"]:
            raise serializers.ValidationError({"code": "请选择理由类别。"})
        return attrs


class MergeGiven(ReasonSerializer):
    into = serializers.IntegerField(help_text="Number of the other proposal within the estate.")


class RouteGiven(ReasonSerializer):
    to = serializers.ChoiceField(
        choices=[s.value for s in (S.PARTY, S.COMMITTEE, S.MEETING, S.ASSEMBLY, S.HANDLING, S.DONE)]
    )
    turn = serializers.ChoiceField(choices=Turn.choices, allow_blank=True, default="")
    due_on = serializers.DateField(allow_null=True, default=None, help_text="Its last day; for handling.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["to"] == S.HANDLING and not (attrs["turn"] and attrs["due_on"]):
            raise serializers.ValidationError({"turn": "请选择交给谁办理，并填写办理期限。"})
        return attrs


class StatutoryItemGiven(ReasonSerializer):
    item = serializers.IntegerField(min_value=1, max_value=9, allow_null=True)


class HideGiven(ReasonSerializer):
    code = serializers.ChoiceField(choices=ReasonCode.choices)


class DecisionGiven(serializers.Serializer[Any]):
    upheld = serializers.BooleanField()
    decision = serializers.CharField(max_length=1000, allow_blank=True)


class AssemblyMade(serializers.Serializer[Any]):
    assembly = serializers.IntegerField()


def reviewed(user: User, pk: int) -> Proposal:
    """A proposal sent to an estate whose reviews ``user`` reads, or a 404."""
    proposal = get_object_or_404(Proposal.objects.select_related("estate"), pk=pk)
    return desk_proposal_for(user, proposal.estate.slug, pk)


def moderated(user: User, pk: int) -> Comment:
    comment = get_object_or_404(Comment.objects.select_related("proposal__estate"), pk=pk)
    return comment_on_desk_for(user, comment.proposal.estate.slug, pk)


def _appeal(user: User, pk: int) -> Appeal:
    appeal = get_object_or_404(Appeal.objects.select_related("proposal__estate"), pk=pk)
    return appeal_on_desk_for(user, appeal.proposal.estate.slug, pk)


def _review(proposal: Proposal, actor: User, decision: str, code: str, reason: str) -> Proposal:
    if decision == "accept":
        return accept_proposal(proposal=proposal, note=reason, actor=actor)
    decide = return_proposal if decision == "return" else refuse_proposal
    return decide(proposal=proposal, code=code, reason=reason, actor=actor)


def _merge(proposal: Proposal, actor: User, into: int, reason: str) -> Proposal:
    other = Proposal.objects.filter(estate=proposal.estate, number=into).first() if into > 0 else None
    if other is None:
        raise CannotMerge
    return merge_proposal(
        proposal=proposal, into=other, code=ReasonCode.DUPLICATE, reason=reason, actor=actor
    )


def _route(proposal: Proposal, actor: User, to: str, reason: str, turn: str, due_on: date | None) -> Proposal:
    if to == S.HANDLING and due_on is not None:
        due_at = datetime.combine(due_on + timedelta(days=1), time(), tzinfo=LOCAL_ZONE)
        return hand_over_proposal(proposal=proposal, turn=turn, due_at=due_at, reason=reason, actor=actor)
    if to == S.DONE:
        return finish_proposal(proposal=proposal, reason=reason, actor=actor)
    return route_proposal(proposal=proposal, to=to, reason=reason, actor=actor)


class ProposalQueue(PagedEndpoint):
    """What was sent to an estate, the first due in front; ``?status=`` narrows."""

    @extend_schema(
        responses=ProposalShown(many=True), parameters=[OpenApiParameter("status", str, enum=S.values)]
    )
    def get(self, request: Request, slug: str) -> Response:
        _estate, found = desk_proposals_for(person(request), slug)
        status = request.query_params.get("status", S.SUBMITTED)
        return self.paged(request, found.filter(status=status).order_by("due_at", "number"), ProposalShown)


class AppealQueue(PagedEndpoint):
    """Appeals of an estate, the first due in front."""

    @extend_schema(responses=AppealShown(many=True))
    def get(self, request: Request, slug: str) -> Response:
        estate = appeals_estate_for(person(request), slug)
        return self.paged(
            request, Appeal.objects.filter(proposal__estate=estate).order_by("due_at"), AppealShown
        )


class ModerationFigures(Endpoint):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, slug: str) -> Response:
        """How the community reviews, in public figures."""
        return Response(moderation_figures(estate_for(person(request), slug), database_now()))


Review = act(
    "Review",
    "Take up, return or refuse a proposal that waits.",
    find=reviewed,
    do=_review,
    given=ReviewGiven,
    shown=ProposalWhole,
    example={"decision": "return", "code": "incomplete", "reason": "请写明是哪一扇门，几点以后不方便。"},
)
Merge = act(
    "Merge",
    "Join it to another proposal; its supporters go along.",
    find=reviewed,
    do=_merge,
    given=MergeGiven,
    shown=ProposalWhole,
    example={"into": 1, "reason": "与第 1 号议题说的是同一件事。"},
)
Routing = act(
    "Routing",
    "Lead it on, hand it over, or settle it.",
    find=reviewed,
    do=_route,
    given=RouteGiven,
    shown=ProposalWhole,
    example={"to": "meeting", "reason": "附近住户有不同意见，开会当面说清楚。"},
)
StatutoryItem = act(
    "StatutoryItem",
    "Find which item of Article 278 it touches.",
    find=reviewed,
    do=lambda proposal, actor, **found: set_statutory_item(proposal=proposal, actor=actor, **found),
    given=StatutoryItemGiven,
    shown=ProposalWhole,
    example={"item": 5, "reason": "使用建筑物及其附属设施的维修资金。"},
)
Preparation = act(
    "Preparation",
    "Draft an assembly with the motion it asks for.",
    find=reviewed,
    do=lambda proposal, actor, reason: {
        "assembly": prepare_assembly(proposal=proposal, reason=reason, actor=actor).pk
    },
    given=ReasonSerializer,
    shown=AssemblyMade,
    example={"reason": "协商意见涉及公共收益，提交业主大会表决。"},
    code=201,
)
Hiding = act(
    "Hiding",
    "Hide a comment, in public with its reason.",
    find=moderated,
    do=lambda comment, actor, **why: hide_comment(comment=comment, actor=actor, **why).comment,
    given=HideGiven,
    shown=CommentShown,
    example={"code": "abuse", "reason": "针对其他住户的人身攻击，请就事论事。"},
)
Restoring = act(
    "Restoring",
    "Show a hidden comment again.",
    find=moderated,
    do=lambda comment, actor, **why: restore_comment(comment=comment, actor=actor, **why).comment,
    given=HideGiven,
    shown=CommentShown,
    example={"code": "other", "reason": "核实后没有违反规则，恢复显示。"},
)
Keeping = act(
    "Keeping",
    "Let a reported comment stand.",
    find=moderated,
    do=lambda comment, actor: keep_comment(comment=comment, actor=actor),
)
AppealDecision = act(
    "AppealDecision",
    "Decide an appeal as another person than before.",
    find=_appeal,
    do=lambda appeal, actor, **found: decide_appeal(appeal=appeal, actor=actor, **found),
    given=DecisionGiven,
    shown=AppealShown,
    example={"upheld": True, "decision": "代为反映诉求属于社区职责，应当受理。"},
)

_ONE = "proposals/<int:pk>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("estates/<slug:slug>/proposal-queue/", ProposalQueue.as_view(), name="proposal-queue"),
    path("estates/<slug:slug>/moderation-figures/", ModerationFigures.as_view(), name="moderation-figures"),
    path("estates/<slug:slug>/appeals/", AppealQueue.as_view(), name="appeals"),
    path(f"{_ONE}review/", Review.as_view(), name="proposal-review"),
    path(f"{_ONE}merge/", Merge.as_view(), name="proposal-merge"),
    path(f"{_ONE}routing/", Routing.as_view(), name="proposal-routing"),
    path(f"{_ONE}statutory-item/", StatutoryItem.as_view(), name="proposal-statutory-item"),
    path(f"{_ONE}assembly/", Preparation.as_view(), name="proposal-assembly"),
    path("comments/<int:pk>/hiding/", Hiding.as_view(), name="comment-hiding"),
    path("comments/<int:pk>/restoring/", Restoring.as_view(), name="comment-restoring"),
    path("comments/<int:pk>/keeping/", Keeping.as_view(), name="comment-keeping"),
    path("appeals/<int:pk>/decision/", AppealDecision.as_view(), name="appeal-decision"),
]
