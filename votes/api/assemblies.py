"""Assemblies, casting and results for programs: the same access, rules and services as the pages."""

from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from communities.access import estate_for
from communities.api.pages import paginated
from communities.api.problems import problem
from communities.clock import database_now
from communities.models import User
from votes.access import assemblies_for, assembly_for, ballot_for, electors_for
from votes.api.serializers import (
    AssemblyDetailSerializer,
    AssemblySerializer,
    BallotSerializer,
    ElectorSerializer,
    ReceiptSerializer,
    ResultSerializer,
    TurnoutSerializer,
)
from votes.enums import AssemblyStatus
from votes.evidence.receipts import receipt_code
from votes.figures import FiguresRefused, read_figures, result_document
from votes.models import Certificate, MotionResult
from votes.queries import ballots_of, turnout
from votes.services.casting import Receipt, cast_ballot


def person(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


class AssemblyList(APIView):
    """The assemblies of an estate, newest first."""

    @extend_schema(
        responses=AssemblySerializer(many=True),
        parameters=[OpenApiParameter("status", str, enum=AssemblyStatus.values)],
    )
    def get(self, request: Request, slug: str) -> Response:
        user = person(request)
        assemblies = assemblies_for(user).filter(estate=estate_for(user, slug))
        wanted = request.query_params.get("status")
        if wanted:
            assemblies = assemblies.filter(status=wanted)
        return paginated(
            request, assemblies.order_by("-pk"), AssemblySerializer, {"moment": database_now()}, self
        )


class AssemblyDetail(APIView):
    """One assembly with its motions and the rules frozen at publication."""

    @extend_schema(responses=AssemblyDetailSerializer)
    def get(self, request: Request, pk: int) -> Response:
        assembly = assembly_for(person(request), pk)
        return Response(AssemblyDetailSerializer(assembly, context={"moment": database_now()}).data)


class AssemblyTurnout(APIView):
    """How many have voted by now, never how."""

    @extend_schema(responses=TurnoutSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(TurnoutSerializer(turnout(assembly_for(person(request), pk))).data)


class MyElectors(APIView):
    """The electors of the assembly that this account may cast for."""

    @extend_schema(responses=ElectorSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        user = person(request)
        electors = list(electors_for(user, assembly_for(user, pk)))
        context = {"ballots": ballots_of(electors)}
        return Response(ElectorSerializer(electors, many=True, context=context).data)


class BallotCast(APIView):
    """Cast one ballot on all motions.

    201 when it was received now, 200 with the same receipt when this very
    ballot (same key, same content) had been received before, 409 when the key
    came with other content, another ballot stands, or the window is not open.
    """

    @extend_schema(request=BallotSerializer, responses={200: ReceiptSerializer, 201: ReceiptSerializer})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        assembly_for(user, pk)
        ballot = BallotSerializer(data=request.data)
        ballot.is_valid(raise_exception=True)
        receipt = cast_ballot(
            assembly_id=pk,
            elector_id=ballot.validated_data["elector"],
            choices=ballot.marks(),
            idempotency_key=ballot.validated_data["idempotency_key"],
            user_id=user.pk,
        )
        code = status.HTTP_200_OK if receipt.replayed else status.HTTP_201_CREATED
        return Response(ReceiptSerializer(receipt).data, status=code)


class BallotReceipt(APIView):
    """The receipt of a ballot of one's own home."""

    @extend_schema(responses=ReceiptSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        ballot = ballot_for(person(request), pk)
        receipt = Receipt(ballot.pk, ballot.leaf_hash, ballot.accepted_at, replayed=True)
        assert receipt.code == receipt_code(ballot.leaf_hash)
        return Response(ReceiptSerializer(receipt).data)


class AssemblyResult(APIView):
    """The certified result with its worked proof. 404 until there is one."""

    @extend_schema(responses=ResultSerializer)
    def get(self, request: Request, pk: int) -> Response:
        assembly = assembly_for(person(request), pk)
        certificate = Certificate.objects.filter(assembly=assembly).first()
        if certificate is None:
            raise Http404(_("结果还没有公布。"))
        result = {
            "assembly": assembly.pk,
            "certified_at": certificate.certified_at,
            "received": certificate.received,
            "counted": certificate.counted,
            "certificate_sha256": certificate.sha256,
            "motions": MotionResult.objects.filter(motion__assembly=assembly).select_related("motion"),
        }
        return Response(ResultSerializer(result).data)


class TallyCheck(APIView):
    """表决核算: what follows from published figures. Needs no account and keeps nothing.

    The body is the document that ``manage.py tally`` reads; docs/counting.md describes it.
    """

    authentication_classes: list[type] = []
    permission_classes = [AllowAny]

    @extend_schema(request={"application/json": {"type": "object"}}, responses={200: {"type": "object"}})
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
