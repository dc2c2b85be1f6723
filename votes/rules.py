"""Who may do what around a vote. Nobody's role opens a ballot's window or roll."""

import rules

from communities.enums import RoleCode
from communities.models import User
from communities.rules import (
    has_role,
    is_convener,
    is_owner,
    is_preparatory,
    is_resident,
    is_secretary,
)
from communities.rules import is_committee as sits_on_committee
from votes.enums import AssemblyStatus, Convener, ObjectionAbout
from votes.models import Assembly, Candidate, Delivery, Election, Elector, Mandate, PaperBallot, TwoPersonAct

is_firm = has_role(RoleCode.FIRM)
#: Members of what called the owners together, while it stands.
is_committee = sits_on_committee | is_preparatory
is_subdistrict = has_role(RoleCode.SUBDISTRICT)
#: Whoever works for the firm is never a scrutineer, whatever else was written down for them.
is_scrutineer = has_role(RoleCode.SCRUTINEER) & ~is_firm


@rules.predicate
def is_draft(user: User, assembly: Assembly) -> bool:
    return bool(assembly.status == AssemblyStatus.DRAFT)


@rules.predicate
def is_posted(user: User, thing: Assembly | PaperBallot | Delivery) -> bool:
    assembly = thing if isinstance(thing, Assembly) else thing.assembly
    return bool(assembly.status != AssemblyStatus.DRAFT)


@rules.predicate
def may_cast_for(user: User, elector: Elector) -> bool:
    return elector.members.filter(owner__user=user, may_cast=True).exists()


@rules.predicate
def agreed_on_act(user: User, act: TwoPersonAct) -> bool:
    return user.pk in (act.proposed_by_id, act.confirmed_by_id)


@rules.predicate
def scrutinises_act(user: User, act: TwoPersonAct) -> bool:
    return bool(is_scrutineer(user, act.assembly))


def is_principal(user: User, mandate: Mandate) -> bool:
    return mandate.granted_by_id == user.pk or mandate.principal.user_id == user.pk


@rules.predicate
def is_candidate(user: User, candidate: Candidate) -> bool:
    return bool(candidate.owner.user_id == user.pk)


@rules.predicate
def moderates_election(user: User, thing: Candidate | Election) -> bool:
    """The community; and the preparatory group, for the election it convenes itself."""
    election = thing.election if isinstance(thing, Candidate) else thing
    convened = election.assembly.convener == Convener.PREPARATORY_GROUP
    return bool(is_secretary(user, election) or (convened and is_preparatory(user, election)))


rules.add_perm(
    "votes.view_assembly",
    is_posted & (is_owner | is_resident | has_role(*RoleCode)) | is_draft & (is_committee | is_secretary),
)
rules.add_perm("votes.prepare_assembly", is_convener | is_secretary)
rules.add_perm("votes.publish_assembly", is_draft & (is_convener | is_secretary))
rules.add_perm("votes.view_roll", is_committee | is_secretary | is_subdistrict | is_scrutineer)
rules.add_perm(
    "votes.take_archive", is_posted & (is_committee | is_secretary | is_subdistrict | is_scrutineer)
)
rules.add_perm("votes.view_turnout_by_building", is_committee | is_secretary | is_subdistrict | is_scrutineer)
rules.add_perm("votes.propose_act", is_posted & (is_convener | is_secretary | is_subdistrict))
rules.add_perm("votes.confirm_act", is_posted & (is_convener | is_secretary | is_subdistrict))
rules.add_perm("votes.cast_ballot", may_cast_for)
rules.add_perm("votes.download_full_pack", agreed_on_act | scrutinises_act)
rules.add_perm("votes.grant_mandate", may_cast_for)
rules.add_perm("votes.register_mandate", is_posted & (is_scrutineer | is_secretary) & ~is_firm)
rules.add_perm("votes.view_mandates", is_posted & (is_scrutineer | is_secretary | is_convener) & ~is_firm)
rules.add_perm("votes.revoke_mandate", is_principal)
rules.add_perm("votes.look_at_ballot", is_posted & is_scrutineer & ~is_firm)
rules.add_perm("votes.confirm_unlock", is_posted & (is_scrutineer | is_secretary) & ~is_firm)
rules.add_perm("votes.view_looks", is_posted & (is_scrutineer | is_secretary) & ~is_firm)

#: Sheets show how somebody voted: nobody but the scrutineers prints, receives, enters or sees one.
rules.add_perm("votes.handle_papers", is_posted & is_scrutineer)
rules.add_perm("votes.request_paper", may_cast_for)
#: Who walks from door to door: those who convene, those who watch, and the community. The firm never,
#: because a list of who has not voted yet is a list of whom to press.
rules.add_perm(
    "votes.record_delivery",
    is_posted & (is_committee | is_secretary | is_scrutineer) & ~is_firm,
)
#: In a building of few homes "has voted" points at one family; only who delivers there is told.
rules.add_perm("votes.view_small_buildings", (is_secretary | is_scrutineer) & ~is_firm)
rules.add_perm("votes.nominate", is_owner)
rules.add_perm("votes.nominate_for_residents", is_secretary)
rules.add_perm("votes.screen_candidates", moderates_election)
rules.add_perm("votes.screen_candidate", moderates_election & ~is_candidate)
rules.add_perm("votes.withdraw_candidate", is_candidate | moderates_election)


# --- objections ---
#: Whose work an objection is about, by role; nobody in these roles answers it.
ROLES_ABOUT = {
    ObjectionAbout.NOBODY: frozenset[RoleCode](),
    ObjectionAbout.COMMITTEE: frozenset(
        {RoleCode.COMMITTEE_CHAIR, RoleCode.COMMITTEE, RoleCode.PREPARATORY_GROUP}
    ),
    ObjectionAbout.COMMUNITY: frozenset({RoleCode.SECRETARY}),
    ObjectionAbout.SCRUTINEERS: frozenset({RoleCode.SCRUTINEER}),
}
rules.add_perm("votes.handle_objection", is_convener | is_secretary | is_subdistrict)
