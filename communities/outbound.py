"""Calling a machine of somebody else's. Only over https, only in public, and no further than asked.

The name is looked up once, every address it has must be public, and the connection goes to
the very address that was checked: a name that answers otherwise the second time leads nowhere.
"""

import socket
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

TIMEOUT = httpx.Timeout(5.0)
#: Carries IPv4 addresses inside: what is public on the outside may lead to a private one.
NAT64 = ip_network("64:ff9b::/96")


class NotDelivered(Exception):
    """Why it did not arrive, in words for the desk. Says nothing of what was answered."""


def is_public(address: str) -> bool:
    """Whether a network address is one of the internet at large."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return is_public(str(found.ipv4_mapped))
        if found in NAT64 or found.sixtofour or found.teredo:
            return False
    return found.is_global and not found.is_multicast


def checked(url: str) -> SplitResult:
    """The parts of an address we may call; raises :class:`NotDelivered` for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotDelivered(_("网址读不懂。")) from None
    schemes = ("https", "http") if settings.PRIVATE_WEBHOOKS else ("https",)
    if parts.scheme not in schemes or not parts.hostname or parts.username is not None or port == 0:
        raise NotDelivered(_("网址要以 https:// 开头，不能带用户名。"))
    return parts


def _address_of(parts: SplitResult) -> str:
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotDelivered(_("找不到这个网址的主机。")) from None
    addresses = [str(one[4][0]) for one in found]
    if not settings.PRIVATE_WEBHOOKS and not all(map(is_public, addresses)):
        raise NotDelivered(_("这个网址指向内部网络，不能使用。"))
    return addresses[0]


def post(url: str, body: str, headers: Mapping[str, str]) -> None:
    """Send ``body`` (JSON) to ``url``; raises :class:`NotDelivered` unless the answer is 2xx.

    Follows no redirect, reads no answer, uses no proxy, sends no cookie.
    """
    parts = checked(url)
    address = _address_of(parts)
    literal = f"[{address}]" if ":" in address else address
    port = f":{parts.port}" if parts.port else ""
    query = f"?{parts.query}" if parts.query else ""
    host = parts.netloc.rpartition("@")[2]
    given = {"Host": host, "Content-Type": "application/json", "User-Agent": "linyi", **headers}
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST",
                f"{parts.scheme}://{literal}{port}{parts.path or '/'}{query}",
                content=body.encode(),
                headers=given,
                extensions={"sni_hostname": parts.hostname},
            ) as answer,
        ):
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise NotDelivered(_("对方没有应答（%(error)s）。") % {"error": type(error).__name__}) from None
    if not 200 <= status < 300:
        raise NotDelivered(_("对方没有收下（HTTP %(status)d）。") % {"status": status})
