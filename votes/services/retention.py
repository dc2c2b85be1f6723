"""How long each kind of record is kept, and erasing what is past its time.

Erased are names, phones, scans and notes. What the log, the certificate and the
tree heads rest on (hashes, salted commitments, totals) stays, so that every proof
still holds afterwards. Nothing is erased while an objection is open.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TypeAlias

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, QuerySet

from communities.clock import database_now, local_day
from communities.models import CommitteeTerm, Estate
from communities.queries import PolicyInForce, policies_in_force
from communities.services.ledger import log_of_estate, record
from votes.enums import AssemblyStatus, ObjectionStatus, RetainedKind
from votes.models import Assembly, Delivery, Mandate, Objection, PaperBallot

from .archives import stored_archives
from .assemblies import lock_assembly
from .stored_files import delete_on_commit

#: Which policy says how long; kinds without one are kept for ever.
PERIOD = {
    RetainedKind.PAPERS: "retention-years",
    RetainedKind.MANDATES: "retention-years",
    RetainedKind.DELIVERIES: "retention-years-deliveries",
    RetainedKind.ARCHIVES: "retention-days-archives",
}
#: What is erased of each row: first its file, then its texts. Their hashes stay.
ERASED_FIELDS = {
    RetainedKind.PAPERS: ("scan",),
    RetainedKind.MANDATES: ("scan", "holder_name", "holder_phone", "holder_phone_index"),
    RetainedKind.DELIVERIES: ("evidence", "note"),
}
PersonalRows: TypeAlias = QuerySet[PaperBallot] | QuerySet[Mandate] | QuerySet[Delivery]
ENDED = (AssemblyStatus.CERTIFIED, AssemblyStatus.VOID, AssemblyStatus.CANCELLED)
OPEN_OBJECTIONS = (ObjectionStatus.FILED, ObjectionStatus.UNDER_REVIEW)


@dataclass(frozen=True, slots=True)
class Holding:
    """Personal records of one kind that one assembly still has, and from which day they are due.

    ``is_held``: an objection is open, so they stay whatever the day.
    """

    assembly: Assembly
    kind: RetainedKind
    rows: int
    due_on: date
    is_held: bool = False
    #: Of a made archive: its file.
    path: str = ""

    def is_due(self, day: date) -> bool:
        return not self.is_held and day >= self.due_on


def holdings(estate: Estate, *, day: date | None = None) -> list[Holding]:
    """What ``estate`` still holds and will have to erase, the first due in front.

    At least the years of the policy, and at least a year beyond the committee's
    term in which the vote closed.
    """
    policies = policies_in_force(estate, on=day or local_day(database_now()))
    terms = list(CommitteeTerm.objects.filter(estate=estate))
    assemblies = Assembly.objects.filter(estate=estate).in_bulk()
    ended = {pk: assembly for pk, assembly in assemblies.items() if assembly.status in ENDED}
    held = set(
        Objection.objects.filter(assembly__in=ended, status__in=OPEN_OBJECTIONS).values_list(
            "assembly", flat=True
        )
    )
    found = []
    for kind, rows in _personal_rows().items():
        counts = rows.filter(assembly__in=ended).order_by().values_list("assembly").annotate(Count("pk"))
        for number, count in counts:
            due_on = _due_on(ended[number], _years(ended[number], policies, kind), terms)
            found.append(Holding(ended[number], kind, count, due_on, number in held))
    days = timedelta(days=policies[PERIOD[RetainedKind.ARCHIVES]].value)
    for number, path, made_at in stored_archives(estate):
        assembly = ended.get(number) or Assembly.objects.get(pk=number)
        found.append(Holding(assembly, RetainedKind.ARCHIVES, 1, local_day(made_at) + days, path=path))
    return sorted(found, key=lambda holding: (holding.due_on, holding.assembly.pk, holding.kind))


def apply_retention(*, estate: Estate, day: date | None = None, dry_run: bool = False) -> list[Holding]:
    """Erase what of ``estate`` is past its time on ``day`` (today); returns what that was, or would be.

    One transaction an assembly and kind; safe to run twice. Each is entered in the
    estate's log with its number of rows.
    """
    day = day or local_day(database_now())
    due = [holding for holding in holdings(estate, day=day) if holding.is_due(day)]
    if not dry_run:
        for holding in due:
            _erase(holding)
    return due


@transaction.atomic
def _erase(holding: Holding) -> None:
    assembly = lock_assembly(holding.assembly.pk)
    if holding.kind in ERASED_FIELDS:
        rows = _personal_rows()[holding.kind].filter(assembly=assembly)
        file_field, *_texts = fields = ERASED_FIELDS[holding.kind]
        delete_on_commit([getattr(row, file_field) for row in rows])
        rows.update(**dict.fromkeys(fields, ""))
    else:
        transaction.on_commit(partial(default_storage.delete, holding.path))
    record(
        log=log_of_estate(assembly.estate),
        verb="votes.retention.applied",
        subject=assembly,
        actor=None,
        payload={"kind": holding.kind, "rows": holding.rows},
    )


def _personal_rows() -> dict[RetainedKind, PersonalRows]:
    """Rows that still hold something about a person."""
    rows: dict[RetainedKind, PersonalRows] = {
        RetainedKind.PAPERS: PaperBallot.objects.all(),
        RetainedKind.MANDATES: Mandate.objects.all(),
        RetainedKind.DELIVERIES: Delivery.objects.all(),
    }
    return {kind: found.exclude(**dict.fromkeys(ERASED_FIELDS[kind], "")) for kind, found in rows.items()}


def _years(assembly: Assembly, policies: dict[str, PolicyInForce], kind: RetainedKind) -> int:
    """The longer of what the owners were promised when it was posted and what holds today."""
    key = PERIOD[kind]
    return int(max(policies[key].value, assembly.rules.get(key, {}).get("value", 0)))


def _due_on(assembly: Assembly, years: int, terms: list[CommitteeTerm]) -> date:
    ended_at = assembly.closed_at or assembly.closes_at
    assert ended_at is not None
    ended = local_day(ended_at)
    days = [_years_after(ended, years)]
    days += [_years_after(term.ends_on, 1) for term in terms if term.starts_on <= ended < term.ends_on]
    return max(days)


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
