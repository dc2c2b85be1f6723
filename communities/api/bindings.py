"""Being bound to a home: finding it, proving it, asking for it, and the desk that answers."""

from typing import Any

from django.db.models import F
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from communities.access import (
    binding_at_desk,
    bindings_at_desk,
    estate_for,
    estate_to_join,
    estates_to_join,
    own_binding,
    own_bindings,
    unit_to_join,
    units_to_join,
)
from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from communities.api.estates import EstateSerializer, HomeSerializer
from communities.api.fields import MaskedIdentityField, MaskedPhoneField, PkField, ReasonSerializer
from communities.api.pages import PagedEndpoint
from communities.enums import BindingCapacity, BindingStatus
from communities.forms.binding import BindingFilterForm, OwnerProofForm
from communities.models import BindingRequest, Owner, Unit
from communities.queries import Home, RosterMatch, current_owners, roster_beside
from communities.rules import allows, today
from communities.services.binding import (
    approve_binding,
    bind_owner,
    refuse_binding,
    request_binding,
    withdraw_binding,
)


class JoinableUnitSerializer(serializers.ModelSerializer[Unit]):
    """Where a unit is. Never whose."""

    building = serializers.CharField(source="building.name")

    class Meta:
        model = Unit
        fields = ["id", "label", "building", "staircase", "room"]


class OwnerProofSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    last_six = serializers.CharField(
        max_length=24, help_text="The last six characters of the identity number."
    )

    def validate_last_six(self, last_six: str) -> str:
        form = OwnerProofForm({"name": "-", "last_six": last_six})
        if not form.is_valid():
            raise serializers.ValidationError([str(message) for message in form.errors["last_six"]])
        return str(form.cleaned_data["last_six"])


class BindingAskedSerializer(serializers.Serializer[Any]):
    """What is sent to ask for a binding."""

    capacity = serializers.ChoiceField(choices=BindingCapacity.choices)
    name = serializers.CharField(max_length=80)
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class BindingSerializer(serializers.ModelSerializer[BindingRequest]):
    """One's own request."""

    estate = serializers.CharField(source="estate.slug")
    unit = serializers.IntegerField(source="unit_id")
    unit_label = serializers.CharField(source="unit.label")

    class Meta:
        model = BindingRequest
        fields = [
            *("id", "estate", "unit", "unit_label", "capacity", "name", "note", "status"),
            *("created_at", "due_at", "decided_at", "reason"),
        ]


class DeskBindingSerializer(BindingSerializer):
    """Somebody's request, people masked as on the page."""

    name = serializers.SerializerMethodField()
    phone = MaskedPhoneField(source="user.phone")
    may_decide = serializers.SerializerMethodField()

    class Meta(BindingSerializer.Meta):
        fields = [*BindingSerializer.Meta.fields, "phone", "may_decide"]

    def get_name(self, binding: BindingRequest) -> str:
        return Owner(name=binding.name).masked_name

    def get_may_decide(self, binding: BindingRequest) -> bool:
        pending = binding.status == BindingStatus.PENDING
        return pending and allows("communities.decide_binding", self.context["person"], binding)


class RosterMatchSerializer(serializers.Serializer[Any]):
    """One owner the roster names for the unit, compared with what was claimed."""

    owner = serializers.IntegerField(source="owner.pk")
    name = serializers.CharField(source="owner.masked_name")
    identity = MaskedIdentityField(source="owner.identity")
    phone = MaskedPhoneField(source="owner.phone")
    bound = serializers.SerializerMethodField(help_text="To whatever account.")
    name_fits = serializers.BooleanField()
    phone_fits = serializers.BooleanField()

    def get_bound(self, match: RosterMatch) -> bool:
        return match.owner.user_id is not None


class DeskBindingDetailSerializer(DeskBindingSerializer):
    matches = serializers.SerializerMethodField()

    class Meta(DeskBindingSerializer.Meta):
        fields = [*DeskBindingSerializer.Meta.fields, "matches"]

    @extend_schema_field(RosterMatchSerializer(many=True))
    def get_matches(self, binding: BindingRequest) -> Any:
        return RosterMatchSerializer(roster_beside(binding, on=today()), many=True).data


class ApprovalSerializer(serializers.Serializer[Any]):
    owner = PkField(
        required=False,
        allow_null=True,
        help_text="Which owner on the roster the person is; needed where they ask as owner.",
    )


class JoinableEstates(PagedEndpoint):
    """Every estate one may ask to be bound to."""

    @extend_schema(
        responses=EstateSerializer(many=True),
        parameters=[OpenApiParameter("q", str, description="In its name or address.")],
    )
    def get(self, request: Request) -> Response:
        found = estates_to_join(request.query_params.get("q", "").strip()[:40])
        return self.paged(request, found, EstateSerializer)


class JoinableUnits(PagedEndpoint):
    """The units of an estate: which there are, never whose."""

    @extend_schema(
        responses=JoinableUnitSerializer(many=True),
        parameters=[OpenApiParameter(name, str) for name in ("building", "staircase", "room")],
    )
    def get(self, request: Request, slug: str) -> Response:
        units = units_to_join(estate_to_join(slug))
        for name, field in (("building", "building__name"), ("staircase", "staircase"), ("room", "room")):
            if name in request.query_params:
                units = units.filter(**{field: request.query_params[name]})
        return self.paged(request, units, JoinableUnitSerializer)


class OwnerBinding(Endpoint):
    """Prove to be an owner of the unit by name and end of the identity number; bound at once."""

    @extend_schema(
        request=OwnerProofSerializer,
        responses={201: HomeSerializer},
        examples=[OpenApiExample("proof", {"name": "王秀英", "last_six": "01123X"}, request_only=True)],
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        unit = unit_to_join(slug, pk)
        proof = OwnerProofSerializer(data=request.data)
        proof.is_valid(raise_exception=True)
        bind_owner(unit=unit, **proof.validated_data, actor=person(request))
        co_owned = current_owners(unit, on=today()).count() > 1
        home = Home(unit, BindingCapacity.OWNER, co_owned=co_owned)
        return Response(HomeSerializer(home).data, status=status.HTTP_201_CREATED)


class BindingAsk(Endpoint):
    """Ask the community to bind this account to the unit."""

    @extend_schema(
        request=BindingAskedSerializer,
        responses={201: BindingSerializer},
        examples=[
            OpenApiExample(
                "tenant", {"capacity": "tenant", "name": "李明", "note": "租期到明年六月"}, request_only=True
            )
        ],
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        unit = unit_to_join(slug, pk)
        asked = BindingAskedSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data | {"capacity": BindingCapacity(asked.validated_data["capacity"])}
        binding = request_binding(unit=unit, **values, actor=person(request))
        return Response(BindingSerializer(binding).data, status=status.HTTP_201_CREATED)


class MyBindings(PagedEndpoint):
    """What this account asked to be bound to, newest first."""

    @extend_schema(responses=BindingSerializer(many=True))
    def get(self, request: Request) -> Response:
        return self.paged(request, own_bindings(person(request)), BindingSerializer)


class BindingWithdrawal(Endpoint):
    """Take one's own request back."""

    @extend_schema(request=None, responses=BindingSerializer)
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        binding = withdraw_binding(binding=own_binding(user, pk), actor=user)
        return Response(BindingSerializer(binding).data)


class DeskBindings(PagedEndpoint):
    """The requests of an estate, for the secretary: those waiting, or those answered."""

    @extend_schema(
        responses=DeskBindingSerializer(many=True),
        parameters=[
            OpenApiParameter("show", str, enum=[BindingFilterForm.PENDING, BindingFilterForm.DECIDED])
        ],
    )
    def get(self, request: Request, slug: str) -> Response:
        user = person(request)
        rows = bindings_at_desk(user, estate_for(user, slug))
        if request.query_params.get("show") == BindingFilterForm.DECIDED:
            rows = rows.exclude(status=BindingStatus.PENDING).order_by(F("decided_at").desc(), "-pk")
        else:
            rows = rows.filter(status=BindingStatus.PENDING)
        rows = rows.select_related("estate__community__subdistrict")
        return self.paged(request, rows, DeskBindingSerializer, person=user)


class DeskBinding(Endpoint):
    """One request, beside what the roster says of the unit."""

    @extend_schema(responses=DeskBindingDetailSerializer)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return _shown(request, binding_at_desk(person(request), slug, pk))


class BindingApproval(Endpoint):
    """Grant a request."""

    @extend_schema(request=ApprovalSerializer, responses=DeskBindingDetailSerializer)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        user = person(request)
        binding = binding_at_desk(user, slug, pk)
        given = ApprovalSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data.get("owner")
        owner = current_owners(binding.unit, on=today()).filter(pk=wanted).first() if wanted else None
        return _shown(request, approve_binding(binding=binding, owner=owner, actor=user))


class BindingRefusal(Endpoint):
    """Refuse a request, with a reason that the person reads."""

    @extend_schema(request=ReasonSerializer, responses=DeskBindingDetailSerializer)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        user = person(request)
        binding = binding_at_desk(user, slug, pk)
        given = ReasonSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return _shown(request, refuse_binding(binding=binding, actor=user, **given.validated_data))


def _shown(request: Request, binding: BindingRequest) -> Response:
    return Response(DeskBindingDetailSerializer(binding, context={"person": person(request)}).data)
