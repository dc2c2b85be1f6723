"""Heads and proofs of the sealed logs."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api.endpoints import Endpoint
from communities.api.pages import PagedEndpoint
from communities.models import TreeHead
from communities.proofs import consistency, inclusion
from votes.access import LARGEST_SIZE, log_with_heads, log_with_proofs_for


class HeadSerializer(serializers.ModelSerializer[TreeHead]):
    """A signed head: ``signature`` is Ed25519 over the UTF-8 bytes of ``body``."""

    log = serializers.CharField(source="log.name")
    key = serializers.CharField(source="key_id")

    class Meta:
        model = TreeHead
        fields = ["log", "size", "root", "sealed_at", "key", "body", "signature"]


class InclusionSerializer(serializers.Serializer[Any]):
    leaf_hash = serializers.CharField()
    index = serializers.IntegerField()
    size = serializers.IntegerField()
    path = serializers.ListField(child=serializers.CharField(), help_text=_("RFC 6962 §2.1.1，十六进制"))
    head = HeadSerializer()


class ConsistencySerializer(serializers.Serializer[Any]):
    earlier = HeadSerializer()
    later = HeadSerializer()
    path = serializers.ListField(child=serializers.CharField(), help_text=_("RFC 6962 §2.1.2，十六进制"))


class LeafSerializer(serializers.Serializer[Any]):
    leaf = serializers.RegexField(r"^[0-9a-f]{64}$", help_text=_("叶哈希，64 位十六进制小写"))
    size = serializers.IntegerField(min_value=1, max_value=LARGEST_SIZE, required=False)


class SizesSerializer(serializers.Serializer[Any]):
    earlier = serializers.IntegerField(min_value=1, max_value=LARGEST_SIZE)
    later = serializers.IntegerField(min_value=1, max_value=LARGEST_SIZE)


class LogHeads(PagedEndpoint):
    """The heads of one log, the newest first. For everybody."""

    permission_classes = [AllowAny]

    @extend_schema(responses=HeadSerializer(many=True))
    def get(self, request: Request, name: str) -> Response:
        heads = log_with_heads(name).heads.select_related("log").order_by("-size")
        return self.paged(request, heads, HeadSerializer)


class ProofOfInclusion(Endpoint):
    """That a leaf is under a head: by default the newest, with ``size`` an earlier one.

    For everybody where the log is an assembly's; an estate's own log is for those who
    belong to it. A leaf that is unknown or not sealed yet is a 404.
    """

    permission_classes = [AllowAny]

    @extend_schema(parameters=[LeafSerializer], responses=InclusionSerializer)
    def get(self, request: Request, name: str) -> Response:
        log = log_with_proofs_for(request.user, name)
        asked = LeafSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        size = asked.validated_data.get("size")
        head = _head(name, size) if size else None
        proof = inclusion(asked.validated_data["leaf"], head=head)
        if proof is None or proof.head.log_id != log.pk:
            raise Http404
        return Response(InclusionSerializer(proof).data)


class ProofOfConsistency(Endpoint):
    """That a later head only added to an earlier one. ``from`` and ``to`` are sizes of signed heads."""

    permission_classes = [AllowAny]

    @extend_schema(
        parameters=[
            OpenApiParameter("from", int, required=True, description="叶数较少的树头"),
            OpenApiParameter("to", int, required=True, description="叶数较多的树头"),
        ],
        responses=ConsistencySerializer,
    )
    def get(self, request: Request, name: str) -> Response:
        log_with_proofs_for(request.user, name)
        said = {"earlier": request.query_params.get("from"), "later": request.query_params.get("to")}
        asked = SizesSerializer(data={key: value for key, value in said.items() if value is not None})
        asked.is_valid(raise_exception=True)
        earlier, later = sorted((asked.validated_data["earlier"], asked.validated_data["later"]))
        proof = consistency(_head(name, earlier), _head(name, later))
        return Response(ConsistencySerializer(proof).data)


def _head(name: str, size: int) -> TreeHead:
    head = TreeHead.objects.select_related("log").filter(log__name=name, size=size).first()
    if head is None:
        raise Http404
    return head
