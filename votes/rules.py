"""Who may do what around a vote. Nobody's role opens a ballot's window or roll."""

import rules

from communities.enums import RoleCode
from communities.models import User
from communities.rules import has_role, is_chair, is_committee, is_owner, is_resident, is_secretary
from votes.enums import AssemblyStatus
from votes.models import Assembly, Elector

is_subdistrict = has_role(RoleCode.SUBDISTRICT)
is_scrutineer = has_role(RoleCode.SCRUTINEER)


@rules.predicate
def is_draft(user: User, assembly: Assembly) -> bool:
    return bool(assembly.status == AssemblyStatus.DRAFT)


@rules.predicate
def is_posted(user: User, assembly: Assembly) -> bool:
    return bool(assembly.status != AssemblyStatus.DRAFT)


@rules.predicate
def may_cast_for(user: User, elector: Elector) -> bool:
    return elector.members.filter(owner__user=user, may_cast=True).exists()


rules.add_perm(
    "votes.view_assembly",
    is_posted & (is_owner | is_resident | has_role(*RoleCode)) | is_draft & (is_committee | is_secretary),
)
rules.add_perm("votes.prepare_assembly", is_chair | is_secretary)
rules.add_perm("votes.publish_assembly", is_draft & (is_chair | is_secretary))
rules.add_perm("votes.view_roll", is_committee | is_secretary | is_subdistrict | is_scrutineer)
rules.add_perm(
    "votes.take_archive", is_posted & (is_committee | is_secretary | is_subdistrict | is_scrutineer)
)
rules.add_perm("votes.view_turnout_by_building", is_committee | is_secretary | is_subdistrict)
rules.add_perm("votes.propose_act", is_posted & (is_chair | is_secretary | is_subdistrict))
rules.add_perm("votes.confirm_act", is_posted & (is_chair | is_secretary | is_subdistrict))
rules.add_perm("votes.cast_ballot", may_cast_for)
