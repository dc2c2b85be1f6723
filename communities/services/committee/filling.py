"""Seats that somebody takes: those elected, and alternates who move up. In the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from communities.clock import local_day
from communities.committees import current_owner_ids
from communities.ledger.canonical import Plain
from communities.models import CommitteeSeat, CommitteeTerm, Owner, User
from communities.services.outbox import tell

from .locks import enter, lock_term
from .refusals import NotAnOwnerHere, OwnerSeated
from .roles import follow_seats


def give_seats(
    *,
    term: CommitteeTerm,
    owners: Sequence[Owner],
    is_alternate: bool,
    begins: date,
    ends: date | None,
    moment: datetime,
) -> list[CommitteeSeat]:
    """A seat for each, in this order. Raises :class:`NotAnOwnerHere`. Their roles are not touched."""
    titled = current_owner_ids(term.estate, on=local_day(moment))
    if any(owner.pk not in titled for owner in owners):
        raise NotAnOwnerHere
    seats = []
    for owner in owners:
        # One account, one seat: whoever holds titles twice acts for the first.
        taken = CommitteeSeat.objects.filter(term=term, user=owner.user_id, valid_to__isnull=True).exists()
        seat = CommitteeSeat(
            term=term, owner=owner, valid_from=begins, valid_to=ends, is_alternate=is_alternate
        )
        seat.user_id = None if taken else owner.user_id
        seat.save()
        seats.append(seat)
    return seats


def fill_vacancies(
    *,
    term: CommitteeTerm,
    members: Sequence[Owner],
    alternates: Sequence[Owner],
    moment: datetime,
    actor: User | None,
) -> list[CommitteeSeat]:
    """Seat those whom a certified by-election elected into a running term, from today until it ends.

    An alternate of the term who was elected is a member from now on; whoever sits on the
    term already is no alternate besides. Raises :class:`NotAnOwnerHere`, :class:`OwnerSeated`.
    """
    term = lock_term(term.pk)
    day = local_day(moment)
    held = {
        seat.owner_id: seat
        for seat in CommitteeSeat.objects.filter(term=term).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=day)
        )
    }
    for owner in members:
        seat = held.get(owner.pk)
        if seat is None:
            continue
        if not seat.is_alternate:
            raise OwnerSeated
        seat.valid_to, seat.end_reason = day, _("补选为委员")
        seat.save(update_fields=["valid_to", "end_reason"])
    coming = [owner for owner in alternates if owner.pk not in held]
    ends = _ends_with(term)
    seated: list[CommitteeSeat] = []
    for is_alternate, owners in ((False, list(members)), (True, coming)):
        seated += give_seats(
            term=term, owners=owners, is_alternate=is_alternate, begins=day, ends=ends, moment=moment
        )
    for seat in seated:
        seat.term = term
        payload: dict[str, Plain] = {"owner": seat.owner_id, "alternate": seat.is_alternate}
        enter(seat, "seated", actor=actor, moment=moment, payload=payload)
    follow_seats(estate=term.estate, day=day)
    return seated


def _ends_with(term: CommitteeTerm) -> date | None:
    """The day on which the next term, elected already, ends the seats of this one."""
    following = CommitteeTerm.objects.filter(estate=term.estate_id, number__gt=term.number)
    return following.order_by("starts_on").values_list("starts_on", flat=True).first()


def waiting_alternate(
    term: CommitteeTerm, *, on: date, titled: set[int] | None = None
) -> CommitteeSeat | None:
    """The first alternate by the order of votes; of those in ``titled`` only, where it is given."""
    waiting = CommitteeSeat.objects.filter(term=term, is_alternate=True, valid_from__lte=on).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    )
    if titled is not None:
        waiting = waiting.filter(owner__in=titled)
    return waiting.select_related("owner", "user").order_by("pk").first()


def seat_first_alternate(
    *, term: CommitteeTerm, moved_on: date, moment: datetime, actor: User | None
) -> CommitteeSeat | None:
    """Let the first alternate who still owns a home take a vacant seat of a locked term.

    None where nobody is there or no seat is vacant. For :func:`move_up_alternate`, and for
    the certification of a recall (《杭州市物业管理条例》第二十八条).
    """
    day = local_day(moment)
    alternate = waiting_alternate(term, on=day, titled=current_owner_ids(term.estate, on=day))
    if alternate is None or vacancies(term, on=day) < 1:
        return None
    ends, why = alternate.valid_to, alternate.end_reason
    alternate.valid_to, alternate.end_reason = moved_on, _("递补为委员")
    alternate.save(update_fields=["valid_to", "end_reason"])
    seat = CommitteeSeat.objects.create(
        term=term,
        owner=alternate.owner,
        user=alternate.user,
        valid_from=moved_on,
        valid_to=ends,
        end_reason=why,
    )
    entry = enter(seat, "alternate-moved-up", actor=actor, moment=moment, payload={"alternate": alternate.pk})
    follow_seats(estate=term.estate, day=day)
    tell(estate=term.estate, topic="communities.alternate-moved-up", subject=f"{seat.pk}:{entry}")
    return seat


def vacancies(term: CommitteeTerm, *, on: date) -> int:
    """How many members the term lacks on a day against the most it ever had at once."""
    changes: list[tuple[date, int]] = []
    for begins, ends in CommitteeSeat.objects.filter(term=term, is_alternate=False).values_list(
        "valid_from", "valid_to"
    ):
        changes.append((begins, 1))
        if ends is not None and ends <= on:
            changes.append((ends, -1))
    # Of one day first who leaves: whoever follows on it takes that seat.
    held = most = 0
    for _day, change in sorted(changes):
        held += change
        most = max(most, held)
    return most - held
