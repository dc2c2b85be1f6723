"""The API of minutes."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import URLPattern, URLResolver, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api.authentication import person
from communities.api.endpoints import Endpoint, PublicEndpoint
from communities.api.fields import ReasonSerializer
from communities.errors import TooOften
from communities.http import client_address
from communities.models import User
from governance.access.meetings import desk_minutes_for, minutes_for
from governance.enums import Party
from governance.minutes_files import LARGEST, verify_file
from governance.models import Minutes, MinutesItem
from governance.services.minutes import (
    ask_for_confirmation,
    change_minutes,
    change_minutes_item,
    confirm_minutes,
    correct_minutes,
    discard_minutes,
    draft_minutes,
    end_confirmation,
    sign_minutes,
    take_minutes_back,
)
from governance.services.signer_proofs import prove_signer, send_signing_code
from governance.services.verifications import VERIFIED

from .acts import act
from .meetings_routes import _run
from .shown import MinutesShown


class MinutesTextGiven(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="Value of ``edits`` this change began from.")
    opening = serializers.CharField(max_length=20_000, allow_blank=True)
    closing = serializers.CharField(max_length=20_000, allow_blank=True)


class MinutesItemGiven(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    discussion = serializers.CharField(max_length=20_000, allow_blank=True)
    consensus = serializers.CharField(max_length=20_000, allow_blank=True)
    dissent = serializers.CharField(max_length=20_000, allow_blank=True)
    positions = serializers.DictField(
        child=serializers.CharField(max_length=2000, allow_blank=True), default=dict
    )

    def validate_positions(self, given: dict[str, str]) -> dict[str, str]:
        if not set(given) <= set(Party.values):
            raise serializers.ValidationError("参会方写错了。")
        return given


class ConfirmationGiven(serializers.Serializer[Any]):
    dissent = serializers.CharField(
        max_length=1000, allow_blank=True, default="", help_text="Empty confirms; else ten characters."
    )


class SignatureGiven(serializers.Serializer[Any]):
    party = serializers.ChoiceField(choices=Party.choices)
    sha = serializers.CharField(max_length=64, help_text="Hash of the text that was shown.")
    secret = serializers.CharField(max_length=200, help_text="Second step, password or SMS code.")
    key = serializers.CharField(max_length=200, allow_blank=True, default="", help_text="For an SMS code.")


class CodeSent(serializers.Serializer[Any]):
    key = serializers.CharField()


class MinutesFileGiven(serializers.Serializer[Any]):
    file = serializers.FileField()

    def validate_file(self, file: Any) -> Any:
        if file.size > LARGEST:
            raise serializers.ValidationError("文件太大，最多 20 MB。")
        return file


class VerdictShown(serializers.Serializer[Any]):
    verdict = serializers.CharField()
    number = serializers.CharField()
    sha256 = serializers.CharField()


def _edited(user: User, pk: int) -> Minutes:
    minutes = get_object_or_404(Minutes.objects.select_related("meeting__estate"), pk=pk)
    return desk_minutes_for(user, minutes.meeting.estate.slug, pk)


def _edited_item(user: User, pk: int) -> MinutesItem:
    item = get_object_or_404(MinutesItem, pk=pk)
    item.minutes = _edited(user, item.minutes_id)
    return item


class MinutesRead(Endpoint):
    @extend_schema(responses=MinutesShown)
    def get(self, request: Request, pk: int) -> Response:
        """What the minutes say, and who signed."""
        return Response(MinutesShown(minutes_for(person(request), pk)).data)


class SigningCode(Endpoint):
    @extend_schema(request=None, responses=CodeSent)
    def post(self, request: Request, pk: int) -> Response:
        """Have a code sent to one's own phone, to sign with."""
        user = person(request)
        minutes_for(user, pk)
        return Response({"key": send_signing_code(user, client_address(request._request))})


class Signature(Endpoint):
    @extend_schema(request=SignatureGiven, responses=MinutesShown)
    def post(self, request: Request, pk: int) -> Response:
        """Sign for a party, proving once more who one is; the third signature seals."""
        user = person(request)
        minutes = minutes_for(user, pk)
        given = SignatureGiven(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        method = prove_signer(
            user, secret=values["secret"], address=client_address(request._request), key=values["key"]
        )
        signed = sign_minutes(
            minutes=minutes, party=values["party"], sha=values["sha"], method=method, actor=user
        )
        return Response(MinutesShown(signed).data)


class Verification(PublicEndpoint):
    parser_classes = [MultiPartParser]

    @extend_schema(request=MinutesFileGiven, responses=VerdictShown)
    def post(self, request: Request) -> Response:
        """What a PDF or DOCX of minutes is worth. Nothing that is sent is kept."""
        given = MinutesFileGiven(data=request.data)
        given.is_valid(raise_exception=True)
        if not VERIFIED.allows(client_address(request._request)):
            raise TooOften
        verdict = verify_file(given.validated_data["file"].read())
        found = verdict.minutes
        return Response(
            {
                "verdict": verdict.kind,
                "number": found.number if found else "",
                "sha256": found.sha256 if found else "",
            }
        )


def _with_reason(name: str, about: str, service: Any) -> type[Endpoint]:
    return act(
        name,
        about,
        find=_edited,
        do=lambda minutes, actor, reason: service(minutes=minutes, reason=reason, actor=actor),
        given=ReasonSerializer,
        shown=MinutesShown,
        example={"reason": "第一项的期限写错了一个月。"},
    )


Drafting = act(
    "Drafting",
    "Draft minutes from the record of a meeting.",
    find=_run,
    do=lambda meeting, actor: draft_minutes(meeting=meeting, actor=actor),
    shown=MinutesShown,
    code=201,
)
MinutesDetail = act(
    "MinutesDetail",
    "Change what stands before and after the items.",
    find=_edited,
    do=lambda minutes, actor, **words: change_minutes(minutes=minutes, actor=actor, **words),
    given=MinutesTextGiven,
    shown=MinutesShown,
    example={"version": 1, "opening": "听取各方意见。", "closing": ""},
    method="put",
    also=MinutesRead,
)
ItemDetail = act(
    "ItemDetail",
    "Change what they say of one item; 409 where somebody did meanwhile.",
    find=_edited_item,
    do=lambda item, actor, **words: change_minutes_item(item=item, actor=actor, **words).minutes,
    given=MinutesItemGiven,
    shown=MinutesShown,
    example={"version": 1, "discussion": "……", "consensus": "先试行三个月。", "dissent": "", "positions": {}},
    method="put",
)
Confirmations = act(
    "Confirmations",
    "Confirm as one who attended, or dissent.",
    find=minutes_for,
    do=lambda minutes, actor, dissent: confirm_minutes(minutes=minutes, dissent=dissent, actor=actor).minutes,
    given=ConfirmationGiven,
    shown=MinutesShown,
    example={"dissent": ""},
    code=201,
)
Confirming = act(
    "Confirming",
    "Put the text to those who attended.",
    find=_edited,
    do=lambda minutes, actor: ask_for_confirmation(minutes=minutes, actor=actor),
    shown=MinutesShown,
)
Signing = act(
    "Signing",
    "Go on to the signatures, once all have answered.",
    find=_edited,
    do=lambda minutes, actor: end_confirmation(minutes=minutes, actor=actor),
    shown=MinutesShown,
)
TakingBack = _with_reason("TakingBack", "Open the text for editing again.", take_minutes_back)
Correction = _with_reason("Correction", "Begin a corrected version of sealed minutes.", correct_minutes)
Discarding = _with_reason("Discarding", "Do not use these minutes.", discard_minutes)

_ONE = "minutes/<int:pk>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("minutes/verification/", Verification.as_view(), name="minutes-verification"),
    path("meetings/<int:pk>/minutes/", Drafting.as_view(), name="meeting-minutes"),
    path(_ONE, MinutesDetail.as_view(), name="minutes"),
    path(f"{_ONE}confirmations/", Confirmations.as_view(), name="minutes-confirmations"),
    path(f"{_ONE}confirming/", Confirming.as_view(), name="minutes-confirming"),
    path(f"{_ONE}signing/", Signing.as_view(), name="minutes-signing"),
    path(f"{_ONE}signing-code/", SigningCode.as_view(), name="minutes-signing-code"),
    path(f"{_ONE}signature/", Signature.as_view(), name="minutes-signature"),
    path(f"{_ONE}taking-back/", TakingBack.as_view(), name="minutes-taking-back"),
    path(f"{_ONE}correction/", Correction.as_view(), name="minutes-correction"),
    path(f"{_ONE}discarding/", Discarding.as_view(), name="minutes-discarding"),
    path("minutes-items/<int:pk>/", ItemDetail.as_view(), name="minutes-item"),
]
