"""Estates and notices for programs."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from communities.access import estate_for, estates_for
from communities.api.pages import paginated
from communities.models import Estate, Notice, User
from communities.services.notices import mark_read


class EstateSerializer(serializers.ModelSerializer[Estate]):
    community = serializers.CharField(source="community.name")
    subdistrict = serializers.CharField(source="community.subdistrict.name")

    class Meta:
        model = Estate
        fields = ["slug", "name", "address", "community", "subdistrict"]


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    class Meta:
        model = Notice
        fields = ["id", "topic", "title", "text", "url", "created_at", "read_at"]


class EstateList(APIView):
    """The estates this account belongs to."""

    @extend_schema(responses=EstateSerializer(many=True))
    def get(self, request: Request) -> Response:
        assert isinstance(request.user, User)
        return paginated(request, estates_for(request.user), EstateSerializer, {}, self)


class EstateDetail(APIView):
    @extend_schema(responses=EstateSerializer)
    def get(self, request: Request, slug: str) -> Response:
        assert isinstance(request.user, User)
        return Response(EstateSerializer(estate_for(request.user, slug)).data)


class NoticeList(APIView):
    """What this account has been told, newest first."""

    @extend_schema(responses=NoticeSerializer(many=True))
    def get(self, request: Request) -> Response:
        return paginated(request, Notice.objects.filter(recipient=request.user), NoticeSerializer, {}, self)


class NoticeRead(APIView):
    """Mark one notice as read."""

    @extend_schema(request=None, responses=NoticeSerializer)
    def post(self, request: Request, pk: int) -> Response:
        notice = get_object_or_404(Notice, pk=pk, recipient=request.user)
        mark_read(notice=notice)
        notice.refresh_from_db()
        return Response(NoticeSerializer(notice).data)
