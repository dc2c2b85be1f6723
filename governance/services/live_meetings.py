"""What happens while a meeting runs: items, words, hands, positions, straw polls. Pages hear "changed"."""

from datetime import datetime

from django.db import transaction

from communities.clock import database_now
from communities.errors import NotPermitted
from communities.models import User
from governance.enums import AgendaStatus, MeetingStatus, Party, PollChoice
from governance.errors.meetings import (
    MeetingMoved,
    NotPresent,
    PollClosed,
    QuestionEmpty,
    RecordChanged,
    RecordTooLong,
)
from governance.models import (
    AgendaItem,
    Attendance,
    Meeting,
    PartyPosition,
    PollAnswer,
    Speech,
    StrawPoll,
)
from governance.rules import parties_of
from governance.text import clean_line, clean_text, letters

from .attendance import may_run, present_at
from .journal import judge
from .meetings import lock_meeting, touch

S = MeetingStatus
LONGEST_DISCUSSION, LONGEST_OPINION = 5000, 2000
#: The record may be completed after the end, until minutes are drafted from it.
RECORDED = (S.RUNNING, S.ENDED)


def _running(item: AgendaItem, actor: User, *statuses: MeetingStatus) -> Meeting:
    meeting = lock_meeting(item.meeting_id)
    judge("governance.record_meeting", actor, meeting)
    if meeting.status not in (statuses or (S.RUNNING,)):
        raise MeetingMoved
    return meeting


@transaction.atomic
def go_to_item(*, item: AgendaItem, actor: User) -> AgendaItem:
    """Take this item up; the one before it is done. Raises :class:`NotPermitted`, :class:`MeetingMoved`."""
    meeting, moment = _running(item, actor), database_now()
    _leave_current(meeting, moment, but=item.pk)
    item = AgendaItem.objects.get(pk=item.pk)
    item.status, item.ended_at = AgendaStatus.CURRENT, None
    item.started_at = item.started_at or moment
    item.save(update_fields=["status", "started_at", "ended_at"])
    touch(meeting)
    return item


@transaction.atomic
def finish_item(*, item: AgendaItem, actor: User) -> None:
    """Close the item under discussion without going to another one."""
    meeting = _running(item, actor)
    _leave_current(meeting, database_now())
    touch(meeting)


def _leave_current(meeting: Meeting, moment: datetime, *, but: int = 0) -> None:
    current = meeting.items.filter(status=AgendaStatus.CURRENT).exclude(pk=but)
    StrawPoll.objects.filter(item__in=current, closed_at__isnull=True).update(closed_at=moment)
    Speech.objects.filter(
        item__in=current, began_at__isnull=False, ended_at__isnull=True, withdrawn_at__isnull=True
    ).update(ended_at=moment)
    current.update(status=AgendaStatus.DONE, ended_at=moment)


@transaction.atomic
def write_record(
    *,
    item: AgendaItem,
    version: int,
    discussion: str,
    consensus: str,
    dissent: str,
    actor: User,
    statutory: int | None = None,
) -> AgendaItem:
    """Save what is recorded of an item, if nobody saved since ``version``.

    ``statutory`` says which of (1)…(9) of 《民法典》第二百七十八条 the conclusion touches. Raises
    :class:`NotPermitted`, :class:`MeetingMoved`, :class:`RecordChanged` (nothing is changed, both
    texts are shown), :class:`RecordTooLong`.
    """
    meeting = _running(item, actor, *RECORDED)
    item = AgendaItem.objects.get(pk=item.pk)
    words = [clean_text(one) for one in (discussion, consensus, dissent)]
    if len(words[0]) > LONGEST_DISCUSSION or max(map(len, words[1:])) > LONGEST_OPINION:
        raise RecordTooLong
    if item.version != version:
        raise RecordChanged
    item.discussion, item.consensus, item.dissent = words
    item.item, item.version = statutory, item.version + 1
    item.save(update_fields=["discussion", "consensus", "dissent", "item", "version"])
    touch(meeting)
    return item


@transaction.atomic
def write_position(*, item: AgendaItem, party: str, version: int, text: str, actor: User) -> PartyPosition:
    """Save what a party says on an item: its own people present, or who records, for it.

    ``version`` is 0 for the first words. Raises :class:`NotPermitted`, :class:`MeetingMoved`,
    :class:`RecordChanged`, :class:`RecordTooLong`.
    """
    meeting = lock_meeting(item.meeting_id)
    speaking = Party(party)
    own = speaking in parties_of(actor, meeting.estate) and present_at(meeting, actor) is not None
    if not own and not may_run(actor, meeting):
        raise NotPermitted
    if meeting.status not in RECORDED:
        raise MeetingMoved
    text = clean_text(text)
    if not letters(text) or len(text) > LONGEST_OPINION:
        raise RecordTooLong
    moment = database_now()
    standing = PartyPosition.objects.filter(item=item, party=speaking).first()
    if (standing.version if standing else 0) != version:
        raise RecordChanged
    position, _is_new = PartyPosition.objects.update_or_create(
        item=item,
        party=speaking,
        defaults={"text": text, "version": version + 1, "written_by": actor, "written_at": moment},
    )
    touch(meeting)
    return position


# --- the speaking queue ---


def _mine(item: AgendaItem, actor: User) -> tuple[Meeting, Attendance]:
    meeting = lock_meeting(item.meeting_id)
    mine = present_at(meeting, actor)
    if mine is None:
        raise NotPresent
    if meeting.status != S.RUNNING:
        raise MeetingMoved
    return meeting, mine


@transaction.atomic
def raise_hand(*, item: AgendaItem, actor: User) -> Speech:
    """Ask for the floor on the item under discussion; asking twice keeps the first place.

    Raises :class:`NotPresent`, :class:`MeetingMoved`.
    """
    meeting, mine = _mine(item, actor)
    item = AgendaItem.objects.get(pk=item.pk)
    if item.status != AgendaStatus.CURRENT:
        raise MeetingMoved
    speech, is_new = Speech.objects.get_or_create(
        item=item,
        attendance=mine,
        ended_at=None,
        withdrawn_at=None,
        defaults={"asked_at": database_now()},
    )
    if is_new:
        touch(meeting)
    return speech


@transaction.atomic
def lower_hand(*, item: AgendaItem, actor: User) -> None:
    """Give one's place in the queue up, or end one's own speech."""
    meeting, mine = _mine(item, actor)
    moment = database_now()
    waiting = Speech.objects.filter(
        item=item, attendance=mine, ended_at__isnull=True, withdrawn_at__isnull=True
    )
    for speech in waiting:
        if speech.began_at is None:
            speech.withdrawn_at = moment
        else:
            speech.ended_at = moment
        speech.save(update_fields=["withdrawn_at", "ended_at"])
        touch(meeting)


@transaction.atomic
def give_floor(*, speech: Speech, actor: User) -> Speech:
    """Let this one speak now; whoever spoke before has ended."""
    meeting = _running(speech.item, actor)
    moment = database_now()
    speech = Speech.objects.select_for_update(of=("self",)).get(pk=speech.pk)
    if speech.ended_at is not None or speech.withdrawn_at is not None:
        raise MeetingMoved
    Speech.objects.filter(
        item=speech.item_id, began_at__isnull=False, ended_at__isnull=True, withdrawn_at__isnull=True
    ).exclude(pk=speech.pk).update(ended_at=moment)
    if speech.began_at is None:
        speech.began_at = moment
        speech.save(update_fields=["began_at"])
    touch(meeting)
    return speech


# --- straw polls: they show where people stand and decide nothing ---


@transaction.atomic
def open_poll(*, item: AgendaItem, question: str, actor: User) -> StrawPoll:
    """Ask those present; an open poll of the item is closed first."""
    meeting = _running(item, actor)
    question = clean_line(question)
    if len(letters(question)) < 2:
        raise QuestionEmpty
    moment = database_now()
    StrawPoll.objects.filter(item=item, closed_at__isnull=True).update(closed_at=moment)
    poll = StrawPoll.objects.create(item=item, question=question[:120], opened_at=moment)
    touch(meeting)
    return poll


@transaction.atomic
def answer_poll(*, poll: StrawPoll, choice: str, actor: User) -> PollAnswer:
    """Say where one stands, or change it, while the poll is open.

    Raises :class:`NotPresent`, :class:`MeetingMoved`, :class:`PollClosed`.
    """
    meeting, mine = _mine(poll.item, actor)
    if StrawPoll.objects.filter(pk=poll.pk, closed_at__isnull=False).exists():
        raise PollClosed
    answer, _is_new = PollAnswer.objects.update_or_create(
        poll=poll,
        attendance=mine,
        defaults={"choice": PollChoice(choice), "given_at": database_now()},
    )
    touch(meeting)
    return answer


@transaction.atomic
def close_poll(*, poll: StrawPoll, actor: User) -> None:
    """End the poll; what was answered stands. Twice is once."""
    meeting = _running(poll.item, actor)
    StrawPoll.objects.filter(pk=poll.pk, closed_at__isnull=True).update(closed_at=database_now())
    touch(meeting)
