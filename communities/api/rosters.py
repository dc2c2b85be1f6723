"""The owners' roster for those who keep it."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities.access import owners_on_roster_for, roster_estate_for, unit_on_roster_for
from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from communities.api.fields import AreaField, MaskedIdentityField, MaskedPhoneField, PkField
from communities.api.pages import PagedEndpoint
from communities.models import Owner, Ownership, Unit
from communities.queries import (
    current_titles,
    owners_called,
    roster_figures,
    units_called,
    unrepresented_units,
)
from communities.rules import today
from communities.services.rosters import NotACoOwner, export_roster, set_representative
from communities.spreadsheets import CONTENT_TYPE


class FiguresSerializer(serializers.Serializer[Any]):
    """What a roster adds up to. Parking and storage are counted apart."""

    units = serializers.IntegerField()
    heads = serializers.IntegerField(help_text="Distinct sets of owners.")
    area = AreaField()
    parking_units = serializers.IntegerField()
    parking_area = AreaField()


class TitleSerializer(serializers.ModelSerializer[Ownership]):
    """An owner of a unit, number and phone masked as on the page."""

    owner = serializers.IntegerField(source="owner_id")
    name = serializers.CharField(source="owner.name")
    identity = MaskedIdentityField(source="owner.identity")
    phone = MaskedPhoneField(source="owner.phone")
    bound = serializers.SerializerMethodField(help_text="Whether an account is bound to the owner.")

    class Meta:
        model = Ownership
        fields = [
            *("owner", "name", "identity", "phone", "bound"),
            *("is_representative", "valid_from", "valid_to"),
        ]

    def get_bound(self, title: Ownership) -> bool:
        return title.owner.user_id is not None


class RosterUnitSerializer(serializers.ModelSerializer[Unit]):
    """A unit with its owners of today."""

    building = serializers.CharField(source="building.name")
    area = AreaField()
    owners = serializers.SerializerMethodField()

    class Meta:
        model = Unit
        fields = [
            *("id", "label", "building", "staircase", "room"),
            *("area", "area_basis", "use", "developer_held", "gone_on", "owners"),
        ]

    @extend_schema_field(TitleSerializer(many=True))
    def get_owners(self, unit: Unit) -> Any:
        titles: list[Ownership] = unit.titles  # type: ignore[attr-defined]
        return TitleSerializer(titles, many=True).data


class RosterOwnerSerializer(serializers.ModelSerializer[Owner]):
    identity = MaskedIdentityField()
    phone = MaskedPhoneField()
    units = serializers.SerializerMethodField(help_text="The labels of the units held today.")

    class Meta:
        model = Owner
        fields = ["id", "kind", "name", "identity", "phone", "units"]

    def get_units(self, owner: Owner) -> list[str]:
        titles: list[Ownership] = owner.titles  # type: ignore[attr-defined]
        return [title.unit.label for title in titles]


class SearchSerializer(serializers.Serializer[Any]):
    words = serializers.CharField(max_length=60, help_text="A place, or an owner's whole name.")


class RepresentativeSerializer(serializers.Serializer[Any]):
    owner = PkField(allow_null=True, help_text="Whom the co-owners named; null takes the entry back.")


class RosterFigures(Endpoint):
    """What the roster adds up to today."""

    @extend_schema(responses=FiguresSerializer)
    def get(self, request: Request, slug: str) -> Response:
        estate = roster_estate_for(person(request), slug)
        return Response(FiguresSerializer(roster_figures(estate, on=today())).data)


class RosterUnits(PagedEndpoint):
    """The units with their owners."""

    @extend_schema(
        responses=RosterUnitSerializer(many=True),
        parameters=[
            OpenApiParameter("building", str, description="The name of one building."),
            OpenApiParameter("unnamed", bool, description="Co-owned, and nobody named to cast for it."),
        ],
    )
    def get(self, request: Request, slug: str) -> Response:
        estate = roster_estate_for(person(request), slug)
        units: QuerySet[Unit] = Unit.objects.standing().filter(estate=estate)
        if request.query_params.get("unnamed") == "true":
            units = unrepresented_units([estate], on=today())
        if "building" in request.query_params:
            units = units.filter(building__name=request.query_params["building"])
        return self.paged(request, _with_owners(units), RosterUnitSerializer)


class RosterSearch(PagedEndpoint):
    """Units by place or owner. Sent, not asked for in an address: it may be a person's name."""

    works_in_recovery = True

    @extend_schema(request=SearchSerializer, responses=RosterUnitSerializer(many=True))
    def post(self, request: Request, slug: str) -> Response:
        estate = roster_estate_for(person(request), slug)
        wanted = SearchSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        words = wanted.validated_data["words"]
        units: QuerySet[Unit] = units_called(estate, words).filter(gone_on__isnull=True)
        if named := owners_called(estate, words):
            held = Ownership.objects.on(today()).filter(owner__in=named).values("unit")
            units = Unit.objects.standing().filter(estate=estate, pk__in=held)
        return self.paged(request, _with_owners(units), RosterUnitSerializer)


class RosterUnit(Endpoint):
    """One unit."""

    @extend_schema(responses=RosterUnitSerializer)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return _shown(unit_on_roster_for(person(request), slug, pk))


class Representative(Endpoint):
    """Whom the co-owners of a unit named to cast for it. Holds from the next roll on."""

    @extend_schema(request=RepresentativeSerializer, responses=RosterUnitSerializer)
    def put(self, request: Request, slug: str, pk: int) -> Response:
        user = person(request)
        unit = unit_on_roster_for(user, slug, pk)
        given = RepresentativeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data["owner"]
        owner = owners_on_roster_for(user, slug).filter(pk=wanted).first()
        if wanted is not None and owner is None:
            raise NotACoOwner
        set_representative(unit=unit, owner=owner, actor=user)
        return _shown(unit)


class RosterOwners(PagedEndpoint):
    """The owners of today, each with the units they hold."""

    @extend_schema(responses=RosterOwnerSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        user = person(request)
        held = Ownership.objects.on(today()).filter(unit__estate=roster_estate_for(user, slug))
        titles = held.select_related("unit__building").order_by("unit__building__position", "pk")
        owners = (
            owners_on_roster_for(user, slug)
            .filter(pk__in=held.values("owner"))
            .order_by("pk")
            .prefetch_related(Prefetch("ownerships", queryset=titles, to_attr="titles"))
        )
        return self.paged(request, owners, RosterOwnerSerializer)


class RosterExport(Endpoint):
    """The roster of today as .xlsx, numbers and phones masked. The ledger keeps who took it."""

    @extend_schema(request=None, responses={(200, CONTENT_TYPE): OpenApiTypes.BINARY})
    def post(self, request: Request, slug: str) -> HttpResponse:
        user = person(request)
        content = export_roster(estate=roster_estate_for(user, slug), actor=user)
        name = f'attachment; filename="{slug}-roster-{today():%Y%m%d}.xlsx"'
        return HttpResponse(content, content_type=CONTENT_TYPE, headers={"Content-Disposition": name})


def _with_owners(units: QuerySet[Unit]) -> QuerySet[Unit]:
    return units.select_related("building").prefetch_related(current_titles(on=today()))


def _shown(unit: Unit) -> Response:
    return Response(RosterUnitSerializer(_with_owners(Unit.objects.filter(pk=unit.pk)).get()).data)
