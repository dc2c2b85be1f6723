"""From a proposal that touches 《民法典》第二百七十八条 to the draft of an assembly, by one button."""

from django.db import transaction

from communities.clock import database_now
from communities.errors import need_reason
from communities.models import User
from governance.enums import ProposalStatus
from governance.errors.proposals import ProposalMoved
from governance.models import Proposal
from governance.models.proposal import ON_THE_WAY
from governance.rules import parties_of
from votes.enums import AssemblyKind, AssemblyStatus
from votes.models import Assembly
from votes.services.assemblies import create_assembly, suggested_title
from votes.services.motions import add_motion

from .journal import judge
from .proposals import lock_proposal, move

S = ProposalStatus
TITLE_TO = 120


@transaction.atomic
def prepare_assembly(
    *, proposal: Proposal, actor: User, reason: str, into: Assembly | None = None
) -> Assembly:
    """Draft the motion a proposal asks for, in ``into`` (a draft of the estate) or in a new draft.

    Title, text, statutory item and its reason are filled in for a person to check; nothing is posted.
    A proposal whose motion stands in a draft already gives that one again. Raises
    :class:`NotPermitted`, :class:`ProposalMoved`, :class:`ReasonMissing`.
    """
    proposal = lock_proposal(proposal.pk)
    judge("governance.prepare_assembly", actor, proposal.estate)
    if proposal.motion is not None:
        return proposal.motion.assembly
    if proposal.status not in ON_THE_WAY:
        raise ProposalMoved
    reason = need_reason(reason)
    moment = database_now()
    if into is None:
        into = create_assembly(
            estate=proposal.estate,
            title=suggested_title(proposal.estate, moment),
            kind=AssemblyKind.EXTRA,
            posted_topics=proposal.title,
            actor=actor,
        )
    elif into.estate_id != proposal.estate_id or into.status != AssemblyStatus.DRAFT:
        raise ProposalMoved
    proposal.motion = add_motion(
        assembly=into,
        title=proposal.title[:TITLE_TO],
        text=proposal.body,
        topic=proposal.title,
        item=proposal.item,
        item_reason=proposal.item_reason,
        actor=actor,
    )
    if proposal.status == S.ASSEMBLY:
        proposal.save(update_fields=["motion"])
    else:
        before = S(proposal.status)
        proposal.route_to_assembly()
        move(
            proposal,
            before,
            actor=actor,
            moment=moment,
            capacity=parties_of(actor, proposal.estate)[0].value,
            reason=reason,
        )
    return into
