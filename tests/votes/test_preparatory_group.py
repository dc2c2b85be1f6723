"""筹备组: it convenes the first assembly and screens those who stand, and ends with what it was for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from communities.clock import local_day
from communities.enums import RoleCode
from communities.errors import NotPermitted
from communities.models import CommitteeTerm, Role, User
from communities.rules import allows
from communities.services.committee.roles import follow_seats
from tests.factories.communities import EstateFactory, appoint
from tests.factories.elections import MET, election_draft, owners_of
from tests.factories.votes import draft_assembly
from votes.access import assemblies_for
from votes.enums import AssemblyKind, CandidateStatus, Convener
from votes.models import Assembly, Candidate, Election
from votes.services.assemblies import create_assembly
from votes.services.candidates import screen_candidate, stand_for_election

pytestmark = pytest.mark.django_db


def nominated(convener: str) -> Candidate:
    """Somebody who agreed to stand in an election whose nominations are over."""
    election = election_draft()
    Assembly.objects.filter(pk=election.assembly_id).update(convener=convener)
    owner = owners_of(election.assembly.estate, [9000])[0]
    assert owner.user is not None
    candidate = stand_for_election(election=election, statement="好", declared=True, actor=owner.user)
    Election.objects.filter(pk=election.pk).update(nomination_closes_at=timezone.now())
    return Candidate.objects.get(pk=candidate.pk)


def test_it_drafts_the_first_assembly_and_sees_the_draft():
    estate = EstateFactory()
    member = appoint(RoleCode.PREPARATORY_GROUP, estate)
    stranger = appoint(RoleCode.PREPARATORY_GROUP, EstateFactory())

    def drafted(actor: User) -> Assembly:
        return create_assembly(
            estate=estate,
            title="首次业主大会会议",
            kind=AssemblyKind.REGULAR,
            convener=Convener.PREPARATORY_GROUP,
            actor=actor,
        )

    with pytest.raises(NotPermitted):
        drafted(stranger)
    assert not Assembly.objects.exists()
    draft = drafted(member)
    assert list(assemblies_for(member)) == [draft]
    assert list(assemblies_for(stranger)) == []


@pytest.mark.parametrize("permission", ["communities.import_roster", "communities.view_roster"])
def test_it_keeps_the_roster_and_does_not_lead_a_committee(permission):
    estate = EstateFactory()
    member = appoint(RoleCode.PREPARATORY_GROUP, estate)
    assert allows(permission, member, estate)
    for others in ("communities.manage_committee", "communities.hand_over", "communities.decide_binding"):
        assert not allows(others, member, estate)


def test_it_screens_candidates_of_the_election_it_convenes_and_of_no_other():
    candidate, other = nominated(Convener.PREPARATORY_GROUP), nominated(Convener.COMMITTEE)

    def screened(person: Candidate) -> Candidate:
        member = appoint(RoleCode.PREPARATORY_GROUP, person.election.assembly.estate)
        reason = "查过名册，符合全部条件"
        return screen_candidate(
            candidate=person, findings=MET, eligible=True, reason=reason, seen=None, actor=member
        )

    with pytest.raises(NotPermitted):
        screened(other)
    screened(candidate)
    assert Candidate.objects.get(pk=candidate.pk).status == CandidateStatus.ELIGIBLE
    assert Candidate.objects.get(pk=other.pk).status == CandidateStatus.NOMINATED


def test_its_appointment_ends_on_the_first_day_of_the_term_it_prepared():
    estate = EstateFactory()
    day = local_day(timezone.now())
    before = appoint(RoleCode.PREPARATORY_GROUP, estate, valid_from=day - timedelta(days=60))
    CommitteeTerm.objects.create(
        estate=estate, number=1, starts_on=day, ends_on=day + timedelta(days=1825), from_papers=False
    )
    later = appoint(RoleCode.PREPARATORY_GROUP, estate, valid_from=day)
    follow_seats(estate=estate, day=day)
    assert Role.objects.get(user=before).valid_to == day
    assert Role.objects.get(user=later).valid_to is None


def test_it_never_marks_or_counts_for_anybody():
    draft = draft_assembly(EstateFactory(), motions=1)
    member = appoint(RoleCode.PREPARATORY_GROUP, draft.estate)
    for permission in ("votes.handle_papers", "votes.look_at_ballot", "votes.nominate_for_residents"):
        assert not allows(permission, member, draft)
