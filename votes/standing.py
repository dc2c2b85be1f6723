"""How one account stands to the electors of an assembly: whose ballot it may cast, and what was cast."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from communities.models import Owner, User
from votes.enums import Channel
from votes.models import Assembly, Ballot, Elector, ElectorMember, Mandate, SecretTurnout
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
    #: The mandate that stands for it, used or not, whether or not its time has run out.
    mandate: Mandate | None = None
    #: Of a secret vote: that somebody of the home took part.
    took_part: SecretTurnout | None = None

    @property
    def has_cast(self) -> bool:
        return self.ballot is not None or self.took_part is not None

    @property
    def is_waiting(self) -> bool:
        return self.may_cast and not self.has_cast

    @property
    def by_holder(self) -> bool:
        """What stands was cast under a mandate, so an own ballot would take its place."""
        return self.ballot is not None and self.ballot.channel == Channel.MANDATE

    @property
    def who(self) -> str:
        return _("、").join(self.names)


@dataclass(frozen=True, slots=True)
class HeldMandate:
    """A mandate in the account's hand. The principal's name is masked."""

    mandate: Mandate
    #: The newest ballot of the principal, whoever cast it.
    ballot: Ballot | None

    @property
    def elector(self) -> Elector:
        return self.mandate.elector

    @property
    def who(self) -> str:
        return self.mandate.principal.masked_name

    @property
    def is_used(self) -> bool:
        return self.ballot is not None and self.ballot.mandate_id == self.mandate.pk

    @property
    def principal_voted(self) -> bool:
        return self.ballot is not None and not self.is_used

    def is_waiting(self, moment: datetime) -> bool:
        return self.ballot is None and not self.has_run_out(moment)

    def has_run_out(self, moment: datetime) -> bool:
        return self.mandate.expires_at is not None and self.mandate.expires_at <= moment


@dataclass(frozen=True, slots=True)
class Standing:
    """All electors of one assembly that the account belongs to, in order of number."""

    electors: list[ElectorStanding] = field(default_factory=list)
    #: Mandates of others that this account holds.
    held: list[HeldMandate] = field(default_factory=list)

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
        return self.is_on_roll and all(one.has_cast for one in self.electors)

    def find(self, elector_id: int | None) -> ElectorStanding | None:
        """The one with that elector, if the account may cast for it."""
        return next((one for one in self.castable if one.elector.pk == elector_id), None)

    def of(self, elector_id: int) -> ElectorStanding | None:
        """The one with that elector, if the account belongs to it."""
        return next((one for one in self.electors if one.elector.pk == elector_id), None)

    def find_held(self, mandate_id: UUID | None) -> HeldMandate | None:
        return next((one for one in self.held if one.mandate.pk == mandate_id), None)

    def place(self, standing: ElectorStanding) -> int:
        """1 for the first ballot this account may cast, 2 for the second, …"""
        return self.castable.index(standing) + 1


def standings_of(user: User, assemblies: Iterable[Assembly]) -> dict[int, Standing]:
    """The account's standing in each assembly by its number.

    Four queries, however many they are, and one more where any vote is secret.
    """
    assemblies = list(assemblies)
    mandates = _mandates(user, assemblies)
    own = ElectorMember.objects.filter(owner__user=user, elector__assembly__in=assemblies)
    members = list(
        ElectorMember.objects.filter(elector__in=own.values("elector"))
        .select_related("elector", "owner")
        .order_by("elector__number", "pk")
    )
    held = [mandate for mandate in mandates if mandate.holder_id == user.pk]
    ballots = ballots_of([*(member.elector for member in members), *(mandate.elector for mandate in held)])
    turnouts = _turnouts([member.elector for member in members], assemblies)
    given = {mandate.elector_id: mandate for mandate in mandates}
    by_elector: dict[int, list[ElectorMember]] = defaultdict(list)
    for member in members:
        by_elector[member.elector_id].append(member)

    found = {assembly.pk: Standing() for assembly in assemblies}
    for elector_id, group in by_elector.items():
        elector = group[0].elector
        ballot, mandate = ballots.get(elector_id), given.get(elector_id)
        found[elector.assembly_id].electors.append(
            _standing(user, group, ballot, mandate, turnouts.get(elector_id))
        )
    for mandate in held:
        one = HeldMandate(mandate, ballots.get(mandate.elector_id))
        found[mandate.assembly_id].held.append(one)
    return found


def _turnouts(electors: list[Elector], assemblies: list[Assembly]) -> dict[int, SecretTurnout]:
    """Who of these took part in a secret vote, by elector; asked only where there is one."""
    secret = {assembly.pk for assembly in assemblies if assembly.is_secret}
    wanted = [elector for elector in electors if elector.assembly_id in secret]
    if not wanted:
        return {}
    return {one.elector_id: one for one in SecretTurnout.objects.filter(elector__in=wanted)}


def _mandates(user: User, assemblies: list[Assembly]) -> list[Mandate]:
    """What the account holds, and what was given by those it belongs to."""
    own = ElectorMember.objects.filter(owner__user=user)
    return list(
        Mandate.objects.filter(
            Q(holder=user) | Q(elector__in=own.values("elector")),
            assembly__in=assemblies,
            revoked_at__isnull=True,
        )
        .select_related("elector", "principal")
        .order_by("granted_at")
    )


def standing_in(user: User, assembly: Assembly) -> Standing:
    return standings_of(user, [assembly])[assembly.pk]


def _standing(
    user: User,
    members: list[ElectorMember],
    ballot: Ballot | None,
    mandate: Mandate | None,
    took_part: SecretTurnout | None,
) -> ElectorStanding:
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
        cast_by=_caster(caster, user, ballot, mandate),
        mandate=mandate,
        took_part=took_part,
    )


def _caster(caster: Owner | None, user: User, ballot: Ballot | None, mandate: Mandate | None) -> str:
    if ballot and mandate and ballot.mandate_id == mandate.pk:
        return _("受托人 %(name)s") % {"name": masked(mandate.holder_name)}
    return _name(caster, user) if caster else ""


def masked(name: str) -> str:
    """ "周*": a holder's name, for whoever need not know it."""
    return name[:1] + "*" * (len(name) - 1)


def _name(owner: Owner, user: User) -> str:
    return owner.name if owner.user_id == user.pk else owner.masked_name
