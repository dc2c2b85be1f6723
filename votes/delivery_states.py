"""Who was reached and who took part, by building and by door. Never how anybody voted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Concat
from django_stubs_ext import WithAnnotations

from votes.models import Assembly, Ballot, Delivery, Elector, ElectorUnit, PaperBallot, SecretTurnout
from votes.queries import SMALLEST_SHOWN_BUILDING


def reached_deliveries() -> QuerySet[Delivery]:
    """What proves delivery: an attempt that reached somebody and was not taken back."""
    return Delivery.objects.filter(reached=True, taken_back_at__isnull=True)


class Reached(TypedDict):
    is_reached: bool
    took_part: bool


def with_reach(electors: QuerySet[Elector]) -> "QuerySet[WithAnnotations[Elector, Reached]]":
    """``electors`` with ``is_reached`` and ``took_part``: a ballot, or a sheet that came back."""
    here = OuterRef("pk")
    return electors.annotate(
        is_reached=Exists(reached_deliveries().filter(elector=here)),
        took_part=Exists(Ballot.objects.filter(elector=here))
        | Exists(SecretTurnout.objects.filter(elector=here))
        | Exists(PaperBallot.objects.filter(elector=here, received_at__isnull=False, voided_at__isnull=True)),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A building, or one staircase of it."""

    building: str
    staircase: str = ""

    @property
    def key(self) -> str:
        """As forms and addresses name it."""
        return f"{self.building}|{self.staircase}" if self.staircase else self.building

    @property
    def label(self) -> str:
        return f"{self.building}{self.staircase}"


def places_on_roll(assembly: Assembly) -> list[Place]:
    """Every building, each followed by its staircases where it has more than one."""
    rows = (
        ElectorUnit.objects.filter(assembly=assembly)
        .order_by()
        .values_list("building", "staircase")
        .distinct()
    )
    by_building: dict[str, list[str]] = {}
    for building, staircase in rows:
        by_building.setdefault(building, []).append(staircase)
    found: list[Place] = []
    for building in sorted(by_building, key=lambda name: (len(name), name)):
        found.append(Place(building))
        staircases = sorted(by_building[building], key=lambda name: (len(name), name))
        if len(staircases) > 1:
            found += [Place(building, staircase) for staircase in staircases if staircase]
    return found


def units_at(assembly: Assembly, place: str = "", wanted: str = "") -> QuerySet[ElectorUnit]:
    """Units on the roll at ``place`` (a :attr:`Place.key`) whose address contains ``wanted``."""
    units = ElectorUnit.objects.filter(assembly=assembly)
    building, _, staircase = place.partition("|")
    if building:
        units = units.filter(building=building)
    if staircase:
        units = units.filter(staircase=staircase)
    if wanted:
        units = units.annotate(address=Concat("building", "staircase", "room")).filter(
            address__icontains=wanted.replace(" ", "")
        )
    return units


def electors_at(assembly: Assembly, place: str = "", wanted: str = "") -> QuerySet[Elector]:
    """Electors with a unit there, in order of number; all of them where nothing is asked."""
    electors = Elector.objects.filter(assembly=assembly).order_by("number")
    if not place and not wanted:
        return electors
    return electors.filter(pk__in=units_at(assembly, place, wanted).values("elector"))


@dataclass(frozen=True, slots=True)
class BuildingReach:
    """Electors with a unit in a building: how many, how many reached, and how many took part, if shown."""

    building: str
    electors: int
    reached: int
    took_part: int | None


def reach_by_building(assembly: Assembly, *, small: bool) -> list[BuildingReach]:
    """A row a building, in the order people expect. ``small``: also say who took part in small ones."""
    electors = with_reach(Elector.objects.filter(assembly=assembly)).order_by()
    units = ElectorUnit.objects.filter(assembly=assembly).order_by()

    def counts(which: QuerySet[Elector] | None) -> dict[str, int]:
        rows = units if which is None else units.filter(elector__in=which.values("pk"))
        return dict(rows.values_list("building").annotate(Count("elector", distinct=True)))

    sizes = dict(units.values_list("building").annotate(Count("pk")))
    everybody = counts(None)
    reached = counts(electors.filter(is_reached=True))
    voted = counts(electors.filter(took_part=True))
    return [
        BuildingReach(
            building=name,
            electors=everybody[name],
            reached=reached.get(name, 0),
            took_part=voted.get(name, 0) if small or is_shown(sizes[name]) else None,
        )
        for name in sorted(everybody, key=lambda name: (len(name), name))
    ]


def is_shown(units: int) -> bool:
    """Whether turnout of so many units points at nobody."""
    return units >= SMALLEST_SHOWN_BUILDING


@dataclass(frozen=True, slots=True)
class Reach:
    """How many electors of an assembly there are and were reached."""

    electors: int
    reached: int


def reach_of(assembly: Assembly) -> Reach:
    found = with_reach(Elector.objects.filter(assembly=assembly)).aggregate(
        electors=Count("pk"), reached=Count("pk", filter=Q(is_reached=True))
    )
    return Reach(found["electors"], found["reached"])


def last_attempts(electors: Iterable[int]) -> dict[int, Delivery]:
    """The newest attempt at each elector that was not taken back."""
    found = Delivery.objects.filter(elector__in=list(electors), taken_back_at__isnull=True)
    return {delivery.elector_id: delivery for delivery in found.order_by("delivered_at", "pk")}
