"""The only ways to get an assembly, an elector or a ballot for somebody."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from communities.access import estates_for
from communities.enums import RoleCode
from communities.models import Estate, User
from communities.rules import today
from votes.enums import AssemblyStatus
from votes.models import Assembly, Ballot, Elector


def _estates_prepared_by(user: User) -> QuerySet[Estate]:
    """Estates whose drafts ``user`` may see: as committee member or secretary."""
    held = user.roles.on(today()).filter(
        code__in=[RoleCode.COMMITTEE_CHAIR, RoleCode.COMMITTEE, RoleCode.SECRETARY]
    )
    return Estate.objects.filter(
        Q(pk__in=held.filter(estate__isnull=False).values("estate"))
        | Q(community__in=held.filter(community__isnull=False).values("community"))
    )


def assemblies_for(user: User) -> QuerySet[Assembly]:
    """Posted assemblies of the estates ``user`` belongs to, and drafts for those who prepare them."""
    return Assembly.objects.filter(
        ~Q(status=AssemblyStatus.DRAFT) & Q(estate__in=estates_for(user).order_by().values("pk"))
        | Q(status=AssemblyStatus.DRAFT) & Q(estate__in=_estates_prepared_by(user).values("pk"))
    ).select_related("estate__community__subdistrict")


def assembly_for(user: User, pk: int) -> Assembly:
    """The assembly, or a 404 that does not say whether it exists."""
    return get_object_or_404(assemblies_for(user), pk=pk)


def electors_for(user: User, assembly: Assembly) -> QuerySet[Elector]:
    """The electors of the assembly that this account may cast for, in order of number."""
    return (
        Elector.objects.filter(assembly=assembly, members__owner__user=user, members__may_cast=True)
        .order_by("number")
        .distinct()
    )


def ballot_for(user: User, pk: UUID) -> Ballot:
    """A ballot of an elector that ``user`` is a member of, or a 404.

    Co-owners see that and when the ballot was cast; what it says only the one
    who cast it is shown (:func:`votes.queries.marks_shown_to`).
    """
    return get_object_or_404(
        Ballot.objects.filter(elector__members__owner__user=user)
        .select_related("assembly__estate", "elector")
        .distinct(),
        pk=pk,
    )
