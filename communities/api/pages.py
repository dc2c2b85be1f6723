"""Lists in pages, the same way everywhere."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from communities.api.endpoints import Endpoint
from communities.api.fields import LARGEST_PK


class Pages(LimitOffsetPagination):
    default_limit = 50
    max_limit = 100

    def get_offset(self, request: Request) -> int:
        """No further than a database can count."""
        return min(super().get_offset(request), LARGEST_PK - self.max_limit)


class PagedEndpoint(Endpoint):
    """An endpoint whose list comes in pages: ``?limit=`` up to 100, ``?offset=``."""

    pagination_class = Pages

    def paged(
        self,
        request: Request,
        rows: QuerySet[Any, Any] | list[Any],
        serializer: type[BaseSerializer[Any]],
        **context: Any,
    ) -> Response:
        """One page of ``rows`` with count, next and previous."""
        pages = self.pagination_class()
        page: list[Any] = pages.paginate_queryset(rows, request, self) or []
        return pages.get_paginated_response(serializer(page, many=True, context=context).data)
