"""罢免: who may propose it, that the member is heard, and what a passed one does to seat and role."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from communities.enums import RoleCode
from communities.errors import NotPermitted, ReasonMissing
from communities.models import CommitteeSeat, HandoverItem, LedgerEntry, Notice, Ownership, Role
from communities.services.outbox import relay_outbox
from tests.factories.ballots import settled
from tests.factories.communities import EstateFactory, UserFactory, appoint
from tests.factories.elections import owners_of, term_of
from tests.factories.votes import AssemblyFactory, draft_assembly, post_draft
from votes.candidacies import vacancies, vacant_terms
from votes.errors import SeatNotHeld
from votes.linting import lint
from votes.models import Election, Recall
from votes.services.recalls import put_recall

pytestmark = pytest.mark.django_db

REASON = "连续六个月无故不参加委员会会议"
HEARD = "十一月五日当面听取，本人称因工作调动。"


def codes(assembly) -> dict[str, str]:
    return {
        found.code: found.severity
        for found in lint(assembly, timezone.now())
        if found.code.startswith("recall")
    }


def setting(*, members: int = 5, alternates: int = 1, owners: int = 10):
    estate = EstateFactory()
    people = owners_of(estate, [100] * owners)
    term = term_of(estate, people[:members], alternates=people[members : members + alternates])
    for owner in people[:members]:
        appoint(RoleCode.COMMITTEE, estate, owner.user)
    return estate, people, term, appoint(RoleCode.SECRETARY, estate)


def recall(assembly, seat, actor, **fields):
    values: dict[str, Any] = {
        "reason": REASON,
        "proposer": "committee",
        "signed_heads": 0,
        "signed_area": 0,
        "hearing": HEARD,
        "heard_on": timezone.localdate(),
    }
    return put_recall(assembly=assembly, seat=seat, actor=actor, **(values | fields))


def posted_recall(estate, seat, secretary, marks):
    assembly = AssemblyFactory(
        estate=estate, opens_at=timezone.now() - timedelta(hours=1), posted_topics="换人"
    )
    recall(assembly, seat, secretary)
    assembly.refresh_from_db()
    posted = post_draft(assembly, now=timezone.now())
    return settled(posted, marks)


def test_a_passed_recall_ends_seat_and_role_and_the_alternate_moves_up():
    estate, people, term, secretary = setting()
    seat = term.seats.get(owner=people[0])

    assembly = posted_recall(estate, seat, secretary, ["F"] * 6 + ["A"] * 2)

    day = timezone.localtime(assembly.certified_at).date()
    seat.refresh_from_db()
    assert (seat.valid_to, seat.end_reason) == (day, f"业主大会会议决定罢免：{assembly.title}")
    assert Role.objects.get(user=people[0].user).valid_to == day
    moved = term.seats.get(owner=people[5], valid_to__isnull=True)
    assert (moved.is_alternate, moved.valid_from, moved.position) == (False, day, "member")
    assert term.seats.get(owner=people[5], is_alternate=True).end_reason == "递补为委员"
    assert Role.objects.get(user=people[5].user).valid_from == day
    assert vacancies(term, day) == 0 and vacant_terms([estate], day) == []
    with time_machine.travel(assembly.certified_at):
        relay_outbox()
    told = Notice.objects.filter(topic__in=["communities.seat-ended", "communities.alternate-moved-up"])
    committee = {secretary.pk, *(owner.user_id for owner in people[1:6])}
    assert sorted(told.values_list("topic", "recipient")) == [
        *(("communities.alternate-moved-up", one) for one in sorted(committee)),
        *(("communities.seat-ended", one) for one in sorted(committee | {people[0].user_id})),
    ]
    assert HandoverItem.objects.filter(seat=seat).count() == 6, "whoever is recalled hands over, too"
    assert LedgerEntry.objects.filter(verb="votes.recall.carried-out").count() == 1


def test_without_an_alternate_the_seat_stays_vacant_until_a_by_election_is_under_way():
    estate, people, term, secretary = setting(alternates=0)
    assembly = posted_recall(estate, term.seats.get(owner=people[0]), secretary, ["F"] * 8)
    day = timezone.localtime(assembly.certified_at).date()
    assert [(found.pk, number) for found, number in vacant_terms([estate], day)] == [(term.pk, 1)]
    Election.objects.create(
        assembly=draft_assembly(estate),
        purpose="by-election",
        term=term,
        seats=1,
        nomination_closes_at=timezone.now(),
    )
    assert vacant_terms([estate], day) == []


@pytest.mark.parametrize("marks", [["A"] * 8, ["F"] * 6, ["F"] * 5 + ["A"] * 5])
def test_a_recall_that_does_not_pass_changes_nothing(marks):
    estate, people, term, secretary = setting()
    posted_recall(estate, term.seats.get(owner=people[0]), secretary, marks)
    assert not CommitteeSeat.objects.filter(valid_to__isnull=False).exists()
    assert not Role.objects.filter(valid_to__isnull=False).exists()


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, {}),
        ({"hearing": ""}, {"recall-not-heard": "error"}),
        ({"heard_on": None}, {"recall-not-heard": "error"}),
        (
            {"proposer": "owners", "signed_heads": 1, "signed_area": 900},
            {"recall-too-few-owners": "error", "recall-without-signatures": "warning"},
        ),
        (
            {"proposer": "owners", "signed_heads": 2, "signed_area": 199},
            {"recall-too-little-area": "warning", "recall-without-signatures": "warning"},
        ),
        (
            {"proposer": "owners", "signed_heads": 2, "signed_area": 200},
            {"recall-without-signatures": "warning"},
        ),
    ],
)
def test_the_checks_ask_who_proposed_it_and_whether_the_member_was_heard(fields, found):
    estate, people, term, secretary = setting()
    draft = draft_assembly(estate, motions=0)
    motion = recall(draft, term.seats.get(owner=people[0]), secretary, **fields)
    draft.refresh_from_db()
    assert codes(draft) == found
    assert (motion.kind, motion.item, motion.topic in draft.topics) == ("recall", 3, True)


def test_a_seat_that_ended_meanwhile_and_another_item_are_errors():
    estate, people, term, secretary = setting()
    draft = draft_assembly(estate, motions=0)
    motion = recall(draft, term.seats.get(owner=people[0]), secretary)
    term.seats.filter(owner=people[0]).update(valid_to=timezone.localdate())
    motion.item = 9
    motion.save()
    assert codes(draft) == {"recall-seat-ended": "error", "recall-item": "error"}


def test_saying_it_again_changes_the_motion_that_is_there():
    estate, people, term, secretary = setting()
    draft, seat = draft_assembly(estate, motions=1), term.seats.get(owner=people[0])
    first = recall(draft, seat, secretary)
    again = recall(draft, seat, secretary, proposer="owners", signed_heads=4, signed_area=400)
    assert (first.pk, again.position) == (again.pk, 2)
    assert Recall.objects.values_list("proposer", "signed_heads").get() == ("owners", 4)


def test_only_a_seat_that_is_held_may_be_recalled_and_only_by_who_prepares():
    estate, people, term, secretary = setting()
    draft = draft_assembly(estate, motions=0)
    alternate = term.seats.get(owner=people[5])
    with pytest.raises(SeatNotHeld):
        recall(draft, alternate, secretary)
    with pytest.raises(ReasonMissing):
        recall(draft, term.seats.get(owner=people[0]), secretary, reason="不好")
    for other in (UserFactory(), people[1].user):
        with pytest.raises(NotPermitted):
            recall(draft, term.seats.get(owner=people[0]), other)
    assert not Recall.objects.exists() and not draft.motions.exists()


def test_what_was_said_for_and_against_is_frozen_once_posted():
    estate, people, term, secretary = setting()
    draft = draft_assembly(estate, motions=0)
    recall(draft, term.seats.get(owner=people[0]), secretary)
    Recall.objects.update(hearing="改过的话，草稿里可以")
    post_draft(draft, now=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Recall.objects.update(hearing="公示以后再改")
    with pytest.raises(IntegrityError), transaction.atomic():
        Recall.objects.all().delete()


def test_an_alternate_who_sold_does_not_hold_up_the_certification_and_the_next_one_moves_up():
    estate, people, term, secretary = setting(alternates=2)
    Ownership.objects.filter(owner=people[5]).update(valid_to=timezone.localdate() + timedelta(days=1))

    assembly = posted_recall(estate, term.seats.get(owner=people[0]), secretary, ["F"] * 10)

    assert assembly.status == "certified"
    moved = term.seats.get(owner=people[6], valid_to__isnull=True)
    assert (moved.is_alternate, term.seats.get(owner=people[5]).valid_to) == (False, None)


def test_after_a_by_election_the_next_recall_lets_an_alternate_move_up_again():
    estate, people, term, secretary = setting(alternates=1)
    today = timezone.localdate()
    term.seats.filter(owner__in=people[3:5]).update(valid_to=today - timedelta(days=9))
    for owner in people[7:9]:
        term.seats.create(owner=owner, user=owner.user, valid_from=today - timedelta(days=3))

    posted_recall(estate, term.seats.get(owner=people[0]), secretary, ["F"] * 10)

    assert term.seats.filter(owner=people[5], is_alternate=False, valid_to__isnull=True).exists()
