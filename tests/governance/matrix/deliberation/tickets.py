"""Who may reach what of tickets, what is sent there, and the things it is tried on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from governance.services.attachments import attach_to_ticket
from governance.services.ticket_handling import pause_ticket, supervise_ticket
from tests.factories.papers import photo
from tests.factories.proposals import REASON
from tests.factories.tickets import closed, fixed, reported
from tests.governance.matrix.rule import AT_HOME, OF_THE_ESTATE, Rule
from tests.governance.matrix.world_place import Place

REPORTERS = (*AT_HOME, "member", "chair", "secretary")
#: Who sees a private ticket that lies with the firm, besides its reporter.
DEALING = ("member", "chair", "secretary", "subdistrict", "firm")
DISPATCHERS = ("secretary", "subdistrict")


def _not(*roles: str) -> tuple[str, ...]:
    return tuple(role for role in OF_THE_ESTATE if role not in roles)


TABLE: tuple[Rule, ...] = (
    Rule(
        "what was reported",
        OF_THE_ESTATE,
        """
        GET          governance:tickets
        """,
        at="estate",
    ),
    Rule(
        "reporting a matter",
        REPORTERS,
        """
        GET POST     governance:ticket-new
        """,
        at="estate",
    ),
    Rule(
        "a public ticket",
        OF_THE_ESTATE,
        """
        GET          governance:ticket
        POST         governance:ticket-confirm
        POST         governance:ticket-rate
        POST         governance:ticket-support
        POST         governance:ticket-withdraw
        """,
        at="ticket",
    ),
    Rule(
        "what its reporter alone may say",
        ("owner",),
        """
        POST         governance:ticket-reject
        POST         governance:ticket-reopen
        """,
        at="ticket",
        refused=_not("owner"),
    ),
    Rule(
        "a file of a private one",
        ("owner", "secretary", "subdistrict", "firm"),
        """
        GET          governance:ticket-file
        """,
        at="ticket file",
    ),
    Rule(
        "the inbox",
        DEALING,
        """
        GET          governance:desk-tickets
        """,
        at="estate",
    ),
    Rule(
        "a notice that answers many",
        ("member", "chair", "secretary", "firm"),
        """
        GET POST     governance:desk-outage
        """,
        at="estate",
    ),
    Rule(
        "all estates on one screen",
        DISPATCHERS,
        """
        GET          governance:desk-estates
        """,
    ),
    Rule(
        "one ticket at the desk",
        DEALING,
        """
        GET          governance:desk-ticket
        """,
        at="desk ticket",
    ),
    Rule(
        "dealing with it",
        ("firm",),
        """
        POST         governance:desk-ticket
        """,
        at="desk ticket",
        refused=("member", "chair", "secretary", "subdistrict"),
    ),
    Rule(
        "tickets over the API",
        OF_THE_ESTATE,
        """
        GET api:tickets
        """,
        at="estate",
    ),
    Rule(
        "reporting over the API",
        REPORTERS,
        """
        POST api:tickets
        """,
        at="estate",
    ),
    Rule(
        "a public ticket over the API",
        OF_THE_ESTATE,
        """
        GET api:ticket
        """,
        at="ticket",
    ),
    Rule(
        "the same trouble over the API",
        REPORTERS,
        """
        POST api:ticket-support
        """,
        at="ticket",
        refused=_not(*REPORTERS),
    ),
    Rule(
        "the reporter's word over the API",
        ("owner",),
        """
        POST api:ticket-confirmation
        POST api:ticket-rejection
        """,
        at="fixed ticket",
        refused=_not("owner"),
    ),
    Rule(
        "after the close over the API",
        ("owner",),
        """
        POST api:ticket-reopening
        PUT api:ticket-rating
        """,
        at="closed ticket",
        refused=_not("owner"),
    ),
    Rule(
        "taking back over the API",
        ("owner",),
        """
        POST api:ticket-withdrawal
        """,
        at="ticket",
        refused=_not("owner"),
    ),
    Rule(
        "dealing with it over the API",
        ("firm",),
        """
        POST api:ticket-acceptance
        POST api:ticket-notes
        POST api:ticket-pause
        POST api:ticket-fix
        """,
        at="ticket",
        refused=("member", "chair", "secretary", "subdistrict"),
    ),
    Rule(
        "assigning over the API",
        ("firm",),
        """
        PUT api:ticket-assignee
        """,
        at="ticket",
        refused=("member", "chair", "secretary", "subdistrict"),
    ),
    Rule(
        "going on over the API",
        ("firm",),
        """
        POST api:ticket-resumption
        """,
        at="paused ticket",
        refused=("member", "chair", "secretary", "subdistrict"),
    ),
    Rule(
        "the reply to a supervision over the API",
        ("firm",),
        """
        POST api:ticket-supervision-reply
        """,
        at="ticket",
        refused=("member", "chair", "secretary", "subdistrict"),
    ),
    Rule(
        "handing over",
        ("firm", *DISPATCHERS),
        """
        POST api:ticket-handover
        """,
        at="ticket",
        refused=("member", "chair"),
    ),
    Rule(
        "supervision",
        DISPATCHERS,
        """
        POST api:ticket-supervision
        """,
        at="ticket",
        refused=("member", "chair", "firm"),
    ),
)
_WORDS = {"text": "已联系电梯公司处理"}
BODIES: dict[str, dict[str, Any] | Callable[[Place], dict[str, Any]]] = {
    "governance:ticket-new": {"category": "repair", "text": "三单元电梯按钮失灵"},
    "governance:ticket-reject": _WORDS,
    "governance:ticket-reopen": _WORDS,
    "governance:ticket-rate": {"rating": "5"},
    "governance:desk-outage": {
        "category": "repair",
        "title": "二单元电梯检修",
        "text": "年度检修，请走一单元。",
        "begins_at": "2031-01-01T09:00",
        "ends_at": "2031-01-01T17:00",
    },
    "governance:desk-ticket": {"act": "note", **_WORDS},
    "api:tickets": {"category": "repair", "text": "三单元电梯按钮失灵"},
    "api:ticket-rejection": _WORDS,
    "api:ticket-reopening": _WORDS,
    "api:ticket-rating": {"rating": 5},
    "api:ticket-acceptance": {},
    "api:ticket-assignee": lambda place: {"to": place.people["firm"].pk},
    "api:ticket-notes": _WORDS,
    "api:ticket-pause": {"reason": "part", "text": "等配件到货"},
    "api:ticket-fix": _WORDS,
    "api:ticket-handover": {"to": "committee", "text": "请业委会研究"},
    "api:ticket-supervision": {"text": REASON},
    "api:ticket-supervision-reply": _WORDS,
}
UPLOADS: tuple[str, ...] = ()
SOCKETS: dict[str, tuple[str, ...]] = {}


def _paper() -> SimpleUploadedFile:
    return photo("电梯.jpg")


def furnish(place: Place) -> None:
    """Put what the rules' ``at`` names into ``place.things``."""
    estate, people = place.estate, place.people
    owner, firm = people["owner"], people["firm"]
    ticket = reported(estate, _other_at_home(place))
    own = reported(estate, owner)
    supervise_ticket(ticket=own, text=REASON, days=3, actor=people["secretary"])
    private = reported(estate, owner, category="fees", is_public=False, text="物业费算错了")
    kept = attach_to_ticket(ticket=private, file=_paper(), actor=owner)
    paused = reported(estate, owner)
    pause_ticket(ticket=paused, reason="part", text="等配件到货", actor=firm)
    things = {
        "ticket": own,
        "fixed ticket": fixed(reported(estate, owner), firm),
        "closed ticket": closed(reported(estate, owner), firm),
        "paused ticket": paused,
        "joined ticket": ticket,
    }
    for name, one in things.items():
        place.things[name] = {"pk": one.pk}
    place.things["desk ticket"] = {"slug": estate.slug, "pk": own.pk}
    place.things["ticket file"] = {"pk": kept.pk}


def _other_at_home(place: Place) -> Any:
    return place.people["co_owner"]
