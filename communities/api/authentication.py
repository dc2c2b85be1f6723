"""Who is asking: the same session cookie that the pages use."""

from typing import NoReturn

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import status
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.request import Request

from communities.models import User


class CsrfFailed(APIException):
    status_code = status.HTTP_403_FORBIDDEN
    default_code = "csrf-failed"
    default_detail = _("缺少防伪标记。请把 csrftoken 的值放在 X-CSRFToken 请求头里再试。")


class SessionLogin(SessionAuthentication):
    """The session of the pages. Nobody logged in is 401, not 403: the two ask for different things."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            _refuse(error)


def _refuse(error: PermissionDenied) -> NoReturn:
    raise CsrfFailed from error


class SessionLoginScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema names it."""

    target_class = SessionLogin
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "Set by `POST /session/` or a login code. Whatever changes something also needs "
            "the cookie `csrftoken` repeated in the header `X-CSRFToken`.",
        }


def person(request: Request) -> User:
    """Who is asking, where only somebody logged in gets."""
    assert isinstance(request.user, User)
    return request.user
