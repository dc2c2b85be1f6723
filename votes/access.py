"""The only ways to get an assembly, an elector or a ballot for somebody."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from communities.access import desk_estates_for, estates_for
from communities.enums import RoleCode
from communities.models import Estate, User
from communities.rules import allows, today
from votes.enums import AssemblyStatus
from votes.models import Assembly, Ballot, Elector, Motion, MotionAttachment


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
    ).select_related("estate__community__subdistrict", "scope_building")


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


def ballot_sent_with(user: User, key: UUID) -> Ballot | None:
    """The ballot that came with this idempotency key, if ``user`` is a member of its elector."""
    return Ballot.objects.filter(idempotency_key=key, elector__members__owner__user=user).first()


def desk_estate_for(user: User, slug: str) -> Estate:
    """An estate ``user`` works for, or a 404."""
    return get_object_or_404(desk_estates_for(user), slug=slug)


def desk_assembly_for(user: User, slug: str, pk: int) -> Assembly:
    """An assembly, draft or posted, of an estate ``user`` works for, or a 404."""
    return get_object_or_404(assemblies_for(user), estate=desk_estate_for(user, slug), pk=pk)


def motion_on_desk_for(user: User, slug: str, pk: int, motion_pk: int) -> Motion:
    """A motion of :func:`desk_assembly_for`, or a 404."""
    assembly = desk_assembly_for(user, slug, pk)
    motion = get_object_or_404(assembly.motions.prefetch_related("attachments"), pk=motion_pk)
    motion.assembly = assembly
    return motion


def attachment_for(user: User, pk: int) -> MotionAttachment:
    """A paper of an assembly ``user`` may see, or a 404."""
    return get_object_or_404(
        MotionAttachment.objects.filter(
            motion__assembly__in=assemblies_for(user).select_related(None).values("pk")
        ),
        pk=pk,
    )


def roll_assembly_for(user: User, slug: str, pk: int) -> Assembly:
    """An assembly whose roll ``user`` may read, or a 404. Scrutineers come here without a desk."""
    assembly = get_object_or_404(assemblies_for(user), estate__slug=slug, pk=pk)
    if not allows("votes.view_roll", user, assembly):
        raise Http404
    return assembly


def papers_assembly_for(user: User, slug: str, pk: int) -> Assembly:
    """A posted assembly whose papers and archives ``user`` may have, or a 404."""
    assembly = get_object_or_404(assemblies_for(user), estate__slug=slug, pk=pk)
    if not allows("votes.take_archive", user, assembly):
        raise Http404
    return assembly
