"""The API of statements and common ground."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, URLResolver, path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from communities.api.pages import PagedEndpoint
from communities.models import User
from governance.access.proposals import published_proposal_for
from governance.access.statements import open_statements, statement_for, statement_on_desk_for
from governance.enums import Opinion
from governance.models import Statement
from governance.queries.common_ground import newest_map
from governance.services.statements import give_opinion, moderate_statement, write_statement

from .acts import act
from .shown import StatementShown


class StatementGiven(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=500, allow_blank=True)


class OpinionGiven(serializers.Serializer[Any]):
    value = serializers.ChoiceField(choices=Opinion.choices)


class ApprovalGiven(serializers.Serializer[Any]):
    approve = serializers.BooleanField()


class StatementList(PagedEndpoint):
    """Statements everybody may answer."""

    @extend_schema(responses=StatementShown(many=True))
    def get(self, request: Request, pk: int) -> Response:
        found = open_statements(published_proposal_for(person(request), pk))
        return self.paged(request, found, StatementShown)


class CommonGround(Endpoint):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: int) -> Response:
        """The newest map: consensus, what divides, groups of five and more. No person is in it."""
        found = newest_map(published_proposal_for(person(request), pk))
        if found is None:
            raise Http404
        return Response({"drawn_at": found.drawn_at, **found.result})


def _moderated(user: User, pk: int) -> Statement:
    statement = get_object_or_404(Statement.objects.select_related("proposal__estate"), pk=pk)
    return statement_on_desk_for(user, statement.proposal.estate.slug, pk)


Statements = act(
    "Statements",
    "Put one idea forward.",
    find=published_proposal_for,
    do=lambda proposal, actor, text: write_statement(proposal=proposal, text=text, actor=actor),
    given=StatementGiven,
    shown=StatementShown,
    example={"text": "小门只给行人走，车辆走南门"},
    code=201,
    also=StatementList,
)
StatementOpinion = act(
    "StatementOpinion",
    "Agree (1), disagree (-1) or pass (0).",
    find=statement_for,
    do=lambda statement, actor, value: give_opinion(statement=statement, value=int(value), actor=actor),
    given=OpinionGiven,
    example={"value": 1},
    method="put",
)
StatementModeration = act(
    "StatementModeration",
    "Show a statement to everybody, or do not use it.",
    find=_moderated,
    do=lambda statement, actor, approve: moderate_statement(
        statement=statement, approve=approve, actor=actor
    ),
    given=ApprovalGiven,
    shown=StatementShown,
    example={"approve": True},
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("proposals/<int:pk>/statements/", Statements.as_view(), name="statements"),
    path("proposals/<int:pk>/common-ground/", CommonGround.as_view(), name="common-ground"),
    path("statements/<int:pk>/opinion/", StatementOpinion.as_view(), name="statement-opinion"),
    path("statements/<int:pk>/moderation/", StatementModeration.as_view(), name="statement-moderation"),
]
