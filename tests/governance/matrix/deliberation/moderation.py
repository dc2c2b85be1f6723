"""Who may reach what of moderation, what is sent there, and the things it is tried on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.factories.proposals import REASON, accepted, appealed, commented, reported, submitted
from tests.governance.matrix.deliberation.proposals import OUTSIDE_TALK, RAISERS
from tests.governance.matrix.rule import OF_THE_ESTATE, Rule
from tests.governance.matrix.world_place import Place

REVIEW_READERS = ("member", "chair", "secretary", "subdistrict")
REVIEWERS = ("secretary", "subdistrict")
READERS_ONLY = ("member", "chair")

TABLE: tuple[Rule, ...] = (
    Rule(
        "the queue of reviews",
        REVIEW_READERS,
        """
        GET          governance:desk-proposals
        GET          governance:desk-proposals-csv
        """,
        at="estate",
    ),
    Rule(
        "a proposal at the desk",
        REVIEW_READERS,
        """
        GET          governance:desk-proposal
        """,
        at="sent",
    ),
    Rule(
        "the review of it",
        REVIEWERS,
        """
        POST         governance:desk-proposal-review
        POST         governance:desk-proposal-merge
        POST         governance:desk-proposal-item
        """,
        at="sent",
        refused=READERS_ONLY,
    ),
    Rule(
        "where it goes",
        REVIEWERS,
        """
        POST         governance:desk-proposal-route
        """,
        at="going",
        refused=READERS_ONLY,
    ),
    Rule(
        "an assembly prepared from it",
        ("chair", "secretary"),
        """
        GET POST     governance:desk-proposal-assembly
        """,
        at="going",
        refused=("member", "subdistrict"),
    ),
    Rule(
        "what people write, moderated",
        ("secretary",),
        """
        GET          governance:desk-comments
        """,
        at="estate",
    ),
    Rule(
        "one comment, moderated",
        ("secretary",),
        """
        GET POST     governance:desk-comment
        POST         governance:desk-comment-keep
        """,
        at="desk comment",
    ),
    Rule(
        "appeals",
        REVIEWERS,
        """
        GET          governance:desk-appeals
        """,
        at="estate",
    ),
    Rule(
        "one appeal",
        REVIEWERS,
        """
        GET          governance:desk-appeal
        """,
        at="desk appeal",
    ),
    Rule(
        "its decision, by another person than refused",
        ("subdistrict",),
        """
        POST         governance:desk-appeal
        """,
        at="desk appeal",
        refused=("secretary",),
    ),
    Rule(
        "a reply or a report, from those who may say something",
        RAISERS,
        """
        POST         governance:comment-reply
        POST         governance:comment-report
        """,
        at="comment",
        refused=OUTSIDE_TALK,
    ),
    Rule(
        "the page to report from; the page of an appeal leads others back to the comment",
        OF_THE_ESTATE,
        """
        GET          governance:comment-report
        GET POST     governance:comment-appeal
        GET          governance:comment-withdraw
        """,
        at="comment",
    ),
    Rule(
        "one's own comment taken back",
        ("tenant",),
        """
        POST         governance:comment-withdraw
        """,
        at="comment",
        refused=tuple(role for role in OF_THE_ESTATE if role != "tenant"),
    ),
    Rule(
        "the queue over the API",
        REVIEW_READERS,
        """
        GET api:proposal-queue
        """,
        at="estate",
    ),
    Rule(
        "public figures over the API",
        OF_THE_ESTATE,
        """
        GET api:moderation-figures
        """,
        at="estate",
    ),
    Rule(
        "appeals over the API",
        REVIEWERS,
        """
        GET api:appeals
        """,
        at="estate",
    ),
    Rule(
        "the review over the API",
        REVIEWERS,
        """
        POST api:proposal-review
        POST api:proposal-merge
        POST api:proposal-statutory-item
        """,
        at="sent",
        refused=READERS_ONLY,
    ),
    Rule(
        "the way over the API",
        REVIEWERS,
        """
        POST api:proposal-routing
        """,
        at="going",
        refused=READERS_ONLY,
    ),
    Rule(
        "an assembly over the API",
        ("chair", "secretary"),
        """
        POST api:proposal-assembly
        """,
        at="going",
        refused=("member", "subdistrict"),
    ),
    Rule(
        "moderation over the API",
        ("secretary",),
        """
        POST api:comment-hiding
        POST api:comment-restoring
        POST api:comment-keeping
        """,
        at="desk comment",
    ),
    Rule(
        "a decision over the API",
        ("subdistrict",),
        """
        POST api:appeal-decision
        """,
        at="desk appeal",
        refused=("secretary",),
    ),
    Rule(
        "a reply or report over the API",
        RAISERS,
        """
        POST api:comment-replies
        POST api:comment-reports
        """,
        at="comment",
        refused=OUTSIDE_TALK,
    ),
    Rule(
        "one's own comment over the API",
        ("tenant",),
        """
        POST api:comment-withdrawal
        POST api:comment-appeal
        """,
        at="comment",
        refused=tuple(role for role in OF_THE_ESTATE if role != "tenant"),
    ),
)
BODIES: dict[str, dict[str, Any] | Callable[[Place], dict[str, Any]]] = {
    "governance:desk-proposal-review": {"decision": "refuse", "code": "other", "reason": REASON},
    "governance:desk-proposal-merge": lambda place: {
        "into": place.things["number"]["into"],
        "reason": REASON,
    },
    "governance:desk-proposal-item": {"item": "9", "reason": REASON},
    "governance:desk-proposal-route": {"to": "meeting", "turn": "", "due_on": "", "reason": REASON},
    "governance:desk-proposal-assembly": {"reason": REASON},
    "governance:desk-comment": {"code": "abuse", "reason": REASON},
    "governance:desk-appeal": {"upheld": "no", "decision": REASON},
    "governance:comment-reply": {"text": "我来补充一句"},
    "governance:comment-report": {"code": "abuse", "text": ""},
    "governance:comment-appeal": {"text": REASON},
    "api:proposal-review": {"decision": "refuse", "code": "other", "reason": REASON},
    "api:proposal-merge": lambda place: place.things["number"] | {"reason": REASON},
    "api:proposal-statutory-item": {"item": 9, "reason": REASON},
    "api:proposal-routing": {"to": "meeting", "reason": REASON},
    "api:proposal-assembly": {"reason": REASON},
    "api:comment-hiding": {"code": "abuse", "reason": REASON},
    "api:comment-restoring": {"code": "abuse", "reason": REASON},
    "api:appeal-decision": {"upheld": False, "decision": REASON},
    "api:comment-replies": {"text": "我来补充一句"},
    "api:comment-reports": {"code": "abuse"},
    "api:comment-appeal": {"text": REASON},
}
UPLOADS: tuple[str, ...] = ()
SOCKETS: dict[str, tuple[str, ...]] = {}


def furnish(place: Place) -> None:
    """Put what the rules' ``at`` names into ``place.things``."""
    estate, people, slug = place.estate, place.people, place.estate.slug
    owner, secretary = people["owner"], people["secretary"]
    sent = submitted(estate, owner)
    place.things["sent"] = {"slug": slug, "pk": sent.pk}
    going = accepted(estate, people["co_owner"], by=secretary)
    place.things["going"] = {"slug": slug, "pk": going.pk}
    place.things["number"] = {"into": going.number}
    comment = reported(commented(going, people["tenant"]), people["co_owner"])
    place.things["comment"] = {"pk": comment.pk}
    place.things["desk comment"] = {"slug": slug, "pk": comment.pk}
    appeal = appealed(estate, owner, by=secretary)
    place.things["desk appeal"] = {"slug": slug, "pk": appeal.pk}
