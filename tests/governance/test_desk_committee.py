"""What committees and objections put on the desk: whose turn, until when, and for how many queries."""

from datetime import timedelta

import pytest
from django.utils import timezone

from communities.committees import end_of
from communities.enums import RoleCode
from communities.models import Ownership, User
from communities.rules import learn_roles
from communities.services.committee import decide_position, end_seat, file_term
from governance.desk import Desk
from tests.factories.committees import committee, today
from tests.factories.communities import CommunityFactory, EstateFactory, appoint
from tests.factories.objections import object_to, overdue, someone_else
from tests.factories.votes import posted_assembly

pytestmark = pytest.mark.django_db


def steps(user: User, *estates, kinds=("业委会", "交接", "异议")):
    desk = Desk(User.objects.get(pk=user.pk), estates, timezone.now())
    return [(one.kind, one.text, one.turn, one.due) for one in desk.steps if one.kind in kinds]


def test_deadlines_stand_on_the_desks_until_they_are_done():
    body = committee(begun=40)
    due = {
        "第1届：召开首次会议，推选主任、副主任": end_of(body.term.starts_on + timedelta(days=7)),
        "第1届：向街道备案": end_of(body.term.starts_on + timedelta(days=30)),
    }
    assert steps(body.secretary, body.estate) == [("业委会", text, "您", at) for text, at in due.items()]
    turns = [turn for _kind, _text, turn, _due in steps(body.account(0), body.estate)]
    assert turns == ["业主委员会", "业主委员会"]
    file_term(term=body.term, filed_on=today(), number="7", actor=body.secretary)
    decide_position(
        seat=body.members[0],
        position="chair",
        session_on=today(),
        text="经全体委员过半数同意，推选甲为主任",
        actor=body.secretary,
    )
    assert steps(body.secretary, body.estate) == []


def test_the_end_of_a_term_is_announced_a_month_before_the_report_is_due():
    body = committee(begun=365 * 2 - 110, years=2)
    file_term(term=body.term, filed_on=today(), number="7", actor=body.secretary)
    texts = [text for _kind, text, _turn, _due in steps(body.account(1), body.estate)]
    assert "第1届：任期将满，向街道报告并筹备换届" in texts
    assert "第1届：任期届满前选出新一届" not in texts


def test_an_open_handover_and_a_member_who_sold_are_somebody_s_turn():
    body = committee(begun=3)
    end_seat(seat=body.members[0], reason="resigned", note="", ended_on=today(), actor=body.secretary)
    Ownership.objects.filter(owner=body.members[1].owner).update(valid_to=today())
    found = steps(body.account(2), body.estate)
    assert ("交接", "第 1 届业主委员会有 6 项待交接", "您", end_of(today() + timedelta(days=7))) in found
    assert ("业委会", "委员乙已不是业主，任职应当终止", "社区、业委会主任", None) in found


def test_objections_stand_with_their_clock_for_those_who_may_answer():
    assembly = posted_assembly(owners=3)
    estate = assembly.estate
    late, about = overdue(assembly), object_to(assembly, about="community", actor=someone_else(assembly))
    secretary, member = appoint(RoleCode.SECRETARY, estate), appoint(RoleCode.COMMITTEE, estate)
    found = steps(secretary, estate)
    assert [(text.split("：")[1], turn, due) for _kind, text, turn, due in found] == [
        ("第 1 号异议（程序）等答复", "您", late.due_at),
        ("第 2 号异议（程序）等答复", "别的一方或街道", about.due_at),
    ]
    assert steps(member, estate) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_asks_as_often_for_three_committees_as_for_one(django_assert_num_queries, count):
    community = CommunityFactory()
    estates = []
    for _ in range(count):
        body = committee(estate=EstateFactory(community=community))
        end_seat(seat=body.members[0], reason="resigned", note="", ended_on=today(), actor=body.secretary)
        object_to(posted_assembly(body.estate))
        estates.append(body.estate)
    user = User.objects.get(pk=body.secretary.pk)
    learn_roles(user, estates)
    desk = Desk(user, estates, timezone.now(), lints=False)
    # Bindings, assemblies, turnout, papers and homes of the rest of the desk; then objections, terms,
    # policies, sessions, successors, sold homes, handovers.
    with django_assert_num_queries(23):
        assert len(desk.steps) >= 4 * count
