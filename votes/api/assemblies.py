"""Assemblies for programs: reading them, and preparing, posting and stopping them."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from communities.access import estate_for
from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from communities.api.fields import ReasonSerializer
from communities.api.pages import PagedEndpoint
from communities.clock import database_now
from communities.errors import NotPermitted
from communities.models import Building
from communities.rules import allows
from votes.access import assemblies_for, assembly_for, desk_estate_for
from votes.api.desk import desk_assembly
from votes.api.serializers import (
    ActSerializer,
    AssemblyDetailSerializer,
    AssemblySerializer,
    BuildingTurnoutSerializer,
    FindingSerializer,
    OverrideSerializer,
    TurnoutSerializer,
)
from votes.enums import ActKind, AssemblyKind, AssemblyStatus, Convener
from votes.errors import AssemblyPosted, ScopeUnknown
from votes.linting import lint
from votes.models import Assembly, LintOverride
from votes.queries import turnout, turnout_by_building
from votes.services.acts import confirm_act, propose_act, withdraw_act
from votes.services.assemblies import (
    copy_assembly,
    create_assembly,
    delete_draft,
    judge,
    publish_assembly,
    suggested_title,
    update_assembly,
)
from votes.services.overrides import sign_override, withdraw_override

#: Days are added to and taken from these moments; a calendar ends at the year 9999.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class MomentField(serializers.DateTimeField):
    def to_internal_value(self, value: Any) -> datetime:
        moment = super().to_internal_value(value)
        if not EARLIEST <= moment < LATEST:
            raise serializers.ValidationError(_("请填写 2000 年到 2199 年之间的时间。"))
        return moment


class DraftSerializer(serializers.Serializer[Any]):
    """The fields of a draft. What is left out keeps its value; in a new draft, its usual one."""

    title = serializers.CharField(max_length=120, required=False)
    kind = serializers.ChoiceField(choices=AssemblyKind.choices, required=False)
    convener = serializers.ChoiceField(choices=Convener.choices, required=False)
    notice = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    posted_topics = serializers.CharField(
        max_length=4_000, required=False, allow_blank=True, help_text="One a line."
    )
    opens_at = MomentField(required=False, allow_null=True)
    closes_at = MomentField(
        required=False, allow_null=True, help_text='The first instant after the window: "24:00" is 00:00.'
    )

    scope_building = serializers.CharField(
        max_length=40,
        required=False,
        allow_null=True,
        help_text="The name of the building whose owners alone decide; null: the whole estate.",
    )
    scope_staircase = serializers.CharField(max_length=20, required=False, allow_blank=True)

    def validate_scope_building(self, name: str | None) -> Building | None:
        if name is None:
            return None
        building = Building.objects.filter(estate=self.context["estate"], name=name).first()
        if building is None:
            raise serializers.ValidationError(ScopeUnknown.message)
        return building

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        opens_at, closes_at = (
            attrs.get(name, getattr(self.instance, name, None)) for name in ("opens_at", "closes_at")
        )
        if opens_at and closes_at and closes_at <= opens_at:
            raise serializers.ValidationError({"closes_at": [_("表决截止必须晚于表决开始。")]})
        return attrs


class SignatureSerializer(serializers.Serializer[Any]):
    finding = serializers.CharField(max_length=120, help_text="The finding's key.")
    reason = serializers.CharField(max_length=500, allow_blank=True)


class ProposalSerializer(ReasonSerializer):
    kind = serializers.ChoiceField(choices=ActKind.choices)
    payload = serializers.DictField(
        child=serializers.CharField(max_length=200, allow_blank=True),
        required=False,
        help_text=(
            "extend: closes_at (ISO 8601) and, without a measured outage, basis. correct-roll: shown, as "
            "the roll correction gives it. void: authority and document, where an authority ordered it."
        ),
    )


DRAFT_EXAMPLE = OpenApiExample(
    "draft",
    {
        "title": "2026年第二次业主大会会议",
        "kind": "regular",
        "convener": "committee",
        "notice": "定于下列时间召开业主大会会议。",
        "posted_topics": "续聘物业服务企业\n修改管理规约",
        "opens_at": "2026-12-08T08:00:00+08:00",
        "closes_at": "2026-12-21T00:00:00+08:00",
    },
    request_only=True,
)


def detail(request: Request, assembly: Assembly, code: int = status.HTTP_200_OK) -> Response:
    assembly = assemblies_for(person(request)).get(pk=assembly.pk)
    prefetch_related_objects([assembly], "motions__attachments", "lint_overrides")
    shown = AssemblyDetailSerializer(assembly, context={"moment": database_now()})
    return Response(shown.data, status=code)


class AssemblyList(PagedEndpoint):
    """The assemblies of an estate, newest first; and beginning a draft."""

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
        return self.paged(request, assemblies.order_by("-pk"), AssemblySerializer, moment=database_now())

    @extend_schema(
        request=DraftSerializer, responses={201: AssemblyDetailSerializer}, examples=[DRAFT_EXAMPLE]
    )
    def post(self, request: Request, slug: str) -> Response:
        user = person(request)
        estate = desk_estate_for(user, slug)
        judge("votes.prepare_assembly", user, estate)
        given = DraftSerializer(data=request.data, context={"estate": estate})
        given.is_valid(raise_exception=True)
        usual = {"title": suggested_title(estate, database_now()), "kind": AssemblyKind.REGULAR}
        assembly = create_assembly(estate=estate, actor=user, **(usual | given.validated_data))
        return detail(request, assembly, status.HTTP_201_CREATED)


class AssemblyDetail(Endpoint):
    """One assembly with its motions and the rules frozen at publication."""

    @extend_schema(responses=AssemblyDetailSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return detail(request, assembly_for(person(request), pk))

    @extend_schema(request=DraftSerializer, responses=AssemblyDetailSerializer, examples=[DRAFT_EXAMPLE])
    def patch(self, request: Request, pk: int) -> Response:
        assembly = desk_assembly(request, pk)
        judge("votes.prepare_assembly", person(request), assembly)
        context = {"estate": assembly.estate}
        given = DraftSerializer(assembly, data=request.data, partial=True, context=context)
        given.is_valid(raise_exception=True)
        names = ("title", "kind", "convener", "notice", "posted_topics", "opens_at", "closes_at")
        scope = ("scope_building", "scope_staircase")
        if "scope_building" in given.validated_data:
            given.validated_data.setdefault("scope_staircase", "")
        values = {name: getattr(assembly, name) for name in (*names, *scope)} | given.validated_data
        return detail(request, update_assembly(assembly=assembly, actor=person(request), **values))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        delete_draft(assembly=desk_assembly(request, pk), actor=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class AssemblyCopy(Endpoint):
    """A new draft with the same notice, topics and motions."""

    @extend_schema(request=None, responses={201: AssemblyDetailSerializer})
    def post(self, request: Request, pk: int) -> Response:
        copy = copy_assembly(assembly=desk_assembly(request, pk), actor=person(request))
        return detail(request, copy, status.HTTP_201_CREATED)


class AssemblyFindings(Endpoint):
    """What would let the result be disputed, if the draft were posted now. 409 once it is posted."""

    @extend_schema(responses=FindingSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        assembly = desk_assembly(request, pk)
        if assembly.status != AssemblyStatus.DRAFT:
            raise AssemblyPosted
        signed = set(assembly.lint_overrides.values_list("finding", flat=True))
        findings = [
            asdict(found) | {"signed": not found.is_error and found.key in signed}
            for found in lint(assembly, database_now())
        ]
        return Response(FindingSerializer(findings, many=True).data)


class Overrides(Endpoint):
    """Sign for a warning of a draft, with a reason that the owners read."""

    @extend_schema(request=SignatureSerializer, responses={201: OverrideSerializer})
    def post(self, request: Request, pk: int) -> Response:
        assembly = desk_assembly(request, pk)
        given = SignatureSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        override = sign_override(assembly=assembly, actor=person(request), **given.validated_data)
        return Response(OverrideSerializer(override).data, status=status.HTTP_201_CREATED)


class Override(Endpoint):
    """Take a signature back while the assembly is a draft."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, override_pk: int) -> Response:
        override = get_object_or_404(LintOverride, assembly=desk_assembly(request, pk), pk=override_pk)
        withdraw_override(override=override, actor=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class AssemblyPublication(Endpoint):
    """Post a draft. What stands in the way comes back as ``findings``; what is posted is never edited."""

    @extend_schema(request=None, responses=AssemblyDetailSerializer)
    def post(self, request: Request, pk: int) -> Response:
        assembly = publish_assembly(assembly=desk_assembly(request, pk), actor=person(request))
        return detail(request, assembly)


class Acts(Endpoint):
    """Cancelling, extending or correcting what runs, revoking a result: one proposes, another confirms."""

    @extend_schema(responses=ActSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        acts = desk_assembly(request, pk).acts.select_related("proposed_by", "confirmed_by")
        return Response(ActSerializer(acts, many=True).data)

    @extend_schema(request=ProposalSerializer, responses={201: ActSerializer})
    def post(self, request: Request, pk: int) -> Response:
        assembly = desk_assembly(request, pk)
        judge("votes.propose_act", person(request), assembly)
        given = ProposalSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        act = propose_act(assembly=assembly, actor=person(request), **given.validated_data)
        return Response(ActSerializer(act).data, status=status.HTTP_201_CREATED)


class ActConfirmation(Endpoint):
    """Carry out what another person proposed."""

    @extend_schema(request=None, responses=ActSerializer)
    def post(self, request: Request, pk: int, act_pk: int) -> Response:
        act = get_object_or_404(desk_assembly(request, pk).acts, pk=act_pk)
        return Response(ActSerializer(confirm_act(act=act, actor=person(request))).data)


class ActWithdrawal(Endpoint):
    """Take one's own proposal back."""

    @extend_schema(request=None, responses=ActSerializer)
    def post(self, request: Request, pk: int, act_pk: int) -> Response:
        act = get_object_or_404(desk_assembly(request, pk).acts, pk=act_pk)
        return Response(ActSerializer(withdraw_act(act=act, actor=person(request))).data)


class AssemblyTurnout(Endpoint):
    """How many have voted by now, never how."""

    @extend_schema(responses=TurnoutSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(TurnoutSerializer(turnout(assembly_for(person(request), pk))).data)


class BuildingTurnouts(Endpoint):
    """Turnout by building, for those who go from door to door."""

    @extend_schema(responses=BuildingTurnoutSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        assembly = desk_assembly(request, pk)
        if not allows("votes.view_turnout_by_building", person(request), assembly):
            raise NotPermitted
        return Response(BuildingTurnoutSerializer(turnout_by_building(assembly), many=True).data)
