"""异议: when which kind may be raised, by whom, and what became of them in figures. Changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count, F, Q, QuerySet

from communities.clock import LOCAL_ZONE, local_day
from communities.models import Estate, User
from communities.rules import is_owner
from votes.enums import AssemblyStatus, ObjectionKind, ObjectionStatus
from votes.models import Assembly, Elector, Objection
from votes.models.objection import OPEN_STATUSES

#: A meeting that was called off, or whose result was declared void, has nothing left to dispute.
OVER = (AssemblyStatus.DRAFT, AssemblyStatus.CANCELLED, AssemblyStatus.VOID)


@dataclass(frozen=True, slots=True)
class Window:
    """When one kind of objection may be raised: half open, ``ends`` None while that is not known yet."""

    kind: ObjectionKind
    begins: datetime
    ends: datetime | None

    def is_open(self, moment: datetime) -> bool:
        return self.begins <= moment and (self.ends is None or moment < self.ends)


def days_after(moment: datetime, days: int) -> datetime:
    """The end, local 24:00, of the ``days``-th day after the day of ``moment``."""
    return datetime.combine(local_day(moment) + timedelta(days=days + 1), time(), LOCAL_ZONE)


def windows(assembly: Assembly) -> list[Window]:
    """The windows of a posted assembly, by its frozen rules.

    The roll: from the publication, some days long, at latest until the opening. The result: some
    days from the certification. The procedure: from the publication until the result's window ends.
    """
    if assembly.status in OVER or assembly.published_at is None or assembly.opens_at is None:
        return []
    posted, certified = assembly.published_at, assembly.certified_at
    result_ends = days_after(certified, assembly.rule("result-objection-days")) if certified else None
    roll_ends = min(days_after(posted, assembly.rule("roll-objection-days")), assembly.opens_at)
    found = [
        Window(ObjectionKind.ROLL, posted, roll_ends),
        Window(ObjectionKind.PROCEDURE, posted, result_ends),
    ]
    if certified:
        found.append(Window(ObjectionKind.RESULT, certified, result_ends))
    return found


def open_windows(assembly: Assembly, moment: datetime) -> list[Window]:
    return [window for window in windows(assembly) if window.is_open(moment)]


def elector_of_filer(user: User, assembly: Assembly) -> Elector | None:
    """The first elector of the roll that ``user`` is an owner of, represented by another or not."""
    return Elector.objects.filter(assembly=assembly, members__owner__user=user).order_by("number").first()


def kinds_open_to(user: User, assembly: Assembly, moment: datetime) -> list[Window]:
    """The windows open now in which this person may raise something.

    Whoever stands on the roll, all; any other owner of the estate may say that the roll lacks them.
    """
    found = open_windows(assembly, moment)
    if not found or elector_of_filer(user, assembly) is not None:
        return found
    if not is_owner(user, assembly):
        return []
    return [window for window in found if window.kind == ObjectionKind.ROLL]


@dataclass(frozen=True, slots=True)
class ObjectionFigures:
    """How many objections an assembly had, and what became of them."""

    filed: int = 0
    open: int = 0
    upheld: int = 0
    dismissed: int = 0
    withdrawn: int = 0
    #: Answered after the deadline, or not answered and past it.
    overdue: int = 0


def objection_figures(assemblies: Iterable[Assembly], moment: datetime) -> dict[int, ObjectionFigures]:
    """The figures of several assemblies by their number, in one query."""
    late = Q(answered_at__gt=F("due_at")) | Q(status__in=OPEN_STATUSES, due_at__lte=moment)
    rows = (
        Objection.objects.filter(assembly__in=list(assemblies))
        .order_by()
        .values_list("assembly")
        .annotate(
            Count("pk"),
            open=Count("pk", filter=Q(status__in=OPEN_STATUSES)),
            upheld=Count("pk", filter=Q(status=ObjectionStatus.UPHELD)),
            dismissed=Count("pk", filter=Q(status=ObjectionStatus.DISMISSED)),
            withdrawn=Count("pk", filter=Q(status=ObjectionStatus.WITHDRAWN)),
            overdue=Count("pk", filter=late),
        )
    )
    return {assembly: ObjectionFigures(*figures) for assembly, *figures in rows}


def open_objections(estates: Iterable[Estate]) -> QuerySet[Objection]:
    """Those still owed an answer in these estates, the first due in front."""
    waiting = Objection.objects.filter(assembly__estate__in=list(estates), status__in=OPEN_STATUSES)
    return waiting.select_related("assembly").order_by("due_at", "number")
