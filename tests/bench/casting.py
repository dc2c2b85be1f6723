"""Ballots over HTTP under the production server, beside the same statements sent by pgbench.

Run as ``seed`` it fills the database and prints one prepared request a voter;
run as ``load FILE PORT CONNECTIONS`` it sends them and prints what came back.
"""

import json
import selectors
import socket
import sys
import time
import uuid
from pathlib import Path

#: Behind nginx the server is told that the browser came by https.
HOST = "localhost"


def seed(target: Path, voters: int, electors_in_all: int) -> None:
    import django

    django.setup()

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.middleware.csrf import _get_new_csrf_string
    from django.middleware.csrf import _mask_cipher_secret as masked  # type: ignore[attr-defined]
    from django.urls import reverse
    from django.utils import timezone
    from django.utils.module_loading import import_string

    from communities.models import Log, User
    from tests.bench.data import make_draft, make_estate, make_homes, post
    from votes.models import Assembly, ElectorMember
    from votes.services.rolls import freeze_roll

    estate = make_estate()
    make_homes(estate, electors_in_all, accounts=True)
    draft = make_draft(estate, motions=3)
    freeze_roll(assembly=draft, moment=timezone.now())
    frozen = Assembly.objects.get(pk=draft.pk)
    assembly = post(frozen, heads=frozen.total_heads, area=frozen.total_area, motions=3)

    store = import_string(settings.SESSION_ENGINE + ".SessionStore")
    path = reverse("votes:cast", args=[assembly.pk])
    electors = dict(
        ElectorMember.objects.filter(elector__assembly=assembly)
        .order_by("owner__user")
        .values_list("owner__user", "elector")
    )
    first_user, first_elector = min(electors), min(electors.values())
    # The script of pgbench counts both up together.
    assert all(elector - first_elector == user - first_user for user, elector in electors.items())
    motions = assembly.motions.order_by("position").values_list("pk", flat=True)
    chosen = zip(motions, ("for", "against", "abstain"), strict=True)
    marks = "&".join(f"motion-{motion}={option}" for motion, option in chosen)
    lines = []
    for user in User.objects.filter(pk__in=list(electors)[:voters]).order_by("pk"):
        session = store()  # as the visit of the ballot page left it: in the database and in the cache
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "communities.accounts.AccountBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        secret = _get_new_csrf_string()
        body = f"csrfmiddlewaretoken={masked(secret)}&elector={electors[user.pk]}&key={uuid.uuid4()}&{marks}"
        lines.append(
            f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n"
            f"Origin: https://{HOST}\r\nReferer: https://{HOST}/votes/{assembly.pk}/\r\n"
            "User-Agent: Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 MicroMessenger/8.0\r\n"
            "Accept: text/html\r\nAccept-Language: zh-CN\r\nConnection: close\r\n"
            f"Cookie: {settings.SESSION_COOKIE_NAME}={session.session_key};"
            f" {settings.CSRF_COOKIE_NAME}={secret}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )
    document = {
        "requests": lines,
        "assembly": assembly.pk,
        "log": assembly.log_id,
        # What pgbench writes is no leaf; a sealer would rightly refuse to sign it.
        "log_of_pgbench": Log.objects.create(estate=estate, name="bench:pgbench").pk,
        "estate": estate.pk,
        "first_elector": first_elector,
        "first_user": first_user,
    }
    target.write_text(json.dumps(document))


def load(requests: list[bytes], port: int, connections: int) -> dict[str, object]:
    """Send each request once over its own connection, ``connections`` at a time.

    With bare sockets, because whatever the sender computes is taken from the server beside it.
    """
    waiting = iter(requests)
    times: list[float] = []
    answers: dict[str, int] = {}
    poll = selectors.DefaultSelector()

    def open_next() -> None:
        request = next(waiting, None)
        if request is not None:
            start = time.perf_counter()
            phone = socket.create_connection(("127.0.0.1", port))
            phone.sendall(request)
            poll.register(phone, selectors.EVENT_READ, (start, bytearray()))

    def read(phone: socket.socket, start: float, answer: bytearray) -> None:
        try:
            part = phone.recv(65_536)
        except OSError as error:
            part, answer[:] = b"", f"- {error.errno} -".encode()
        answer += part
        if part:
            return
        poll.unregister(phone)
        phone.close()
        times.append(time.perf_counter() - start)
        status = answer.split(b" ", 2)[1].decode() if answer.count(b" ") >= 2 else "none"
        answers[status] = answers.get(status, 0) + 1
        open_next()

    begun = time.perf_counter()
    for _ in range(connections):
        open_next()
    while poll.get_map():
        for key, _events in poll.select():
            read(key.fileobj, *key.data)  # type: ignore[arg-type]
    taken = time.perf_counter() - begun
    times.sort()
    return {
        "rate": len(times) / taken,
        "p50": times[len(times) // 2] * 1000,
        "p99": times[int(len(times) * 0.99)] * 1000,
        "answers": answers,
    }


def main() -> None:
    if sys.argv[1] == "seed":
        seed(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
        return
    _, _, file, port, connections, first, last = sys.argv
    prepared = json.loads(Path(file).read_text())["requests"][int(first) : int(last)]
    result = load([line.encode() for line in prepared], int(port), int(connections))
    print("LOAD " + json.dumps(result))


if __name__ == "__main__":
    main()
