"""What a correction of a frozen roll would change, for programs. It is proposed as an act."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from communities.api.fields import AreaField
from communities.clock import database_now
from votes.api.desk import desk_assembly
from votes.enums import ActKind
from votes.errors import ActNotPossible
from votes.services.acts import ACTS
from votes.services.assemblies import judge
from votes.services.roll_deltas import roll_delta


class RollTotalsSerializer(serializers.Serializer[Any]):
    heads = serializers.IntegerField()
    area = AreaField()
    roll_hash = serializers.CharField()


class RollChangeSerializer(serializers.Serializer[Any]):
    """One elector that is not as it was frozen. No names."""

    kind = serializers.CharField(help_text='"added", "gone" or "changed"')
    number = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    area_then = AreaField(source="then.area", default=None, allow_null=True)
    area_now = AreaField(source="now.area", default=None, allow_null=True)
    members_changed = serializers.BooleanField()


class RollDeltaSerializer(serializers.Serializer[Any]):
    before = RollTotalsSerializer()
    after = RollTotalsSerializer()
    counts = serializers.DictField(child=serializers.IntegerField())
    shown = serializers.CharField(help_text="Names this difference; the act that proposes it sends it back.")
    changes = RollChangeSerializer(many=True)


class RollCorrection(Endpoint):
    """The frozen roll beside the one that would be frozen now; 409 once the vote is open."""

    @extend_schema(responses=RollDeltaSerializer)
    def get(self, request: Request, pk: int) -> Response:
        assembly = desk_assembly(request, pk)
        judge("votes.propose_act", person(request), assembly)
        moment = database_now()
        if assembly.phase(moment) not in ACTS[ActKind.CORRECT_ROLL].possible_in:
            raise ActNotPossible
        return Response(RollDeltaSerializer(roll_delta(assembly, moment)).data)
