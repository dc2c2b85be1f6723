"""What all endpoints have in common."""

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from django.http import Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from communities import recovery


class Endpoint(APIView):
    """For somebody logged in. What it answers is for them alone and is kept nowhere."""

    #: Whether it may be asked to do something while nothing may be written: it writes no evidence.
    works_in_recovery = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE_METHODS and not self.works_in_recovery:
            recovery.watch.refuse_writes()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.headers["Cache-Control"] = "private, no-store"
        return answer


class PublicEndpoint(Endpoint):
    """For everybody, logged in or not."""

    authentication_classes: Sequence[type[BaseAuthentication]] = ()
    permission_classes = [AllowAny]


class PageFile(Endpoint):
    """A file that a page offers, from that very page: ``PageFile.as_view(page=…)``."""

    page: Callable[..., HttpResponseBase] | None = None

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        assert self.page is not None
        return self.page(request._request, **kwargs)


@extend_schema(exclude=True)
class NoSuchPath(PublicEndpoint):
    """Stands last: an address that is none still answers in the form of the API."""

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise Http404

    def options(self, request: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise Http404
