"""Who may do what in deliberation. What a phase lets people do is :meth:`Proposal.opens`."""

import rules

from communities.enums import RoleCode
from communities.models import Estate, User
from communities.rules import (
    has_role,
    is_chair,
    is_committee,
    is_owner,
    is_resident,
    is_secretary,
    role_codes,
)
from governance.enums import Capacity, Party
from governance.models import Meeting, Proposal, Ticket

is_firm = has_role(RoleCode.FIRM)
is_subdistrict = has_role(RoleCode.SUBDISTRICT)
is_at_home = is_owner | is_resident

#: Who answers for whom, the weightier role first.
PARTY_OF_ROLE = {
    RoleCode.SUBDISTRICT: Party.SUBDISTRICT,
    RoleCode.SECRETARY: Party.COMMUNITY,
    RoleCode.COMMITTEE_CHAIR: Party.COMMITTEE,
    RoleCode.COMMITTEE: Party.COMMITTEE,
    RoleCode.FIRM: Party.FIRM,
}
_CAPACITY_OF_PARTY = {
    Party.SUBDISTRICT: Capacity.SUBDISTRICT,
    Party.COMMUNITY: Capacity.COMMUNITY,
    Party.COMMITTEE: Capacity.COMMITTEE,
    Party.FIRM: Capacity.FIRM,
}


def parties_of(user: User, estate: Estate) -> list[Party]:
    """The organised parties ``user`` speaks for in ``estate`` today, the weightiest first."""
    held = role_codes(user, estate)
    return list(dict.fromkeys(party for code, party in PARTY_OF_ROLE.items() if code in held))


def capacities_of(user: User, estate: Estate) -> list[Capacity]:
    """In which capacities ``user`` may write in ``estate`` today: at home first, then by role."""
    at_home = [Capacity.OWNER] if is_owner(user, estate) else []
    if not at_home and is_resident(user, estate):
        at_home = [Capacity.RESIDENT]
    return at_home + [_CAPACITY_OF_PARTY[party] for party in parties_of(user, estate)]


@rules.predicate
def is_author(user: User, proposal: Proposal) -> bool:
    return proposal.author_id == user.pk


@rules.predicate
def chairs_meeting(user: User, meeting: Meeting) -> bool:
    return meeting.chair_id == user.pk


@rules.predicate
def records_meeting(user: User, meeting: Meeting) -> bool:
    return meeting.recorder_id == user.pk


@rules.predicate
def speaks_for_a_party(user: User, thing: Estate | Proposal | Meeting) -> bool:
    estate = thing if isinstance(thing, Estate) else thing.estate
    return any(party in Party.three() for party in parties_of(user, estate))


@rules.predicate
def speaks_for_its_party(user: User, ticket: Ticket) -> bool:
    return ticket.party in parties_of(user, ticket.estate)


# --- tickets ---
rules.add_perm("governance.report_ticket", is_at_home | is_committee | is_secretary)
rules.add_perm("governance.handle_ticket", speaks_for_its_party)
rules.add_perm("governance.announce_outage", is_firm | is_committee | is_secretary)
#: 派单、督办.
rules.add_perm("governance.dispatch_ticket", is_secretary | is_subdistrict)
# --- proposals ---
rules.add_perm("governance.raise_proposal", is_at_home | is_committee | is_firm | is_secretary)
rules.add_perm("governance.change_proposal", is_author)
rules.add_perm("governance.endorse_proposal", is_at_home)
rules.add_perm("governance.comment", is_at_home | is_committee | is_firm | is_secretary)
#: Nobody reviews what they raised themselves; the subdistrict does.
rules.add_perm("governance.review_proposal", (is_secretary | is_subdistrict) & ~is_author)
rules.add_perm("governance.view_review", is_secretary | is_subdistrict | is_committee)
rules.add_perm("governance.route_proposal", is_secretary | is_subdistrict)
rules.add_perm("governance.answer_proposal", speaks_for_a_party)
rules.add_perm("governance.prepare_assembly", is_chair | is_secretary)
# --- what people write ---
rules.add_perm("governance.moderate", is_secretary)
rules.add_perm("governance.decide_appeal", is_secretary | is_subdistrict)
# --- meetings ---
rules.add_perm("governance.convene_meeting", is_secretary | is_chair)
rules.add_perm(
    "governance.attend_meeting", is_at_home | is_committee | is_firm | is_secretary | is_subdistrict
)
rules.add_perm("governance.run_meeting", chairs_meeting | records_meeting | is_secretary)
rules.add_perm("governance.record_meeting", records_meeting | chairs_meeting | is_secretary)
# --- minutes and what follows ---
rules.add_perm("governance.edit_minutes", records_meeting | chairs_meeting | is_secretary)
rules.add_perm("governance.sign_minutes", speaks_for_a_party)
rules.add_perm("governance.report_action", speaks_for_a_party | is_subdistrict)
#: The desk of deliberation: the firm has one too, and sees nothing of votes from it.
rules.add_perm("governance.use_desk", is_secretary | is_committee | is_subdistrict | is_firm)
