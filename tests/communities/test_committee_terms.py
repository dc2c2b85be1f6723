"""A committee through its term: who sits, who leads, who leaves, who follows, and which roles that gives."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from communities.committees import latest_term, months_before, seats_on, term_deadlines
from communities.enums import BindingCapacity, RoleCode
from communities.errors import NotPermitted, ReasonMissing
from communities.models import (
    CommitteeSeat,
    CommitteeTerm,
    HandoverItem,
    LedgerEntry,
    Notice,
    Ownership,
    PositionDecision,
    Role,
)
from communities.queries import policies_in_force
from communities.services.binding import approve_binding, request_binding
from communities.services.committee import (
    begin_term,
    decide_position,
    end_seat,
    enter_term,
    file_term,
    move_up_alternate,
    report_term,
    seat_owner,
)
from communities.services.committee.refusals import (
    DayUnfit,
    FilingNumberMissing,
    NoAlternate,
    NotAnOwnerHere,
    OwnerSeated,
    SeatEnded,
    SeatIsAlternate,
    TermElected,
    TermFiled,
    TermFull,
    TermUnfit,
)
from communities.services.outbox import relay_outbox
from tests.factories.committees import Committee, committee, owner_in, today
from tests.factories.communities import EstateFactory, UserFactory, appoint

pytestmark = pytest.mark.django_db

DECISION = "经全体委员过半数同意，推选为主任"


@pytest.fixture
def body() -> Committee:
    return committee()


def roles(body: Committee) -> dict[str, str]:
    """The committee's roles today, by the holder's name on the roster."""
    codes = (RoleCode.COMMITTEE, RoleCode.COMMITTEE_CHAIR)
    held = Role.objects.on(today()).filter(estate=body.estate, code__in=codes)
    return {role.user.owners.get(estate=body.estate).name: role.code for role in held}


def choose(body: Committee, name: str, position: str = "chair", **given) -> PositionDecision:
    values: dict[str, Any] = {"session_on": today(), "text": DECISION, "actor": body.secretary} | given
    return decide_position(seat=body.seat(name), position=position, **values)


def leave(body: Committee, name: str, **given) -> CommitteeSeat:
    values: dict[str, Any] = {
        "reason": "resigned",
        "note": "",
        "ended_on": today(),
        "actor": body.secretary,
    } | given
    return end_seat(seat=body.seat(name), **values)


# --- roles follow seats ------------------------------------------------------------------


def test_members_are_given_the_role_and_alternates_are_not(body):
    assert roles(body) == {"甲": "committee", "乙": "committee", "丙": "committee"}


def test_the_chosen_chair_has_the_chair_s_role_and_the_former_one_is_a_member_again(body):
    choose(body, "甲")
    assert roles(body) == {"甲": "committee-chair", "乙": "committee", "丙": "committee"}
    choose(body, "乙", text="经全体委员过半数同意，改选乙为主任")
    assert roles(body) == {"甲": "committee", "乙": "committee-chair", "丙": "committee"}
    assert [(one.seat.owner.name, one.position) for one in PositionDecision.objects.order_by("pk")] == [
        ("甲", "chair"),
        ("甲", "member"),
        ("乙", "chair"),
    ]


def test_a_position_needs_its_session_and_its_decision(body):
    for given in (
        {"session_on": today() + timedelta(days=1)},
        {"session_on": body.term.starts_on - timedelta(days=1)},
    ):
        with pytest.raises(DayUnfit):
            choose(body, "甲", **given)
    with pytest.raises(ReasonMissing):
        choose(body, "甲", text="推选甲")
    with pytest.raises(SeatIsAlternate):
        choose(body, "丁")
    assert not PositionDecision.objects.exists()
    assert "committee-chair" not in roles(body).values()


def test_only_community_and_chair_enter_positions(body):
    choose(body, "甲")
    chair, member = body.seat("甲").user, body.seat("乙").user
    for actor in (member, body.subdistrict, appoint(RoleCode.FIRM, body.estate)):
        with pytest.raises(NotPermitted):
            choose(body, "丙", "vice-chair", actor=actor)
    choose(body, "丙", "vice-chair", actor=chair)
    assert body.seat("丙").position == "vice-chair"


def test_a_decision_is_never_changed(body):
    choose(body, "甲")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        PositionDecision.objects.update(text="另一个决定，十个字以上")


def test_a_seat_whose_owner_is_bound_later_gets_its_role_then(body):
    newcomer = owner_in(body.estate, "庚", account=False)
    term = body.term
    CommitteeSeat.objects.create(term=term, owner=newcomer, valid_from=today())
    assert "庚" not in roles(body)
    account = UserFactory()
    unit = newcomer.ownerships.get().unit
    asked = request_binding(unit=unit, capacity=BindingCapacity.OWNER, name="庚", actor=account)
    approve_binding(binding=asked, owner=newcomer, actor=body.secretary)
    assert roles(body)["庚"] == "committee"
    assert body.seat("庚").user == account


# --- leaving and following -----------------------------------------------------------------


def test_a_member_who_resigns_loses_the_role_and_owes_the_handover(body):
    choose(body, "甲")
    gone = leave(body, "甲", note="因搬离本小区")
    assert gone.end_reason == "本人书面辞职：因搬离本小区"
    assert roles(body) == {"乙": "committee", "丙": "committee"}
    items = HandoverItem.objects.filter(seat=gone)
    assert {item.due_on for item in items} == {today() + timedelta(days=7)}
    assert {item.kind for item in items} == {"seal", "records", "accounts", "money", "property", "other"}
    assert items[0].article == "《杭州市物业管理条例》第三十四条"
    with pytest.raises(SeatEnded):
        leave(body, "甲")
    relay_outbox()
    assert Notice.objects.filter(recipient=gone.user, topic="communities.seat-ended").count() == 1


def test_another_reason_is_written_out(body):
    with pytest.raises(ReasonMissing):
        leave(body, "甲", reason="other", note="不清楚")
    assert body.seat("甲").valid_to is None
    assert not HandoverItem.objects.exists()


def test_the_first_alternate_by_votes_moves_up(body):
    with pytest.raises(TermFull):
        move_up_alternate(term=body.term, moved_on=today(), actor=body.secretary)
    leave(body, "乙")
    seat = move_up_alternate(term=body.term, moved_on=today(), actor=body.secretary)
    assert (seat.owner.name, seat.is_alternate) == ("丁", False)
    assert roles(body) == {"甲": "committee", "丙": "committee", "丁": "committee"}
    shown = [(one.owner.name, one.is_alternate) for one in seats_on(body.term, on=today())]
    assert shown == [("甲", False), ("丙", False), ("丁", False), ("戊", True)]
    with pytest.raises(TermFull):
        move_up_alternate(term=body.term, moved_on=today(), actor=body.secretary)
    leave(body, "甲")
    move_up_alternate(term=body.term, moved_on=today(), actor=body.secretary)
    leave(body, "丙")
    with pytest.raises(NoAlternate):
        move_up_alternate(term=body.term, moved_on=today(), actor=body.secretary)


def test_an_alternate_who_sold_does_not_move_up(body):
    leave(body, "乙")
    Ownership.objects.filter(owner=body.alternates[0].owner).update(valid_to=today())
    with pytest.raises(NotAnOwnerHere):
        move_up_alternate(term=body.term, moved_on=today(), actor=body.secretary)
    assert len(roles(body)) == 2


def test_a_new_term_ends_the_one_before_with_its_roles_and_lists_the_handover(body):
    people = [body.members[0].owner, owner_in(body.estate, "己")]
    new = begin_term(
        estate=body.estate,
        starts_on=today(),
        ends_on=today() + timedelta(days=1500),
        members=people,
        alternates=[],
        moment=timezone.now(),
        actor=None,
    )
    assert (new.number, latest_term(body.estate, on=today())) == (2, new)
    assert roles(body) == {"甲": "committee", "己": "committee"}
    assert set(CommitteeSeat.objects.filter(term=body.term).values_list("end_reason", flat=True)) == {
        "新一届已经选出"
    }
    items = HandoverItem.objects.filter(term=body.term, seat__isnull=True)
    assert {item.due_on for item in items} == {today() + timedelta(days=10)}
    assert items.count() == 7


def test_until_the_next_term_begins_the_one_in_office_goes_on_with_its_seats(body):
    choose(body, "甲")
    next_day = today() + timedelta(days=30)
    begin_term(
        estate=body.estate,
        starts_on=next_day,
        ends_on=today() + timedelta(days=1500),
        members=[owner_in(body.estate, "己")],
        alternates=[],
        moment=timezone.now(),
        actor=None,
    )
    assert CommitteeTerm.objects.get(pk=body.term.pk).ends_on == next_day
    assert len(roles(body)) == 3
    choose(body, "乙", text="经全体委员过半数同意，改选乙为主任")
    assert (body.seat("甲").position, roles(body)["甲"]) == ("member", "committee")
    leave(body, "甲")
    moved = move_up_alternate(term=body.term, moved_on=today(), actor=body.secretary)
    assert (moved.owner.name, moved.valid_to, moved.end_reason) == ("丁", next_day, "新一届已经选出")
    assert roles(body) == {"乙": "committee-chair", "丙": "committee", "丁": "committee"}
    with pytest.raises(SeatEnded):
        leave(body, "甲")


# --- a committee that was elected elsewhere ------------------------------------------------


def test_a_term_from_papers_is_filled_by_hand_until_it_is_filed():
    estate = EstateFactory()
    secretary = appoint(RoleCode.SECRETARY, estate)
    term = enter_term(
        estate=estate,
        number=3,
        starts_on=today() - timedelta(days=200),
        ends_on=today() + timedelta(days=900),
        actor=secretary,
    )
    owner = owner_in(estate, "甲")
    seat_owner(term=term, owner=owner, is_alternate=False, actor=secretary)
    assert Role.objects.get(user=owner.user).code == "committee"
    with pytest.raises(OwnerSeated):
        seat_owner(term=term, owner=owner, is_alternate=True, actor=secretary)
    with pytest.raises(NotAnOwnerHere):
        seat_owner(term=term, owner=owner_in(EstateFactory(), "乙"), is_alternate=False, actor=secretary)
    file_term(term=term, filed_on=today(), number=" 备〔2026〕7号 ", actor=secretary)
    with pytest.raises(TermElected):
        seat_owner(term=term, owner=owner_in(estate, "丙"), is_alternate=False, actor=secretary)
    assert term.seats.count() == 1


def test_nobody_is_added_by_hand_to_a_committee_that_was_elected_here(body):
    with pytest.raises(TermElected):
        seat_owner(
            term=body.term, owner=owner_in(body.estate, "己"), is_alternate=False, actor=body.secretary
        )
    assert "己" not in roles(body)


@pytest.mark.parametrize(
    ("number", "starts", "ends"), [(1, -10, 900), (2, -60, 900), (2, 1, 900), (2, -10, -20)]
)
def test_a_term_fits_behind_the_one_before(body, number, starts, ends):
    with pytest.raises(TermUnfit):
        enter_term(
            estate=body.estate,
            number=number,
            starts_on=today() + timedelta(days=starts),
            ends_on=today() + timedelta(days=ends),
            actor=body.secretary,
        )
    assert CommitteeTerm.objects.get() == body.term
    assert len(roles(body)) == 3


# --- what is owed by law ---------------------------------------------------------------------


def owed(body: Committee, **given) -> dict[str, tuple]:
    term = CommitteeTerm.objects.select_related("estate").get(pk=body.term.pk)
    values: dict[str, Any] = {"first_session": None, "has_successor": False} | given
    found = term_deadlines(term, policies=policies_in_force(term.estate, on=today()), **values)
    return {one.key: (one.due_on - term.starts_on, one.is_done, one.is_overdue(today())) for one in found}


def test_deadlines_count_from_the_election(body):
    term = body.term
    days = {"first-session": 7, "filing": 30}
    assert {key: owed(body)[key] for key in days} == {
        key: (timedelta(days=number), False, True) for key, number in days.items()
    }
    assert owed(body)["report"] == (months_before(term.ends_on, 3) - term.starts_on, False, False)
    file_term(term=term, filed_on=today(), number="7", actor=body.subdistrict)
    report_term(term=term, reported_on=today(), actor=body.members[0].user)
    assert [key for key, (_due, done, _late) in owed(body, first_session=today()).items() if done] == [
        "first-session",
        "filing",
        "report",
    ]


def test_three_months_before_the_last_day_of_may_is_the_last_of_february():
    assert months_before(date(2026, 5, 31), 3) == date(2026, 2, 28)
    assert months_before(date(2026, 2, 28), 3) == date(2025, 11, 28)


def test_a_filing_has_its_number_and_its_day_and_is_noted_once(body):
    with pytest.raises(FilingNumberMissing):
        file_term(term=body.term, filed_on=today(), number="  ", actor=body.secretary)
    with pytest.raises(DayUnfit):
        file_term(term=body.term, filed_on=today() + timedelta(days=1), number="7", actor=body.secretary)
    with pytest.raises(NotPermitted):
        file_term(term=body.term, filed_on=today(), number="7", actor=body.members[0].user)
    file_term(term=body.term, filed_on=today(), number="7", actor=body.subdistrict)
    with pytest.raises(TermFiled):
        file_term(term=body.term, filed_on=today(), number="8", actor=body.subdistrict)
    assert CommitteeTerm.objects.get().filing_number == "7"


def test_the_log_keeps_each_step_without_a_name(body):
    choose(body, "甲", text="经全体委员过半数同意，推选甲为主任")
    leave(body, "乙", note="因搬离本小区")
    entries = LedgerEntry.objects.filter(verb__startswith="communities.committee.")
    assert list(entries.order_by("pk").values_list("verb", flat=True)) == [
        "communities.committee.begun",
        "communities.committee.position-decided",
        "communities.committee.seat-ended",
        "communities.committee.handover-listed",
    ]
    written = "".join(entries.values_list("body", flat=True))
    assert [word for word in ("甲", "乙", "搬离", "推选") if word in written] == []
