"""The clock of a ticket: frozen when it came, stopped for a reason, reported upwards, closed by silence."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from communities.errors import NotPermitted
from communities.models import OutboxMessage, Policy
from communities.workdays import add_working_days
from governance.access.tickets import tickets_for
from governance.errors.tickets import (
    AlreadySupported,
    NoContract,
    NotReporter,
    NotStaff,
    NotSupervised,
    PauseNeedsReason,
    ReopenedTooLate,
    TicketIncomplete,
    TicketMoved,
)
from governance.models import Ticket
from governance.queries.tickets import similar_tickets
from governance.services.reviews import hand_over_proposal
from governance.services.ticket_handling import (
    accept_ticket,
    assign_ticket,
    fix_ticket,
    hand_over_ticket,
    note_on_ticket,
    pause_ticket,
    reply_to_supervision,
    resume_ticket,
    supervise_ticket,
)
from governance.services.ticket_watch import close_silent_tickets, escalate_overdue_tickets
from governance.services.tickets import (
    confirm_fixed,
    rate_ticket,
    reject_fix,
    reopen_ticket,
    report_ticket,
    support_ticket,
    withdraw_ticket,
)
from tests.factories.meetings import Room
from tests.factories.proposals import REASON, accepted
from tests.factories.tickets import closed, fixed, passed, reported

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def room() -> Room:
    return Room()


def acts(ticket: Ticket) -> list[str]:
    return list(ticket.steps.order_by("pk").values_list("act", flat=True))


def test_the_days_of_its_category_are_frozen(room: Room) -> None:
    ticket = reported(room.estate, room.one)
    assert (ticket.number, ticket.party, ticket.status) == (1, "firm", "open")
    assert ticket.due_at == ticket.answer_due_at == add_working_days(ticket.reported_at, 1)
    assert ticket.fix_due_at == add_working_days(ticket.reported_at, 5)
    Policy.objects.create(
        estate=room.estate,
        key="ticket-working-days",
        value={"repair": [9, 9]},
        article="新约定",
        valid_from=ticket.reported_at.date(),
    )
    accept_ticket(ticket=ticket, actor=room.firm)
    ticket.refresh_from_db()
    assert ticket.due_at == ticket.fix_due_at == add_working_days(ticket.reported_at, 5)
    assert reported(room.estate, room.one).number == 2


def test_a_safety_hazard_is_answered_the_same_day(room: Room) -> None:
    ticket = reported(room.estate, room.one, category="safety")
    assert ticket.due_at == add_working_days(ticket.reported_at, 0)


def test_too_few_words_are_refused_and_nothing_is_kept(room: Room) -> None:
    for text in ("", "坏了", "😀😀😀😀😀"):
        with pytest.raises(TicketIncomplete):
            reported(room.estate, room.one, text=text)
    with pytest.raises(NotPermitted):
        reported(room.estate, room.firm)
    assert not Ticket.objects.exists()


def test_without_a_contract_it_goes_to_the_community(room: Room) -> None:
    room.estate.contracts.update(ends_on="2024-06-01", starts_on="2024-01-01")
    ticket = report_ticket(estate=room.estate, category="repair", text="路灯不亮了", actor=room.one)
    assert ticket.party == "community"
    with pytest.raises(NoContract):
        hand_over_ticket(ticket=ticket, to="firm", text="请物业处理", actor=room.secretary)


def test_the_clock_stands_for_a_named_reason_only_and_the_time_is_added(room: Room) -> None:
    ticket = reported(room.estate, room.one)
    for reason, text in (("", "等配件到货"), ("part", ""), ("lunch", "等配件到货")):
        with pytest.raises(PauseNeedsReason):
            pause_ticket(ticket=ticket, reason=reason, text=text, actor=room.firm)
    with pytest.raises(NotPermitted):
        pause_ticket(ticket=ticket, reason="part", text="等配件到货", actor=room.one)
    paused = pause_ticket(ticket=ticket, reason="part", text="等配件到货", actor=room.firm)
    assert (paused.status, paused.due_at) == ("paused", None)
    before = paused.fix_due_at
    passed(paused, paused_at=3 * DAY)
    assert escalate_overdue_tickets() == 0
    resumed = resume_ticket(ticket=paused, actor=room.firm)
    assert timedelta(days=3) <= resumed.fix_due_at - before < timedelta(days=3, minutes=1)
    assert resumed.due_at == resumed.fix_due_at
    assert resumed.paused_seconds >= 3 * 86400


def test_what_is_late_goes_up_one_step_at_a_time_and_once(room: Room) -> None:
    late, other = reported(room.estate, room.one), reported(room.estate, room.two)
    passed(late, due_at=DAY, answer_due_at=DAY)
    assert (escalate_overdue_tickets(), escalate_overdue_tickets()) == (1, 0)
    late.refresh_from_db()
    assert (late.escalation, acts(late)) == (1, ["reported", "escalated"])
    passed(late, escalates_at=DAY)
    assert (escalate_overdue_tickets(), escalate_overdue_tickets()) == (1, 0)
    late.refresh_from_db()
    other.refresh_from_db()
    assert (late.escalation, late.escalates_at, other.escalation) == (2, None, 0)
    told = OutboxMessage.objects.filter(topic="governance.ticket-moved", subject__startswith=f"{late.pk}:")
    assert told.count() == 3


def test_only_the_reporter_confirms_and_only_that_or_silence_closes(room: Room) -> None:
    ticket = reported(room.estate, room.one)
    with pytest.raises(TicketMoved):
        confirm_fixed(ticket=ticket, actor=room.one)
    done = fixed(ticket, room.firm)
    for user in (room.two, room.firm, room.secretary):
        with pytest.raises(NotReporter):
            confirm_fixed(ticket=done, actor=user)
    again = reject_fix(ticket=done, text="按钮还是不灵", actor=room.one)
    assert (again.status, again.reopened, again.fixed_at) == ("working", 1, None)
    assert closed(again, room.firm).status == "closed"


def test_seven_silent_days_close_it_visibly(room: Room) -> None:
    waiting, fresh = (fixed(reported(room.estate, room.one), room.firm) for _ in range(2))
    passed(waiting, fixed_at=7 * DAY)
    passed(fresh, fixed_at=7 * DAY - timedelta(minutes=1))
    assert (close_silent_tickets(), close_silent_tickets()) == (1, 0)
    waiting.refresh_from_db()
    fresh.refresh_from_db()
    assert (waiting.status, acts(waiting)[-1], fresh.status) == ("closed", "expired", "fixed")


def test_opened_again_within_seven_days_with_a_new_clock(room: Room) -> None:
    ticket = closed(reported(room.estate, room.one), room.firm)
    rate_ticket(ticket=ticket, rating=5, actor=room.one)
    passed(ticket, closed_at=7 * DAY - timedelta(minutes=1))
    again = reopen_ticket(ticket=ticket, text="又坏了一次", actor=room.one)
    assert (again.status, again.reopened, again.rating, again.escalation) == ("working", 1, None, 0)
    assert again.fix_due_at > again.reported_at + DAY
    late = passed(closed(again, room.firm), closed_at=7 * DAY)
    with pytest.raises(ReopenedTooLate):
        reopen_ticket(ticket=late, text="又坏了一次", actor=room.one)
    with pytest.raises(NotReporter):
        reopen_ticket(ticket=late, text="又坏了一次", actor=room.two)


def test_the_same_trouble_is_counted_once_a_person_and_one_s_own_becomes_part_of_it(room: Room) -> None:
    first, mine = reported(room.estate, room.one), reported(room.estate, room.two)
    with pytest.raises(AlreadySupported):
        support_ticket(ticket=first, actor=room.one)
    gone = withdraw_ticket(ticket=mine, into=first, actor=room.two)
    with pytest.raises(AlreadySupported):
        support_ticket(ticket=first, actor=room.two)
    first.refresh_from_db()
    assert (gone.status, gone.joined, first.supporters) == ("withdrawn", first, 1)


def test_it_is_given_to_people_of_its_party_only(room: Room) -> None:
    ticket = reported(room.estate, room.one)
    with pytest.raises(NotStaff):
        assign_ticket(ticket=ticket, to=room.chair, actor=room.firm)
    with pytest.raises(NotPermitted):
        assign_ticket(ticket=ticket, to=room.firm, actor=room.chair)
    assert assign_ticket(ticket=ticket, to=room.firm, actor=room.firm).assignee == room.firm
    handed = hand_over_ticket(ticket=ticket, to="community", text="需要社区协调", actor=room.firm)
    assert (handed.party, handed.assignee) == ("community", None)
    with pytest.raises(NotPermitted):
        note_on_ticket(ticket=handed, text="收到", actor=room.firm)


def test_supervision_waits_for_a_reply(room: Room) -> None:
    ticket = reported(room.estate, room.one)
    with pytest.raises(NotPermitted):
        supervise_ticket(ticket=ticket, text=REASON, days=3, actor=room.firm)
    with pytest.raises(NotSupervised):
        reply_to_supervision(ticket=ticket, text="明天上门处理", actor=room.firm)
    asked = supervise_ticket(ticket=ticket, text=REASON, days=3, actor=room.secretary)
    assert asked.supervised_at is not None
    assert asked.supervise_due_at == add_working_days(asked.supervised_at, 3)
    assert reply_to_supervision(ticket=asked, text="明天上门处理", actor=room.firm).supervise_due_at is None


def test_a_proposal_handed_over_becomes_a_ticket_of_its_author(room: Room) -> None:
    reported(room.estate)
    proposal = accepted(room.estate, room.one, by=room.secretary)
    due = add_working_days(timezone.now(), 8)
    hand_over_proposal(proposal=proposal, turn="firm", due_at=due, reason=REASON, actor=room.secretary)
    ticket = proposal.tickets.get()
    assert (ticket.reporter, ticket.party, ticket.fix_due_at) == (room.one, "firm", due)


def test_the_database_keeps_what_was_reported_and_what_happened(room: Room) -> None:
    ticket = reported(room.estate, room.one)
    changes: list[dict[str, Any]] = [{"text": "别的"}, {"rules": {}}, {"number": 7}]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            Ticket.objects.filter(pk=ticket.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        ticket.steps.update(text="别的")
    with pytest.raises(DatabaseError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(status="closed", due_at=None)
    ticket.refresh_from_db()
    assert (ticket.text, ticket.status, acts(ticket)) == ("三单元电梯按钮失灵", "open", ["reported"])


def test_fixed_without_words_is_refused(room: Room) -> None:
    ticket = reported(room.estate, room.one)
    with pytest.raises(Exception, match="字"):
        fix_ticket(ticket=ticket, text="", actor=room.firm)
    ticket.refresh_from_db()
    assert ticket.fixed_at is None


def test_only_what_says_much_the_same_is_offered(room: Room) -> None:
    mine = reported(room.estate, room.one)
    same = reported(room.estate, room.two, text="三单元电梯的按钮失灵了")
    reported(room.estate, room.two, text="中心花园路灯有三盏不亮", place="中心花园")
    reported(room.estate, room.two, text="三单元电梯按钮失灵", is_public=False)
    assert similar_tickets(mine, tickets_for(room.one)) == [same]
