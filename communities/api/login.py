"""Logging in and out, and what an account may change about itself."""

from typing import Any

from allauth.account.stages import LoginStageController
from allauth.mfa.stages import AuthenticateStage
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from communities.accounts import log_in
from communities.api.authentication import person
from communities.api.endpoints import Endpoint, PublicEndpoint
from communities.api.fields import PhoneField
from communities.api.problems import form_refusal
from communities.errors import LoginCodeSpent, SecondStepMissing
from communities.forms.login import CodeForm
from communities.forms.second_step import SecondStepForm
from communities.http import client_address
from communities.models import User
from communities.services.login import CODE_LIFE, request_login_code, verify_login_code, verify_password
from communities.services.people import NAME_LENGTH, rename_person, set_password

#: What the session keeps between asking for a code and giving it.
PENDING = "api-login"


class LoginCodeSerializer(serializers.Serializer[Any]):
    phone = PhoneField(write_only=True)
    request = serializers.CharField(
        read_only=True, help_text="Names the request in the address of the next step."
    )
    seconds = serializers.IntegerField(read_only=True, help_text="How long the code can be used.")


class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=20, help_text="Six digits.")

    def validate_code(self, code: str) -> str:
        form = CodeForm({"code": code})
        if not form.is_valid():
            raise serializers.ValidationError([str(message) for message in form.errors["code"]])
        return str(form.cleaned_data["code"])


class PasswordLoginSerializer(serializers.Serializer[Any]):
    phone = PhoneField()
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class SessionSerializer(serializers.Serializer[Any]):
    logged_in = serializers.BooleanField(help_text="False while the second step is missing.")
    user = serializers.IntegerField(allow_null=True)
    display_name = serializers.CharField(allow_blank=True)


LOGGED_IN = {
    200: SessionSerializer,
    202: OpenApiResponse(SessionSerializer, "Go on with `POST /session/second-step/`."),
}


class LoginCodes(PublicEndpoint):
    """Send a one-time code to a phone. Says nothing about whether the phone has an account."""

    works_in_recovery = True

    @extend_schema(
        request=LoginCodeSerializer,
        responses={201: LoginCodeSerializer},
        examples=[
            OpenApiExample("phone", {"phone": "138 0000 0000"}, request_only=True),
            OpenApiExample("sent", {"request": "mG3v…", "seconds": 300}, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        asked = LoginCodeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        key = request_login_code(
            phone=asked.validated_data["phone"], address=client_address(request._request)
        )
        request._request.session[PENDING] = key
        told = {"request": _public_part(key), "seconds": int(CODE_LIFE.total_seconds())}
        return Response(told, status=status.HTTP_201_CREATED)


class LoginCodeUse(PublicEndpoint):
    """Give the code that was sent; the session is then logged in, or waits for the second step."""

    works_in_recovery = True

    @extend_schema(
        request=CodeSerializer,
        responses=LOGGED_IN,
        examples=[OpenApiExample("code", {"code": "042517"}, request_only=True)],
    )
    def post(self, request: Request, key: str) -> Response:
        given = CodeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        pending = request._request.session.get(PENDING, "")
        # Only the session that asked knows the whole key.
        if not pending or _public_part(pending) != key:
            raise LoginCodeSpent
        user = verify_login_code(request_key=pending, code=given.validated_data["code"])
        return _begin(request._request, user)


class Session(PublicEndpoint):
    """Who this session is; logging in with a password; logging out."""

    works_in_recovery = True

    authentication_classes = Endpoint.authentication_classes

    @extend_schema(responses=SessionSerializer)
    def get(self, request: Request) -> Response:
        get_token(request._request)
        return _session(request._request)

    @extend_schema(request=PasswordLoginSerializer, responses=LOGGED_IN)
    def post(self, request: Request) -> Response:
        given = PasswordLoginSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user = verify_password(**given.validated_data, address=client_address(request._request))
        return _begin(request._request, user, by_password=True)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SecondStep(PublicEndpoint):
    """The code of the authenticator app, or a recovery code, after the first step of a login."""

    works_in_recovery = True

    @extend_schema(request=CodeSerializer, responses=SessionSerializer)
    def post(self, request: Request) -> Response:
        http = request._request
        stage = LoginStageController.enter(http, AuthenticateStage.key)
        if stage is None:
            raise SecondStepMissing
        data = request.data if isinstance(request.data, dict) else {}
        form = SecondStepForm({"code": data.get("code", "")}, user=stage.login.user)
        if not form.is_valid():
            raise form_refusal(form)
        form.save()
        stage.exit()
        return _session(http)


class MeSerializer(serializers.ModelSerializer[User]):
    display_name = serializers.CharField(max_length=NAME_LENGTH)

    class Meta:
        model = User
        fields = ["id", "phone", "display_name"]
        read_only_fields = ["phone"]


class Me(Endpoint):
    """This account."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(person(request)).data)

    @extend_schema(request=MeSerializer, responses=MeSerializer)
    def patch(self, request: Request) -> Response:
        user = person(request)
        given = MeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        rename_person(user=user, display_name=given.validated_data["display_name"])
        return Response(MeSerializer(user).data)


class NewPasswordSerializer(serializers.Serializer[Any]):
    old = serializers.CharField(
        max_length=200,
        trim_whitespace=False,
        required=False,
        allow_blank=True,
        default="",
        help_text=gettext_lazy("已有密码的，须填现在的密码。"),
    )
    new = serializers.CharField(max_length=200, trim_whitespace=False)


class MyPassword(Endpoint):
    """Set a password, or another one. Other devices are logged out."""

    @extend_schema(request=NewPasswordSerializer, responses={204: None})
    def put(self, request: Request) -> Response:
        user = person(request)
        given = NewPasswordSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        set_password(user=user, **given.validated_data)
        update_session_auth_hash(request._request, user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _public_part(key: str) -> str:
    """The phone within the key must not stand in an address."""
    return key.rpartition(".")[0]


def _begin(http: HttpRequest, user: User, *, by_password: bool = False) -> Response:
    """Log ``user`` in as the pages do; whoever has a second step is asked for it."""
    logout(http)
    log_in(http, user, by_password=by_password)
    return _session(http)


def _session(http: HttpRequest) -> Response:
    user = http.user if http.user.is_authenticated else None
    waiting = user is None and LoginStageController.enter(http, AuthenticateStage.key) is not None
    body = {
        "logged_in": user is not None,
        "user": user.pk if user else None,
        "display_name": user.display_name if isinstance(user, User) else "",
    }
    return Response(body, status=status.HTTP_202_ACCEPTED if waiting else status.HTTP_200_OK)
