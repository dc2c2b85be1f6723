"""A meeting from its call to its end: who may, what is required, who is present, what is recorded."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from communities.enums import RoleCode
from communities.errors import NotPermitted, ReasonMissing
from governance.enums import MeetingKind, Party
from governance.errors.meetings import (
    ActionIncomplete,
    ActionSettled,
    AgendaEmpty,
    AlreadyRegistered,
    AlreadySignedIn,
    MeetingIncomplete,
    MeetingMoved,
    NoSeatLeft,
    NotPresent,
    NotYourCode,
    PollClosed,
    PostedTooLate,
    QuotaUnmet,
    RecordChanged,
    TooEarly,
)
from governance.models import ActionItem, AgendaItem, Attendance, Meeting, PollAnswer
from governance.services.action_items import add_action_item, escalate_overdue_actions, report_on_action
from governance.services.attendance import (
    add_attendant,
    excuse_from_meeting,
    leave_meeting,
    register_for_meeting,
    sign_in_at_desk,
    sign_in_at_door,
)
from governance.services.live_meetings import (
    answer_poll,
    close_poll,
    give_floor,
    go_to_item,
    lower_hand,
    open_poll,
    raise_hand,
    write_position,
    write_record,
)
from governance.services.meetings import (
    add_agenda_item,
    announce_meeting,
    cancel_meeting,
    draft_meeting,
    end_meeting,
    remind_of_meetings,
    start_meeting,
)
from tests.factories.communities import EstateFactory, appoint
from tests.factories.meetings import Room
from tests.factories.proposals import REASON, accepted, at_home

pytestmark = pytest.mark.django_db


def test_only_chair_and_secretary_of_the_estate_call_a_meeting() -> None:
    room = Room()
    for user in (room.one, room.firm, room.subdistrict, appoint(RoleCode.SECRETARY, EstateFactory())):
        with pytest.raises(NotPermitted):
            draft_meeting(estate=room.estate, plan=room.plan(), parties={}, actor=user)
    assert not Meeting.objects.exists()
    for user in (room.chair, room.secretary):
        draft_meeting(estate=room.estate, plan=room.plan(), parties={}, actor=user)
    assert Meeting.objects.count() == 2


def test_required_parties_of_the_kind_are_invited_whatever_was_chosen() -> None:
    room = Room()
    meeting = draft_meeting(
        estate=room.estate,
        plan=room.plan(kind=MeetingKind.JOINT),
        parties={Party.FIRM: 0, Party.OTHER: 2},
        actor=room.secretary,
    )
    assert dict(meeting.parties.values_list("party", "quota")) == {
        "community": 1,
        "committee": 1,
        "firm": 1,
        "other": 2,
    }


def test_meeting_is_announced_with_place_agenda_and_time() -> None:
    room = Room()
    bare = draft_meeting(estate=room.estate, plan=room.plan(), parties={}, actor=room.secretary)
    with pytest.raises(AgendaEmpty):
        announce_meeting(meeting=bare, actor=room.secretary)
    with pytest.raises(MeetingIncomplete):
        announce_meeting(meeting=room.drafted(place=""), actor=room.secretary)
    with pytest.raises(MeetingIncomplete):
        room.drafted(title="会")
    assert not Meeting.objects.exclude(status="draft").exists()


@pytest.mark.parametrize(("kind", "days"), [(MeetingKind.HEARING, 10), (MeetingKind.COORDINATION, 3)])
def test_meeting_is_announced_so_many_days_before_and_not_later(kind: MeetingKind, days: int) -> None:
    room = Room()
    late = room.drafted(kind=kind, starts_at=timezone.now() + timedelta(days=days - 1))
    with pytest.raises(PostedTooLate, match=f"提前 {days} 天"):
        announce_meeting(meeting=late, actor=room.secretary)
    in_time = room.drafted(kind=kind, starts_at=timezone.now() + timedelta(days=days))
    assert announce_meeting(meeting=in_time, actor=room.secretary).status == "announced"


def test_agenda_stands_once_announced() -> None:
    room = Room()
    meeting = room.announced()
    with pytest.raises(MeetingMoved):
        add_agenda_item(meeting=meeting, title="临时加的", actor=room.secretary)
    assert meeting.items.count() == 1


def test_agenda_takes_proposals_on_their_way_only_and_of_the_estate() -> None:
    room = Room()
    meeting = room.drafted(accepted(room.estate))
    assert meeting.items.first().proposal is not None
    with pytest.raises(MeetingIncomplete):
        add_agenda_item(meeting=meeting, proposal=accepted(EstateFactory()), actor=room.secretary)


def test_observers_register_while_there_are_seats_and_may_excuse_themselves() -> None:
    room = Room()
    meeting = room.announced(seats=1)
    mine = register_for_meeting(meeting=meeting, actor=room.one)
    assert (mine.role, mine.party) == ("observer", "residents")
    with pytest.raises(AlreadyRegistered):
        register_for_meeting(meeting=meeting, actor=room.one)
    with pytest.raises(NoSeatLeft):
        register_for_meeting(meeting=meeting, actor=room.two)
    excuse_from_meeting(meeting=meeting, actor=room.one)
    assert register_for_meeting(meeting=meeting, actor=room.two).role == "observer"
    with pytest.raises(NotPermitted):
        register_for_meeting(meeting=meeting, actor=at_home(EstateFactory()))


def test_who_raised_an_item_sits_as_a_delegate() -> None:
    room = Room()
    meeting = room.announced(accepted(room.estate, room.one), seats=0)
    assert register_for_meeting(meeting=meeting, actor=room.one).role == "delegate"


def test_each_signs_in_oneself_once_and_nobody_by_anothers_code() -> None:
    room = Room()
    meeting = room.announced()
    mine = register_for_meeting(meeting=meeting, actor=room.one)
    for early in (
        lambda: sign_in_at_door(token=meeting.door_token, actor=room.one),
        lambda: sign_in_at_desk(attendance=mine, actor=room.secretary),
        lambda: start_meeting(meeting=meeting, actor=room.secretary),
    ):
        with pytest.raises(TooEarly):
            early()
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=timezone.now() + timedelta(hours=1))
    with pytest.raises(NotYourCode):
        sign_in_at_desk(attendance=mine, actor=room.two)
    with pytest.raises(NotYourCode):
        sign_in_at_door(token="made-up", actor=room.one)
    assert Attendance.objects.get(pk=mine.pk).signed_in_at is None
    signed = sign_in_at_desk(attendance=mine, actor=room.secretary)
    assert (signed.sign_in_method, signed.signed_in_by, signed.is_late) == ("desk", room.secretary, False)
    with pytest.raises(AlreadySignedIn):
        sign_in_at_door(token=meeting.door_token, actor=room.one)


def test_meeting_begins_when_every_quota_is_met() -> None:
    room = Room()
    meeting = room.due()
    sign_in_at_door(token=meeting.door_token, actor=room.secretary)
    with pytest.raises(QuotaUnmet) as caught:
        start_meeting(meeting=meeting, actor=room.secretary)
    assert "物业 1" in str(caught.value) and "居民 2" in str(caught.value)
    assert Meeting.objects.get(pk=meeting.pk).status == "announced"
    begun = room.running()
    assert begun.status == "running" and begun.items.get().status == "current"


def test_late_and_left_are_written_down_and_guests_come_without_an_account() -> None:
    room = Room()
    meeting = room.running()
    guest = add_attendant(
        meeting=meeting, name="钱工", party="other", role="expert", proxy_for="设计院", actor=room.secretary
    )
    assert sign_in_at_desk(attendance=guest, actor=room.secretary).is_late
    assert leave_meeting(attendance=guest, actor=room.secretary).left_at is not None
    with pytest.raises(MeetingMoved):
        leave_meeting(attendance=guest, actor=room.secretary)
    with pytest.raises(NotPermitted):
        add_attendant(meeting=meeting, name="某人", party="other", role="expert", actor=room.one)


def test_edit_that_began_from_older_words_changes_nothing() -> None:
    room = Room()
    item = room.running().items.get()
    words: dict[str, Any] = {"consensus": "先试行", "dissent": ""}
    write_record(item=item, version=1, discussion="第一位写的", actor=room.chair, **words)
    with pytest.raises(RecordChanged):
        write_record(item=item, version=1, discussion="第二位写的", actor=room.secretary, **words)
    item.refresh_from_db()
    assert (item.discussion, item.version) == ("第一位写的", 2)


def test_party_speaks_for_itself_or_through_the_recorder() -> None:
    room = Room()
    item = room.running().items.get()
    write_position(item=item, party="firm", version=0, text="可以安排值守", actor=room.firm)
    with pytest.raises(NotPermitted):
        write_position(item=item, party="committee", version=0, text="代别人说", actor=room.firm)
    with pytest.raises(RecordChanged):
        write_position(item=item, party="firm", version=0, text="另一句", actor=room.chair)
    assert item.positions.get().text == "可以安排值守"


def test_queue_keeps_its_order_and_has_one_speaker() -> None:
    room = Room()
    item = room.running().items.get()
    first = raise_hand(item=item, actor=room.one)
    assert raise_hand(item=item, actor=room.one).pk == first.pk
    second = raise_hand(item=item, actor=room.two)
    with pytest.raises(NotPermitted):
        give_floor(speech=first, actor=room.one)
    give_floor(speech=first, actor=room.secretary)
    give_floor(speech=second, actor=room.secretary)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.ended_at is not None and second.began_at is not None and second.ended_at is None
    lower_hand(item=item, actor=room.two)
    second.refresh_from_db()
    assert second.ended_at is not None


def test_straw_poll_takes_one_answer_of_each_present_until_it_closes() -> None:
    room = Room()
    item = room.running().items.get()
    poll = open_poll(item=item, question="赞成试行三个月吗", actor=room.secretary)
    answer_poll(poll=poll, choice="disagree", actor=room.one)
    answer_poll(poll=poll, choice="agree", actor=room.one)
    with pytest.raises(NotPresent):
        answer_poll(poll=poll, choice="agree", actor=at_home(room.estate))
    close_poll(poll=poll, actor=room.secretary)
    with pytest.raises(PollClosed):
        answer_poll(poll=poll, choice="agree", actor=room.two)
    assert [answer.choice for answer in PollAnswer.objects.all()] == ["agree"]


def test_end_closes_what_is_open_and_marks_what_was_not_reached() -> None:
    room = Room()
    meeting = room.running(accepted(room.estate))
    first, second = meeting.items.order_by("position")
    poll = open_poll(item=first, question="赞成试行吗", actor=room.secretary)
    end_meeting(meeting=meeting, actor=room.secretary)
    poll.refresh_from_db()
    assert poll.closed_at is not None
    assert list(AgendaItem.objects.order_by("position").values_list("status", flat=True)) == [
        "done",
        "skipped",
    ]
    with pytest.raises(MeetingMoved):
        go_to_item(item=second, actor=room.secretary)


def test_cancelled_meeting_says_why_and_a_running_one_is_not_cancelled() -> None:
    room = Room()
    meeting = room.announced()
    with pytest.raises(ReasonMissing):
        cancel_meeting(meeting=meeting, reason="改期", actor=room.secretary)
    assert cancel_meeting(meeting=meeting, reason=REASON, actor=room.secretary).status == "cancelled"
    with pytest.raises(MeetingMoved):
        cancel_meeting(meeting=room.running(), reason=REASON, actor=room.secretary)


def test_registered_are_reminded_once_a_day_before() -> None:
    room = Room()
    meeting = room.announced()
    assert remind_of_meetings() == 0
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=timezone.now() + timedelta(hours=20))
    assert (remind_of_meetings(), remind_of_meetings()) == (1, 0)


def test_action_item_is_followed_until_done_and_escalated_when_late() -> None:
    room = Room()
    item = room.running(accepted(room.estate)).items.order_by("position")[0]
    with pytest.raises(ActionIncomplete):
        add_action_item(item=item, text="装小门", party="firm", due_on=date(2020, 1, 1), actor=room.chair)
    action = add_action_item(
        item=item, text="安装人行小门", party="firm", due_on=date(2099, 1, 1), actor=room.chair
    )
    assert (action.number, action.proposal) == (1, item.proposal)
    assert escalate_overdue_actions() == 0
    ActionItem.objects.filter(pk=action.pk).update(due_on=date(2020, 1, 1))
    assert (escalate_overdue_actions(), escalate_overdue_actions()) == (1, 0)
    with pytest.raises(NotPermitted):
        report_on_action(action=action, status="done", note=REASON, actor=room.one)
    report_on_action(action=action, status="doing", note="已经订货", actor=room.firm)
    report_on_action(action=action, status="done", note="小门已经装好，试开一周没有问题", actor=room.firm)
    with pytest.raises(ActionSettled):
        report_on_action(action=action, status="doing", note="再看看", actor=room.firm)
    assert [step.status for step in action.steps.order_by("pk")] == ["doing", "done"]
