"""Phones that send ballots over HTTP, and send again with the same key until they are answered."""

import asyncio
import json
import random
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

HOST = "localhost"
OPTIONS = {"F": "for", "A": "against", "N": "abstain"}
RECEIPT = re.compile(r"/votes/receipts/([0-9a-f-]{36})/")
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *([0-9]+)")
#: A phone gives an answer so long, then it asks again.
PATIENCE = 15.0
#: And goes on asking so long before the trial calls it unanswered.
STUBBORN = 90.0
#: So many faults of the program are enough to stop asking.
FAULTS = 3


@dataclass
class Submission:
    """One ballot that one phone wants to cast, and what came of it."""

    assembly: int
    elector: int
    user: int
    choices: str
    key: str
    kind: str
    by_api: bool
    #: "received", "refused", or "" while unanswered.
    outcome: str = ""
    ballot: str = ""
    leaf: str = ""
    status: int = 0
    replayed: bool = False
    sends: int = 0
    #: Sends that ended without any answer, so that the phone could not know.
    broken: int = 0
    answered_at: float = 0.0
    faults: list[int] = field(default_factory=list)


def submissions(
    seeded: dict[str, Any], place: int, draw: random.Random, *, rivals: int, repeats: int
) -> list[Submission]:
    """All that is sent to one assembly: rivals and repeats stand next to what they race against."""
    assembly = seeded["assemblies"][place]
    electors = [(int(elector), users) for elector, users in assembly["electors"].items()]
    draw.shuffle(electors)
    couples = {elector for elector, users in electors if len(users) > 1}
    rivalled = set(sorted(couples)[:rivals])
    repeated = set(draw.sample([elector for elector, _ in electors], repeats))
    found: list[Submission] = []
    for elector, users in electors:
        marks = draw.choice("FAN") + draw.choice("FAN")

        def make(user: int, choices: str, kind: str, key: str = "", elector: int = elector) -> Submission:
            return Submission(
                assembly=assembly["assembly"],
                elector=elector,
                user=user,
                choices=choices,
                key=key or str(uuid.UUID(int=draw.getrandbits(128), version=4)),
                kind=kind,
                by_api=draw.random() < (0.5 if kind == "rival" else 0.25),
            )

        first = make(users[0], marks, "first")
        group = [first]
        if elector in rivalled:
            other = draw.choice([one for one in ("FF", "AA", "NN", "FA") if one != marks])
            group.append(make(users[1], other, "rival"))
        if elector in repeated:
            again = make(users[0], marks, "repeat", first.key)
            again.by_api = first.by_api
            group.append(again)
        draw.shuffle(group)
        found += group
    return found


def request_of(one: Submission, seeded: dict[str, Any]) -> bytes:
    person = seeded["people"][str(one.user)]
    names = seeded["cookies"]
    assembly = next(each for each in seeded["assemblies"] if each["assembly"] == one.assembly)
    if one.by_api:
        path, kind, accept = (
            f"/api/v1/assemblies/{one.assembly}/ballots/",
            "application/json",
            "application/json",
        )
        choices = {str(place): OPTIONS[mark] for place, mark in enumerate(one.choices, 1)}
        body = json.dumps({"elector": one.elector, "idempotency_key": one.key, "choices": choices})
    else:
        path, kind, accept = f"/votes/{one.assembly}/cast/", "application/x-www-form-urlencoded", "text/html"
        marks = zip(assembly["motions"], one.choices, strict=True)
        fields = "&".join(f"motion-{motion}={OPTIONS[mark]}" for motion, mark in marks)
        body = f"elector={one.elector}&key={one.key}&{fields}"
    return (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n"
        f"Origin: https://{HOST}\r\nReferer: https://{HOST}/votes/{one.assembly}/\r\n"
        f"Accept: {accept}\r\nAccept-Language: zh-CN\r\nConnection: close\r\n"
        f"X-CSRFToken: {person['csrf']}\r\n"
        f"Cookie: {names['session']}={person['session']}; {names['csrf']}={person['csrf']}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def _send(port: int, request: bytes) -> tuple[int, str]:
    """Status and text of the answer; 0 where there was none."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(request)
                answer = await reader.read(-1)
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return 0, ""
    return _whole(answer)


def _whole(answer: bytes) -> tuple[int, str]:
    """Status and text, unless the answer broke off in the middle: then it was none."""
    head, ended, body = answer.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    words = head.split(b" ", 2)
    if not ended or len(words) < 3 or not words[1].isdigit() or (length and len(body) < int(length[1])):
        return 0, ""
    return int(words[1]), answer.decode(errors="replace")


async def submit(one: Submission, seeded: dict[str, Any], port: int, draw: random.Random) -> None:
    """Send until there is an answer, as the page does: always the same key."""
    request = request_of(one, seeded)
    begun = time.monotonic()
    while time.monotonic() - begun < STUBBORN and len(one.faults) < FAULTS:
        one.sends += 1
        status, answer = await _send(port, request)
        if status == 0:
            one.broken += 1
        elif status == 303 or (one.by_api and status in (200, 201)):
            _received(one, status, answer)
            return
        elif status in (403, 409, 422):
            one.outcome, one.status, one.answered_at = "refused", status, time.time()
            return
        elif status != 503:
            one.faults.append(status)
        await asyncio.sleep(draw.uniform(0.05, 0.4))


def _received(one: Submission, status: int, answer: str) -> None:
    one.status, one.answered_at = status, time.time()
    if one.by_api:
        document = json.loads(answer.split("\r\n\r\n", 1)[1])
        one.ballot, one.leaf, one.replayed = document["ballot"], document["leaf_hash"], document["replayed"]
    else:
        found = RECEIPT.search(answer)
        if found is None:  # sent elsewhere, to the login page for one
            one.faults.append(status)
            return
        one.ballot = found.group(1)
    one.outcome = "received"
