"""Sheets for a scanner: received by their code, and read."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from votes.access import assembly_for, paper_on_desk_for, papers_assembly_for
from votes.enums import MARK_OF_OPTION, Mark, MotionOption
from votes.models import PaperBallot
from votes.paper_states import PaperState, state_of, with_states
from votes.services.paper_entries import DEFECTS, enter_paper
from votes.services.papers import receive_paper

#: What stands on a line of paper, beside the options: two marks, or none.
TWO_MARKS, NO_MARK = "two-marks", "no-mark"
MARK_OF_LINE = {
    **{option.value: mark.value for option, mark in MARK_OF_OPTION.items()},
    TWO_MARKS: Mark.INVALID.value,
    NO_MARK: Mark.UNMARKED.value,
}


class SheetSerializer(serializers.Serializer[Any]):
    """Where a sheet stands. Nothing of what is on it."""

    id = serializers.UUIDField()
    serial = serializers.IntegerField()
    state = serializers.ChoiceField(choices=PaperState.choices)
    received_at = serializers.DateTimeField(allow_null=True)


class ReturnSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=300, help_text="The text of the QR code, or the serial.")
    file = serializers.FileField(help_text="Scan or photo: PDF, JPG, PNG or WebP, up to 10 MB.")


class LookSerializer(serializers.Serializer[Any]):
    """One person's reading of a sheet: all lines, or what is wrong with the whole of it."""

    choices = serializers.DictField(
        child=serializers.ChoiceField(choices=[*MotionOption.values, TWO_MARKS, NO_MARK]),
        required=False,
        help_text='By the position of each motion: {"1": "for", "2": "two-marks"}.',
    )
    defect = serializers.ChoiceField(
        choices=[(reason.value, reason.label) for reason in DEFECTS], required=False, allow_blank=True
    )

    def validate_choices(self, choices: dict[str, str]) -> dict[str, str]:
        if set(choices) != {str(position) for position in range(1, len(choices) + 1)}:
            raise serializers.ValidationError(_("请对每一项选一个，从第 1 项起依次写。"))
        return choices

    def marks(self) -> str:
        choices = self.validated_data.get("choices", {})
        return "".join(MARK_OF_LINE[choices[str(place)]] for place in range(1, len(choices) + 1))


LOOK_EXAMPLE = OpenApiExample("look", {"choices": {"1": "for", "2": "two-marks"}}, request_only=True)


def _sheet(pk: UUID) -> dict[str, Any]:
    paper = with_states(PaperBallot.objects.filter(pk=pk)).get()
    shown = SheetSerializer(
        {
            "id": paper.pk,
            "serial": paper.serial,
            "state": state_of(paper).value,
            "received_at": paper.received_at,
        }
    )
    return dict(shown.data)


class PaperReturns(Endpoint):
    """Register that a sheet came back, with its scan. For scrutineers."""

    parser_classes = [MultiPartParser]

    @extend_schema(request={"multipart/form-data": ReturnSerializer}, responses={201: SheetSerializer})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        assembly = papers_assembly_for(user, assembly_for(user, pk).estate.slug, pk)
        given = ReturnSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        paper = receive_paper(assembly=assembly, actor=user, **given.validated_data)
        return Response(_sheet(paper.pk), status=status.HTTP_201_CREATED)


class PaperLooks(Endpoint):
    """Enter what stands on a received sheet. Two who agree, or the third, settle it."""

    @extend_schema(request=LookSerializer, responses={201: SheetSerializer}, examples=[LOOK_EXAMPLE])
    def post(self, request: Request, pk: int, paper_pk: UUID) -> Response:
        user = person(request)
        paper = paper_on_desk_for(user, assembly_for(user, pk).estate.slug, pk, paper_pk)
        given = LookSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        defect = given.validated_data.get("defect", "")
        enter_paper(paper=paper, choices=given.marks(), defect=defect, actor=user)
        return Response(_sheet(paper.pk), status=status.HTTP_201_CREATED)
