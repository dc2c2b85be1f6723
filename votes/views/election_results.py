"""What an election came to, as pages, paper and files show it; the lot so that anybody can draw it again."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from communities.clock import database_now
from communities.ledger.canonical import canonical
from votes.elections import is_formed
from votes.enums import ElectionPurpose, SeatOutcome
from votes.models import Assembly, Election, SeatResult
from votes.services.slates import lawful_seats

TONES = {
    SeatOutcome.ELECTED: "",
    SeatOutcome.ALTERNATE: "sky",
    SeatOutcome.NOT_ELECTED: "plain",
    SeatOutcome.WITHDRAWN: "plain",
}


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One candidate: where they ended and on what figures. ``shown`` is the result of the motion."""

    number: int
    name: str
    home: str
    rank: int | None
    outcome: str
    tag: tuple[str, str]
    lot: str
    #: What is hashed for the lot.
    drawn_from: str
    motion_id: int | None
    shown: Any


@dataclass(frozen=True, slots=True)
class SlateResult:
    election: Election
    rows: list[SeatRow]
    elected: int
    alternates: int
    #: Whether a new committee stands with so many; always for a by-election.
    is_formed: bool
    drawn: list[SeatRow]


def slate_result(assembly: Assembly, shown: list[Any]) -> SlateResult | None:
    """The election of a decided assembly; ``shown`` are the results of its motions. None without one."""
    election = Election.objects.filter(assembly=assembly).select_related("term").first()
    if election is None:
        return None
    results = SeatResult.objects.filter(candidate__election=election).select_related("candidate")
    by_motion = {one.result.motion_id: one for one in shown}
    ranked = sorted(results, key=lambda one: (one.rank is None, one.rank or 0, one.candidate.number))
    rows = [_row(one, election, by_motion) for one in ranked]
    elected = sum(row.outcome == SeatOutcome.ELECTED for row in rows)
    return SlateResult(
        election=election,
        rows=rows,
        elected=elected,
        alternates=sum(row.outcome == SeatOutcome.ALTERNATE for row in rows),
        is_formed=_is_formed(election, assembly, elected),
        drawn=[row for row in rows if row.lot],
    )


def _is_formed(election: Election, assembly: Assembly, elected: int) -> bool:
    if election.purpose == ElectionPurpose.BY_ELECTION or election.term_id is not None:
        return True
    fewest, _most = lawful_seats(assembly.estate, assembly.certified_at or database_now())
    return is_formed(elected=elected, planned=election.seats, fewest=fewest)


def _row(one: SeatResult, election: Election, by_motion: dict[int, Any]) -> SeatRow:
    candidate, outcome = one.candidate, SeatOutcome(one.outcome)
    return SeatRow(
        number=candidate.number,
        name=candidate.name,
        home=candidate.home,
        rank=one.rank,
        outcome=outcome.value,
        tag=(str(outcome.label), TONES[outcome]),
        lot=one.lot,
        drawn_from=canonical([election.lot_seed, election.lot_root, candidate.number]) if one.lot else "",
        motion_id=candidate.motion_id,
        shown=by_motion.get(candidate.motion_id or 0),
    )


def seat_columns(row: SeatRow | None) -> dict[str, object]:
    """What a candidate's line of the file has beside the figures; empty for other motions."""
    return {
        _("候选人编号"): row.number if row else "",
        _("名次"): (row.rank or "") if row else "",
        _("选举结果"): row.tag[0] if row else "",
        _("抽签值"): row.lot if row else "",
    }
