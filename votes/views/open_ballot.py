"""Which 表决票 lies open on the page of an assembly: one's own, or one held by mandate."""

from datetime import datetime
from uuid import UUID

from communities.clock import database_now
from communities.http import PersonRequest, row_number
from votes.enums import AssemblyStatus, Channel
from votes.forms.ballot import BallotMarksForm
from votes.models import Assembly, Ballot, PaperBallot
from votes.precedence import Precedence, Received
from votes.standing import ElectorStanding, HeldMandate, Standing

RUNNING = (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN)


def open_paper(
    request: PersonRequest,
    assembly: Assembly,
    phase: AssemblyStatus,
    standing: Standing,
    form: BallotMarksForm | None,
) -> ElectorStanding | None:
    """The elector whose ballot lies open: the one sent, the one asked for, else the first that waits."""
    if phase != AssemblyStatus.OPEN:
        return None
    wanted = form.elector_id if form else row_number(request.GET.get("elector"))
    named = standing.find(wanted)
    if named and (named.is_waiting or (named.ballot and _may_replace(assembly, named.ballot))):
        return named
    return standing.waiting[0] if standing.waiting else None


def _may_replace(assembly: Assembly, ballot: Ballot) -> bool:
    """Whether an own ballot, sent now, would take the place of this one."""
    stored = [Received(Channel(ballot.channel), ballot.accepted_at)]
    return Precedence.of(assembly.rules).why_not(Channel.ONLINE, database_now(), stored) is None


def open_held(
    request: PersonRequest,
    assembly: Assembly,
    moment: datetime,
    standing: Standing,
    form: BallotMarksForm | None,
) -> HeldMandate | None:
    """The mandate whose ballot lies open: the one sent or asked for, else the first that waits.

    One's own vote goes first, unless a mandate was asked for.
    """
    if assembly.phase(moment) != AssemblyStatus.OPEN:
        return None
    if (form and not form.mandate_id) or request.GET.get("elector"):
        return None
    try:
        wanted = form.mandate_id if form else UUID(request.GET.get("mandate", ""))
    except ValueError:
        wanted = None
    waiting = [one for one in standing.held if one.is_waiting(moment)]
    named = next((one for one in waiting if one.mandate.pk == wanted), None)
    if named or standing.waiting:
        return named
    return waiting[0] if waiting else None


def may_mandate(assembly: Assembly, phase: AssemblyStatus, standing: Standing) -> list[ElectorStanding]:
    """The homes whose vote this account may still put into somebody's hand."""
    if phase not in RUNNING or assembly.is_secret:
        return []
    return [one for one in standing.castable if not one.has_cast and one.mandate is None]


def paper_received(paper: ElectorStanding) -> PaperBallot | None:
    """A sheet of this home that came back and is not entered yet."""
    return PaperBallot.objects.filter(
        elector=paper.elector, received_at__isnull=False, settled_at__isnull=True, voided_at__isnull=True
    ).first()
