"""Estates, homes and notices for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.access import estate_for, estates_for, notice_for, notices_for
from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from communities.api.pages import PagedEndpoint
from communities.enums import BindingCapacity
from communities.models import Estate, Notice
from communities.queries import homes_of
from communities.services.notices import mark_all_read, mark_read


class EstateSerializer(serializers.ModelSerializer[Estate]):
    community = serializers.CharField(source="community.name")
    subdistrict = serializers.CharField(source="community.subdistrict.name")

    class Meta:
        model = Estate
        fields = ["slug", "name", "address", "community", "subdistrict"]


class HomeSerializer(serializers.Serializer[Any]):
    estate = serializers.CharField(source="unit.estate.slug")
    unit = serializers.IntegerField(source="unit.pk")
    label = serializers.CharField(source="unit.label")  # type: ignore[assignment]
    capacity = serializers.ChoiceField(choices=BindingCapacity.choices)
    co_owned = serializers.BooleanField()


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    estate = serializers.CharField(source="estate.slug")

    class Meta:
        model = Notice
        fields = ["id", "estate", "topic", "title", "text", "url", "created_at", "read_at"]


class NoticesReadSerializer(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many became read.")


class EstateList(PagedEndpoint):
    """The estates this account belongs to."""

    @extend_schema(responses=EstateSerializer(many=True))
    def get(self, request: Request) -> Response:
        return self.paged(request, estates_for(person(request)), EstateSerializer)


class EstateDetail(Endpoint):
    """One estate this account belongs to."""

    @extend_schema(responses=EstateSerializer)
    def get(self, request: Request, slug: str) -> Response:
        return Response(EstateSerializer(estate_for(person(request), slug)).data)


class MyHomes(Endpoint):
    """Every unit this account owns or lives in."""

    @extend_schema(responses=HomeSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(HomeSerializer(homes_of(person(request)), many=True).data)


class NoticeList(PagedEndpoint):
    """What this account has been told, newest first."""

    @extend_schema(responses=NoticeSerializer(many=True))
    def get(self, request: Request) -> Response:
        return self.paged(request, notices_for(person(request)), NoticeSerializer)


class NoticeRead(Endpoint):
    """Mark one notice as read."""

    @extend_schema(request=None, responses=NoticeSerializer)
    def post(self, request: Request, pk: int) -> Response:
        notice = notice_for(person(request), pk)
        mark_read(notice=notice)
        notice.refresh_from_db(fields=["read_at"])
        return Response(NoticeSerializer(notice).data)


class NoticesRead(Endpoint):
    """Mark all notices as read."""

    @extend_schema(request=None, responses=NoticesReadSerializer)
    def post(self, request: Request) -> Response:
        return Response({"read": mark_all_read(user=person(request))})
