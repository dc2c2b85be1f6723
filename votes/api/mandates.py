"""委托: given, held, withdrawn. Who holds one casts with the usual ballot, naming it."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from communities.api.fields import PhoneField, PkField
from communities.clock import database_now
from communities.models import User
from communities.values.phone import mask_phone
from votes.access import assembly_for, electors_for, mandate_for, mandates_of
from votes.enums import MARK_OF_OPTION, MotionOption
from votes.errors import InstructionsInvalid, NotOnRoll
from votes.models import Mandate
from votes.services.mandates import FREE, grant_mandate, revoke_mandate
from votes.standing import masked

OPTION_OF_MARK = {mark.value: option.value for option, mark in MARK_OF_OPTION.items()}


class MandateSerializer(serializers.ModelSerializer[Mandate]):
    """A mandate as principal or holder sees it; other co-owners see neither name nor instructions."""

    elector = serializers.IntegerField(source="elector_id")
    home = serializers.CharField(source="elector.label")
    holds = serializers.SerializerMethodField(help_text="Whether this account is the holder.")
    principal_name = serializers.SerializerMethodField()
    holder_name = serializers.SerializerMethodField()
    holder_phone = serializers.SerializerMethodField(help_text="Masked.")
    instructions = serializers.SerializerMethodField(
        help_text='{"1": "for"}; what is left out, the holder decides.'
    )
    state = serializers.SerializerMethodField(help_text="standing, used, revoked or expired")

    class Meta:
        model = Mandate
        fields = [
            *("id", "assembly", "elector", "home", "holds", "principal_name", "holder_name", "holder_phone"),
            *("instructions", "state", "granted_at", "expires_at", "revoked_at"),
        ]

    def get_holds(self, mandate: Mandate) -> bool:
        return mandate.holder_id == self._user.pk

    def get_principal_name(self, mandate: Mandate) -> str:
        own = mandate.principal.user_id == self._user.pk
        return mandate.principal.name if own else mandate.principal.masked_name

    def get_holder_name(self, mandate: Mandate) -> str:
        return mandate.holder_name if self._knows(mandate) else masked(mandate.holder_name)

    def get_holder_phone(self, mandate: Mandate) -> str:
        return mask_phone(mandate.holder_phone)

    def get_instructions(self, mandate: Mandate) -> dict[str, str]:
        if not self._knows(mandate):
            return {}
        return {
            str(place): OPTION_OF_MARK[mark]
            for place, mark in enumerate(mandate.instructions, start=1)
            if mark != FREE
        }

    def get_state(self, mandate: Mandate) -> str:
        if mandate.revoked_at is not None:
            return "revoked"
        if mandate.pk in self.context["used"]:
            return "used"
        if mandate.expires_at is not None and mandate.expires_at <= self.context["moment"]:
            return "expired"
        return "standing"

    @property
    def _user(self) -> User:
        user: User = self.context["user"]
        return user

    def _knows(self, mandate: Mandate) -> bool:
        return self._user.pk in (mandate.holder_id, mandate.granted_by_id, mandate.principal.user_id)


class MandateGrantSerializer(serializers.Serializer[Any]):
    elector = PkField()
    holder_name = serializers.CharField(max_length=40)
    holder_phone = PhoneField()
    instructions = serializers.DictField(
        child=serializers.ChoiceField(choices=MotionOption.choices),
        default=dict,
        help_text='{"1": "for"}: by the motion\'s position; what is left out, the holder decides.',
    )
    expires_at = serializers.DateTimeField(allow_null=True, default=None)

    def marks(self, slots: int) -> str:
        """One mark a motion, "?" where the holder decides. Raises :class:`InstructionsInvalid`."""
        said: dict[str, str] = self.validated_data["instructions"]
        if not set(said) <= {str(place) for place in range(1, slots + 1)}:
            raise InstructionsInvalid
        return "".join(
            MARK_OF_OPTION[MotionOption(said[str(place)])].value if str(place) in said else FREE
            for place in range(1, slots + 1)
        )


GRANT_EXAMPLE = OpenApiExample(
    "mandate",
    {
        "elector": 17,
        "holder_name": "周明",
        "holder_phone": "13800000000",
        "instructions": {"1": "for"},
    },
    request_only=True,
)


class Mandates(Endpoint):
    """The mandates of one assembly that this account holds or whose home gave them; give one."""

    @extend_schema(responses=MandateSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        user = person(request)
        assembly = assembly_for(user, pk)
        found = list(mandates_of(user).filter(assembly=assembly))
        return Response(MandateSerializer(found, many=True, context=_context(user, found)).data)

    @extend_schema(
        request=MandateGrantSerializer, responses={201: MandateSerializer}, examples=[GRANT_EXAMPLE]
    )
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        assembly = assembly_for(user, pk)
        electors = electors_for(user, assembly)
        if not electors.exists():
            raise NotOnRoll
        given = MandateGrantSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        elector = electors.filter(pk=given.validated_data["elector"]).first()
        if elector is None:
            raise NotOnRoll
        mandate = grant_mandate(
            assembly=assembly,
            elector=elector,
            holder_name=given.validated_data["holder_name"],
            holder_phone=given.validated_data["holder_phone"],
            instructions=given.marks(assembly.slots),
            expires_at=given.validated_data["expires_at"],
            actor=user,
        )
        shown = MandateSerializer(mandate, context=_context(user, [mandate]))
        return Response(shown.data, status=status.HTTP_201_CREATED)


class MandateDetail(Endpoint):
    @extend_schema(responses=MandateSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        user = person(request)
        mandate = mandate_for(user, pk)
        return Response(MandateSerializer(mandate, context=_context(user, [mandate])).data)


class MandateRevocation(Endpoint):
    """Take back a mandate of one's own that was not used. 409 once it was."""

    @extend_schema(request=None, responses=MandateSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        user = person(request)
        mandate = revoke_mandate(mandate=mandate_for(user, pk), actor=user)
        return Response(MandateSerializer(mandate, context=_context(user, [mandate])).data)


def _context(user: User, mandates: list[Mandate]) -> dict[str, Any]:
    wanted = Q(pk__in=[mandate.pk for mandate in mandates], ballots__isnull=False)
    used = set(Mandate.objects.filter(wanted).values_list("pk", flat=True))
    return {"user": user, "used": used, "moment": database_now()}
