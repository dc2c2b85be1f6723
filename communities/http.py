"""What views share: types that let them be checked, and what a request says about itself."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from communities.models import User


class PersonRequest(HttpRequest):
    """A request of somebody logged in."""

    user: User
    htmx: HtmxDetails


def client_address(request: HttpRequest) -> str:
    """The network address to count requests by; an IPv6 one by its /64, which is one household.

    Behind ``PROXY_COUNT`` proxies of ours each adds the address it was reached
    from to X-Forwarded-For; whatever stands further left was typed by the client.
    """
    found = request.META.get("REMOTE_ADDR", "")
    if settings.PROXY_COUNT:
        chain = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(chain) >= settings.PROXY_COUNT:
            found = chain[-settings.PROXY_COUNT].strip()
    try:
        address = ip_address(found)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return f"{address.exploded[:19]}::/64"
    return str(address)


def local_next(request: HttpRequest) -> str:
    """Where the person wanted to go, when that is a page of this site; otherwise nothing."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    fits = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if fits and wanted.startswith("/") else ""


def row_number(text: str | None) -> int | None:
    """What an address or a form gives as the number of a row; None where it cannot be one."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
