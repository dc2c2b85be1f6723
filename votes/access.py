"""The only ways to get an assembly, an elector or a ballot for somebody."""

from datetime import date
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from communities.access import desk_estates_for, estates_for, estates_on
from communities.enums import RoleCode
from communities.models import Estate, Log, TreeHead, User
from communities.prepared import prepared
from communities.rules import allows, today
from votes.candidacies import shown_candidates
from votes.enums import AssemblyStatus, BallotSecrecy
from votes.models import (
    Assembly,
    Ballot,
    Candidate,
    Delivery,
    Election,
    Elector,
    Mandate,
    Motion,
    MotionAttachment,
    Objection,
    PaperBallot,
    SecretTurnout,
)

LARGEST_SIZE = 2**63 - 1


def _estates_prepared_by(user: User, day: date) -> QuerySet[Estate]:
    """Estates whose drafts ``user`` may see: of their committee or preparatory group, or as secretary."""
    held = user.roles.on(day).filter(
        code__in=[
            RoleCode.COMMITTEE_CHAIR,
            RoleCode.COMMITTEE,
            RoleCode.PREPARATORY_GROUP,
            RoleCode.SECRETARY,
        ]
    )
    return Estate.objects.filter(
        Q(pk__in=held.filter(estate__isnull=False).values("estate"))
        | Q(community__in=held.filter(community__isnull=False).values("community"))
    )


@prepared
def _assemblies_on(user: User, day: date) -> QuerySet[Assembly, int]:
    """Numbers of the assemblies ``user`` may see on ``day``."""
    held = user.held_mandates.filter(revoked_at__isnull=True)
    return Assembly.objects.filter(
        ~Q(status=AssemblyStatus.DRAFT) & Q(estate__in=estates_on(user, day))
        | Q(pk__in=held.values("assembly"))
        | Q(status=AssemblyStatus.DRAFT) & Q(estate__in=_estates_prepared_by(user, day).values("pk"))
    ).values_list("pk", flat=True)


def assemblies_for(user: User) -> QuerySet[Assembly]:
    """Posted assemblies of the estates ``user`` belongs to, and drafts for those who prepare them.

    Who holds a mandate sees its assembly, wherever they live.
    """
    return Assembly.objects.filter(pk__in=_assemblies_on(user, today())).select_related(
        "estate__community__subdistrict", "scope_building"
    )


def assembly_for(user: User, pk: int) -> Assembly:
    """The assembly, or a 404 that does not say whether it exists."""
    return get_object_or_404(assemblies_for(user), pk=pk)


def assembly_of_certificate(sha256: str) -> Assembly:
    """A decided assembly by the hash of its certificate, for anybody, or a 404.

    The hash is printed on the result; whoever was not told it cannot guess it.
    """
    return get_object_or_404(
        Assembly.objects.filter(status__in=[AssemblyStatus.CERTIFIED, AssemblyStatus.VOID]),
        certificate__sha256=sha256,
    )


def electors_for(user: User, assembly: Assembly) -> QuerySet[Elector]:
    """The electors of the assembly that this account may cast for, in order of number."""
    return (
        Elector.objects.filter(assembly=assembly, members__owner__user=user, members__may_cast=True)
        .order_by("number")
        .distinct()
    )


def ballot_for(user: User, pk: UUID) -> Ballot:
    """A ballot of an elector that ``user`` is a member of, or cast under a mandate; else a 404.

    Co-owners see that and when the ballot was cast; what it says only the one
    who cast it is shown (:func:`votes.queries.marks_shown_to`).
    """
    return get_object_or_404(
        Ballot.objects.filter(Q(elector__members__owner__user=user) | Q(mandate__holder=user))
        .select_related("assembly__estate", "elector", "mandate__principal")
        .distinct(),
        pk=pk,
    )


def ballot_sent_with(user: User, key: UUID) -> Ballot | None:
    """The ballot that came with this idempotency key, if ``user`` is a member of its elector."""
    return Ballot.objects.filter(idempotency_key=key, elector__members__owner__user=user).first()


def took_part_for(user: User, key: UUID) -> SecretTurnout:
    """That an elector ``user`` belongs to took part in a secret vote, by the key it came with; else a 404."""
    return get_object_or_404(
        SecretTurnout.objects.filter(elector__members__owner__user=user)
        .select_related("assembly__estate", "elector")
        .distinct(),
        idempotency_key=key,
    )


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
    assembly = assembly_on_estate_for(user, slug, pk)
    if not allows("votes.view_roll", user, assembly):
        raise Http404
    return assembly


# --- sealed logs: their heads are for everybody, for that is what heads are for ----------


def estate_with_heads(slug: str) -> Estate:
    """An estate whose tree heads anybody may see, or a 404."""
    return get_object_or_404(Estate, slug=slug)


def log_with_heads(name: str, slug: str | None = None) -> Log:
    """A log that has a head, of the estate where one is named, or a 404."""
    logs = Log.objects.filter(heads__isnull=False).select_related("estate", "assembly").distinct()
    if slug is not None:
        logs = logs.filter(estate__slug=slug)
    return get_object_or_404(logs, name=name)


def head_of(slug: str, name: str, size: int) -> TreeHead:
    """A head of a log of the estate, or a 404."""
    log = log_with_heads(name, slug)
    head = get_object_or_404(TreeHead, log=log, size=min(size, LARGEST_SIZE))
    head.log = log
    return head


def log_with_proofs_for(user: User | AnonymousUser, name: str) -> Log:
    """A log whose leaves ``user`` may ask proofs of, or a 404.

    That of a posted assembly is for everybody; an estate's own for those who belong to it.
    """
    log = log_with_heads(name)
    assembly = getattr(log, "assembly", None)
    if assembly is not None and assembly.status != AssemblyStatus.DRAFT:
        return log
    if not isinstance(user, User) or not estates_for(user).filter(pk=log.estate_id).exists():
        raise Http404
    return log


def assembly_on_estate_for(user: User, slug: str, pk: int) -> Assembly:
    """An assembly ``user`` may see, or a 404. Scrutineers come here without a desk."""
    return get_object_or_404(assemblies_for(user), estate__slug=slug, pk=pk)


def mandate_for(user: User, pk: UUID) -> Mandate:
    """A mandate that ``user`` holds, or that an elector ``user`` belongs to has given; else a 404."""
    return get_object_or_404(
        Mandate.objects.filter(Q(holder=user) | Q(elector__members__owner__user=user))
        .select_related("assembly__estate", "elector", "principal", "holder")
        .distinct(),
        pk=pk,
    )


def mandates_of(user: User) -> QuerySet[Mandate]:
    """What ``user`` holds, and what the electors ``user`` belongs to have given; newest first."""
    return (
        Mandate.objects.filter(Q(holder=user) | Q(elector__members__owner__user=user))
        .select_related("assembly__estate", "elector", "principal")
        .order_by("-granted_at")
        .distinct()
    )


def posted_assembly_for(user: User, permission: str, slug: str, pk: int) -> Assembly:
    """An assembly over which ``user`` has ``permission``, or a 404. Scrutineers come here without a desk."""
    assembly = get_object_or_404(assemblies_for(user), estate__slug=slug, pk=pk)
    if not allows(permission, user, assembly):
        raise Http404
    return assembly


def papers_assembly_for(user: User, slug: str, pk: int) -> Assembly:
    """A posted assembly whose sheets ``user`` handles as its scrutineer, or a 404."""
    return _desk_assembly_with("votes.handle_papers", user, slug, pk)


def deliveries_assembly_for(user: User, slug: str, pk: int) -> Assembly:
    """A posted assembly for which ``user`` records deliveries, or a 404."""
    return _desk_assembly_with("votes.record_delivery", user, slug, pk)


def _desk_assembly_with(permission: str, user: User, slug: str, pk: int) -> Assembly:
    assembly = desk_assembly_for(user, slug, pk)
    if not allows(permission, user, assembly):
        raise Http404
    return assembly


def paper_on_desk_for(user: User, slug: str, pk: int, paper_pk: UUID) -> PaperBallot:
    """A sheet of :func:`papers_assembly_for`, or a 404."""
    assembly = papers_assembly_for(user, slug, pk)
    paper = get_object_or_404(PaperBallot.objects.select_related("elector"), assembly=assembly, pk=paper_pk)
    paper.assembly = assembly
    return paper


def scan_on_desk_for(user: User, slug: str, pk: int, paper_pk: UUID) -> PaperBallot:
    """A sheet whose scan ``user`` may look at now, or a 404.

    While it is being entered; and after the close again, where the vote is named, to compare
    it with what was counted. In between, a scan would be a look at somebody's choice for nothing.
    """
    paper = paper_on_desk_for(user, slug, pk, paper_pk)
    if not paper.scan or not may_see_scan(paper):
        raise Http404
    return paper


def may_see_scan(paper: PaperBallot) -> bool:
    """Whether the time has come, or has not passed, to look at what a sheet says."""
    assembly = paper.assembly
    if paper.received_at is not None and paper.settled_at is None and paper.voided_at is None:
        return assembly.status not in (AssemblyStatus.CANCELLED, AssemblyStatus.VOID)
    over = assembly.status in (AssemblyStatus.CERTIFIED, AssemblyStatus.VOID)
    return over and bool(assembly.rule("ballot-secrecy") == BallotSecrecy.NAMED)


def delivery_on_desk_for(user: User, slug: str, pk: int, delivery_pk: int) -> Delivery:
    """A record of delivery of :func:`deliveries_assembly_for`, or a 404."""
    assembly = deliveries_assembly_for(user, slug, pk)
    delivery = get_object_or_404(
        Delivery.objects.select_related("elector", "recorded_by"), assembly=assembly, pk=delivery_pk
    )
    delivery.assembly = assembly
    return delivery


def elector_for(user: User, assembly: Assembly, pk: int | None) -> Elector:
    """An elector this account may cast for in the assembly (the first where none is named), or a 404."""
    electors = electors_for(user, assembly)
    return get_object_or_404(electors.filter(pk=pk) if pk else electors[:1])


def paper_for(user: User, pk: UUID) -> PaperBallot:
    """The sheet a scanned QR code names: for a scrutineer, or for the people of its home; else a 404."""
    paper = get_object_or_404(PaperBallot.objects.select_related("assembly__estate", "elector"), pk=pk)
    if allows("votes.handle_papers", user, paper):
        return paper
    if not paper.elector.members.filter(owner__user=user).exists():
        raise Http404
    return paper


def elections_for(user: User) -> QuerySet[Election]:
    """Elections of the estates ``user`` belongs to; unlike the rest of a draft, public from the start."""
    return Election.objects.filter(
        assembly__estate__in=estates_for(user).order_by().values("pk")
    ).select_related("assembly__estate__community__subdistrict", "assembly__log", "term")


def election_for(user: User, pk: int) -> Election:
    """The election, or a 404 that does not say whether it exists."""
    return get_object_or_404(elections_for(user), pk=pk)


def candidate_for(user: User, pk: int) -> Candidate:
    """A candidate whom ``user`` is shown (:func:`votes.candidacies.shown_candidates`), or a 404."""
    found = get_object_or_404(Candidate.objects.only("election_id"), pk=pk)
    election = election_for(user, found.election_id)
    for candidate in shown_candidates(election, user, at_desk=False):
        if candidate.pk == pk:
            candidate.election = election
            return candidate
    raise Http404


def desk_election_for(user: User, slug: str, pk: int) -> Election:
    """The election of :func:`desk_assembly_for`, or a 404."""
    assembly = desk_assembly_for(user, slug, pk)
    election = get_object_or_404(Election.objects.select_related("term"), assembly=assembly)
    election.assembly = assembly
    return election


def desk_candidate_for(user: User, slug: str, pk: int, candidate_pk: int) -> Candidate:
    """A candidate of :func:`desk_election_for`, or a 404."""
    election = desk_election_for(user, slug, pk)
    candidate = get_object_or_404(
        election.candidates.select_related("owner__user", "screened_by", "nominated_by", "motion"),
        pk=candidate_pk,
    )
    candidate.election = election
    return candidate


def own_objections(user: User) -> QuerySet[Objection]:
    """What ``user`` objected to, newest first."""
    return user.objections.select_related("assembly__estate__community__subdistrict")


def own_objection_for(user: User, pk: UUID) -> Objection:
    """An objection that ``user`` raised, or a 404: nobody else sees who did."""
    return get_object_or_404(own_objections(user), pk=pk)


def objections_at_desk(user: User, estate: Estate) -> QuerySet[Objection]:
    """All objections of an estate, for those who handle them; a 404 for everybody else."""
    if not allows("votes.handle_objection", user, estate):
        raise Http404
    return Objection.objects.filter(assembly__estate=estate).select_related(
        "assembly__estate__community__subdistrict", "elector", "filed_by", "answered_by"
    )


def objection_at_desk(user: User, slug: str, pk: UUID) -> Objection:
    """One of :func:`objections_at_desk`, or a 404."""
    return get_object_or_404(objections_at_desk(user, desk_estate_for(user, slug)), pk=pk)


def objection_log_for(user: User, slug: str, pk: int) -> Assembly:
    """An assembly whose log of objections ``user`` may take away, or a 404."""
    assembly = desk_assembly_for(user, slug, pk)
    if assembly.status == AssemblyStatus.DRAFT or not allows("votes.handle_objection", user, assembly):
        raise Http404
    return assembly


def archive_assembly_for(user: User, slug: str, pk: int) -> Assembly:
    """A posted assembly whose papers and archives ``user`` may have, or a 404."""
    assembly = get_object_or_404(assemblies_for(user), estate__slug=slug, pk=pk)
    if not allows("votes.take_archive", user, assembly):
        raise Http404
    return assembly
