"""Lists in pages, the same way everywhere."""

from typing import Any

from django.db.models import Model, QuerySet
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView


class Pages(LimitOffsetPagination):
    default_limit = 50
    max_limit = 100


def paginated(
    request: Request,
    rows: QuerySet[Any],
    serializer: type[BaseSerializer[Any]],
    context: dict[str, Any],
    view: APIView,
) -> Response:
    """One page of ``rows`` with count, next and previous."""
    pages = Pages()
    page: list[Model] = pages.paginate_queryset(rows, request, view) or []
    return pages.get_paginated_response(serializer(page, many=True, context=context).data)
