"""How long the production server takes for a page, asked over and over."""

import http.client
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.test import Client

from communities.models import User
from tests.bench.run import Server

WARMING = 5


def p95(server: Server, user: User, address: Callable[[int], str], *, asked: int, connections: int) -> float:
    """In milliseconds, of ``asked`` requests over so many connections; ``address`` of the so manieth."""
    client = Client()
    client.force_login(user)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    head = {"Cookie": cookie, "Host": "localhost", "X-Forwarded-Proto": "https"}

    def ask(place: int) -> list[float]:
        connection, times = http.client.HTTPConnection("127.0.0.1", server.port), []
        for number in range(WARMING + asked // connections):
            begun = time.perf_counter()
            connection.request("GET", address(place * asked + number), headers=head)
            answer = connection.getresponse()
            answer.read()
            if number >= WARMING:
                times.append(time.perf_counter() - begun)
            assert answer.status == 200, answer.status
        return times

    with ThreadPoolExecutor(connections) as pool:
        found = sorted(one for times in pool.map(ask, range(connections)) for one in times)
    return round(found[int(len(found) * 0.95)] * 1000, 1)
