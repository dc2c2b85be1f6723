"""The motions of a draft and the papers to them."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from votes.api.desk import desk_assembly, desk_motion
from votes.api.serializers import AttachmentSerializer, MotionSerializer
from votes.enums import AttachmentKind, MotionKind, MotionOption
from votes.models import Assembly
from votes.models.motion import usual_options
from votes.services.assemblies import judge
from votes.services.attachments import add_attachment, remove_attachment
from votes.services.motions import add_motion, move_motion, remove_motion, update_motion

#: 9,999,999,999.99 yuan, in 0.01 yuan.
LARGEST_AMOUNT = 999_999_999_999


class MotionWordsSerializer(serializers.Serializer[Any]):
    """What is written of a motion. ``topic`` is one of the topics the assembly announces."""

    title = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=20_000, allow_blank=True, default="")
    topic = serializers.CharField(max_length=200, allow_blank=True, default="")
    item = serializers.IntegerField(
        min_value=1, max_value=9, allow_null=True, default=None, help_text="民法典第二百七十八条第一款第几项"
    )
    item_reason = serializers.CharField(max_length=500, allow_blank=True, default="")
    kind = serializers.ChoiceField(
        choices=[MotionKind.MATTER, MotionKind.ADVISORY],
        default=MotionKind.MATTER,
        help_text="advisory: an opinion, asked in secret and counted by heads; it has no item.",
    )
    options = serializers.ListField(
        child=serializers.ChoiceField(choices=MotionOption.choices), max_length=4, default=usual_options
    )
    changes_fee = serializers.BooleanField(default=False)
    amount = serializers.IntegerField(
        min_value=0, max_value=LARGEST_AMOUNT, allow_null=True, default=None, help_text="0.01 yuan"
    )

    def validate_topic(self, topic: str) -> str:
        assembly: Assembly = self.context["assembly"]
        kept = self.instance.topic if self.instance else ""
        if topic and topic not in assembly.topics and topic != kept:
            raise serializers.ValidationError(_("公告里没有这个议题。请先在会议里写好公告的议题。"))
        return topic


class PlaceSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField(help_text="Held within the first and the last place.")


class PaperSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=AttachmentKind.choices)
    file = serializers.FileField(help_text="PDF, JPG, PNG or WebP, up to 10 MB.")


WORDS = ("title", "text", "topic", "kind", "item", "item_reason", "options", "changes_fee", "amount")
MOTION_EXAMPLE = OpenApiExample(
    "motion",
    {
        "title": "使用维修资金更换 3 幢电梯",
        "text": "更换 3 幢两部电梯，预算 38 万元，由维修资金支出。",
        "topic": "更换电梯",
        "item": 5,
        "item_reason": "动用的是建筑物的维修资金，属第五项",
        "options": ["for", "against", "abstain"],
        "amount": 38_000_000,
    },
    request_only=True,
)


class Motions(Endpoint):
    """Add a motion to a draft, in the last place."""

    @extend_schema(
        request=MotionWordsSerializer, responses={201: MotionSerializer}, examples=[MOTION_EXAMPLE]
    )
    def post(self, request: Request, pk: int) -> Response:
        assembly = desk_assembly(request, pk)
        judge("votes.prepare_assembly", person(request), assembly)
        given = MotionWordsSerializer(data=request.data, context={"assembly": assembly})
        given.is_valid(raise_exception=True)
        motion = add_motion(assembly=assembly, actor=person(request), **given.validated_data)
        return Response(MotionSerializer(motion).data, status=status.HTTP_201_CREATED)


class MotionDetail(Endpoint):
    """One motion: change it, remove it."""

    @extend_schema(responses=MotionSerializer)
    def get(self, request: Request, pk: int, motion_pk: int) -> Response:
        return Response(MotionSerializer(desk_motion(request, pk, motion_pk)).data)

    @extend_schema(request=MotionWordsSerializer, responses=MotionSerializer, examples=[MOTION_EXAMPLE])
    def patch(self, request: Request, pk: int, motion_pk: int) -> Response:
        motion = desk_motion(request, pk, motion_pk)
        judge("votes.prepare_assembly", person(request), motion.assembly)
        given = MotionWordsSerializer(
            motion, data=request.data, partial=True, context={"assembly": motion.assembly}
        )
        given.is_valid(raise_exception=True)
        values = {name: getattr(motion, name) for name in WORDS} | given.validated_data
        return Response(MotionSerializer(update_motion(motion=motion, actor=person(request), **values)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, motion_pk: int) -> Response:
        remove_motion(motion=desk_motion(request, pk, motion_pk), actor=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class MotionMove(Endpoint):
    """Put a motion in another place; the others close up."""

    @extend_schema(request=PlaceSerializer, responses=MotionSerializer)
    def post(self, request: Request, pk: int, motion_pk: int) -> Response:
        motion = desk_motion(request, pk, motion_pk)
        judge("votes.prepare_assembly", person(request), motion.assembly)
        given = PlaceSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        motion = move_motion(motion=motion, actor=person(request), **given.validated_data)
        return Response(MotionSerializer(motion).data)


class Attachments(Endpoint):
    """Add a paper to a motion of a draft."""

    parser_classes = [MultiPartParser]

    @extend_schema(request={"multipart/form-data": PaperSerializer}, responses={201: AttachmentSerializer})
    def post(self, request: Request, pk: int, motion_pk: int) -> Response:
        motion = desk_motion(request, pk, motion_pk)
        judge("votes.prepare_assembly", person(request), motion.assembly)
        given = PaperSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        paper = add_attachment(motion=motion, actor=person(request), **given.validated_data)
        return Response(AttachmentSerializer(paper).data, status=status.HTTP_201_CREATED)


class AttachmentRemoval(Endpoint):
    """Remove a paper from a motion of a draft."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, motion_pk: int, paper_pk: int) -> Response:
        motion = desk_motion(request, pk, motion_pk)
        paper = get_object_or_404(motion.attachments, pk=paper_pk)
        remove_attachment(attachment=paper, actor=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
