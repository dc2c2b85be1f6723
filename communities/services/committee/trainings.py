"""Training of members and of people in reserve, counted in half hours."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from communities.clock import database_now
from communities.models import CommitteeSeat, CommitteeTerm, ReserveCandidate, TrainingRecord, User

from .locks import enter, judge, lock_term, need_day
from .refusals import HoursUnfit, NobodyTrained

MOST_HALF_HOURS = 200


@transaction.atomic
def record_training(
    *,
    term: CommitteeTerm,
    title: str,
    held_on: date,
    half_hours: int,
    organiser: str,
    seats: Sequence[CommitteeSeat],
    reserve: Sequence[ReserveCandidate],
    actor: User,
) -> TrainingRecord:
    """Enter one training and who took part. ``half_hours`` counts 0.5 hours.

    Raises :class:`NotPermitted`, :class:`DayUnfit`, :class:`HoursUnfit`, and
    :class:`NobodyTrained` when nobody of this term or this estate's reserve took part.
    """
    term = lock_term(term.pk)
    judge("communities.manage_reserve", actor, term.estate)
    moment = database_now()
    need_day(held_on, since=term.starts_on, moment=moment)
    if not 1 <= half_hours <= MOST_HALF_HOURS:
        raise HoursUnfit
    trained = [seat for seat in seats if seat.term_id == term.pk]
    prepared = [person for person in reserve if person.estate_id == term.estate_id]
    if not trained and not prepared:
        raise NobodyTrained
    training = TrainingRecord.objects.create(
        estate=term.estate,
        term=term,
        title=title.strip()[:120],
        held_on=held_on,
        half_hours=half_hours,
        organiser=organiser.strip()[:80],
        recorded_by=actor,
        recorded_at=moment,
    )
    training.seats.set(trained)
    training.reserve.set(prepared)
    enter(
        term,
        "training-recorded",
        actor=actor,
        moment=moment,
        payload={
            "training": training.pk,
            "half_hours": half_hours,
            "members": len(trained),
            "reserve": len(prepared),
        },
    )
    return training
