"""Errors of the API as RFC 9457 problem details, the same refusals the pages show."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from communities.errors import NotPermitted, Refusal

MEDIA_TYPE = "application/problem+json"
#: Names a kind of problem; not a page to be fetched.
TYPE_PREFIX = "urn:linyi:problem:"


def problem(*, status: int, code: str, detail: str, **more: Any) -> Response:
    """One problem: ``code`` for programs, ``detail`` for people, and what else helps."""
    body = {"type": TYPE_PREFIX + code, "code": code, "status": status, "detail": detail, **more}
    return Response(body, status=status, content_type=MEDIA_TYPE)


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """The response for an error that a view raised; None for what is not foreseen (and is logged)."""
    if isinstance(error, Refusal):
        return problem(status=error.status, code=error.code, detail=str(error), **_plain(error.details))
    if isinstance(error, PermissionDenied):
        refusal = NotPermitted()
        return problem(status=refusal.status, code=refusal.code, detail=str(refusal))
    response = exception_handler(error, context)
    if response is None:
        return None
    code = "not-found" if isinstance(error, Http404) else _code(error)
    answer = problem(status=response.status_code, code=code, detail=_sentence(error, response.data))
    if isinstance(error, exceptions.ValidationError):
        answer.data["errors"] = response.data
    for header in ("Allow", "Retry-After", "WWW-Authenticate"):
        if header in response:
            answer[header] = response[header]
    return answer


def _code(error: Exception) -> str:
    if isinstance(error, exceptions.ValidationError):
        return "invalid"
    if isinstance(error, exceptions.APIException):
        return str(error.default_code).replace("_", "-")
    return "error"


def _sentence(error: Exception, data: Any) -> str:
    if isinstance(error, exceptions.ValidationError):
        return "提交的内容有误，逐项说明见 errors。"
    detail = data.get("detail", "") if isinstance(data, dict) else ""
    return str(detail)


def _plain(details: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in details.items() if isinstance(value, (str, int, list))}
