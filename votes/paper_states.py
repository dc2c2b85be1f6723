"""Where each 纸质表决票 stands, and how many wait for whom. Nothing here tells what is on one."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from communities.models import User
from votes.enums import Channel, ChannelPrecedence
from votes.models import Assembly, Ballot, PaperBallot, PaperEntry, UncountedBallot


class PaperState(TextChoices):
    REQUESTED = "requested", _("已申领，待打印")
    PRINTED = "printed", _("已打印，未交回")
    FIRST = "first", _("待第一次录入")
    SECOND = "second", _("待第二次录入")
    THIRD = "third", _("两次不一致，待第三人核对")
    COUNTED = "counted", _("已计票")
    NOT_COUNTED = "not-counted", _("不计票")
    REGISTERED = "registered", _("公布结果后收到，只登记")
    VOID = "void", _("已作废")


TONES = {
    PaperState.REQUESTED: "amber",
    PaperState.PRINTED: "plain",
    PaperState.FIRST: "amber",
    PaperState.SECOND: "amber",
    PaperState.THIRD: "seal",
    PaperState.COUNTED: "",
    PaperState.NOT_COUNTED: "seal",
    PaperState.REGISTERED: "plain",
    PaperState.VOID: "plain",
}
WAITING = (PaperState.FIRST, PaperState.SECOND, PaperState.THIRD)

_RECEIVED = Q(received_at__isnull=False, settled_at__isnull=True, voided_at__isnull=True)
_OPEN = Q(received_at__isnull=True, voided_at__isnull=True)
_CONDITIONS = {
    PaperState.REQUESTED: _OPEN & Q(printed_at__isnull=True),
    PaperState.PRINTED: _OPEN & Q(printed_at__isnull=False),
    PaperState.FIRST: _RECEIVED & Q(looks=0),
    PaperState.SECOND: _RECEIVED & Q(looks=1),
    PaperState.THIRD: _RECEIVED & Q(looks=2),
    PaperState.COUNTED: Q(is_counted=True),
    PaperState.NOT_COUNTED: Q(is_uncounted=True),
    PaperState.REGISTERED: Q(settled_at__isnull=False, is_counted=False, is_uncounted=False),
    PaperState.VOID: Q(voided_at__isnull=False),
}


def with_states(papers: QuerySet[PaperBallot]) -> QuerySet[PaperBallot]:
    """``papers`` with what :func:`state_of` reads."""
    return papers.annotate(
        looks=Count("entries"),
        is_counted=Exists(Ballot.objects.filter(paper=OuterRef("pk"))),
        is_uncounted=Exists(UncountedBallot.objects.filter(paper=OuterRef("pk"))),
    )


def in_state(papers: QuerySet[PaperBallot], state: str) -> QuerySet[PaperBallot]:
    """Those of :func:`with_states` that are in ``state``; all for an unknown one."""
    return papers.filter(_CONDITIONS[PaperState(state)]) if state in PaperState else papers


def state_of(paper: PaperBallot) -> PaperState:
    """The state of a sheet of :func:`with_states`. A sheet that was voided and came back did not count."""
    if paper.is_counted:  # type: ignore[attr-defined]
        return PaperState.COUNTED
    if paper.is_uncounted:  # type: ignore[attr-defined]
        return PaperState.NOT_COUNTED
    if paper.settled_at is not None:
        return PaperState.REGISTERED
    if paper.voided_at is not None:
        return PaperState.VOID
    if paper.received_at is None:
        return PaperState.PRINTED if paper.printed_at else PaperState.REQUESTED
    return WAITING[min(paper.looks, 2)]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class PaperFigures:
    """How many sheets of one assembly stand where. ``mine``: a look that this person may take."""

    requested: int = 0
    printed: int = 0
    first: int = 0
    second: int = 0
    third: int = 0
    mine_second: int = 0
    mine_third: int = 0
    settled: int = 0

    @property
    def waiting(self) -> int:
        """Received and not settled: the count waits for them."""
        return self.first + self.second + self.third

    @property
    def mine(self) -> int:
        return self.first + self.mine_second + self.mine_third

    @property
    def handed_out(self) -> int:
        return self.printed + self.waiting + self.settled


_FIGURES = tuple(field.name for field in fields(PaperFigures))


def paper_figures(assemblies: Iterable[Assembly], user: User) -> dict[int, PaperFigures]:
    """The figures of each assembly by its number. Two queries; only sheets that wait are read one by one."""
    assemblies = list(assemblies)
    papers = PaperBallot.objects.filter(assembly__in=assemblies).order_by()
    at_rest = papers.values_list("assembly").annotate(
        requested=Count("pk", filter=_CONDITIONS[PaperState.REQUESTED]),
        printed=Count("pk", filter=_CONDITIONS[PaperState.PRINTED]),
        settled=Count("pk", filter=Q(settled_at__isnull=False)),
    )
    counts = {assembly.pk: dict.fromkeys(_FIGURES, 0) for assembly in assemblies}
    for pk, requested, printed, settled in at_rest:
        counts[pk] |= {"requested": requested, "printed": printed, "settled": settled}
    entered = PaperEntry.objects.filter(paper=OuterRef("pk"), entered_by=user)
    received = papers.filter(_RECEIVED).annotate(looks=Count("entries"), is_mine=~Exists(entered))
    for pk, looks, is_mine in received.values_list("assembly", "looks", "is_mine"):
        name = ("first", "second", "third")[min(looks, 2)]
        counts[pk][name] += 1
        if looks and is_mine:
            counts[pk][f"mine_{name}"] += 1
    return {pk: PaperFigures(**found) for pk, found in counts.items()}


def waiting_papers(assembly: Assembly) -> int:
    """How many received sheets the count waits for."""
    return PaperBallot.objects.filter(_RECEIVED, assembly=assembly).count()


def next_to_enter(assembly: Assembly, user: User) -> PaperBallot | None:
    """The sheet this person may look at next: differences first, then second looks, then first ones."""
    entered = PaperEntry.objects.filter(paper=OuterRef("pk"), entered_by=user)
    return (
        PaperBallot.objects.filter(_RECEIVED, ~Exists(entered), assembly=assembly)
        .annotate(looks=Count("entries"))
        .order_by("-looks", "received_at", "serial")
        .first()
    )


@dataclass(frozen=True, slots=True)
class PaperOfElector:
    """The newest sheet of one elector as its owners are told of it."""

    paper: PaperBallot
    state: PaperState
    reason: str


def papers_of_electors(electors: Iterable[int]) -> dict[int, PaperOfElector]:
    """The newest sheet of each elector by its number as a row. Two queries."""
    papers = with_states(PaperBallot.objects.filter(elector__in=list(electors))).order_by("serial")
    newest = {paper.elector_id: paper for paper in papers}
    reasons = {
        kept.paper_id: kept.get_reason_display()
        for kept in UncountedBallot.objects.filter(paper__in=newest.values(), channel=Channel.PAPER)
    }
    return {
        elector: PaperOfElector(paper, state_of(paper), reasons.get(paper.pk, ""))
        for elector, paper in newest.items()
    }


def precedence_words(assembly: Assembly) -> str:
    """Which ballot counts where an elector used paper and phone, as published with the assembly."""
    return str(ChannelPrecedence(assembly.rule("channel-precedence")).label)
