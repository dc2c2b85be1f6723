"""Objections over the API: raise, follow, take back, answer; the same services as the pages."""

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from communities.api.pages import PagedEndpoint
from votes.access import (
    assembly_for,
    desk_estate_for,
    objection_at_desk,
    objections_at_desk,
    own_objection_for,
    own_objections,
)
from votes.enums import AssemblyStatus, ObjectionAbout, ObjectionKind, ObjectionStatus
from votes.models import Objection, ObjectionStep
from votes.models.objection import OPEN_STATUSES
from votes.services.objections import (
    ANSWERS,
    answer_objection,
    file_objection,
    take_up_objection,
    withdraw_objection,
)


class PublicObjectionSerializer(serializers.ModelSerializer[Objection]):
    """What everybody of the estate may read: never who raised it. A withdrawn one keeps its number alone."""

    text = serializers.SerializerMethodField()

    class Meta:
        model = Objection
        fields = [
            *("number", "kind", "about", "text", "filed_at", "due_at"),
            *("status", "answer", "answered_at", "escalated_at"),
        ]

    def get_text(self, objection: Objection) -> str:
        return "" if objection.status == ObjectionStatus.WITHDRAWN else objection.text


class ObjectionStepSerializer(serializers.ModelSerializer[ObjectionStep]):
    class Meta:
        model = ObjectionStep
        fields = ["status", "text", "taken_at"]


class ObjectionSerializer(serializers.ModelSerializer[Objection]):
    """One's own objection, with each step of its handling."""

    assembly = serializers.IntegerField(source="assembly_id")
    steps = ObjectionStepSerializer(many=True)

    class Meta:
        model = Objection
        fields = ["id", "assembly", *PublicObjectionSerializer.Meta.fields, "steps"]


class DeskObjectionSerializer(ObjectionSerializer):
    """An objection for those who answer it, with the filer's place on the roll."""

    home = serializers.CharField(
        source="elector.label", default="", help_text="Empty for an owner whom the roll lacks."
    )

    class Meta(ObjectionSerializer.Meta):
        fields = [*ObjectionSerializer.Meta.fields, "home"]


class ObjectionFiledSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=ObjectionKind.choices)
    about = serializers.ChoiceField(choices=ObjectionAbout.choices, allow_blank=True, default="")
    text = serializers.CharField(
        max_length=2000, allow_blank=True, help_text="Ten characters or more; shown without the filer's name."
    )


class ObjectionNoteSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=1000, allow_blank=True, default="")


class ObjectionAnswerSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=[(status.value, status.label) for status in ANSWERS])
    answer = serializers.CharField(max_length=2000, allow_blank=True, help_text="Ten characters or more.")


class AssemblyObjections(PagedEndpoint):
    """The objections to an assembly, without names; and raising one."""

    @extend_schema(responses=PublicObjectionSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        assembly = assembly_for(person(request), pk)
        if assembly.status == AssemblyStatus.DRAFT:
            raise Http404
        return self.paged(request, assembly.objections.order_by("-number"), PublicObjectionSerializer)

    @extend_schema(
        request=ObjectionFiledSerializer,
        responses={201: ObjectionSerializer},
        examples=[
            OpenApiExample(
                "objection",
                {"kind": "roll", "about": "", "text": "3幢502的面积与产权证不一致，请核对。"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        assembly = assembly_for(user, pk)
        if assembly.status == AssemblyStatus.DRAFT:
            raise Http404
        given = ObjectionFiledSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = file_objection(assembly=assembly, actor=user, **given.validated_data)
        return Response(ObjectionSerializer(made).data, status=status.HTTP_201_CREATED)


class MyObjections(PagedEndpoint):
    """What this account objected to, newest first."""

    @extend_schema(responses=ObjectionSerializer(many=True))
    def get(self, request: Request) -> Response:
        found = own_objections(person(request)).prefetch_related("steps").order_by("-filed_at", "-number")
        return self.paged(request, found, ObjectionSerializer)


class ObjectionWithdrawal(Endpoint):
    """Take one's own objection back while it is not answered."""

    @extend_schema(request=None, responses=ObjectionSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        user = person(request)
        found = withdraw_objection(objection=own_objection_for(user, pk), actor=user)
        return Response(ObjectionSerializer(found).data)


class DeskObjections(PagedEndpoint):
    """Objections of an estate for those who answer them: waiting, or ``?show=settled``."""

    @extend_schema(
        responses=DeskObjectionSerializer(many=True),
        parameters=[OpenApiParameter("show", str, enum=["open", "settled"])],
    )
    def get(self, request: Request, slug: str) -> Response:
        user = person(request)
        found = objections_at_desk(user, desk_estate_for(user, slug)).prefetch_related("steps")
        if request.query_params.get("show") == "settled":
            found = found.exclude(status__in=OPEN_STATUSES).order_by("-answered_at", "-number")
        else:
            found = found.filter(status__in=OPEN_STATUSES).order_by("due_at", "number")
        return self.paged(request, found, DeskObjectionSerializer)


class ObjectionReview(Endpoint):
    """Begin to look into an objection, or tell its filer how far that is."""

    @extend_schema(request=ObjectionNoteSerializer, responses=DeskObjectionSerializer)
    def post(self, request: Request, slug: str, pk: UUID) -> Response:
        user = person(request)
        found = objection_at_desk(user, slug, pk)
        given = ObjectionNoteSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        found = take_up_objection(objection=found, actor=user, **given.validated_data)
        return Response(DeskObjectionSerializer(found).data)


class ObjectionAnswering(Endpoint):
    """Settle an objection, with a reason; once."""

    @extend_schema(request=ObjectionAnswerSerializer, responses=DeskObjectionSerializer)
    def post(self, request: Request, slug: str, pk: UUID) -> Response:
        user = person(request)
        found = objection_at_desk(user, slug, pk)
        given = ObjectionAnswerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        found = answer_objection(objection=found, actor=user, **given.validated_data)
        return Response(DeskObjectionSerializer(found).data)
