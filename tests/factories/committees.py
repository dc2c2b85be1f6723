"""A committee in the middle of its term, for tests."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from communities.clock import local_day
from communities.enums import RoleCode
from communities.models import CommitteeSeat, CommitteeTerm, Estate, Owner, User
from communities.services.committee import begin_term
from tests.factories.communities import EstateFactory, OwnershipFactory, UnitFactory, appoint


def today() -> date:
    return local_day(timezone.now())


def owner_in(estate: Estate, name: str, *, account: bool = True) -> Owner:
    """An owner of one home of the estate, with an account unless told otherwise."""
    title = OwnershipFactory(unit=UnitFactory(building__estate=estate), owner__name=name)
    if not account:
        Owner.objects.filter(pk=title.owner.pk).update(user=None)
    return Owner.objects.get(pk=title.owner.pk)


@dataclass
class Committee:
    """A term with three members and two alternates, elected ``begun`` days ago, and its guides."""

    estate: Estate
    term: CommitteeTerm
    members: list[CommitteeSeat]
    alternates: list[CommitteeSeat]
    secretary: User
    subdistrict: User

    def account(self, place: int = 0) -> User:
        """The account of one of the members."""
        user = self.members[place].user
        assert user is not None
        return user

    def seat(self, name: str) -> CommitteeSeat:
        """The newest seat of the owner called so."""
        seats = CommitteeSeat.objects.filter(term=self.term).select_related("owner").order_by("-pk")
        return next(seat for seat in seats if seat.owner and seat.owner.name == name)


def committee(*, begun: int = 40, years: int = 5, estate: Estate | None = None) -> Committee:
    estate = estate or EstateFactory()
    starts_on = today() - timedelta(days=begun)
    people = [owner_in(estate, name) for name in ("甲", "乙", "丙", "丁", "戊")]
    term = begin_term(
        estate=estate,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=365 * years),
        members=people[:3],
        alternates=people[3:],
        moment=timezone.now(),
        actor=None,
    )
    seats = list(CommitteeSeat.objects.filter(term=term).select_related("owner", "term").order_by("pk"))
    return Committee(
        estate,
        term,
        seats[:3],
        seats[3:],
        appoint(RoleCode.SECRETARY, estate),
        appoint(RoleCode.SUBDISTRICT, estate),
    )
