"""Endpoints that do one thing to one thing: found by access, done by a service, shown by a serializer."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api.authentication import person
from communities.api.endpoints import Endpoint
from communities.models import User

Find = Callable[..., Any]
Do = Callable[..., Any]
Given = type[serializers.Serializer[Any]] | None


class Nothing(serializers.Serializer[Any]):
    """No body."""


def _handler(find: Find, do: Do, given: Given, shown: Any, code: int) -> Callable[..., Response]:
    def handle(self: Endpoint, request: Request, **kwargs: Any) -> Response:
        user: User = person(request)
        thing = find(user, **kwargs)
        values: dict[str, Any] = {}
        if given is not None:
            body = given(data=request.data, context={"thing": thing, "user": user})
            body.is_valid(raise_exception=True)
            values = dict(body.validated_data)
        made = do(thing, user, **values)
        if shown is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        if not isinstance(made, Model) and not isinstance(made, dict):
            made = find(user, **kwargs)
        return Response(shown(made, context={"user": user}).data, status=code)

    return handle


def act(
    name: str,
    about: str,
    *,
    find: Find,
    do: Do,
    given: Given = None,
    shown: Any = None,
    example: dict[str, Any] | None = None,
    method: str = "post",
    code: int = 200,
    also: type[Endpoint] | None = None,
    is_upload: bool = False,
) -> type[Endpoint]:
    """An endpoint called ``name``: ``do(thing, actor, **body)``; ``also`` is one to add a method to."""
    handle = _handler(find, do, given, shown, code)
    handle.__doc__ = about
    examples = [OpenApiExample(name, example, request_only=True)] if example else []
    responses: Any = {204: None} if shown is None else {code: shown}
    documented = extend_schema(description=about, request=given, responses=responses, examples=examples)(
        handle
    )
    made: dict[str, Any] = {method: documented, "__doc__": about, "__module__": __name__}
    if is_upload:
        made["parser_classes"] = [MultiPartParser]
    return type(name, (also or Endpoint,), made)
