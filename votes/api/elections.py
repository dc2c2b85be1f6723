"""An election for programs: who stands, standing oneself, naming, signing, accepting, leaving."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from communities.clock import database_now
from communities.errors import NotPermitted
from communities.rules import allows
from votes.access import candidate_for, election_for
from votes.candidacies import shown_candidates, shown_name
from votes.enums import Nomination
from votes.models import Candidate, Election
from votes.services.candidates import (
    accept_candidacy,
    match_nominee,
    nominate_candidate,
    stand_for_election,
    support_candidate,
    withdraw_candidate,
)


class SeatResultSerializer(serializers.Serializer[Any]):
    outcome = serializers.CharField()
    rank = serializers.IntegerField(allow_null=True)
    lot = serializers.CharField(allow_blank=True, help_text="Hex, where a lot decided.")


class CandidateSerializer(serializers.ModelSerializer[Candidate]):
    """Somebody who stands. The name is masked until they agreed to stand."""

    name = serializers.SerializerMethodField()
    accepted = serializers.SerializerMethodField()
    position = serializers.IntegerField(
        source="motion.position", default=None, allow_null=True, help_text="Place on the ballot."
    )
    result = serializers.SerializerMethodField()

    class Meta:
        model = Candidate
        fields = [
            *("id", "number", "name", "home", "statement", "nomination", "status", "accepted"),
            *("position", "withdrawn_at", "result"),
        ]

    def get_name(self, candidate: Candidate) -> str:
        return shown_name(candidate)

    def get_accepted(self, candidate: Candidate) -> bool:
        return candidate.accepted_at is not None

    @extend_schema_field(SeatResultSerializer(allow_null=True))
    def get_result(self, candidate: Candidate) -> dict[str, Any] | None:
        result = getattr(candidate, "result", None)
        return SeatResultSerializer(result).data if result else None


class ElectionSerializer(serializers.ModelSerializer[Election]):
    """The seats, the lot and who stands. ``lot_root`` is empty before the count."""

    phase = serializers.SerializerMethodField()
    candidates = serializers.SerializerMethodField()

    class Meta:
        model = Election
        fields = [
            *("id", "assembly", "phase", "purpose", "seats", "alternates", "term_years"),
            *("nomination_closes_at", "candidates_posted_at", "candidates_posted_until"),
            *("lot_seed", "lot_root", "candidates"),
        ]

    def get_phase(self, election: Election) -> str:
        return election.assembly.phase(self.context["moment"]).value

    @extend_schema_field(CandidateSerializer(many=True))
    def get_candidates(self, election: Election) -> Any:
        return CandidateSerializer(self.context["candidates"], many=True).data


class NominationSerializer(serializers.Serializer[Any]):
    """``self`` takes statement and declared; ``joint`` the name and home of an owner."""

    nomination = serializers.ChoiceField(
        choices=[Nomination.SELF.value, Nomination.JOINT.value], help_text='"self" or "joint"'
    )
    statement = serializers.CharField(max_length=1000, allow_blank=True, default="")
    declared = serializers.BooleanField(default=False)
    name = serializers.CharField(max_length=60, default="", allow_blank=True)
    building = serializers.CharField(max_length=40, default="", allow_blank=True)
    staircase = serializers.CharField(max_length=20, default="", allow_blank=True)
    room = serializers.CharField(max_length=20, default="", allow_blank=True)


class AcceptanceSerializer(serializers.Serializer[Any]):
    statement = serializers.CharField(max_length=1000, allow_blank=True, default="")
    declared = serializers.BooleanField(default=False)


class WithdrawalSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


NOMINATION_EXAMPLE = OpenApiExample(
    "joint",
    {"nomination": "joint", "name": "王建国", "building": "3幢", "staircase": "1单元", "room": "0502"},
    request_only=True,
)


class ElectionDetail(Endpoint):
    """One election with everybody who stands or is being named."""

    @extend_schema(responses=ElectionSerializer)
    def get(self, request: Request, pk: int) -> Response:
        user = person(request)
        election = election_for(user, pk)
        context = {
            "moment": database_now(),
            "candidates": shown_candidates(election, user, at_desk=False),
        }
        return Response(ElectionSerializer(election, context=context).data)


class Nominations(Endpoint):
    """Stand oneself, or name another owner and be the first to sign."""

    @extend_schema(
        request=NominationSerializer, responses={201: CandidateSerializer}, examples=[NOMINATION_EXAMPLE]
    )
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        election = election_for(user, pk)
        if not allows("votes.nominate", user, election):
            raise NotPermitted
        given = NominationSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        if data["nomination"] == Nomination.SELF:
            candidate = stand_for_election(
                election=election, statement=data["statement"], declared=data["declared"], actor=user
            )
        else:
            home = {name: data[name] for name in ("name", "building", "staircase", "room")}
            owner = match_nominee(election=election, actor=user, **home)
            candidate = nominate_candidate(
                election=election, owner=owner, nomination=Nomination.JOINT, actor=user
            )
        return Response(CandidateSerializer(candidate).data, status=status.HTTP_201_CREATED)


class CandidateDetail(Endpoint):
    """One candidate."""

    @extend_schema(responses=CandidateSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(CandidateSerializer(candidate_for(person(request), pk)).data)


class CandidateSupport(Endpoint):
    """Sign under a joint nomination."""

    @extend_schema(request=None, responses=CandidateSerializer)
    def post(self, request: Request, pk: int) -> Response:
        candidate = candidate_for(person(request), pk)
        support_candidate(candidate=candidate, actor=person(request))
        return Response(CandidateSerializer(candidate).data)


class CandidateAcceptance(Endpoint):
    """Agree to stand, with an introduction and the declaration; only the candidate."""

    @extend_schema(request=AcceptanceSerializer, responses=CandidateSerializer)
    def post(self, request: Request, pk: int) -> Response:
        candidate = candidate_for(person(request), pk)
        given = AcceptanceSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        accepted = accept_candidacy(candidate=candidate, actor=person(request), **given.validated_data)
        return Response(CandidateSerializer(accepted).data)


class CandidateWithdrawal(Endpoint):
    """Leave the election; while a vote is on, the name stays on the ballot, marked so."""

    @extend_schema(request=WithdrawalSerializer, responses=CandidateSerializer)
    def post(self, request: Request, pk: int) -> Response:
        candidate = candidate_for(person(request), pk)
        given = WithdrawalSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        gone = withdraw_candidate(candidate=candidate, actor=person(request), **given.validated_data)
        return Response(CandidateSerializer(gone).data)
