"""Roles of a committee follow its seats. No other code appoints its members, or takes them off."""

import logging
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from communities import recovery
from communities.clock import database_now, local_day
from communities.committees import latest_term
from communities.enums import RoleCode, SeatPosition
from communities.models import CommitteeSeat, Estate, Role

from .locks import lock_estate

CODES = (RoleCode.COMMITTEE_CHAIR, RoleCode.COMMITTEE)
#: How far back the sweep looks for seats that began or ended: a service that stood still catches up.
LOOKS_BACK = timedelta(days=31)

logger = logging.getLogger(__name__)


def follow_due_seats() -> int:
    """Let the roles follow every seat that began or ended by the calendar; returns for how many estates.

    A term that was elected before the one in office ends begins by itself, on its first
    day in the estates' zone. Running it again changes nothing. In RECOVERY it waits.
    """
    if recovery.watch.look():
        return 0
    day = local_day(database_now())
    since = day - LOOKS_BACK
    turned = CommitteeSeat.objects.filter(
        Q(valid_from__gt=since, valid_from__lte=day) | Q(valid_to__gt=since, valid_to__lte=day)
    )
    followed = 0
    for pk in turned.order_by("term__estate").values_list("term__estate", flat=True).distinct():
        try:
            with transaction.atomic():
                follow_seats(estate=lock_estate(pk), day=local_day(database_now()))
        except Exception:
            # Tried again at the next sweep.
            logger.exception("roles of the committee of estate %s do not follow its seats", pk)
        else:
            followed += 1
    return followed


def follow_seats(*, estate: Estate, day: date) -> None:
    """Make the committee's roles what the seats of its newest term say, in the caller's transaction.

    A seat acts through the account its owner is bound to. Alternates have no role.
    Somebody who sits on keeps the appointment; an estate without any term is left alone.
    """
    term = latest_term(estate, on=day)
    if term is None:
        return
    wanted: dict[int, RoleCode] = {}
    open_seats = CommitteeSeat.objects.filter(term=term).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    )
    for seat in open_seats.select_related("owner").order_by("pk"):
        _take_account(seat)
        if seat.user_id is not None and not seat.is_alternate and seat.valid_from <= day:
            is_chair = seat.position == SeatPosition.CHAIR
            wanted[seat.user_id] = RoleCode.COMMITTEE_CHAIR if is_chair else RoleCode.COMMITTEE
    held = Role.objects.on(day).filter(estate=estate, code__in=CODES)
    for role in held.select_for_update().order_by("pk"):
        if wanted.get(role.user_id) == role.code:
            del wanted[role.user_id]
        else:
            role.valid_to = day
            role.save(update_fields=["valid_to"])
    if term.starts_on <= day:
        # What a preparatory group was appointed for before the term is done with its first day.
        Role.objects.on(day).filter(
            estate=estate, code=RoleCode.PREPARATORY_GROUP, valid_from__lt=term.starts_on
        ).update(valid_to=day)
    Role.objects.bulk_create(
        Role(user_id=user, code=code, estate=estate, valid_from=day) for user, code in wanted.items()
    )


def _take_account(seat: CommitteeSeat) -> None:
    """The account of the seat's owner, unless that account sits on another seat of the term."""
    account = seat.owner.user_id if seat.owner else None
    if account is None or account == seat.user_id:
        return
    if CommitteeSeat.objects.filter(term=seat.term_id, user=account, valid_to__isnull=True).exists():
        return
    seat.user_id = account
    seat.save(update_fields=["user"])
