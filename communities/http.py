"""Types that let views be checked."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from communities.models import User


class PersonRequest(HttpRequest):
    """A request of somebody logged in."""

    user: User
    htmx: HtmxDetails
