"""A request for each route and method, such that only who asks decides what comes of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from communities.clock import local_day
from communities.models import CommitteeSeat, Owner, RosterImport
from tests.factories.papers import photo
from tests.factories.rosters import as_csv, rows
from tests.governance.matrix.deliberation import NOUNS
from tests.governance.matrix.world import NO_NUMBER, NO_SLUG, NO_UUID, PDF, REASON, elector_number
from tests.governance.matrix.world_place import Place
from votes.enums import Criterion
from votes.forms.ballot import mark_field
from votes.models import Motion

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OPERATOR = "admin:"


@dataclass(frozen=True)
class Route:
    name: str
    pattern: str
    parameters: tuple[str, ...]

    def address(self, thing: dict[str, Any]) -> str:
        # Two routes may share a name; the arguments tell them apart.
        return reverse(self.name, kwargs={name: thing[name] for name in self.parameters})


def all_routes() -> Iterator[Route]:
    """Every route the product has, the operator's aside."""
    for route in _walk(get_resolver().url_patterns, "", "", ()):
        if not route.name.startswith(OPERATOR):
            yield route


def _walk(
    patterns: list[URLPattern | URLResolver], names: str, prefix: str, parameters: tuple[str, ...]
) -> Iterator[Route]:
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        taken = (*parameters, *getattr(pattern.pattern, "converters", {}))
        if isinstance(pattern, URLResolver):
            inner = f"{names}{pattern.namespace}:" if pattern.namespace else names
            yield from _walk(pattern.url_patterns, inner, here, taken)
        else:
            yield Route(f"{names}{pattern.name}", here, tuple(dict.fromkeys(taken)))


# --- what is sent ----------------------------------------------------------------------


def _window() -> dict[str, str]:
    return {
        "opens_on": "2031-01-01",
        "closes_on": "2031-01-10",
        "opens_time": "08:00",
        "closes_time": "24:00",
    }


def _cast_on_page(place: Place) -> dict[str, Any]:
    motions = Motion.objects.filter(assembly=place.things["voting"]["pk"])
    marks = {mark_field(motion): "for" for motion in motions}
    return {"elector": elector_number(place), "key": str(uuid.uuid4()), **marks}


def _ballot(place: Place) -> dict[str, Any]:
    return {
        "elector": elector_number(place),
        "idempotency_key": str(uuid.uuid4()),
        "choices": {"1": "for", "2": "against"},
    }


def _owner(place: Place) -> dict[str, Any]:
    return {"owner": Owner.objects.get(user=place.people["owner"]).pk}


def _commit(place: Place) -> dict[str, Any]:
    digest = RosterImport.objects.get(pk=place.things["import"]["pk"]).diff["digest"]
    return {"digest": digest, "shown": digest, "leave_out": True, "accept_warnings": True, "take_off": True}


def _roster_file(place: Place) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("r.csv", as_csv(rows(2)), content_type="text/csv")}


def _paper(place: Place) -> dict[str, Any]:
    return {"kind": "plan", "file": SimpleUploadedFile("p.pdf", PDF, content_type="application/pdf")}


def _mandate_on_page(place: Place) -> dict[str, Any]:
    return {"elector": elector_number(place), "holder_name": "李明", "holder_phone": "13800000000"}


def _paper_mandate(place: Place) -> dict[str, Any]:
    """A body in order but for the name: the roll has no such owner, so nothing is registered."""
    scan = SimpleUploadedFile("m.pdf", PDF, content_type="application/pdf")
    return {
        "number": 1,
        "principal_name": "不在册",
        "holder_name": "李明",
        "holder_phone": "13800000000",
        "scan": scan,
    }


def _door(place: Place) -> dict[str, Any]:
    return {
        "elector": elector_number(place),
        "outcome": "away",
        "place": "",
        "q": "",
        "show": "",
        "page": "1",
    }


def _delivery(place: Place) -> dict[str, Any]:
    return {
        "method": "sms",
        "place": "",
        "delivered_at": "",
        "note": "第一批",
        "elector": elector_number(place),
    }


def _member(place: Place) -> dict[str, Any]:
    seat = CommitteeSeat.objects.get(pk=place.things["term"]["seat_pk"])
    return {"seat": seat.pk, "position": "chair", "session_on": _today(), "text": REASON}


def _today() -> str:
    return f"{local_day(timezone.now()):%Y-%m-%d}"


def _training(place: Place) -> dict[str, Any]:
    reserve = place.things["reserve"]["pk"]
    return {"title": "议事规则", "held_on": _today(), "hours": "1.5", "organiser": "街道", "reserve": reserve}


def _assessment(place: Place) -> dict[str, Any]:
    return {"seat": "", "year": _today()[:4], "grade": "good", "reason": REASON}


def _term(place: Place) -> dict[str, Any]:
    return {"number": "2", "starts_on": _today(), "ends_on": "2099-01-01"}


_OBJECTION = {"kind": "procedure", "about": "", "text": "公告没有贴在三幢的公告栏里"}
_ANSWER = {"status": "dismissed", "answer": REASON}
_MEETING = {"title": "业主大会会议", "kind": "regular", "convener": "committee"}
_ASKED = {"capacity": "family", "name": "李明"}
_ACT = {"kind": "cancel", "reason": REASON}
_CODE = {"code": "000000"}
_NOMINEE = {"name": "李明", "building": "1幢", "room": "0101"}
_ELECTION = {
    "purpose": "term",
    "seats": "5",
    "alternates": "2",
    "term_years": "5",
    "nomination_closes_on": "2031-01-01",
}
_SCREENING = dict.fromkeys(Criterion.values, "met") | {"eligible": "yes", "reason": REASON}
_PASSWORD = {"new": "a long and unusual word"}
_SIGNATURE = {"finding": "x", "reason": REASON}
_WORDS: dict[str, Any] = {"words": "0001"}

#: Bodies that are in order, so that nothing but the person can be wrong with them.
BODIES: dict[str, dict[str, Any] | Callable[[Place], dict[str, Any]]] = {
    "communities:me-name": {"display_name": "新名"},
    "communities:me-password": _PASSWORD,
    "communities:bind-request": _ASKED,
    "communities:roster": _WORDS,
    "communities:roster-unit": _owner,
    "communities:roster-import": _roster_file,
    "communities:roster-commit": _commit,
    "communities:binding-refuse": {"reason": REASON},
    "communities:witnesses": {"kind": "email", "name": "居委会", "address": "w@example.org"},
    "communities:witness-confirm": _CODE,
    "communities:witness-remove": {"reason": REASON},
    "votes:cast": _cast_on_page,
    "votes:mandate-new": _mandate_on_page,
    "votes:desk-mandate-new": _paper_mandate,
    "votes:desk-mandate-strike": {"reason": REASON},
    "votes:desk-look": {"which": "1", "reason": REASON},
    "api:mandates": _mandate_on_page,
    "votes:desk-assembly-new": _MEETING | _window(),
    "votes:desk-assembly-edit": _MEETING | _window(),
    "votes:desk-motion-new": {"title": "新的事项"},
    "votes:desk-motion": {"title": "改过的事项"},
    "votes:desk-motion-move": {"to": "down"},
    "votes:desk-override-sign": _SIGNATURE,
    "votes:desk-act-propose": _ACT,
    "votes:desk-papers-print": {"whose": "all", "place": "", "room": "0001"},
    "votes:desk-papers-receive": lambda _place: {"code": "1", "file": photo()},
    "votes:desk-paper-receive": lambda _place: {"code": "1", "file": photo()},
    "votes:desk-paper-enter": {"defect": "unsigned"},
    "votes:desk-delivery-new": _delivery,
    "api:paper-returns": lambda _place: {"code": "1", "file": photo()},
    "api:paper-looks": {"defect": "unsigned"},
    "votes:desk-delivery-take-back": {"reason": REASON},
    "votes:door-record": _door,
    "votes:election-stand": {"statement": "好", "declared": "on"},
    "votes:election-nominate": _NOMINEE,
    "votes:candidate-accept": {"statement": "好", "declared": "on"},
    "votes:candidate-reply": {"text": REASON},
    "votes:candidate-withdraw": {"reason": ""},
    "votes:desk-election-edit": _ELECTION,
    "votes:desk-election-nominate": _NOMINEE,
    "votes:desk-candidate": _SCREENING,
    "votes:desk-recall": {"reason": REASON, "proposer": "committee"},
    "api:nominations": {"nomination": "self", "declared": True},
    "api:candidate-accept": {"declared": True},
    "api:candidate-withdraw": {},
    "communities:term-new": _term,
    "communities:term-position": _member,
    "communities:term-seat-new": _owner,
    "communities:term-seat-end": lambda place: {"reason": "resigned", "note": "", "ended_on": _today()},
    "communities:term-move-up": lambda place: {"moved_on": _today()},
    "communities:term-file": lambda place: {"filed_on": _today(), "number": "备〔2026〕1号"},
    "communities:term-report": lambda place: {"reported_on": _today()},
    "communities:handover-item": lambda place: {"handed_on": _today(), "receiver": "", "note": "交社区"},
    "communities:assessments": _assessment,
    "communities:trainings": _training,
    "communities:trainings-export": {"as": "csv"},
    "communities:reserve-new": _owner,
    "communities:reserve-person": {"stage": "talked", "strengths": "", "note": ""},
    "communities:reserve-export": {"as": "csv"},
    "votes:objection-new": _OBJECTION,
    "votes:desk-objection-take-up": {"note": "已核对公告栏照片"},
    "votes:desk-objection-answer": _ANSWER,
    "api:objections": _OBJECTION,
    "api:desk-objection-take-up": {"note": "已核对公告栏照片"},
    "api:desk-objection-answer": _ANSWER,
    "api:login-code": _CODE,
    "api:second-step": _CODE,
    "api:session": {"phone": "13800000000", "password": "wrong"},
    "api:login-codes": {"phone": "13800000000"},
    "api:me": {"display_name": "新名"},
    "api:my-password": _PASSWORD,
    "api:bind": {"name": "李明", "last_six": "000000"},
    "api:binding-ask": _ASKED,
    "api:binding-approve": {},
    "api:binding-refuse": {"reason": REASON},
    "api:roster-search": _WORDS,
    "api:representative": _owner,
    "api:roster-imports": _roster_file,
    "api:roster-corrections": {"corrections": []},
    "api:roster-commit": _commit,
    "api:assemblies": _MEETING,
    "api:assembly": {"title": "改名"},
    "api:motions": {"title": "新的事项"},
    "api:motion": {"title": "改过的事项"},
    "api:motion-move": {"position": 2},
    "api:attachments": _paper,
    "api:overrides": _SIGNATURE,
    "api:acts": _ACT,
    "api:ballots": _ballot,
    "api:tally": {"rules": "civil-code-2021"},
}
#: Supervision.
BODIES |= {
    "votes:desk-assembly-extend": {
        "closes_on": "2031-01-10",
        "closes_time": "24:00",
        "reason": REASON,
        "basis": "会议公告第五条",
    },
    "votes:roll-correction": {"reason": REASON, "shown": "x"},
}
for noun in NOUNS:
    BODIES |= noun.BODIES
UPLOADS = (
    *("api:roster-imports", "api:attachments", "api:paper-returns"),
    *(name for noun in NOUNS for name in noun.UPLOADS),
)


def send(client: Client, method: str, route: Route, address: str, place: Place) -> Any:
    """Ask, and undo whatever it did."""
    given = BODIES.get(route.name, {})
    body = given(place) if callable(given) else given
    with transaction.atomic():
        try:
            if method == "GET":
                return _read(client.get(address))
            if route.name.startswith("api:") and route.name not in UPLOADS:
                return client.generic(
                    method, address, json.dumps(body).encode(), content_type="application/json"
                )
            if method == "POST":
                return client.post(address, body)
            return client.generic(method, address)
        finally:
            transaction.set_rollback(True)


def _read(response: Any) -> Any:
    """A file is read while the answer is looked at, not after it was undone."""
    if response.streaming:
        content = b"".join(response.streaming_content)
        response.streaming_content = [content]
        response.read = content
    else:
        response.read = response.content
    return response


def outcome(route: Route, response: Any) -> str:
    """ "in", "log in", "403", "404", "405", or the status of what must not happen."""
    status = response.status_code
    if status == 401 or (status == 302 and _leads_to_login(route, response["Location"])):
        return "log in"
    if status < 400 or status in (409, 422, 429, 503):
        return "in"
    return str(status)


def _leads_to_login(route: Route, location: str) -> bool:
    """Routes that are about logging in lead to one another; there that is getting in."""
    asks = location.split("?")[0] in (reverse("communities:login"), reverse("account_login"))
    return asks and not route.name.startswith(
        ("communities:log", "account_log", "account_inact", "governance:home")
    )


def missing(thing: dict[str, Any], parameters: tuple[str, ...]) -> dict[str, Any]:
    """The arguments of an address whose last part names nothing."""
    last = parameters[-1]
    nothing = {"slug": NO_SLUG}.get(last, NO_UUID if isinstance(thing[last], uuid.UUID) else NO_NUMBER)
    return thing | {last: nothing}
