"""Who sits on a committee: entered from papers, chosen for a position, leaving early, moving up."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from communities.clock import database_now, local_day
from communities.committees import current_owner_ids
from communities.enums import SeatEndReason, SeatPosition
from communities.errors import need_reason
from communities.ledger.hashing import sha256
from communities.models import CommitteeSeat, CommitteeTerm, Owner, PositionDecision, User
from communities.services.outbox import tell

from .filling import seat_first_alternate, vacancies, waiting_alternate
from .handover import prepare_seat_handover
from .locks import enter, judge, lock_seat, lock_term, need_day, need_sitting
from .refusals import NoAlternate, NotAnOwnerHere, OwnerSeated, SeatIsAlternate, TermElected, TermFull
from .roles import follow_seats


@transaction.atomic
def seat_owner(*, term: CommitteeTerm, owner: Owner, is_alternate: bool, actor: User) -> CommitteeSeat:
    """Enter a member or alternate of a term that was entered from papers, before it is filed.

    Raises :class:`NotPermitted`, :class:`TermElected`, :class:`NotAnOwnerHere`, :class:`OwnerSeated`.
    """
    term = lock_term(term.pk)
    judge("communities.enter_term", actor, term.estate)
    if not term.from_papers or term.filed_on is not None:
        raise TermElected
    moment = database_now()
    if owner.pk not in current_owner_ids(term.estate, on=local_day(moment)):
        raise NotAnOwnerHere
    try:
        with transaction.atomic():
            seat = CommitteeSeat.objects.create(
                term=term, owner=owner, valid_from=term.starts_on, is_alternate=is_alternate
            )
    except IntegrityError as error:
        raise OwnerSeated from error
    enter(seat, "seated", actor=actor, moment=moment, payload={"owner": owner.pk, "alternate": is_alternate})
    follow_seats(estate=term.estate, day=local_day(moment))
    return seat


@transaction.atomic
def decide_position(
    *, seat: CommitteeSeat, position: str, session_on: date, text: str, actor: User
) -> PositionDecision:
    """Enter whom a session of the committee chose as chair or vice chair, or made a plain member again.

    ``text`` is the decision as the minutes have it, ten characters or more. A chair who is
    replaced becomes a member by the same decision. Raises :class:`NotPermitted`,
    :class:`SeatEnded`, :class:`SeatIsAlternate`, :class:`DayUnfit`, :class:`ReasonMissing`.
    《业主大会和业主委员会指导规则》第三十二条.
    """
    seat = lock_seat(seat.pk)
    judge("communities.manage_committee", actor, seat.term.estate)
    moment = database_now()
    need_sitting(seat, moment=moment)
    if seat.is_alternate:
        raise SeatIsAlternate
    need_day(session_on, since=max(seat.valid_from, seat.term.starts_on), moment=moment)
    text = need_reason(text)
    if position == SeatPosition.CHAIR:
        others = (
            CommitteeSeat.objects.filter(term=seat.term, position=SeatPosition.CHAIR)
            .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=local_day(moment)))
            .exclude(pk=seat.pk)
        )
        for other in others:
            other.term = seat.term
            _set_position(other, SeatPosition.MEMBER, session_on, text, actor, moment)
    decision, entry = _set_position(seat, SeatPosition(position), session_on, text, actor, moment)
    follow_seats(estate=seat.term.estate, day=local_day(moment))
    tell(estate=seat.term.estate, topic="communities.position-decided", subject=f"{seat.pk}:{entry}")
    return decision


def _set_position(
    seat: CommitteeSeat, position: SeatPosition, session_on: date, text: str, actor: User, moment: datetime
) -> tuple[PositionDecision, int]:
    seat.position = position
    seat.save(update_fields=["position"])
    decision = PositionDecision.objects.create(
        seat=seat,
        position=position,
        session_on=session_on,
        text=text,
        recorded_by=actor,
        recorded_at=moment,
    )
    entry = enter(
        seat,
        "position-decided",
        actor=actor,
        moment=moment,
        payload={"position": position.value, "session_on": session_on.isoformat(), "text": sha256(text)},
    )
    return decision, entry


@transaction.atomic
def end_seat(*, seat: CommitteeSeat, reason: str, note: str, ended_on: date, actor: User) -> CommitteeSeat:
    """End a seat before its term for a reason of law; a recall is a vote's to decide, never this.

    ``note`` says more, and has ten characters or more where the reason is "other". The
    member owes the handover. Raises :class:`NotPermitted`, :class:`SeatEnded`,
    :class:`DayUnfit`, :class:`ReasonMissing`. 《杭州市物业管理条例》第三十二条.
    """
    seat = lock_seat(seat.pk)
    judge("communities.manage_committee", actor, seat.term.estate)
    moment = database_now()
    need_sitting(seat, moment=moment)
    need_day(ended_on, since=seat.valid_from, moment=moment)
    kind = SeatEndReason(reason)
    note = need_reason(note) if kind == SeatEndReason.OTHER else note.strip()
    words = _("：").join(filter(None, [str(kind.label), note]))[:200]
    return close_seat(seat=seat, reason=words, code=kind.value, ended_on=ended_on, moment=moment, actor=actor)


def close_seat(
    *, seat: CommitteeSeat, reason: str, code: str, ended_on: date, moment: datetime, actor: User | None
) -> CommitteeSeat:
    """End a locked seat in the caller's transaction, with what follows: roles, handover, notices.

    For :func:`end_seat`, and for what a vote decides: ``code`` is "recalled" for a recall, "void" for
    an election that was revoked. Whoever has not begun owes no handover.
    """
    seat.valid_to, seat.end_reason = ended_on, reason[:200]
    seat.save(update_fields=["valid_to", "end_reason"])
    entry = enter(
        seat,
        "seat-ended",
        actor=actor,
        moment=moment,
        payload={"reason": code, "ended_on": ended_on.isoformat()},
    )
    if not seat.is_alternate and seat.valid_from <= local_day(moment):
        prepare_seat_handover(seat=seat, since=ended_on, moment=moment, actor=actor)
    follow_seats(estate=seat.term.estate, day=local_day(moment))
    tell(estate=seat.term.estate, topic="communities.seat-ended", subject=f"{seat.pk}:{entry}")
    return seat


@transaction.atomic
def move_up_alternate(*, term: CommitteeTerm, moved_on: date, actor: User) -> CommitteeSeat:
    """Let the first alternate, by the order of votes, take a vacant seat (《杭州市物业管理条例》第二十八条).

    Raises :class:`NotPermitted`, :class:`NoAlternate`, :class:`TermFull`,
    :class:`NotAnOwnerHere` when that alternate has sold, :class:`DayUnfit`.
    """
    term = lock_term(term.pk)
    judge("communities.manage_committee", actor, term.estate)
    moment = database_now()
    day = local_day(moment)
    if vacancies(term, on=day) < 1:
        raise TermFull
    alternate = waiting_alternate(term, on=day)
    if alternate is None:
        raise NoAlternate
    need_day(moved_on, since=alternate.valid_from, moment=moment)
    if alternate.owner_id not in current_owner_ids(term.estate, on=day):
        raise NotAnOwnerHere
    seat = seat_first_alternate(term=term, moved_on=moved_on, moment=moment, actor=actor)
    assert seat is not None
    return seat
