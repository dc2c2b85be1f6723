"""An election is voted on, closes, and is awarded: seats, ties by lot, too many marks, withdrawal."""

import hashlib
import json
import uuid
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from communities.clock import LOCAL_ZONE
from communities.committees import latest_term
from communities.enums import RoleCode
from communities.models import (
    CommitteeSeat,
    CommitteeTerm,
    HandoverItem,
    LedgerEntry,
    Notice,
    Ownership,
    Role,
)
from communities.services.committee import follow_due_seats
from communities.services.committee import roles as roles_of_seats
from communities.services.outbox import relay_outbox
from tests.factories.ballots import cast_for, settled
from tests.factories.communities import EstateFactory, appoint
from tests.factories.elections import SEED, account_of, posted_election, reload, results_of, term_of
from tests.factories.votes import elector_of, people_of, posted_assembly
from votes.enums import ActKind, Channel
from votes.errors import CandidateHasWithdrawn, TooManyMarks
from votes.evidence.leaves import commitment
from votes.models import (
    Assembly,
    Ballot,
    Certificate,
    Election,
    Motion,
    MotionResult,
    PaperBallot,
    SeatResult,
)
from votes.services.acts import confirm_act, propose_act
from votes.services.assemblies import publication
from votes.services.candidates import withdraw_candidate
from votes.services.seats import fill_seats, unseat_elected
from votes.services.tallies import count_assembly

pytestmark = pytest.mark.django_db

#: Marks for each of seven candidates in twelve ballots of at most five marks; 4 and 5 are equal.
FOR = (12, 11, 9, 8, 8, 7, 5)


def ballots(wanted=FOR, voters=12, limit=5):
    """Marks of so many voters, such that candidate n has wanted[n] of them and nobody marks too many."""
    left, sheets = list(wanted), []
    for voter in range(voters):
        remaining = voters - voter
        must = [n for n, count in enumerate(left) if count == remaining]
        more = sorted((n for n in range(len(left)) if n not in must and left[n]), key=lambda n: -left[n])
        chosen = (must + more)[:limit]
        for n in chosen:
            left[n] -= 1
        sheets.append("".join("F" if n in chosen else "A" for n in range(len(left))))
    assert not any(left), left
    return sheets


def counts(sheets):
    return [sum(sheet[n] == "F" for sheet in sheets) for n in range(len(sheets[0]))]


def test_seats_go_by_rank_and_a_tie_that_decides_nothing_is_left_a_tie():
    election = posted_election(candidates=7)
    sheets = ballots(FOR)
    assert counts(sheets) == list(FOR)

    assembly = settled(election.assembly, sheets)

    assert reload(election).lot_root == assembly.log.heads.order_by("size").first().root
    assert results_of(assembly) == {
        1: ("elected", 1),
        2: ("elected", 2),
        3: ("elected", 3),
        4: ("elected", 4),
        5: ("elected", 4),
        6: ("alternate", 6),
        7: ("not-elected", None),
    }
    assert not SeatResult.objects.exclude(lot="").exists()


def test_a_tie_across_the_last_seat_is_decided_by_a_lot_that_anybody_can_draw_again():
    election = posted_election(candidates=4, seats=3, alternates=1)
    sheets = ["FFFA"] * 4 + ["FFAF"] * 4 + ["AFFF"] * 4

    assembly = settled(election.assembly, sheets)

    root = assembly.log.heads.order_by("size").first().root
    lots = {}
    for number in (1, 3, 4):
        text = json.dumps([SEED, root, number], ensure_ascii=False, separators=(",", ":"))
        lots[number] = hashlib.sha256(text.encode()).hexdigest()
    order = sorted(lots, key=lambda number: lots[number])
    assert results_of(assembly) == {
        2: ("elected", 1),
        order[0]: ("elected", 2),
        order[1]: ("elected", 3),
        order[2]: ("alternate", 4),
    }
    stored = {one.candidate.number: one.lot for one in SeatResult.objects.all()}
    assert stored == {2: "", **lots}
    part = json.loads(Certificate.objects.get(assembly=assembly).body)["election"]
    assert (part["seed"], part["root"], part["seats"]) == (SEED, root, 3)
    assert [line["number"] for line in part["candidates"]] == [2, *order]


def test_the_certificate_of_an_assembly_without_an_election_says_nothing_of_one():
    assembly = settled(posted_assembly(), ["F", "F", "F"])
    assert "election" not in json.loads(Certificate.objects.get(assembly=assembly).body)


def test_results_of_seats_are_never_rewritten():
    election = posted_election(candidates=4, seats=3)
    settled(election.assembly, ["FFFA"] * 12)
    with pytest.raises(IntegrityError), transaction.atomic():
        SeatResult.objects.update(outcome="elected")
    with pytest.raises(IntegrityError), transaction.atomic():
        Election.objects.update(lot_root="00" * 32)


# --- too many marks -----------------------------------------------------------------------


def test_too_many_marks_are_refused_and_leave_nothing():
    election = posted_election()
    owner = people_of(election.assembly)[0]

    with pytest.raises(TooManyMarks) as refused:
        cast_for(election.assembly, owner, "FFFFFFNN")

    assert (refused.value.code, refused.value.details) == ("too-many-marks", {"limit": 5, "marked": 6})
    assert not Ballot.objects.exists()
    assert not LedgerEntry.objects.filter(verb="votes.ballot.cast").exists()
    cast_for(election.assembly, owner, "FFFFFNNN")
    assert Ballot.objects.get().choices == "FFFFFNNN"


def paper_ballot(assembly, user, choices):
    """As the entering of a scanned sheet writes it: no form stands between."""
    elector, now = elector_of(assembly, user), timezone.now()
    paper = PaperBallot.objects.create(
        assembly=assembly,
        elector=elector,
        serial=elector.number,
        printed_at=now,
        received_at=now,
        scan_sha256="a" * 64,
    )
    salt = "5a" * 16
    return Ballot.objects.create(
        assembly=assembly,
        elector=elector,
        idempotency_key=uuid.uuid4(),
        channel=Channel.PAPER,
        choices=choices,
        area=elector.area,
        salt=salt,
        leaf_hash=commitment(salt=salt, log=assembly.log.name, elector=elector.number, choices=choices),
        paper=paper,
        accepted_at=now,
    )


def test_a_paper_with_too_many_marks_is_kept_as_it_is_and_says_nothing_valid_of_any_candidate():
    election = posted_election(candidates=4, seats=3, areas=(100,) * 6)
    assembly, people = election.assembly, people_of(election.assembly)
    for person in people[:5]:
        cast_for(assembly, person, "FFFA")
    paper_ballot(assembly, people[5], "FFFF")

    decisions = count_assembly(assembly)
    assert [(one.tally.for_.heads, one.tally.invalid.heads) for one in decisions] == [
        (5, 1),
        (5, 1),
        (5, 1),
        (0, 1),
    ]
    PaperBallot.objects.update(settled_at=timezone.now())
    assembly = settled(assembly)

    assert Ballot.objects.get(channel="paper").choices == "FFFF"
    first = MotionResult.objects.get(motion__position=1)
    assert (first.for_heads, first.invalid_heads, first.participating_heads) == (5, 1, 5)
    certificate = Certificate.objects.get()
    assert (certificate.received, certificate.counted) == (6, 6)


def test_too_many_marks_void_only_the_candidates_not_the_other_matters():
    election = posted_election(candidates=4, seats=3, areas=(100,) * 4, matters=1)
    assembly, people = election.assembly, people_of(election.assembly)
    paper_ballot(assembly, people[0], "FFFFF")
    decisions = count_assembly(assembly)
    assert [one.tally.for_.heads for one in decisions] == [1, 0, 0, 0, 0]
    with pytest.raises(TooManyMarks):
        cast_for(assembly, people[1], "AFFFF")
    cast_for(assembly, people[1], "FFFFA")


# --- withdrawal in the middle -----------------------------------------------------------------


def test_whoever_withdraws_stays_on_the_ballot_but_is_never_elected():
    election = posted_election(candidates=5, seats=3, alternates=1, areas=(100,) * 6)
    assembly, people = election.assembly, people_of(election.assembly)
    leaving = election.candidates.get(number=1)
    for person in people[:3]:
        cast_for(assembly, person, "FFFAA")

    withdraw_candidate(candidate=leaving, reason="要到外地工作两年", actor=account_of(leaving))

    with pytest.raises(CandidateHasWithdrawn) as refused:
        cast_for(assembly, people[3], "FFFAA")
    assert refused.value.details == {"positions": [1]}
    assert Ballot.objects.count() == 3
    for person in people[3:]:
        cast_for(assembly, person, "NFFFA")
    assembly = settled(assembly)

    assert results_of(assembly) == {
        1: ("withdrawn", None),
        2: ("elected", 1),
        3: ("elected", 1),
        4: ("not-elected", None),
        5: ("not-elected", None),
    }
    left = MotionResult.objects.get(motion__position=1)
    assert (left.for_heads, left.abstain_heads, left.participating_heads) == (3, 3, 6)
    relay_outbox()
    told = Notice.objects.filter(topic="votes.candidate-withdrew").values_list("recipient", flat=True)
    assert set(told) == {person.pk for person in people}
    assert LedgerEntry.objects.filter(verb="votes.election.withdrew", log=assembly.log).count() == 1


def test_an_earlier_ballot_sent_again_after_a_withdrawal_still_finds_its_receipt():
    election = posted_election(candidates=5, seats=3)
    owner, key = people_of(election.assembly)[5], uuid.uuid4()
    receipt = cast_for(election.assembly, owner, "FFFAA", key=key)
    leaving = election.candidates.get(number=1)
    withdraw_candidate(candidate=leaving, reason="", actor=account_of(leaving))
    again = cast_for(election.assembly, owner, "FFFAA", key=key)
    assert (again.ballot_id, again.replayed) == (receipt.ballot_id, True)


# --- what is fixed with the notice -------------------------------------------------------------


def test_seed_seats_and_candidates_stand_in_the_first_leaf_without_names():
    election = posted_election(candidates=4, seats=3)
    published: dict[str, Any] = publication(election.assembly)
    assert published["election"]["seed"] == SEED
    assert published["election"]["seats"] == 3
    assert [(one["number"], one["position"]) for one in published["election"]["candidates"]] == [
        (number, number) for number in range(1, 5)
    ]
    names = [candidate.name for candidate in election.candidates.all()]
    assert not any(name in json.dumps(published, ensure_ascii=False) for name in names)


@pytest.mark.parametrize(
    ("model", "change"),
    [
        ("election", {"lot_seed": "x"}),
        ("election", {"seats": 7}),
        ("election", {"alternates": 0}),
        ("candidate", {"name": "别人"}),
        ("candidate", {"statement": "改了"}),
        ("candidate", {"number": 90}),
        ("candidate", {"status": "nominated"}),
    ],
)
def test_a_posted_election_keeps_what_was_posted(model, change):
    election = posted_election(candidates=4, seats=3)
    rows = Election.objects.all() if model == "election" else election.candidates.filter(number=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**change)


def test_no_election_is_posted_without_the_seed_of_its_lot():
    with pytest.raises(IntegrityError, match="without the seed"), transaction.atomic():
        posted_election(candidates=4, seats=3, lot_seed="")


# --- the committee ---------------------------------------------------------------------------


def test_the_elected_are_seated_in_a_new_term_and_hold_the_role_from_its_first_day():
    election = posted_election(candidates=7)

    assembly = settled(election.assembly, ballots(FOR))

    term = CommitteeTerm.objects.get()
    day = timezone.localtime(assembly.certified_at).date()
    assert reload(election).term == term
    assert (term.number, term.starts_on, term.ends_on) == (1, day, day.replace(year=day.year + 5))
    members = term.seats.filter(is_alternate=False)
    by_number = {one.number: one.owner for one in election.candidates.all()}
    assert {seat.owner for seat in members} == {by_number[number] for number in (1, 2, 3, 4, 5)}
    assert {seat.position for seat in members} == {"member"}, "the chair is the committee's own choice"
    assert [seat.owner for seat in term.seats.filter(is_alternate=True)] == [by_number[6]]
    assert set(
        Role.objects.filter(code=RoleCode.COMMITTEE).values_list("user", "valid_from", "valid_to")
    ) == {(by_number[number].user_id, day, None) for number in (1, 2, 3, 4, 5)}


def test_too_few_elected_for_a_lawful_committee_begin_no_term():
    election = posted_election(candidates=5, areas=(100,) * 12, seats=5)
    assembly = settled(election.assembly, ["FFAAA"] * 12)
    assert [results_of(assembly)[number][0] for number in (1, 2, 3)] == ["elected", "elected", "not-elected"]
    assert not CommitteeTerm.objects.exists()
    assert not Role.objects.exists()


def test_roles_follow_seats_on_the_first_day_and_those_elected_again_have_no_break():
    """Outgoing members owe the handover, but no longer act for the committee while it lasts."""
    estate = EstateFactory()
    election = posted_election(estate, candidates=7)
    by_number = {one.number: one.owner for one in election.candidates.all()}
    again, chair_again, leaving = by_number[1], by_number[2], by_number[7]
    before = term_of(estate, [again, chair_again, leaving])
    appoint(RoleCode.COMMITTEE, estate, again.user)
    appoint(RoleCode.COMMITTEE_CHAIR, estate, chair_again.user)
    appoint(RoleCode.COMMITTEE, estate, leaving.user)

    assembly = settled(election.assembly, ballots(FOR))

    day = timezone.localtime(assembly.certified_at).date()
    before.refresh_from_db()
    term = reload(election).term
    assert (before.ends_on, term.number, term.starts_on) == (day, 2, day)
    assert set(before.seats.values_list("valid_to", "end_reason")) == {(day, "新一届已经选出")}

    def roles(owner):
        return sorted(Role.objects.filter(user=owner.user).values_list("code", "valid_to"), key=str)

    assert roles(again) == [("committee", None)]
    assert roles(leaving) == [("committee", day)]
    assert roles(chair_again) == [("committee", None), ("committee-chair", day)]
    owed = HandoverItem.objects.filter(term=before, seat=None)
    assert set(owed.values_list("due_on", flat=True)) == {day + timedelta(days=10)}


def test_a_term_that_ends_soon_is_followed_from_its_last_day():
    estate = EstateFactory()
    election = posted_election(estate, candidates=7)
    before = term_of(estate, [election.candidates.get(number=7).owner])
    soon = timezone.localdate() + timedelta(days=60)
    CommitteeTerm.objects.filter(pk=before.pk).update(ends_on=soon)

    settled(election.assembly, ballots(FOR))

    before.refresh_from_db()
    term = reload(election).term
    assert (before.ends_on, term.starts_on) == (soon, soon)
    assert before.seats.get().valid_to == soon


def test_an_owner_without_an_account_is_seated_without_a_role():
    estate = EstateFactory()
    election = posted_election(estate, candidates=7)
    owner = election.candidates.get(number=1).owner
    people = people_of(election.assembly)
    for person, marks in zip(people, ballots(FOR), strict=True):
        cast_for(election.assembly, person, marks)
    owner.user = None
    owner.save()

    settled(election.assembly)

    seat = CommitteeSeat.objects.get(owner=owner)
    assert (seat.user, seat.is_alternate) == (None, False)
    assert Role.objects.filter(code=RoleCode.COMMITTEE).count() == 4


def test_a_by_election_fills_the_vacant_seats_of_the_running_term():
    estate = EstateFactory()
    election = posted_election(
        estate, candidates=3, seats=1, alternates=1, purpose="by-election", areas=(100,) * 6
    )
    owners = [people.owners.get() for people in people_of(election.assembly)[3:6]]
    term = term_of(estate, owners)
    Election.objects.filter(pk=election.pk).update(term=term)

    assembly = settled(election.assembly, ["FAA"] * 4 + ["FAA", "AFA"])

    assert results_of(assembly)[1] == ("elected", 1)
    new = term.seats.get(owner=election.candidates.get(number=1).owner)
    assert (new.valid_from, new.is_alternate) == (timezone.localtime(assembly.certified_at).date(), False)
    assert CommitteeTerm.objects.count() == 1
    assert term.seats.filter(valid_to__isnull=True).count() == 4


def test_a_result_declared_void_unseats_whom_it_seated():
    estate = EstateFactory()
    election = posted_election(estate, candidates=7)
    assembly = settled(election.assembly, ballots(FOR))
    secretary, subdistrict = appoint(RoleCode.SECRETARY, estate), appoint(RoleCode.SUBDISTRICT, estate)
    act = propose_act(
        assembly=assembly, kind=ActKind.VOID, reason="候选人公示期不足，应重新选举", actor=secretary
    )
    confirm_act(act=act, actor=subdistrict)

    assert set(CommitteeSeat.objects.values_list("end_reason", flat=True)) == {"选举结果被撤销"}
    assert not CommitteeSeat.objects.filter(valid_to__isnull=True).exists()
    assert not Role.objects.filter(code=RoleCode.COMMITTEE, valid_to__isnull=True).exists()
    assert SeatResult.objects.count() == 7, "what was counted stays on record"


def test_the_motions_of_candidates_are_item_three_with_the_usual_options():
    election = posted_election(candidates=4, seats=3)
    rows = set(Motion.objects.values_list("kind", "item", "topic"))
    assert rows == {("candidate", 3, "选举业主委员会")}
    assert Assembly.objects.get(pk=election.assembly_id).slots == 4


# --- what happens to seats between vote and term ----------------------------------------------


@pytest.fixture
def sweep_at(monkeypatch):
    """Run the sweep as of a moment: time travel moves this machine's clock, not the database's."""

    def sweep(moment):
        monkeypatch.setattr(roles_of_seats, "database_now", lambda: moment)
        return follow_due_seats()

    return sweep


def committee_roles(estate, day):
    held = Role.objects.on(day).filter(estate=estate, code__in=[RoleCode.COMMITTEE, RoleCode.COMMITTEE_CHAIR])
    return set(held.values_list("user", flat=True))


def test_a_term_that_begins_later_gets_its_roles_at_the_first_minute_of_its_first_day(sweep_at):
    estate = EstateFactory()
    election = posted_election(estate, candidates=7)
    by_number = {one.number: one.owner for one in election.candidates.all()}
    old = term_of(estate, [by_number[1], by_number[7]])
    for number in (1, 7):
        appoint(RoleCode.COMMITTEE, estate, by_number[number].user)
    first_day = timezone.localdate() + timedelta(days=60)
    CommitteeTerm.objects.filter(pk=old.pk).update(ends_on=first_day)

    assembly = settled(election.assembly, ballots(FOR))

    voted_on = timezone.localtime(assembly.certified_at).date()
    outgoing = {by_number[number].user_id for number in (1, 7)}
    elected = {by_number[number].user_id for number in (1, 2, 3, 4, 5)}
    assert committee_roles(estate, voted_on) == outgoing
    with time_machine.travel(assembly.certified_at):
        relay_outbox()
    told = Notice.objects.filter(topic="communities.committee-begun")
    assert set(told.values_list("recipient", flat=True)) == outgoing | elected | {by_number[6].user_id}
    assert told.first().title.startswith(f"第 2 届业主委员会已经选出，{first_day:%Y-%m-%d} 起任职")
    midnight = datetime.combine(first_day, time(), LOCAL_ZONE)
    sweep_at(midnight - timedelta(seconds=1))
    assert committee_roles(estate, voted_on) == outgoing
    assert not Role.objects.filter(valid_to__isnull=False).exists()
    assert sweep_at(midnight) == 1
    rows = list(Role.objects.order_by("pk").values())
    assert sweep_at(midnight) == 1
    assert list(Role.objects.order_by("pk").values()) == rows
    assert committee_roles(estate, first_day) == elected
    assert Role.objects.get(user=by_number[1].user).valid_to is None, "elected again, without a break"
    assert Role.objects.get(user=by_number[7].user).valid_to == first_day
    due = HandoverItem.objects.filter(term=old).values_list("due_on", flat=True)
    assert set(due) == {first_day + timedelta(days=10)}


def test_a_sweep_that_was_late_catches_up(sweep_at):
    estate = EstateFactory()
    election = posted_election(estate, candidates=7)
    assembly = settled(election.assembly, ballots(FOR))
    members = set(Role.objects.values_list("user", flat=True))
    Role.objects.all().delete()
    assert assembly.certified_at is not None
    late = assembly.certified_at + timedelta(days=20)
    sweep_at(late)
    assert committee_roles(estate, timezone.localdate(late)) == members


def sell(owner):
    Ownership.objects.filter(owner=owner).update(valid_to=timezone.localdate())


def test_an_elected_owner_who_sold_is_left_out_and_the_first_alternate_takes_the_seat():
    election = posted_election(candidates=7)
    by_number = {one.number: one.owner for one in election.candidates.all()}
    for person, marks in zip(people_of(election.assembly), ballots(FOR), strict=True):
        cast_for(election.assembly, person, marks)
    sell(by_number[2])

    assembly = settled(election.assembly)

    assert results_of(assembly)[2] == ("elected", 2), "what was counted stays"
    term = reload(election).term
    seated = list(term.seats.order_by("pk").values_list("owner", "is_alternate"))
    assert seated == [(by_number[number].pk, False) for number in (1, 3, 4, 5, 6)]
    entry = LedgerEntry.objects.get(verb="votes.election.seated")
    assert json.loads(entry.body)["payload"] == {
        "term": term.pk,
        "members": 5,
        "alternates": 0,
        "left_out": [2],
    }


def test_where_too_few_elected_still_own_a_home_no_term_begins_and_the_vote_is_certified_all_the_same():
    election = posted_election(candidates=7)
    for person, marks in zip(people_of(election.assembly), ballots(FOR), strict=True):
        cast_for(election.assembly, person, marks)
    for number in (1, 2, 3, 4):
        sell(election.candidates.get(number=number).owner)

    assembly = settled(election.assembly)

    assert assembly.status == "certified"
    assert not CommitteeTerm.objects.exists()
    entry = LedgerEntry.objects.get(verb="votes.election.not-seated")
    assert json.loads(entry.body)["payload"] == {"left_out": [1, 2, 3, 4]}


def test_an_election_held_again_after_a_revoked_one_begins_on_the_same_day(sweep_at):
    estate = EstateFactory()
    election = posted_election(estate, candidates=7)
    old = term_of(estate, [election.candidates.get(number=7).owner])
    first_day = timezone.localdate() + timedelta(days=60)
    CommitteeTerm.objects.filter(pk=old.pk).update(ends_on=first_day)
    assembly = settled(election.assembly, ballots(FOR))
    assert assembly.certified_at is not None
    unseat_elected(assembly=assembly, moment=assembly.certified_at)
    revoked = reload(election).term
    assert not HandoverItem.objects.filter(term=revoked).exists(), "nobody had begun"
    Election.objects.filter(pk=election.pk).update(term=None)

    term = fill_seats(assembly=assembly, moment=assembly.certified_at)

    assert (term.number, term.starts_on) == (3, first_day)
    assert latest_term(estate, on=first_day) == term
    sweep_at(datetime.combine(first_day, time(), LOCAL_ZONE))
    sitting = term.seats.filter(is_alternate=False).values_list("user", flat=True)
    assert committee_roles(estate, first_day) == set(sitting)


def test_an_alternate_elected_by_a_by_election_becomes_a_member_and_leaves_no_earlier_seat_behind():
    estate = EstateFactory()
    election = posted_election(
        estate,
        candidates=3,
        seats=2,
        alternates=1,
        purpose="by-election",
        areas=(120, 120, 110, 110, 100, 100),
    )
    owners = [person.owners.get() for person in people_of(election.assembly)]
    term = term_of(estate, owners[3:], alternates=[owners[0], owners[2]])
    Election.objects.filter(pk=election.pk).update(term=term)

    assembly = settled(election.assembly, ["FFA"] * 2 + ["FAF"] * 2 + ["AFF"] * 2)

    assert results_of(assembly) == {1: ("elected", 1), 2: ("elected", 2), 3: ("alternate", 3)}
    held = term.seats.filter(valid_to__isnull=True)
    assert {held.get(owner=owner).is_alternate for owner in owners[:2]} == {False}
    assert held.filter(owner=owners[2], is_alternate=True).count() == 1
    assert term.seats.get(owner=owners[0], is_alternate=True).end_reason == "补选为委员"
    assert assembly.certified_at is not None
    unseat_elected(assembly=assembly, moment=assembly.certified_at)
    assert not held.filter(owner__in=owners[:2]).exists()
    assert held.filter(owner=owners[2]).exists(), "the earlier election seated this alternate"
