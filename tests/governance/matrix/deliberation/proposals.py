"""Who may reach what of proposals, what is sent there, and the things it is tried on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from governance.services.answers import ask_for_facts, keep_template
from governance.services.attachments import attach_to_proposal
from tests.factories.papers import photo
from tests.factories.proposals import REASON, TEXT, accepted, drafted, refused
from tests.governance.matrix.rule import AT_HOME, OF_THE_ESTATE, Rule
from tests.governance.matrix.world_place import Place

RAISERS = (*AT_HOME, "member", "chair", "secretary", "firm")
ANSWERERS = ("member", "chair", "secretary", "firm")
OUTSIDE_TALK = tuple(role for role in OF_THE_ESTATE if role not in RAISERS)

TABLE: tuple[Rule, ...] = (
    Rule(
        "what the estate talks about",
        OF_THE_ESTATE,
        """
        GET          governance:proposals
        GET          governance:moderation-figures
        GET          governance:reply-templates
        POST         governance:reply-templates
        """,
        at="estate",
    ),
    Rule(
        "a new proposal",
        RAISERS,
        """
        GET POST     governance:proposal-new
        """,
        at="estate",
    ),
    Rule(
        "a proposal everybody may read",
        OF_THE_ESTATE,
        """
        GET          governance:proposal
        GET          governance:proposal-history
        POST         governance:proposal-follow
        """,
        at="proposal",
    ),
    Rule(
        "support, from those at home",
        AT_HOME,
        """
        POST         governance:proposal-endorse
        """,
        at="proposal",
        refused=tuple(role for role in OF_THE_ESTATE if role not in AT_HOME),
    ),
    Rule(
        "support taken back: who gave none is told so",
        OF_THE_ESTATE,
        """
        POST         governance:proposal-take-back
        """,
        at="proposal",
    ),
    Rule(
        "something said under it",
        RAISERS,
        """
        POST         governance:comment-write
        """,
        at="proposal",
        refused=OUTSIDE_TALK,
    ),
    Rule(
        "what the author alone may do",
        ("owner",),
        """
        GET POST     governance:proposal-edit
        GET POST     governance:proposal-check
        GET POST     governance:proposal-delete
        GET POST     governance:proposal-withdraw
        """,
        at="unsent",
    ),
    Rule(
        "a file of a draft, for its author",
        ("owner",),
        """
        GET          governance:proposal-file
        POST         governance:proposal-file-remove
        """,
        at="unsent file",
    ),
    Rule(
        "an appeal, of the author alone",
        ("owner",),
        """
        GET POST     governance:proposal-appeal
        """,
        at="refused proposal",
    ),
    Rule(
        "facts, from the author alone",
        ("owner",),
        """
        GET POST     governance:facts
        """,
        at="facts",
    ),
    Rule(
        "official answers",
        ANSWERERS,
        """
        GET POST     governance:proposal-answer
        POST         governance:proposal-ask
        """,
        at="proposal",
    ),
    Rule(
        "a reply template of the committee",
        ("member", "chair"),
        """
        GET POST     governance:reply-template-delete
        """,
        at="template",
    ),
    Rule(
        "the list over the API",
        OF_THE_ESTATE,
        """
        GET api:proposals
        """,
        at="estate",
    ),
    Rule(
        "a draft over the API",
        RAISERS,
        """
        POST api:proposals
        """,
        at="estate",
    ),
    Rule(
        "a proposal over the API",
        OF_THE_ESTATE,
        """
        GET api:proposal
        GET api:comments
        POST DELETE api:proposal-following
        DELETE api:proposal-endorsement
        """,
        at="proposal",
    ),
    Rule(
        "support over the API",
        AT_HOME,
        """
        POST api:proposal-endorsement
        """,
        at="proposal",
        refused=tuple(role for role in OF_THE_ESTATE if role not in AT_HOME),
    ),
    Rule(
        "something said over the API",
        RAISERS,
        """
        POST api:comments
        """,
        at="proposal",
        refused=OUTSIDE_TALK,
    ),
    Rule(
        "one's own draft over the API",
        ("owner",),
        """
        PUT DELETE api:proposal
        GET api:proposal-similar
        POST api:proposal-files
        POST api:proposal-submission
        POST api:proposal-withdrawal
        """,
        at="unsent",
    ),
    Rule(
        "an appeal over the API",
        ("owner",),
        """
        POST api:proposal-appeal
        """,
        at="refused proposal",
    ),
    Rule(
        "facts over the API",
        ("owner",),
        """
        POST api:facts
        """,
        at="facts",
    ),
    Rule(
        "official answers over the API",
        ANSWERERS,
        """
        POST api:proposal-answers
        POST api:proposal-facts
        """,
        at="proposal",
    ),
)
_TEXT = {**TEXT, "building": "", "place": "", "version": "1"}
BODIES: dict[str, dict[str, Any] | Callable[[Place], dict[str, Any]]] = {
    "governance:proposal-new": _TEXT,
    "governance:proposal-edit": _TEXT,
    "governance:comment-write": {"stance": "for", "text": "我也觉得应该这样改"},
    "governance:proposal-withdraw": {"reason": REASON},
    "governance:proposal-appeal": {"text": REASON},
    "governance:facts": {"text": REASON},
    "governance:proposal-answer": {"party": "", "status": "agreed", "text": REASON, "version": "0"},
    "governance:proposal-ask": {"party": "", "question": REASON},
    "governance:reply-templates": {"party": "", "title": "收到", "text": REASON},
    "api:proposals": TEXT,
    "api:proposal": TEXT | {"version": 1},
    "api:comments": {"stance": "for", "text": "我也觉得应该这样改"},
    "api:proposal-files": lambda _place: {"file": photo()},
    "api:proposal-withdrawal": {"reason": REASON},
    "api:proposal-appeal": {"text": REASON},
    "api:facts": {"text": REASON},
}
UPLOADS: tuple[str, ...] = ("api:proposal-files",)
SOCKETS: dict[str, tuple[str, ...]] = {}


def furnish(place: Place) -> None:
    """Put what the rules' ``at`` names into ``place.things``."""
    estate, people = place.estate, place.people
    owner, secretary = people["owner"], people["secretary"]
    draft = drafted(estate, owner)
    attached = attach_to_proposal(proposal=draft, file=photo(), actor=owner)
    place.things["unsent"] = {"pk": draft.pk}
    place.things["unsent file"] = {"pk": attached.pk}
    place.things["refused proposal"] = {"pk": refused(estate, owner, by=secretary).pk}
    open_one = accepted(estate, owner, by=secretary)
    place.things["proposal"] = {"pk": open_one.pk}
    request = ask_for_facts(proposal=open_one, party="firm", question=REASON, actor=people["firm"])
    place.things["facts"] = {"pk": request.pk}
    template = keep_template(
        estate=estate, party="committee", title="收到转办", text=REASON, actor=people["chair"]
    )
    place.things["template"] = {"pk": template.pk}
