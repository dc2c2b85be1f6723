"""A roster on its way in: upload, look at, put right, commit or discard."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from communities.access import roster_estate_for, roster_import_for
from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from communities.api.fields import LARGEST_PK
from communities.api.pages import PagedEndpoint
from communities.api.problems import form_refusal
from communities.enums import ImportStatus
from communities.forms.roster import LARGEST_FILE, RosterCommitForm
from communities.models import Estate, RosterImport, User
from communities.roster import CellAddress, Field
from communities.rules import allows
from communities.services.rosters import (
    ImportClosed,
    commit_roster,
    correct_roster,
    discard_roster,
    roster_of,
    upload_roster,
)


class ProblemSerializer(serializers.Serializer[Any]):
    sheet = serializers.CharField()
    row = serializers.IntegerField()
    column = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class ReportSerializer(serializers.Serializer[Any]):
    """What the file says, word for word what `manage.py import_roster --format json` prints."""

    units = serializers.IntegerField()
    heads = serializers.IntegerField()
    area = serializers.CharField()
    parking_units = serializers.IntegerField()
    parking_area = serializers.CharField()
    errors = ProblemSerializer(many=True, help_text="Their rows are left out.")  # type: ignore[assignment]
    warnings = ProblemSerializer(many=True, help_text="Their rows are taken.")


class DiffSerializer(serializers.Serializer[Any]):
    """What committing would change, people masked."""

    digest = serializers.CharField(help_text="Sent back with the commit: this is what was looked at.")
    counts = serializers.DictField(child=serializers.IntegerField())
    changes = serializers.ListField(child=serializers.DictField())
    owners = serializers.ListField(child=serializers.DictField())
    skipped = serializers.ListField(child=serializers.CharField(), help_text="Sheets that hold no roster.")


class ImportSerializer(serializers.ModelSerializer[RosterImport]):
    class Meta:
        model = RosterImport
        fields = ["id", "file_name", "sha256", "status", "uploaded_at", "committed_at"]


class ImportDetailSerializer(ImportSerializer):
    report = ReportSerializer()
    diff = DiffSerializer()

    class Meta(ImportSerializer.Meta):
        fields = [*ImportSerializer.Meta.fields, "report", "diff"]


class UploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True, help_text=".xlsx or .csv, up to 10 MB.")

    def validate_file(self, file: Any) -> Any:
        if file.size > LARGEST_FILE:
            raise serializers.ValidationError(
                _("文件超过 10 MB。请删去图片等无关内容，或按楼栋分成几个文件，分次上传。")
            )
        return file


class CellSerializer(serializers.Serializer[Any]):
    sheet = serializers.CharField(max_length=200, trim_whitespace=False)
    row = serializers.IntegerField(min_value=1, max_value=LARGEST_PK)
    column = serializers.ChoiceField(choices=[field.value for field in Field])
    text = serializers.CharField(max_length=500, allow_blank=True)


class CorrectionsSerializer(serializers.Serializer[Any]):
    corrections = serializers.ListField(child=CellSerializer(), max_length=500)


class ProblemRowSerializer(serializers.Serializer[Any]):
    """A row with a problem, its cells as they were judged."""

    sheet = serializers.CharField()
    row = serializers.IntegerField()
    cells = serializers.DictField(child=serializers.CharField())


class CommitSerializer(serializers.Serializer[Any]):
    """Each flag is needed where the report or the comparison has such lines."""

    digest = serializers.CharField(
        max_length=64, help_text="`diff.digest` of the import as it was looked at."
    )
    leave_out = serializers.BooleanField(default=False, help_text="Rows with errors stay out.")
    accept_warnings = serializers.BooleanField(default=False)
    take_off = serializers.BooleanField(default=False, help_text="Units no longer listed are taken off.")


class RosterImports(PagedEndpoint):
    """Uploading a roster for preview. Nothing changes before it is committed."""

    parser_classes = [MultiPartParser]

    @extend_schema(responses=ImportSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        imports = _estate(person(request), slug).roster_imports
        return self.paged(
            request, imports.defer("content", "corrections", "diff", "report"), ImportSerializer
        )

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={201: ImportDetailSerializer})
    def post(self, request: Request, slug: str) -> Response:
        user = person(request)
        estate = _estate(user, slug)
        given = UploadSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        file = given.validated_data["file"]
        made = upload_roster(estate=estate, file_name=file.name, content=file.read(), actor=user)
        return Response(ImportDetailSerializer(made).data, status=status.HTTP_201_CREATED)


class RosterImportDetail(Endpoint):
    """What a file says, what is wrong in it, and what it would change."""

    @extend_schema(responses=ImportDetailSerializer)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return _shown(roster_import_for(person(request), slug, pk))


class ProblemRows(PagedEndpoint):
    """The rows that can be put right, while the import is open."""

    @extend_schema(responses=ProblemRowSerializer(many=True))
    def get(self, request: Request, slug: str, pk: int) -> Response:
        rows = [
            {"sheet": sheet, "row": row, "cells": {str(name): text for name, text in cells.items()}}
            for (sheet, row), cells in _problem_rows(roster_import_for(person(request), slug, pk)).items()
        ]
        return self.paged(request, rows, ProblemRowSerializer)


class RosterCorrections(Endpoint):
    """Put cells right and judge the file again."""

    @extend_schema(
        request=CorrectionsSerializer,
        responses=ImportDetailSerializer,
        examples=[
            OpenApiExample(
                "area",
                {"corrections": [{"sheet": "业主名册", "row": 12, "column": "area", "text": "88.06"}]},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        user = person(request)
        found = roster_import_for(user, slug, pk)
        given = CorrectionsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        rows = _problem_rows(found)
        cells = {}
        for place, cell in enumerate(given.validated_data["corrections"]):
            if (cell["sheet"], cell["row"]) not in rows:
                raise serializers.ValidationError(
                    {"corrections": {str(place): [_("只能更正有问题的行，见 problem-rows。")]}}
                )
            cells[CellAddress(cell["sheet"], cell["row"], cell["column"])] = cell["text"]
        return _shown(correct_roster(roster_import=found, corrections=cells, actor=user))


class RosterCommit(Endpoint):
    """Make the roster say what the file says: all of it or nothing."""

    @extend_schema(request=CommitSerializer, responses=ImportDetailSerializer)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        user = person(request)
        found = roster_import_for(user, slug, pk)
        given = CommitSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        if found.status != ImportStatus.PREVIEW:
            raise ImportClosed
        said = RosterCommitForm(
            given.validated_data,
            errors=len(found.report["errors"]),
            warnings=len(found.report["warnings"]),
            gone=found.diff["counts"]["gone"],
            shown=found.diff["digest"],
        )
        if not said.is_valid():
            raise form_refusal(said)
        return _shown(commit_roster(roster_import=found, actor=user, shown=given.validated_data["digest"]))


class RosterDiscard(Endpoint):
    """Give an import up; its file is forgotten."""

    @extend_schema(request=None, responses=ImportDetailSerializer)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        user = person(request)
        return _shown(discard_roster(roster_import=roster_import_for(user, slug, pk), actor=user))


def _estate(user: User, slug: str) -> Estate:
    estate = roster_estate_for(user, slug)
    if not allows("communities.import_roster", user, estate):
        raise Http404
    return estate


def _problem_rows(found: RosterImport) -> dict[tuple[str, int], dict[Any, str]]:
    """Rows by sheet and number. Raises :class:`ImportClosed` once the file is forgotten."""
    if found.status != ImportStatus.PREVIEW:
        raise ImportClosed
    return {place: dict(cells) for place, cells in roster_of(found).problem_rows.items()}


def _shown(found: RosterImport) -> Response:
    return Response(ImportDetailSerializer(found).data)
