"""The API of proposals: raised, changed, supported, discussed, answered; the same services as the pages."""

from typing import Any

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.access import estate_for
from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from communities.api.fields import ReasonSerializer
from communities.api.pages import PagedEndpoint
from communities.models import Building
from governance.access.proposals import (
    answering_proposal,
    comment_for,
    estate_to_raise_in,
    fact_request_for,
    own_proposal,
    proposal_for,
    published_in,
    published_proposal_for,
)
from governance.enums import AnswerStatus, Party, ProposalCategory, ReasonCode, Stance
from governance.queries.proposals import SHOWN, SORTS, listed, similar_proposals
from governance.services.answers import answer_proposal, ask_for_facts, give_facts
from governance.services.appeals import appeal_hiding, appeal_refusal
from governance.services.attachments import attach_to_proposal
from governance.services.comments import report_comment, withdraw_comment, write_comment
from governance.services.endorsements import endorse_proposal, take_back_endorsement
from governance.services.proposals import (
    change_proposal,
    delete_draft,
    draft_proposal,
    follow_proposal,
    submit_proposal,
    unfollow_proposal,
    withdraw_proposal,
)

from .acts import act
from .shown import AnswerShown, AppealShown, CommentShown, FactsShown, ProposalShown, ProposalWhole


class ProposalGiven(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200, allow_blank=True)
    body = serializers.CharField(max_length=20_000, allow_blank=True)
    category = serializers.ChoiceField(choices=ProposalCategory.choices)
    building = serializers.PrimaryKeyRelatedField(
        queryset=Building.objects.all(), allow_null=True, default=None
    )
    place = serializers.CharField(max_length=60, allow_blank=True, default="")

    def validate_building(self, building: Building | None) -> Building | None:
        thing = self.context["thing"]
        estate = getattr(thing, "estate", thing)
        if building is not None and building.estate_id != estate.pk:
            raise serializers.ValidationError("请从列表中选择楼幢。")
        return building


class ProposalChange(ProposalGiven):
    version = serializers.IntegerField(help_text="The version this change began from.")


class CommentGiven(serializers.Serializer[Any]):
    stance = serializers.ChoiceField(choices=Stance.choices)
    text = serializers.CharField(max_length=5000, allow_blank=True)


class ReplyGiven(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=5000, allow_blank=True)


class ReportGiven(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=ReasonCode.choices)
    text = serializers.CharField(max_length=200, allow_blank=True, default="")


class TextGiven(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=1000, allow_blank=True)


class AnswerGiven(serializers.Serializer[Any]):
    party = serializers.ChoiceField(choices=Party.choices)
    status = serializers.ChoiceField(choices=AnswerStatus.choices)
    text = serializers.CharField(max_length=5000, allow_blank=True)
    version = serializers.IntegerField(default=0, help_text="Of the answer that stands; 0 for the first.")
    cost = serializers.IntegerField(allow_null=True, default=None, min_value=0, help_text="0.01 yuan")
    begins_on = serializers.DateField(allow_null=True, default=None)
    ends_on = serializers.DateField(allow_null=True, default=None)


class FactsAsked(serializers.Serializer[Any]):
    party = serializers.ChoiceField(choices=Party.choices)
    question = serializers.CharField(max_length=500, allow_blank=True)


class FileGiven(serializers.Serializer[Any]):
    file = serializers.FileField()


class ProposalList(PagedEndpoint):
    """What the estate talks about: searched (``q``), narrowed, sorted."""

    @extend_schema(
        responses=ProposalShown(many=True),
        parameters=[
            OpenApiParameter("q", str),
            OpenApiParameter("show", str, enum=list(SHOWN)),
            OpenApiParameter("category", str, enum=ProposalCategory.values),
            OpenApiParameter("sort", str, enum=list(SORTS)),
        ],
    )
    def get(self, request: Request, slug: str) -> Response:
        user = person(request)
        estate = estate_for(user, slug)
        asked = request.query_params
        found = listed(
            published_in(estate),
            search=asked.get("q", "")[:60],
            show=asked.get("show", ""),
            category=asked.get("category", ""),
            sort=asked.get("sort", ""),
        )
        return self.paged(request, found, ProposalShown)


class ProposalOne(Endpoint):
    @extend_schema(responses=ProposalWhole)
    def get(self, request: Request, pk: int) -> Response:
        """One proposal with its steps and answers."""
        return Response(ProposalWhole(proposal_for(person(request), pk)).data)


class CommentList(PagedEndpoint):
    """What people say under it, oldest first; replies name their parent."""

    @extend_schema(responses=CommentShown(many=True))
    def get(self, request: Request, pk: int) -> Response:
        proposal = published_proposal_for(person(request), pk)
        found = proposal.comments.select_related("author").order_by("written_at", "pk")
        return self.paged(request, found, CommentShown)


class SimilarList(Endpoint):
    @extend_schema(responses=ProposalShown(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Proposals that say much the same as one's own draft."""
        found = similar_proposals(own_proposal(person(request), pk))
        return Response(ProposalShown(found, many=True).data)


EXAMPLE = {
    "title": "北门夜间关闭时间改到 23:30",
    "body": "末班地铁 23:05 到站，走到北门已经关门，要绕行八百米。",
    "category": "rules",
    "place": "北门",
}
Proposals = act(
    "Proposals",
    "Begin a draft that only its author sees.",
    find=estate_to_raise_in,
    do=lambda estate, actor, **text: draft_proposal(estate=estate, actor=actor, **text),
    given=ProposalGiven,
    shown=ProposalWhole,
    example=EXAMPLE,
    code=201,
    also=ProposalList,
)
_Changed = act(
    "ProposalChanged",
    "Change the text of a draft or of a returned proposal.",
    find=own_proposal,
    do=lambda proposal, actor, **text: change_proposal(proposal=proposal, actor=actor, **text),
    given=ProposalChange,
    shown=ProposalWhole,
    example=EXAMPLE | {"version": 1},
    method="put",
    also=ProposalOne,
)
ProposalDetail = act(
    "ProposalDetail",
    "Throw a draft away.",
    find=own_proposal,
    do=lambda proposal, actor: delete_draft(proposal=proposal, actor=actor),
    method="delete",
    also=_Changed,
)
ProposalSubmission = act(
    "ProposalSubmission",
    "Send it for review.",
    find=own_proposal,
    do=lambda proposal, actor: submit_proposal(proposal=proposal, actor=actor),
    shown=ProposalWhole,
)
ProposalWithdrawal = act(
    "ProposalWithdrawal",
    "Take it back before it is on its way.",
    find=own_proposal,
    do=lambda proposal, actor, reason: withdraw_proposal(proposal=proposal, reason=reason, actor=actor),
    given=ReasonSerializer,
    shown=ProposalWhole,
    example={"reason": "已经与物业当面说好，不再需要。"},
)
_Endorsed = act(
    "ProposalEndorsed",
    "Support it; an owner's support counts by head and area.",
    find=published_proposal_for,
    do=lambda proposal, actor: endorse_proposal(proposal=proposal, actor=actor).proposal,
    shown=ProposalShown,
    code=201,
)
ProposalEndorsement = act(
    "ProposalEndorsement",
    "Take one's support back.",
    find=published_proposal_for,
    do=lambda proposal, actor: take_back_endorsement(proposal=proposal, actor=actor),
    method="delete",
    also=_Endorsed,
)
_Followed = act(
    "ProposalFollowed",
    "Be told when it moves.",
    find=published_proposal_for,
    do=lambda proposal, actor: follow_proposal(proposal=proposal, user=actor),
)
ProposalFollowing = act(
    "ProposalFollowing",
    "Be told no more.",
    find=published_proposal_for,
    do=lambda proposal, actor: unfollow_proposal(proposal=proposal, user=actor),
    method="delete",
    also=_Followed,
)
ProposalAppeal = act(
    "ProposalAppeal",
    "Appeal a refusal to another person.",
    find=own_proposal,
    do=lambda proposal, actor, text: appeal_refusal(proposal=proposal, text=text, actor=actor),
    given=TextGiven,
    shown=AppealShown,
    example={"text": "关系到很多住户的出行，请再看一看。"},
    code=201,
)
ProposalFiles = act(
    "ProposalFiles",
    "Put a photo or PDF with a draft (multipart).",
    find=own_proposal,
    do=lambda proposal, actor, file: attach_to_proposal(proposal=proposal, file=file, actor=actor).proposal,
    given=FileGiven,
    shown=ProposalWhole,
    code=201,
    is_upload=True,
)
ProposalAnswers = act(
    "ProposalAnswers",
    "Answer officially for a party.",
    find=answering_proposal,
    do=lambda proposal, actor, **values: answer_proposal(proposal=proposal, actor=actor, **values),
    given=AnswerGiven,
    shown=AnswerShown,
    example={"party": "firm", "status": "agreed", "text": "同意从下月起延长开放时间。", "version": 0},
    code=201,
)
ProposalFacts = act(
    "ProposalFacts",
    "Ask the author for facts.",
    find=answering_proposal,
    do=lambda proposal, actor, **values: ask_for_facts(proposal=proposal, actor=actor, **values),
    given=FactsAsked,
    shown=FactsShown,
    example={"party": "firm", "question": "请说明平时几点以后有人绕行？"},
    code=201,
)
FactsAnswer = act(
    "FactsAnswer",
    "Give the facts that a party asked for.",
    find=fact_request_for,
    do=lambda request, actor, text: give_facts(request=request, text=text, actor=actor),
    given=TextGiven,
    shown=FactsShown,
    example={"text": "每晚 22:00 到 23:30 约有四十人。"},
)
Comments = act(
    "Comments",
    "Say something for, against or about it.",
    find=published_proposal_for,
    do=lambda proposal, actor, **said: write_comment(proposal=proposal, actor=actor, **said),
    given=CommentGiven,
    shown=CommentShown,
    example={"stance": "for", "text": "上晚班的人就不用绕路了。"},
    code=201,
    also=CommentList,
)
CommentReplies = act(
    "CommentReplies",
    "Reply to a comment.",
    find=comment_for,
    do=lambda parent, actor, text: write_comment(
        proposal=parent.proposal, parent=parent, text=text, actor=actor
    ),
    given=ReplyGiven,
    shown=CommentShown,
    example={"text": "理解，先试行再看。"},
    code=201,
)
CommentWithdrawal = act(
    "CommentWithdrawal",
    "Take one's own comment back.",
    find=comment_for,
    do=lambda comment, actor: withdraw_comment(comment=comment, actor=actor),
)
CommentReports = act(
    "CommentReports",
    "Report a comment to the community.",
    find=comment_for,
    do=lambda comment, actor, **why: report_comment(comment=comment, actor=actor, **why),
    given=ReportGiven,
    example={"code": "abuse", "text": ""},
)
CommentAppeal = act(
    "CommentAppeal",
    "Appeal the hiding of one's own comment.",
    find=comment_for,
    do=lambda comment, actor, text: appeal_hiding(comment=comment, text=text, actor=actor),
    given=TextGiven,
    shown=AppealShown,
    example={"text": "这句话没有针对任何人，请恢复。"},
    code=201,
)

_ONE = "proposals/<int:pk>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("estates/<slug:slug>/proposals/", Proposals.as_view(), name="proposals"),
    path(_ONE, ProposalDetail.as_view(), name="proposal"),
    path(f"{_ONE}similar/", SimilarList.as_view(), name="proposal-similar"),
    path(f"{_ONE}files/", ProposalFiles.as_view(), name="proposal-files"),
    path(f"{_ONE}submission/", ProposalSubmission.as_view(), name="proposal-submission"),
    path(f"{_ONE}withdrawal/", ProposalWithdrawal.as_view(), name="proposal-withdrawal"),
    path(f"{_ONE}endorsement/", ProposalEndorsement.as_view(), name="proposal-endorsement"),
    path(f"{_ONE}following/", ProposalFollowing.as_view(), name="proposal-following"),
    path(f"{_ONE}appeal/", ProposalAppeal.as_view(), name="proposal-appeal"),
    path(f"{_ONE}answers/", ProposalAnswers.as_view(), name="proposal-answers"),
    path(f"{_ONE}facts/", ProposalFacts.as_view(), name="proposal-facts"),
    path(f"{_ONE}comments/", Comments.as_view(), name="comments"),
    path("facts/<int:pk>/", FactsAnswer.as_view(), name="facts"),
    path("comments/<int:pk>/replies/", CommentReplies.as_view(), name="comment-replies"),
    path("comments/<int:pk>/withdrawal/", CommentWithdrawal.as_view(), name="comment-withdrawal"),
    path("comments/<int:pk>/reports/", CommentReports.as_view(), name="comment-reports"),
    path("comments/<int:pk>/appeal/", CommentAppeal.as_view(), name="comment-appeal"),
]
