"""Calling other people's machines: only in public, only over TLS, and no further than asked."""

import socket
from collections.abc import Iterator

import pytest

from communities.outbound import NotDelivered, is_public, post
from tests.communities.listening import Listener, listening


@pytest.fixture
def listener(settings) -> Iterator[Listener]:
    settings.PRIVATE_WEBHOOKS = True
    with listening() as heard:
        yield heard


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::1"),
    ],
)
def test_what_lies_inside_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "223.5.5.5", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "ftp://example.org/", "file:///etc/passwd", "https://", "https:///x", ""),
        *("https://user:word@example.org/", "https://user@example.org/", "https://example.org:0/"),
        *("https://example.org:99999/", "https://[::1", "javascript:alert(1)", "//example.org/"),
    ],
)
def test_an_address_that_is_not_plain_https_is_never_called(url, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked up"))
    with pytest.raises(NotDelivered):
        post(url, "{}", {})


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"]
)
def test_the_machine_itself_is_never_called_however_it_is_written(host):
    with listening() as heard, pytest.raises(NotDelivered):
        post(f"https://{host}:{heard.port}/", "{}", {})
    assert heard.bodies == []


def test_one_private_address_among_public_ones_is_enough(monkeypatch):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(NotDelivered, match="内部网络"):
        post("https://witness.example/", "{}", {})


def test_it_goes_to_the_address_that_was_looked_up_under_the_name_that_was_asked(listener, monkeypatch):
    """The name is asked once; a second answer, which could be another one, is never used."""
    asked: list[str] = []

    def lookup(host, port, *_, **__):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr("communities.outbound.socket.getaddrinfo", lookup)
    post(f"http://witness.example:{listener.port}/x?y=1", '{"a":"中"}', {"Linyi-Signature": "s"})
    assert [host for host in asked if host == "witness.example"] == ["witness.example"]
    assert (listener.paths, listener.bodies) == (["/x?y=1"], ['{"a":"中"}'])
    assert listener.headers[0]["Host"] == f"witness.example:{listener.port}"
    assert listener.headers[0]["Linyi-Signature"] == "s"
    assert "Cookie" not in listener.headers[0]


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404, 500])
def test_no_redirect_is_followed_and_only_a_success_is_one(listener, status):
    listener.status = status
    with pytest.raises(NotDelivered, match=str(status)):
        post(listener.url, "{}", {})
    assert len(listener.bodies) == 1


def test_a_machine_that_is_gone_is_told_in_words(settings):
    settings.PRIVATE_WEBHOOKS = True
    with listening() as heard:
        url = heard.url
    with pytest.raises(NotDelivered, match="没有应答"):
        post(url, "{}", {})


def test_no_proxy_of_the_environment_is_asked(listener, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    post(listener.url, "{}", {})
    assert len(listener.bodies) == 1
