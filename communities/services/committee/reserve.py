"""储备人选: owners whom the community prepares for a seat, read by it and the subdistrict alone."""

from django.db import IntegrityError, transaction

from communities.clock import database_now, local_day
from communities.committees import current_owner_ids
from communities.enums import ReserveStage
from communities.models import Estate, Owner, ReserveCandidate, User
from communities.services.ledger import log_of_estate, record

from .locks import judge, lock_estate
from .refusals import InReserve, NotAnOwnerHere


@transaction.atomic
def add_to_reserve(
    *, estate: Estate, owner: Owner, strengths: str, note: str, actor: User
) -> ReserveCandidate:
    """Put an owner of the estate on the list. Nobody is told: the list promises nothing to anybody.

    Raises :class:`NotPermitted`, :class:`NotAnOwnerHere`, :class:`InReserve`.
    """
    estate = lock_estate(estate.pk)
    judge("communities.manage_reserve", actor, estate)
    moment = database_now()
    if owner.pk not in current_owner_ids(estate, on=local_day(moment)):
        raise NotAnOwnerHere
    try:
        with transaction.atomic():
            person = ReserveCandidate.objects.create(
                estate=estate,
                owner=owner,
                strengths=strengths.strip()[:200],
                note=note.strip()[:500],
                added_by=actor,
                added_at=moment,
                changed_at=moment,
            )
    except IntegrityError as error:
        raise InReserve from error
    _record(person, "reserve-added", actor)
    return person


@transaction.atomic
def change_reserve(
    *, person: ReserveCandidate, stage: str, strengths: str, note: str, actor: User
) -> ReserveCandidate:
    """Note how far somebody on the list has come. Raises :class:`NotPermitted`."""
    estate = lock_estate(person.estate_id)
    judge("communities.manage_reserve", actor, estate)
    person = ReserveCandidate.objects.select_for_update(of=("self",)).get(pk=person.pk)
    person.estate = estate
    person.stage = ReserveStage(stage)
    person.strengths, person.note = strengths.strip()[:200], note.strip()[:500]
    person.changed_at = database_now()
    person.save(update_fields=["stage", "strengths", "note", "changed_at"])
    _record(person, "reserve-changed", actor)
    return person


def _record(person: ReserveCandidate, event: str, actor: User) -> None:
    # Not whom: who may read the log need not learn who is prepared for a seat.
    record(
        log=log_of_estate(person.estate),
        verb=f"communities.committee.{event}",
        subject=person,
        actor=actor,
        payload={"stage": str(person.stage)},
        moment=person.changed_at,
    )
