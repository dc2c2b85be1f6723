"""What a finding is, and the list of rules that find."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from communities.clock import local_day
from communities.ledger.hashing import sha256
from communities.models import Estate
from communities.queries import PolicyInForce, policies_in_force
from votes.models import Assembly, Candidate, Election, Motion


class Severity(TextChoices):
    ERROR = "error", _("必须改正")
    WARNING = "warning", _("请核对")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend or to answer for.

    ``about`` is the motion's position on the ballot, or None for the assembly
    as a whole; ``field`` is the input to go to ("" where the page has none).
    """

    code: str
    severity: Severity
    about: int | None
    message: str
    reason: str
    source: str
    key: str
    motion_id: int | None = None
    field: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity == Severity.ERROR


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule's check reports.

    ``facts`` is what the finding rests on. A signature given for it lapses when
    the facts change: other words in the motion, one more unit without an owner.
    """

    message: str
    motion: Motion | None = None
    field: str = ""
    facts: str = ""
    source: str = ""


@dataclass(frozen=True)
class Draft:
    """Everything the rules look at, read once."""

    assembly: Assembly
    moment: datetime
    motions: list[Motion] = field(default_factory=list)

    @property
    def estate(self) -> Estate:
        return self.assembly.estate

    @property
    def day(self) -> date:
        return local_day(self.moment)

    @cached_property
    def policies(self) -> dict[str, PolicyInForce]:
        return policies_in_force(self.estate, on=self.day)

    @cached_property
    def election(self) -> Election | None:
        return Election.objects.filter(assembly=self.assembly).select_related("term").first()

    @cached_property
    def candidates(self) -> list[Candidate]:
        """Everybody named for a seat, by number; empty without an election."""
        if self.election is None:
            return []
        return list(self.election.candidates.select_related("owner__user", "motion").order_by("number"))


Check = Callable[[Draft], Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class LintRule:
    code: str
    severity: Severity
    reason: str | Promise
    source: str | Promise
    check: Check


CATALOGUE: dict[str, LintRule] = {}


def rule(
    code: str, severity: Severity, *, reason: str | Promise, source: str | Promise
) -> Callable[[Check], Check]:
    """Enter a check in the catalogue."""

    def enter(check: Check) -> Check:
        if code in CATALOGUE:
            raise ValueError(f"two lint rules named {code}")
        CATALOGUE[code] = LintRule(code, severity, reason, source, check)
        return check

    return enter


def lint(assembly: Assembly, moment: datetime) -> list[Finding]:
    """All findings if ``assembly`` were posted at ``moment``: errors first, then by place on the ballot."""
    draft = Draft(
        assembly, moment, list(assembly.motions.prefetch_related("attachments").order_by("position"))
    )
    findings = [_finding(found, hit) for found in CATALOGUE.values() for hit in found.check(draft)]
    return sorted(findings, key=lambda finding: (not finding.is_error, finding.about or 0))


def _finding(found: LintRule, hit: Hit) -> Finding:
    motion = hit.motion
    about = "assembly" if motion is None else f"motion-{motion.pk}"
    facts = hit.facts or (text_of(motion) if motion else "")
    return Finding(
        code=found.code,
        severity=found.severity,
        about=motion.position if motion else None,
        message=hit.message,
        reason=str(found.reason),
        source=hit.source or str(found.source),
        key=f"{found.code}:{about}:{sha256(facts)[:12]}",
        motion_id=motion.pk if motion else None,
        field=hit.field,
    )


def text_of(motion: Motion) -> str:
    """What a signature for a warning about a motion covers."""
    parts = (
        motion.title,
        motion.text,
        motion.topic,
        motion.item,
        sorted(motion.options),
        motion.changes_fee,
        motion.amount,
    )
    return "\x00".join(str(part) for part in parts)
