"""From a name to a candidate: nominating, signing, accepting, screening, posting, leaving."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from communities.enums import RoleCode
from communities.errors import NotPermitted, ReasonMissing, TooOften
from communities.models import LedgerEntry, Notice, Owner
from communities.services.outbox import relay_outbox
from tests.factories.communities import EstateFactory, UserFactory, appoint
from tests.factories.elections import (
    MET,
    SEED,
    account_of,
    candidate_of,
    election_draft,
    owners_of,
    posted_election,
    put_up,
    reload,
    term_of,
)
from tests.factories.rosters import identity_number
from tests.factories.votes import draft_assembly
from votes.candidacies import suggested_screening
from votes.enums import CandidateStatus
from votes.errors import (
    AlreadyNominated,
    AssemblyPosted,
    CandidacySettled,
    CandidateMotion,
    DeclarationMissing,
    ElectionHasNominees,
    LintFailed,
    LotSeedMissing,
    NominationClosed,
    NomineeNotMatched,
    PostingNotPossible,
    ScreeningChanged,
    ScreeningIncomplete,
    SeatsUnlawful,
    SupportNotTaken,
)
from votes.linting import lint
from votes.models import Candidate, Election, NominationSupport
from votes.services.assemblies import copy_assembly, post_assembly, publish_assembly
from votes.services.candidates import (
    accept_candidacy,
    match_nominee,
    nominate_candidate,
    reply_to_screening,
    screen_candidate,
    stand_for_election,
    support_candidate,
    withdraw_candidate,
)
from votes.services.elections import post_candidates, remove_election, set_up_election
from votes.services.motions import remove_motion, update_motion
from votes.services.slates import fill_ballot

pytestmark = pytest.mark.django_db

WHY = "查过名册、缴费和任职，符合条件"


@pytest.fixture
def election() -> Election:
    return election_draft()


@pytest.fixture
def owners(election) -> list[Owner]:
    return list(Owner.objects.filter(estate=election.assembly.estate).order_by("pk"))


@pytest.fixture
def secretary(election):
    return appoint(RoleCode.SECRETARY, election.assembly.estate)


def stand(election, owner, **fields):
    values = {"statement": "愿意为大家做事。", "declared": True, "actor": owner.user}
    return stand_for_election(election=election, **(values | fields))


def screen(candidate, actor, *, eligible=True, seen=None, reason=WHY, **findings):
    return screen_candidate(
        candidate=candidate,
        findings=MET | {key.replace("_", "-"): value for key, value in findings.items()},
        eligible=eligible,
        reason=reason,
        seen=seen,
        actor=actor,
    )


def close_nomination(election) -> None:
    Election.objects.filter(pk=election.pk).update(nomination_closes_at=timezone.now())


def told(topic) -> set[int]:
    relay_outbox()
    return set(Notice.objects.filter(topic=topic).values_list("recipient", flat=True))


# --- setting up ----------------------------------------------------------------------


def set_up(assembly, actor, **fields):
    values: dict[str, Any] = {
        "purpose": "term",
        "seats": 5,
        "alternates": 2,
        "term_years": 5,
        "nomination_closes_at": timezone.now() + timedelta(days=7),
        "lot_seed": SEED,
    }
    return set_up_election(assembly=assembly, actor=actor, **(values | fields))


def test_setting_up_announces_the_topic_and_tells_every_owner():
    estate = EstateFactory()
    people = owners_of(estate, [100] * 3)
    chair = appoint(RoleCode.COMMITTEE_CHAIR, estate)
    draft = draft_assembly(estate)

    election = set_up(draft, chair)

    draft.refresh_from_db()
    assert draft.topics[-1] == "选举业主委员会"
    assert told("votes.election-set-up") == {owner.user_id for owner in people}
    set_up(draft, chair, seats=3)
    assert (Election.objects.get().pk, Election.objects.get().seats) == (election.pk, 3)
    assert Notice.objects.filter(topic="votes.election-set-up").count() == 3, "told once"


@pytest.mark.parametrize("seats", [1, 2, 4, 6, 13])
def test_a_committee_of_an_unlawful_size_is_refused(seats):
    estate = EstateFactory()
    owners_of(estate, [100] * 3)
    with pytest.raises(SeatsUnlawful):
        set_up(draft_assembly(estate), appoint(RoleCode.SECRETARY, estate), seats=seats)
    assert not Election.objects.exists()


def test_a_by_election_has_no_more_seats_than_are_vacant():
    estate = EstateFactory()
    people = owners_of(estate, [100] * 6)
    secretary, draft = appoint(RoleCode.SECRETARY, estate), draft_assembly(estate)
    term = term_of(estate, people[:5])
    with pytest.raises(SeatsUnlawful, match="没有空缺"):
        set_up(draft, secretary, purpose="by-election", seats=1)
    term.seats.filter(owner__in=people[:2]).update(valid_to=timezone.localdate())
    with pytest.raises(SeatsUnlawful):
        set_up(draft, secretary, purpose="by-election", seats=3)
    assert set_up(draft, secretary, purpose="by-election", seats=2).term == term


def test_only_who_prepares_sets_it_up_and_nobody_once_somebody_is_named(election, owners, secretary):
    for other in (UserFactory(), owners[0].user, appoint(RoleCode.COMMITTEE, election.assembly.estate)):
        with pytest.raises(NotPermitted):
            set_up(election.assembly, other)
    stand(election, owners[0])
    with pytest.raises(ElectionHasNominees):
        remove_election(assembly=election.assembly, actor=secretary)
    with pytest.raises(ElectionHasNominees):
        set_up(election.assembly, secretary, purpose="by-election")


def test_an_election_nobody_is_named_for_comes_off_again(election, secretary):
    remove_election(assembly=election.assembly, actor=secretary)
    assert not Election.objects.exists()


# --- naming ---------------------------------------------------------------------------


def test_an_owner_stands_by_themselves_and_with_it_agrees(election, owners):
    candidate = stand(election, owners[0])
    assert (candidate.number, candidate.nomination, candidate.status) == (1, "self", "nominated")
    assert candidate.accepted_at is not None and candidate.name == owners[0].name
    assert stand(election, owners[1]).number == 2
    with pytest.raises(AlreadyNominated):
        stand(election, owners[0])
    assert not told("votes.candidate-nominated")
    body = LedgerEntry.objects.filter(verb="votes.election.nominated").first().body
    assert owners[0].name not in body


def test_whoever_owns_nothing_here_does_not_stand(election, owners):
    with pytest.raises(NotPermitted):
        stand(election, owners[0], actor=UserFactory())
    with pytest.raises(DeclarationMissing):
        stand(election, owners[0], declared=False)
    assert not Candidate.objects.exists()


def test_nobody_is_named_after_the_deadline_or_once_it_is_posted(election, owners):
    close_nomination(election)
    with pytest.raises(NominationClosed):
        stand(election, owners[0])
    posted = posted_election(EstateFactory(), candidates=4, seats=3)
    late = Owner.objects.filter(estate=posted.assembly.estate).last()
    with pytest.raises(AssemblyPosted):
        stand(posted, late)


def test_neighbours_name_somebody_together_who_then_agrees_or_not(election, owners):
    named, first, second = owners[:3]
    candidate = nominate_candidate(election=election, owner=named, nomination="joint", actor=first.user)
    assert candidate.accepted_at is None
    assert told("votes.candidate-nominated") == {named.user_id}

    support_candidate(candidate=candidate, actor=second.user)
    for again in (second.user, first.user, named.user):
        with pytest.raises(SupportNotTaken):
            support_candidate(candidate=candidate, actor=again)
    with pytest.raises(NotPermitted):
        support_candidate(candidate=candidate, actor=UserFactory())
    assert set(NominationSupport.objects.values_list("owner", flat=True)) == {first.pk, second.pk}

    with pytest.raises(NotPermitted):
        accept_candidacy(candidate=candidate, statement="", declared=True, actor=first.user)
    accepted = accept_candidacy(candidate=candidate, statement=" 好的 ", declared=True, actor=named.user)
    assert (accepted.statement, accepted.accepted_at is not None) == ("好的", True)


def test_the_community_names_somebody_at_the_desk(election, owners, secretary):
    fields = {"election": election, "owner": owners[0], "nomination": "residents-committee"}
    with pytest.raises(NotPermitted):
        nominate_candidate(**fields, actor=owners[1].user)
    assert nominate_candidate(**fields, actor=secretary).nomination == "residents-committee"
    with pytest.raises(NotPermitted):
        nominate_candidate(election=election, owner=owners[2], nomination="self", actor=owners[1].user)


def test_whoever_declined_may_be_named_again_and_keeps_the_number(election, owners):
    candidate = nominate_candidate(
        election=election, owner=owners[0], nomination="joint", actor=owners[1].user
    )
    withdraw_candidate(candidate=candidate, reason="", actor=owners[0].user)
    again = stand(election, owners[0])
    assert (again.pk, again.number, again.nomination, again.withdrawn_at) == (candidate.pk, 1, "self", None)


def test_a_neighbour_is_found_by_name_and_home_and_not_by_guessing(election, owners):
    unit = owners[0].ownerships.get().unit
    place = {"building": unit.building.name, "staircase": "1", "room": f"{unit.room}室"}
    actor = owners[1].user
    ask = {"election": election, "actor": actor}
    assert match_nominee(name=f" {owners[0].name} ", **place, **ask) == owners[0]
    for name, changed in (
        ("别人", {}),
        (owners[0].name, {"room": "9999"}),
        (owners[0].name, {"building": "x"}),
    ):
        with pytest.raises(NomineeNotMatched):
            match_nominee(name=name, **(place | changed), **ask)
    for _ in range(16):
        match_nominee(name=owners[0].name, **place, **ask)
    with pytest.raises(TooOften):
        match_nominee(name=owners[0].name, **place, **ask)


# --- screening ---------------------------------------------------------------------------


def test_screening_says_what_was_found_and_tells_the_candidate(election, owners, secretary):
    candidate = stand(election, owners[0])
    screened = screen(candidate, secretary, has_time="unknown")
    assert (screened.status, screened.screened_by) == (CandidateStatus.ELIGIBLE, secretary)
    assert screened.screening == MET | {"has-time": "unknown"}
    assert told("votes.candidate-screened") == {owners[0].user_id}
    assert WHY in Notice.objects.get(topic="votes.candidate-screened").text


@pytest.mark.parametrize("criterion", ["on_roster", "full_age", "no_firm_tie"])
def test_what_is_indispensable_must_have_been_found(election, owners, secretary, criterion):
    candidate = stand(election, owners[0])
    for value in ("unknown", "failed"):
        with pytest.raises(ScreeningIncomplete):
            screen(candidate, secretary, **{criterion: value})
    candidate.refresh_from_db()
    assert candidate.status == CandidateStatus.NOMINATED


def test_nobody_is_eligible_who_fails_something_did_not_agree_or_lacks_signatures(
    election, owners, secretary
):
    with pytest.raises(ScreeningIncomplete):
        screen(stand(election, owners[0]), secretary, dues="failed")
    joint = nominate_candidate(election=election, owner=owners[1], nomination="joint", actor=owners[2].user)
    with pytest.raises(ScreeningIncomplete, match="本人还没有确认参选"):
        screen(joint, secretary)
    accept_candidacy(candidate=joint, statement="", declared=True, actor=owners[1].user)
    for owner in owners[3:11]:
        support_candidate(candidate=joint, actor=owner.user)
    with pytest.raises(ScreeningIncomplete) as refused:
        screen(joint, secretary)
    assert "联名还差 1 位业主" in str(refused.value)
    support_candidate(candidate=joint, actor=owners[11].user)
    assert screen(joint, secretary).status == CandidateStatus.ELIGIBLE


def test_an_ineligible_candidate_is_told_why_and_may_answer(election, owners, secretary):
    candidate = stand(election, owners[0])
    with pytest.raises(ScreeningIncomplete):
        screen(candidate, secretary, eligible=False)
    with pytest.raises(ReasonMissing):
        screen(candidate, secretary, eligible=False, dues="failed", reason="欠费")
    screened = screen(candidate, secretary, eligible=False, dues="failed", reason="拖欠物业费两年，没有争议")
    assert screened.status == CandidateStatus.INELIGIBLE

    with pytest.raises(NotPermitted):
        reply_to_screening(candidate=candidate, text="不是我欠的，是租户欠的", actor=owners[1].user)
    reply_to_screening(candidate=candidate, text="不是我欠的，是上家欠的", actor=owners[0].user)
    assert told("votes.candidate-replied") == {secretary.pk}
    again = screen(candidate, secretary, seen=screened.screened_at, reason="核对后确认由上家拖欠，符合条件")
    assert (again.status, again.reply) == (CandidateStatus.ELIGIBLE, "不是我欠的，是上家欠的")


def test_only_the_community_screens_and_never_about_oneself(election, owners, secretary):
    candidate = stand(election, owners[0])
    estate = election.assembly.estate
    for other in (
        owners[1].user,
        appoint(RoleCode.COMMITTEE_CHAIR, estate),
        appoint(RoleCode.SUBDISTRICT, estate),
    ):
        with pytest.raises(NotPermitted):
            screen(candidate, other)
    appoint(RoleCode.SECRETARY, estate, owners[0].user)
    with pytest.raises(NotPermitted):
        screen(candidate, owners[0].user)
    assert screen(candidate, secretary).status == CandidateStatus.ELIGIBLE


def test_a_screening_on_an_older_picture_is_refused(election, owners, secretary):
    candidate = stand(election, owners[0])
    colleague = appoint(RoleCode.SECRETARY, election.assembly.estate)
    screen(candidate, secretary)
    with pytest.raises(ScreeningChanged):
        screen(candidate, colleague, eligible=False, dues="failed")
    candidate.refresh_from_db()
    assert (candidate.status, candidate.screened_by) == (CandidateStatus.ELIGIBLE, secretary)


def test_roster_and_roles_suggest_what_they_know(election, owners):
    today = timezone.localdate()
    candidate = stand(election, owners[0])
    assert suggested_screening(candidate, today) == dict.fromkeys(MET, "unknown") | {"on-roster": "met"}
    owner = owners[0]
    owner.identity = identity_number(7)
    owner.save()
    appoint(RoleCode.FIRM, election.assembly.estate, owner.user)
    candidate = Candidate.objects.get(pk=candidate.pk)
    found = suggested_screening(candidate, today)
    assert (found["full-age"], found["no-firm-tie"]) == ("met", "failed")


# --- posting and the ballot --------------------------------------------------------------


def test_posting_makes_the_ballot_by_number_after_all_other_matters(election, owners, secretary):
    for owner in owners[:3]:
        screen(stand(election, owner), secretary)
    screen(stand(election, owners[3]), secretary, eligible=False, dues="failed")
    with pytest.raises(PostingNotPossible):
        post_candidates(election=election, actor=secretary)
    close_nomination(election)

    posted = post_candidates(election=election, actor=secretary)

    assert posted.candidates_posted_until - posted.candidates_posted_at == timedelta(days=7)
    motions = list(election.assembly.motions.order_by("position"))
    assert [motion.title for motion in motions] == [f"选举 {owner.name}" for owner in owners[:3]]
    assert {(m.kind, m.item, m.topic) for m in motions} == {("candidate", 3, "选举业主委员会")}
    assert told("votes.candidates-posted") == {owner.user_id for owner in owners}
    with pytest.raises(CandidateMotion):
        remove_motion(motion=motions[0], actor=secretary)
    with pytest.raises(CandidateMotion):
        update_motion(
            motion=motions[0],
            title="别的",
            text="",
            topic="",
            item=9,
            item_reason="",
            options=["for"],
            changes_fee=False,
            amount=None,
            actor=secretary,
        )


def test_nobody_is_posted_while_somebody_waits_for_screening(election, owners, secretary):
    screen(stand(election, owners[0]), secretary)
    stand(election, owners[1])
    close_nomination(election)
    with pytest.raises(PostingNotPossible) as refused:
        post_candidates(election=election, actor=secretary)
    assert "还有 1 位被提名人没有审查" in str(refused.value)


def test_whoever_leaves_or_is_found_unfit_after_posting_comes_off_the_ballot(election, owners, secretary):
    candidates = [screen(stand(election, owner), secretary) for owner in owners[:4]]
    close_nomination(election)
    post_candidates(election=election, actor=secretary)

    withdraw_candidate(candidate=candidates[0], reason="", actor=owners[0].user)
    screened = screen(candidates[1], secretary, eligible=False, seen=candidates[1].screened_at, dues="failed")

    places = election.assembly.motions.order_by("position").values_list("position", "title")
    assert list(places) == [(1, f"选举 {owners[2].name}"), (2, f"选举 {owners[3].name}")]
    assert reload(election).candidates_posted_at is not None
    screen(candidates[1], secretary, seen=screened.screened_at)
    assert reload(election).candidates_posted_at is None, "somebody new: all are posted anew"
    assert election.assembly.motions.count() == 3


def test_two_candidates_of_one_name_are_told_apart_by_their_homes(election, owners, secretary):
    Owner.objects.filter(pk=owners[1].pk).update(name=owners[0].name)
    for owner in owners[:2]:
        screen(stand(election, Owner.objects.get(pk=owner.pk)), secretary)
    close_nomination(election)
    post_candidates(election=election, actor=secretary)
    titles = list(election.assembly.motions.values_list("title", flat=True))
    assert len(set(titles)) == 2 and all("（" in title for title in titles)


def test_a_candidate_leaves_by_themselves_or_through_the_community_while_the_vote_is_on():
    election = posted_election(candidates=4, seats=3)
    secretary = appoint(RoleCode.SECRETARY, election.assembly.estate)
    first, second = election.candidates.order_by("number")[:2]
    with pytest.raises(NotPermitted):
        withdraw_candidate(candidate=first, reason="", actor=account_of(second))
    withdraw_candidate(candidate=first, reason="", actor=account_of(first))
    with pytest.raises(CandidacySettled):
        withdraw_candidate(candidate=first, reason="", actor=account_of(first))
    withdraw_candidate(candidate=second, reason="本人书面申请，存档", actor=secretary)
    over = posted_election(candidates=4, seats=3, opens_in=timedelta(days=-10), closes_in=timedelta(hours=-1))
    third = candidate_of(over, 3)
    with pytest.raises(CandidacySettled):
        withdraw_candidate(candidate=third, reason="", actor=account_of(third))


def test_a_copy_asks_anew_who_stands(election, secretary, owners):
    screen(stand(election, owners[0]), secretary)
    close_nomination(election)
    post_candidates(election=election, actor=secretary)
    copy = copy_assembly(assembly=election.assembly, actor=secretary)
    assert not copy.motions.exists() and not Election.objects.filter(assembly=copy).exists()


# --- checks before posting the assembly ---------------------------------------------------------


def ready(*, candidates=6, seats=5, posted_days_ago=10, **fields) -> Election:
    """An election whose candidates were posted: nothing is wrong but what the test says."""
    election = election_draft(seats=seats, **fields)
    owners = Owner.objects.filter(estate=election.assembly.estate).order_by("pk")
    for owner in owners[:candidates]:
        put_up(election, owner)
    at = timezone.now() - timedelta(days=posted_days_ago)
    election.candidates_posted_at, election.candidates_posted_until = at, at + timedelta(days=7)
    election.save()
    fill_ballot(election=election)
    return reload(election)


def codes(election) -> dict[str, str]:
    return {found.code: found.severity for found in lint(election.assembly, timezone.now())}


def test_an_election_prepared_as_the_law_asks_has_no_findings():
    assert codes(ready()) == {"convener-without-committee": "warning"}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"seats": 4}, {"election-seats": "error"}),
        ({"lot_seed": ""}, {"election-no-seed": "error"}),
        ({"candidates": 5}, {"election-not-contested": "warning"}),
        (
            {"candidates": 4, "seats": 7},
            {"election-not-contested": "warning", "election-fewer-than-seats": "warning"},
        ),
        ({"candidates": 2}, {"election-not-contested": "warning", "election-too-few": "error"}),
        ({"posted_days_ago": 2}, {"election-posting-running": "warning"}),
    ],
)
def test_each_flaw_is_found(change, found):
    assert codes(ready(**change)) == found | {"convener-without-committee": "warning"}


def test_posting_too_late_or_too_briefly_is_an_error():
    election = ready()
    Election.objects.filter(pk=election.pk).update(
        candidates_posted_at=election.assembly.opens_at - timedelta(days=14, hours=23),
        candidates_posted_until=election.assembly.opens_at,
    )
    assert codes(election)["election-posting-too-short"] == "error"
    at = timezone.now() - timedelta(days=10)
    Election.objects.filter(pk=election.pk).update(
        candidates_posted_at=at, candidates_posted_until=at + timedelta(days=6, hours=23)
    )
    assert codes(election)["election-posting-too-short"] == "error"
    Election.objects.filter(pk=election.pk).update(candidates_posted_at=None, candidates_posted_until=None)
    assert codes(election)["election-not-posted"] == "error"


def test_stale_ballots_open_screenings_other_items_and_firm_accounts_are_found():
    election = ready()
    first, second, third = election.candidates.order_by("number")[:3]
    Candidate.objects.filter(pk=first.pk).update(status="withdrawn")
    Candidate.objects.filter(pk=second.pk).update(status="nominated")
    third.motion.item = 9
    third.motion.save()
    appoint(RoleCode.FIRM, election.assembly.estate, third.owner.user)
    found = codes(election)
    assert {
        code: found.get(code)
        for code in (
            "election-ballot-stale",
            "election-screening-incomplete",
            "election-item",
            "election-firm-tie",
        )
    } == {
        "election-ballot-stale": "error",
        "election-screening-incomplete": "error",
        "election-item": "error",
        "election-firm-tie": "warning",
    }


def test_publication_puts_exactly_the_eligible_on_the_ballot_and_freezes_them():
    election = ready()
    estate = election.assembly.estate
    secretary = appoint(RoleCode.SECRETARY, estate)
    term_of(estate, [election.candidates.first().owner])
    withdraw_candidate(candidate=election.candidates.get(number=6), reason="", actor=secretary)
    with pytest.raises(LintFailed):  # five candidates for five seats: somebody must answer for it
        publish_assembly(assembly=election.assembly, actor=secretary)
    put_up(election, Owner.objects.filter(estate=estate).order_by("-pk")[0], number=7)

    publish_assembly(assembly=election.assembly, actor=secretary)

    assembly = reload(election).assembly
    assert (assembly.status, assembly.slots) == ("published", 6)
    numbers = election.candidates.filter(motion__isnull=False).order_by("motion__position")
    assert list(numbers.values_list("number", "motion__position")) == [
        (1, 1),
        (2, 2),
        (3, 3),
        (4, 4),
        (5, 5),
        (7, 6),
    ]


def test_without_a_seed_the_service_refuses_before_the_database_does():
    election = ready(lot_seed="")
    with pytest.raises(LotSeedMissing):
        post_assembly(
            assembly=election.assembly,
            actor=appoint(RoleCode.SECRETARY, election.assembly.estate),
            moment=timezone.now(),
        )
