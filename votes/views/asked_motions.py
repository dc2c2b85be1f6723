"""The motions of an assembly as its page shows them: rule, place on the ballot, warnings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from votes.enums import MARK_OF_OPTION, CandidateStatus, MotionOption
from votes.forms.ballot import BallotMarksForm, mark_field
from votes.linting import CATALOGUE
from votes.models import Assembly, Candidate, Election, Motion
from votes.services.mandates import FREE
from votes.standing import HeldMandate
from votes.statutes import Statute
from votes.trace import title_in
from votes.wording import item_number, majority, majority_in_full


@dataclass(frozen=True, slots=True)
class Explanation:
    """A warning that somebody signed for, as the owners read it; ``motion`` is None for the whole."""

    warning: str
    reason: str
    signer: str
    at: datetime
    motion: int | None


@dataclass(frozen=True, slots=True)
class AskedMotion:
    """A motion as it stands on the page, with its place on the ballot where one lies open."""

    motion: Motion
    number: str
    item: str
    majority: str
    in_full: str
    article: str
    options: list[tuple[str, str]]
    #: The principal of a mandate said how to vote, so only that answer is offered.
    is_told: bool
    field: str
    chosen: str
    errors: list[str]
    explained: list[Explanation]
    candidate: Candidate | None = None

    @property
    def is_withdrawn(self) -> bool:
        return self.candidate is not None and self.candidate.status == CandidateStatus.WITHDRAWN

    @property
    def note(self) -> str:
        return f"{self.majority} · {self.number} {self.item}"


def asked_motions(
    motions: Sequence[Motion],
    statute: Statute,
    form: BallotMarksForm | None,
    explained: Sequence[Explanation],
    held: HeldMandate | None,
) -> list[AskedMotion]:
    """The motions as they stand on the page; where a principal instructed, with that answer only."""
    told = (held.mandate.instructions if held else "") or FREE * len(motions)
    return [
        _asked_motion(motion, statute, form, explained, None if mark == FREE else mark)
        for motion, mark in zip(motions, told, strict=True)
    ]


def _asked_motion(
    motion: Motion,
    statute: Statute,
    form: BallotMarksForm | None,
    explained: Sequence[Explanation],
    told: str | None = None,
) -> AskedMotion:
    item = statute.item(motion.item) if motion.item else None
    field = mark_field(motion)
    return AskedMotion(
        motion=motion,
        number=item_number(item) if item else "",
        item=item.name if item else "",
        majority=majority(statute, item.kind) if item else "",
        in_full=majority_in_full(statute, item.kind) if item else "",
        article=item.article if item else "",
        options=[
            (option, str(MotionOption(option).label))
            for option in motion.options
            if told is None or MARK_OF_OPTION[MotionOption(option)] == told
        ],
        is_told=told is not None,
        field=field,
        chosen=_told_option(told) if told else str(form.data.get(field, "")) if form else "",
        errors=[str(error) for error in form.errors.get(field, [])] if form and not form.is_filling else [],
        explained=[one for one in explained if one.motion == motion.pk],
        candidate=getattr(motion, "candidate", None),
    )


def _told_option(mark: str) -> str:
    return next(option.value for option, letter in MARK_OF_OPTION.items() if letter == mark)


def slate_of(assembly: Assembly, rows: list[AskedMotion]) -> dict[str, Any] | None:
    """The candidates under their one heading, and how many may be marked for; None where nobody stands."""
    if not rows:
        return None
    election = Election.objects.get(assembly=assembly)
    marked = sum(row.chosen == MotionOption.FOR and not row.is_withdrawn for row in rows)
    return {"election": election, "limit": election.seats, "rows": rows, "marked": marked}


def explanations_of(assembly: Assembly) -> list[Explanation]:
    found = []
    for override in assembly.lint_overrides.select_related("signed_by").order_by("pk"):
        code, about = override.finding.split(":")[:2]
        rule = CATALOGUE.get(code)
        found.append(
            Explanation(
                warning=str(rule.reason) if rule else "",
                reason=override.reason,
                signer=title_in(assembly.estate, override.signed_by, override.signed_at),
                at=override.signed_at,
                motion=int(about.removeprefix("motion-")) if about.startswith("motion-") else None,
            )
        )
    return found
