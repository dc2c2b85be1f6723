"""Reading that more than one page needs. Nothing here tells how anybody voted before close."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Sum

from communities.models import User
from votes.models import Assembly, Ballot, Elector, ElectorUnit, SecretTurnout

#: A building with fewer units than this shows no turnout: it would point at single homes.
SMALLEST_SHOWN_BUILDING = 5


@dataclass(frozen=True)
class Turnout:
    """How many have voted: heads, and area in 0.01 m², of the frozen totals."""

    heads: int
    area: int
    total_heads: int
    total_area: int

    @property
    def heads_missing(self) -> int:
        """Heads still needed to reach two thirds of all."""
        return max(0, -(-2 * self.total_heads // 3) - self.heads)

    @property
    def area_missing(self) -> int:
        """Area (0.01 m²) still needed to reach two thirds of all."""
        return max(0, -(-2 * self.total_area // 3) - self.area)


def turnout(assembly: Assembly) -> Turnout:
    """Turnout by now: first ballots only, so that a changed ballot counts once."""
    if assembly.is_secret:
        return turnouts([assembly])[assembly.pk]
    found = Ballot.objects.filter(assembly=assembly, revision=1).aggregate(
        heads=Count("pk"), area=Sum("area")
    )
    return Turnout(found["heads"], found["area"] or 0, assembly.total_heads, assembly.total_area)


@dataclass(frozen=True)
class BuildingTurnout:
    """Units of one building whose elector has voted; None where too few units would show whom."""

    building: str
    units: int
    voted: int | None


def turnout_by_building(assembly: Assembly) -> list[BuildingTurnout]:
    took_part = (
        SecretTurnout.objects.filter(assembly=assembly, elector=OuterRef("elector"))
        if assembly.is_secret
        else Ballot.objects.filter(assembly=assembly, elector=OuterRef("elector"), revision=1)
    )
    units = dict(
        ElectorUnit.objects.filter(assembly=assembly)
        .values_list("building")
        .annotate(Count("pk"))
        .order_by("building")
    )
    cast = dict(
        ElectorUnit.objects.filter(Exists(took_part), assembly=assembly)
        .values_list("building")
        .annotate(Count("pk"))
        .order_by("building")
    )
    shown = [
        BuildingTurnout(name, count, cast.get(name, 0) if count >= SMALLEST_SHOWN_BUILDING else None)
        for name, count in units.items()
    ]
    return sorted(shown, key=lambda row: (len(row.building), row.building))


def ballots_of(electors: list[Elector]) -> dict[int, Ballot]:
    """The newest ballot of each of these electors, by elector number."""
    found: dict[int, Ballot] = {}
    for ballot in Ballot.objects.filter(elector__in=electors).order_by("revision"):
        found[ballot.elector_id] = ballot
    return found


def turnouts(assemblies: Iterable[Assembly]) -> dict[int, Turnout]:
    """Turnout of several assemblies by their number, in one query, and one more if any of them is secret."""
    assemblies = list(assemblies)
    secret = [assembly for assembly in assemblies if assembly.is_secret]
    found = {
        row["assembly"]: row
        for row in Ballot.objects.filter(assembly__in=assemblies, revision=1)
        .values("assembly")
        .annotate(heads=Count("pk"), cast_area=Sum("area"))
        .order_by()
    }
    if secret:
        found |= {
            row["assembly"]: row
            for row in SecretTurnout.objects.filter(assembly__in=secret)
            .values("assembly")
            .annotate(heads=Count("pk"), cast_area=Sum("elector__area"))
            .order_by()
        }
    nothing = {"heads": 0, "cast_area": 0}
    return {
        assembly.pk: Turnout(
            found.get(assembly.pk, nothing)["heads"],
            found.get(assembly.pk, nothing)["cast_area"],
            assembly.total_heads,
            assembly.total_area,
        )
        for assembly in assemblies
    }


def marks_shown_to(user: User, ballot: Ballot) -> str:
    """What a ballot says, for the account that cast it, and for the principal in whose name it was cast."""
    mandate = ballot.mandate
    is_principal = mandate is not None and user.pk in (mandate.granted_by_id, mandate.principal.user_id)
    return ballot.choices if ballot.cast_by_id == user.pk or is_principal else ""


@dataclass(frozen=True)
class BuildingOnRoll:
    """What of the frozen roll stands in one building. Area in 0.01 m²."""

    building: str
    units: int
    area: int


def buildings_on_roll(assembly: Assembly) -> list[BuildingOnRoll]:
    rows = (
        ElectorUnit.objects.filter(assembly=assembly)
        .values_list("building")
        .annotate(Count("pk"), Sum("area"))
        .order_by("building")
    )
    return sorted((BuildingOnRoll(*row) for row in rows), key=lambda row: (len(row.building), row.building))
