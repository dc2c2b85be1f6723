"""Who may reach what of minutes, what is sent there, and the things it is tried on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories.proposals import REASON
from tests.governance.matrix.deliberation.meetings import CONVENERS, room_of
from tests.governance.matrix.rule import EVERYBODY, OF_THE_ESTATE, Rule
from tests.governance.matrix.world_place import Place

ATTENDED = ("owner", "chair", "secretary", "subdistrict", "firm")

TABLE: tuple[Rule, ...] = (
    Rule(
        "the page where anybody checks a file",
        EVERYBODY,
        """
        GET POST     governance:minutes-verify
        """,
    ),
    Rule(
        "sealed minutes",
        OF_THE_ESTATE,
        """
        GET          governance:minutes
        GET          governance:minutes-file
        GET          governance:minutes-sign
        """,
        at="sealed minutes",
    ),
    Rule(
        "minutes put to confirmation, confirmed by those who attended",
        ATTENDED,
        """
        POST         governance:minutes
        """,
        at="confirming minutes",
        refused=("member",),
    ),
    Rule(
        "minutes to be signed: who signs for no party is led back to the text",
        (*ATTENDED, "member"),
        """
        POST         governance:minutes-sign
        """,
        at="signing minutes",
    ),
    Rule(
        "minutes made of a record",
        CONVENERS,
        """
        POST         governance:desk-minutes-draft
        """,
        at="desk ended",
    ),
    Rule(
        "minutes at the desk",
        CONVENERS,
        """
        GET POST     governance:desk-minutes
        POST         governance:desk-minutes-step
        GET POST     governance:desk-minutes-back
        """,
        at="desk minutes",
    ),
    Rule(
        "one item of them",
        CONVENERS,
        """
        GET POST     governance:desk-minutes-item
        """,
        at="desk minutes item",
    ),
    Rule(
        "the check over the API",
        EVERYBODY,
        """
        POST api:minutes-verification
        """,
        at="",
    ),
    Rule(
        "minutes over the API",
        OF_THE_ESTATE,
        """
        GET api:minutes
        GET api:minutes-file
        """,
        at="sealed minutes",
    ),
    Rule(
        "a confirmation over the API",
        ATTENDED,
        """
        POST api:minutes-confirmations
        """,
        at="confirming minutes",
        refused=("member",),
    ),
    Rule(
        "a code over the API",
        (*ATTENDED, "member"),
        """
        POST api:minutes-signing-code
        """,
        at="signing minutes",
    ),
    Rule(
        "a signature over the API, refused for its secret",
        (*ATTENDED, "member"),
        """
        POST api:minutes-signature
        """,
        at="signing minutes",
    ),
    Rule(
        "a draft over the API",
        CONVENERS,
        """
        POST api:meeting-minutes
        """,
        at="desk ended",
    ),
    Rule(
        "editing over the API",
        CONVENERS,
        """
        PUT api:minutes
        POST api:minutes-confirming
        POST api:minutes-signing
        POST api:minutes-taking-back
        POST api:minutes-correction
        POST api:minutes-discarding
        """,
        at="desk minutes",
    ),
    Rule(
        "one item over the API",
        CONVENERS,
        """
        PUT api:minutes-item
        """,
        at="desk minutes item",
    ),
)
BODIES: dict[str, dict[str, Any] | Callable[[Place], dict[str, Any]]] = {
    "governance:minutes": {"kind": "confirmed", "note": ""},
    "governance:minutes-sign": {"send": "1"},
    "governance:minutes-verify": lambda _place: {"file": SimpleUploadedFile("m.pdf", b"%PDF-1.7 x")},
    "governance:desk-minutes": {"opening": "", "closing": "", "version": "1"},
    "governance:desk-minutes-step": {"to": "confirming"},
    "governance:desk-minutes-back": {"reason": REASON},
    "governance:desk-minutes-item": {"discussion": "谈了", "consensus": "", "dissent": "", "version": "1"},
    "api:minutes-verification": lambda _place: {"file": SimpleUploadedFile("m.pdf", b"%PDF-1.7 x")},
    "api:minutes-confirmations": {"dissent": ""},
    "api:minutes-signature": {"party": "firm", "sha": "0" * 64, "secret": "x"},
    "api:minutes": {"version": 1, "opening": "", "closing": ""},
    "api:minutes-taking-back": {"reason": REASON},
    "api:minutes-correction": {"reason": REASON},
    "api:minutes-discarding": {"reason": REASON},
    "api:minutes-item": {"version": 1, "discussion": "谈了", "consensus": "", "dissent": ""},
}
UPLOADS: tuple[str, ...] = ("api:minutes-verification",)
SOCKETS: dict[str, tuple[str, ...]] = {}


def furnish(place: Place) -> None:
    """Put what the rules' ``at`` names into ``place.things``."""
    slug, room = place.estate.slug, room_of(place)
    sealed = room.sealed()
    place.things["sealed minutes"] = {"pk": sealed.pk, "kind": "docx"}
    place.things["action"] = {"pk": sealed.items.get().item.action_items.get().pk}
    place.things["confirming minutes"] = {"pk": room.confirming().pk}
    place.things["signing minutes"] = {"pk": room.signing().pk}
    place.things["desk ended"] = {"slug": slug, "pk": room.recorded().pk}
    minutes = room.minutes()
    place.things["desk minutes"] = {"slug": slug, "pk": minutes.pk, "act": "discard"}
    place.things["desk minutes item"] = {"slug": slug, "pk": minutes.items.get().pk}
