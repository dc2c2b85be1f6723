"""How one account stands to the electors of an assembly: whose ballot it may cast, and what was cast."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from communities.models import Owner, User
from votes.models import Assembly, Ballot, Elector, ElectorMember
from votes.queries import ballots_of


@dataclass(frozen=True, slots=True)
class ElectorStanding:
    """One elector that the account is a member of. Names others masked, the account's own in full."""

    elector: Elector
    may_cast: bool
    names: tuple[str, ...]
    #: Who casts instead, where co-owners agreed on others.
    representatives: tuple[str, ...]
    ballot: Ballot | None
    #: Who sent ``ballot``, where the roll still tells.
    cast_by: str

    @property
    def is_waiting(self) -> bool:
        return self.may_cast and self.ballot is None

    @property
    def who(self) -> str:
        return _("、").join(self.names)


@dataclass(frozen=True, slots=True)
class Standing:
    """All electors of one assembly that the account belongs to, in order of number."""

    electors: list[ElectorStanding] = field(default_factory=list)

    @property
    def castable(self) -> list[ElectorStanding]:
        return [one for one in self.electors if one.may_cast]

    @property
    def waiting(self) -> list[ElectorStanding]:
        return [one for one in self.electors if one.is_waiting]

    @property
    def is_on_roll(self) -> bool:
        return bool(self.electors)

    @property
    def has_cast_all(self) -> bool:
        return self.is_on_roll and all(one.ballot for one in self.electors)

    def find(self, elector_id: int | None) -> ElectorStanding | None:
        """The one with that elector, if the account may cast for it."""
        return next((one for one in self.castable if one.elector.pk == elector_id), None)

    def place(self, standing: ElectorStanding) -> int:
        """1 for the first ballot this account may cast, 2 for the second, …"""
        return self.castable.index(standing) + 1


def standings_of(user: User, assemblies: Iterable[Assembly]) -> dict[int, Standing]:
    """The account's standing in each assembly by its number. Three queries, however many they are."""
    assemblies = list(assemblies)
    own = ElectorMember.objects.filter(owner__user=user, elector__assembly__in=assemblies)
    members = list(
        ElectorMember.objects.filter(elector__in=own.values("elector"))
        .select_related("elector", "owner")
        .order_by("elector__number", "pk")
    )
    ballots = ballots_of([member.elector for member in members])
    by_elector: dict[int, list[ElectorMember]] = defaultdict(list)
    for member in members:
        by_elector[member.elector_id].append(member)

    found = {assembly.pk: Standing() for assembly in assemblies}
    for elector_id, group in by_elector.items():
        elector = group[0].elector
        found[elector.assembly_id].electors.append(_standing(user, group, ballots.get(elector_id)))
    return found


def standing_in(user: User, assembly: Assembly) -> Standing:
    return standings_of(user, [assembly])[assembly.pk]


def _standing(user: User, members: list[ElectorMember], ballot: Ballot | None) -> ElectorStanding:
    mine = [member for member in members if member.owner.user_id == user.pk]
    # A ballot entered from paper was sent by no account, like an owner who has none.
    sender = ballot.cast_by_id if ballot else None
    caster = next((member.owner for member in members if sender and member.owner.user_id == sender), None)
    return ElectorStanding(
        elector=members[0].elector,
        may_cast=any(member.may_cast for member in mine),
        names=tuple(_name(member.owner, user) for member in [*mine, *(m for m in members if m not in mine)]),
        representatives=tuple(_name(member.owner, user) for member in members if member.may_cast),
        ballot=ballot,
        cast_by=_name(caster, user) if caster else "",
    )


def _name(owner: Owner, user: User) -> str:
    return owner.name if owner.user_id == user.pk else owner.masked_name
