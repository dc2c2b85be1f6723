"""Errors of the API as RFC 9457 problem details, the same refusals the pages show."""

from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.forms import BaseForm
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from communities.away import RETRY_AFTER, DatabaseAway, is_away
from communities.errors import NotPermitted, Refusal

MEDIA_TYPE = "application/problem+json"
#: Names a kind of problem; not a page to be fetched.
TYPE_PREFIX = "urn:linyi:problem:"

#: Headers of a refusal that tell a program what to do next.
TELLING = ("Allow", "Retry-After", "WWW-Authenticate")


def problem(*, status: int, code: str, detail: str, **more: Any) -> Response:
    """One problem: ``code`` for programs, ``detail`` for people, and what else helps."""
    body = {"type": TYPE_PREFIX + code, "code": code, "status": status, "detail": detail, **more}
    return Response(body, status=status, content_type=MEDIA_TYPE)


def no_such_path() -> Response:
    """The same for an address that never was and for an object one may not see."""
    return problem(status=status.HTTP_404_NOT_FOUND, code="not-found", detail=_("没有找到。"))


def form_refusal(form: BaseForm) -> exceptions.ValidationError:
    """What a form of the pages found wrong, as the API says it."""
    return exceptions.ValidationError(
        {name: [str(message) for message in messages] for name, messages in form.errors.items()}
    )


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """The response for an error that a view raised; None for what is not foreseen (and is logged)."""
    if is_away(error):
        away = DatabaseAway()
        answer = problem(status=away.status, code=away.code, detail=str(away))
        answer["Retry-After"] = str(RETRY_AFTER)
        return answer
    if isinstance(error, Refusal):
        return problem(status=error.status, code=error.code, detail=str(error), **_plain(error.details))
    if isinstance(error, PermissionDenied):
        refusal = NotPermitted()
        return problem(status=refusal.status, code=refusal.code, detail=str(refusal))
    if isinstance(error, Http404):
        return no_such_path()
    if isinstance(error, RequestDataTooBig):
        return problem(status=413, code="body-too-large", detail=_("请求正文太大。"))
    if isinstance(error, SuspiciousOperation):
        return problem(status=400, code="parse-error", detail=_("请求正文读不懂。"))
    response = exception_handler(error, context)
    if response is None:
        return None
    answer = _foreseen(error, response)
    for header in TELLING:
        if header in response:
            answer[header] = response[header]
    return answer


def _foreseen(error: Exception, response: Response) -> Response:
    if isinstance(error, exceptions.ValidationError):
        return problem(
            status=status.HTTP_422_UNPROCESSABLE_ENTITY,
            code="invalid",
            detail=_("提交的内容有误，逐项说明见 errors。"),
            errors=list(_each(error.detail)),
        )
    assert isinstance(error, exceptions.APIException)
    code = str(error.default_code).replace("_", "-")
    detail = response.data.get("detail", "") if isinstance(response.data, dict) else ""
    return problem(status=response.status_code, code=code, detail=str(detail))


def _each(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """What is wrong, one by one: ``{"field": "choices.2", "message": "…"}``; "" is the whole."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _each(inner, field if name == "non_field_errors" else f"{field}.{name}".lstrip("."))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            yield from _each(inner, f"{field}.{place}" if isinstance(inner, dict | list) and inner else field)
    else:
        yield {"field": field, "message": str(detail)}


def _plain(details: dict[str, object]) -> dict[str, object]:
    return {
        key: [_item(one) for one in value] if isinstance(value, list) else value
        for key, value in details.items()
        if isinstance(value, (str, int, list))
    }


def _item(one: object) -> object:
    return asdict(one) if is_dataclass(one) and not isinstance(one, type) else one
