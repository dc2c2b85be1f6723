"""Casting, receipts, the roll, and what was decided."""

import json
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api.authentication import person
from communities.api.endpoints import Endpoint, PublicEndpoint
from communities.api.pages import PagedEndpoint
from communities.api.problems import problem
from communities.errors import Refusal
from communities.models import User
from votes.access import assembly_for, ballot_for, electors_for, took_part_for
from votes.api.desk import roll_assembly
from votes.api.serializers import (
    BallotSerializer,
    ElectorSerializer,
    ReceiptSerializer,
    ResultSerializer,
    RollElectorSerializer,
)
from votes.enums import AssemblyStatus
from votes.figures import FiguresRefused, read_figures, result_document
from votes.models import Certificate, Elector, MotionResult
from votes.queries import ballots_of
from votes.services.casting import Receipt, cast_ballot
from votes.services.mandate_casting import cast_mandate_ballot

BALLOT_EXAMPLE = OpenApiExample(
    "ballot",
    {
        "elector": 17,
        "idempotency_key": "0b9f7a52-5f0c-4a3e-9a51-0f6c1c2f7d10",
        "choices": {"1": "for", "2": "against", "3": "abstain"},
    },
    request_only=True,
)
RECEIPT_EXAMPLE = OpenApiExample(
    "receipt",
    {
        "ballot": "4c8f1f0e-2b55-4f0a-8d7c-5a1f6d8e9b20",
        "code": "7K3M-Q9TD-4XWE",
        "leaf_hash": "9c1d…",
        "accepted_at": "2026-12-09T09:30:12.402193+08:00",
        "replayed": False,
    },
    response_only=True,
)


class MyElectors(Endpoint):
    """The electors of the assembly that this account may cast for."""

    @extend_schema(responses=ElectorSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        user = person(request)
        electors = list(electors_for(user, assembly_for(user, pk)))
        context = {"ballots": ballots_of(electors)}
        return Response(ElectorSerializer(electors, many=True, context=context).data)


class BallotCast(Endpoint):
    """Cast one ballot on all motions; with ``mandate``, as the holder of it.

    201 when it was received now, 200 with the same receipt when this very
    ballot (same key, same content) had been received before, 409 when the key
    came with other content, another ballot stands, or the window is not open.
    """

    @extend_schema(
        request=BallotSerializer,
        responses={200: ReceiptSerializer, 201: ReceiptSerializer},
        examples=[BALLOT_EXAMPLE, RECEIPT_EXAMPLE],
    )
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        try:
            receipt = self._receive(request, user, pk)
        except (Refusal, ValidationError):
            # Only now is it worth asking whether it may be seen at all: the roll let nobody else in.
            assembly_for(user, pk)
            raise
        code = status.HTTP_200_OK if receipt.replayed else status.HTTP_201_CREATED
        return Response(ReceiptSerializer(receipt).data, status=code)

    def _receive(self, request: Request, user: User, pk: int) -> Receipt:
        ballot = BallotSerializer(data=request.data)
        ballot.is_valid(raise_exception=True)
        key, mandate = ballot.validated_data["idempotency_key"], ballot.validated_data["mandate"]
        if mandate:
            return cast_mandate_ballot(
                mandate_id=mandate, choices=ballot.marks(), idempotency_key=key, actor=user
            )
        return cast_ballot(
            assembly_id=pk,
            elector_id=ballot.validated_data["elector"],
            choices=ballot.marks(),
            idempotency_key=key,
            user_id=user.pk,
        )


class BallotReceipt(Endpoint):
    """The receipt of a ballot of one's own home, or cast by mandate; of a secret vote by its key."""

    @extend_schema(responses=ReceiptSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        try:
            ballot = ballot_for(person(request), pk)
            receipt = Receipt(ballot.pk, ballot.leaf_hash, ballot.accepted_at, replayed=True)
        except Http404:
            turnout = took_part_for(person(request), pk)
            receipt = Receipt(pk, turnout.leaf_hash, turnout.accepted_at, replayed=True, is_secret=True)
        return Response(ReceiptSerializer(receipt).data)


class Roll(PagedEndpoint):
    """The frozen roll, for those who may read it. 404 before it is frozen."""

    @extend_schema(responses=RollElectorSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        assembly = roll_assembly(request, pk)
        if assembly.status == AssemblyStatus.DRAFT:
            raise Http404
        electors = (
            Elector.objects.filter(assembly=assembly)
            .annotate(
                people=Count("members", distinct=True),
                casters=Count("members", filter=Q(members__may_cast=True), distinct=True),
            )
            .prefetch_related("units")
            .order_by("number")
        )
        return self.paged(request, electors, RollElectorSerializer)


class AssemblyResult(Endpoint):
    """The certified result with its worked proof. 404 until there is one."""

    @extend_schema(responses=ResultSerializer)
    def get(self, request: Request, pk: int) -> Response:
        assembly = assembly_for(person(request), pk)
        certificate = Certificate.objects.filter(assembly=assembly).first()
        if certificate is None:
            raise Http404
        result = {
            "assembly": assembly.pk,
            "certified_at": certificate.certified_at,
            "received": certificate.received,
            "counted": certificate.counted,
            "certificate_sha256": certificate.sha256,
            "secrecy": assembly.secrecy,
            **_by_channel(certificate),
            "motions": MotionResult.objects.filter(motion__assembly=assembly).select_related("motion"),
        }
        return Response(ResultSerializer(result).data)


def _by_channel(certificate: Certificate) -> dict[str, Any]:
    """As the certificate says it; older ones say nothing of channels."""
    ballots = json.loads(certificate.body)["ballots"]
    return {
        "channels": [
            {"channel": channel, **numbers} for channel, numbers in ballots.get("channels", {}).items()
        ],
        "not_counted": [
            {"channel": channel, "reason": reason, "ballots": number}
            for channel, reason, number in ballots.get("reasons", [])
        ],
    }


class TallyCheck(PublicEndpoint):
    """表决核算: what follows from published figures. Needs no account and keeps nothing.

    The body is the document that ``manage.py tally`` reads; docs/counting.md describes it.
    """

    works_in_recovery = True

    @extend_schema(
        request={"application/json": {"type": "object", "additionalProperties": True}},
        responses={200: {"type": "object", "additionalProperties": True}},
    )
    def post(self, request: Request) -> Response:
        try:
            sheet = read_figures(request.data)
        except FiguresRefused as refused:
            return problem(
                status=422,
                code="figures-refused",
                detail=_("这些数字互相矛盾或不合格式，没有核算。"),
                errors=[{"field": one.field, "message": str(one.message)} for one in refused.refusals],
            )
        return Response(result_document(sheet))
