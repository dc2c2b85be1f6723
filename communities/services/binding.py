"""Binding an account to a home: at once where the roster proves it, else through the secretary.

No other code sets ``Owner.user`` or makes a ``Residency``.
"""

import hmac
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from communities.clock import database_now, local_day
from communities.crypto import blind_index
from communities.enums import BindingCapacity, BindingStatus, OwnerKind
from communities.errors import (
    AccountIsAnotherOwner,
    AlreadyBound,
    BindingAlreadyRequested,
    BindingDecided,
    BindingTriesSpent,
    NotPermitted,
    OwnerBoundElsewhere,
    OwnerNotMatched,
    TooOften,
    need_reason,
)
from communities.ledger.canonical import Plain
from communities.models import BindingRequest, Owner, Ownership, Residency, Unit, User
from communities.queries import current_owners, is_bound, policies_in_force
from communities.rules import allows
from communities.services.committee import follow_seats
from communities.services.ledger import log_of_estate, record
from communities.services.limits import Limit
from communities.services.outbox import tell
from communities.values.identity import normalise_identity
from communities.values.text import without_space
from communities.workdays import add_working_days

DAY = timedelta(days=1)
TRIES_PER_ACCOUNT = Limit("bind-account", 5, DAY)
TRIES_PER_UNIT = Limit("bind-unit", 5, DAY)
REQUESTS_PER_ACCOUNT = Limit("bind-request", 10, DAY)

DIGITS_ASKED = 6


def bind_owner(*, unit: Unit, name: str, last_six: str, actor: User) -> Owner:
    """Bind ``actor`` to the owner of ``unit`` whom name and end of the identity number fit.

    All units of that owner are bound with it. The refusal for a wrong name is
    the one for wrong digits. Only natural persons can be bound this way: a
    company's name and code are public and prove nothing. Call it outside a
    transaction, or a refusal would take its count back with it.

    Raises :class:`AlreadyBound`, :class:`BindingTriesSpent`,
    :class:`OwnerNotMatched`, :class:`OwnerBoundElsewhere`,
    :class:`AccountIsAnotherOwner`.
    """
    if is_bound(actor, unit, BindingCapacity.OWNER):
        raise AlreadyBound
    if not TRIES_PER_ACCOUNT.allows(str(actor.pk)) or not TRIES_PER_UNIT.allows(str(unit.pk)):
        raise BindingTriesSpent
    with transaction.atomic():
        moment = _lock(actor)
        owner = _matching_owner(unit, name, last_six, moment)
        if owner is None:
            raise OwnerNotMatched
        _set_account(owner, unit, actor=actor, user=actor, way="roster", moment=moment, take_over=False)
    return owner


@transaction.atomic
def request_binding(
    *, unit: Unit, capacity: BindingCapacity, name: str, actor: User, note: str = ""
) -> BindingRequest:
    """Ask the secretary to bind ``actor`` to ``unit``; the answer is due after the working days promised.

    Raises :class:`AlreadyBound`, :class:`BindingAlreadyRequested`, :class:`TooOften`.
    """
    moment = _lock(actor)
    if is_bound(actor, unit, capacity):
        raise AlreadyBound
    if not REQUESTS_PER_ACCOUNT.allows(str(actor.pk), moment=moment):
        raise TooOften
    days = policies_in_force(unit.estate, on=local_day(moment))["binding-reply-working-days"].value
    try:
        with transaction.atomic():
            binding = BindingRequest.objects.create(
                estate=unit.estate,
                unit=unit,
                user=actor,
                capacity=capacity,
                name=name.strip(),
                note=note.strip(),
                created_at=moment,
                due_at=add_working_days(moment, days),
            )
    except IntegrityError as error:
        raise BindingAlreadyRequested from error
    _record(binding, "requested", actor, moment)
    tell(estate=unit.estate, topic="communities.binding-requested", subject=binding.pk)
    return binding


@transaction.atomic
def approve_binding(*, binding: BindingRequest, actor: User, owner: Owner | None = None) -> BindingRequest:
    """Grant what was asked. As an owner, ``owner`` says which owner of the unit the person is.

    An owner bound to another account is taken over by this one, and that other
    account is told. Raises :class:`NotPermitted`, :class:`BindingDecided`,
    :class:`OwnerNotMatched`, :class:`AccountIsAnotherOwner`.
    """
    binding, moment = _pending(binding, actor)
    user, unit = binding.user, binding.unit
    if binding.capacity == BindingCapacity.OWNER:
        chosen = (
            current_owners(unit, on=local_day(moment)).filter(pk=owner.pk).select_for_update().first()
            if owner
            else None
        )
        if chosen is None:
            raise OwnerNotMatched
        _set_account(chosen, unit, actor=actor, user=user, way="request", moment=moment, take_over=True)
        binding.owner = chosen
    elif not is_bound(user, unit, BindingCapacity(binding.capacity)):
        Residency.objects.create(unit=unit, user=user, kind=binding.capacity, valid_from=local_day(moment))
    return _decide(binding, BindingStatus.APPROVED, actor, moment)


@transaction.atomic
def refuse_binding(*, binding: BindingRequest, reason: str, actor: User) -> BindingRequest:
    """Refuse, with a reason of ten characters or more that the person reads.

    Raises :class:`NotPermitted`, :class:`BindingDecided`, :class:`ReasonMissing`.
    """
    binding, moment = _pending(binding, actor)
    binding.reason = need_reason(reason)
    return _decide(binding, BindingStatus.REFUSED, actor, moment)


@transaction.atomic
def withdraw_binding(*, binding: BindingRequest, actor: User) -> BindingRequest:
    """Take one's own request back. Raises :class:`NotPermitted`, :class:`BindingDecided`."""
    binding = BindingRequest.objects.select_for_update().get(pk=binding.pk)
    if binding.user_id != actor.pk:
        raise NotPermitted
    if binding.status != BindingStatus.PENDING:
        raise BindingDecided
    return _decide(binding, BindingStatus.WITHDRAWN, actor, database_now())


def _lock(user: User) -> datetime:
    """One binding at a time for an account; the moment is read after the lock."""
    User.objects.select_for_update().get(pk=user.pk)
    return database_now()


def _matching_owner(unit: Unit, name: str, last_six: str, moment: datetime) -> Owner | None:
    """Compares with every owner of the unit, and whole hashes, so that time tells nothing."""
    claimed = _proof(name, last_six)
    found = None
    for owner in current_owners(unit, on=local_day(moment)).select_for_update():
        usable = owner.kind == OwnerKind.NATURAL and len(normalise_identity(owner.identity)) >= DIGITS_ASKED
        if hmac.compare_digest(claimed, _proof(owner.name, owner.identity)) and usable:
            found = owner
    return found


def _proof(name: str, identity: str) -> str:
    return blind_index("bind", f"{without_space(name)}\x00{normalise_identity(identity)[-DIGITS_ASKED:]}")


def _set_account(
    owner: Owner, unit: Unit, *, actor: User, user: User, way: str, moment: datetime, take_over: bool
) -> None:
    if owner.kind == OwnerKind.NATURAL and _is_another_person(user, owner):
        raise AccountIsAnotherOwner
    previous = owner.user_id
    if previous == user.pk:
        return
    free = Owner.objects.filter(pk=owner.pk)
    if not take_over:
        free = free.filter(user__isnull=True)
    if not free.update(user=user):
        raise OwnerBoundElsewhere
    owner.user = user
    if owner.committee_seats.filter(valid_to__isnull=True).exists():
        follow_seats(estate=unit.estate, day=local_day(moment))
    record(
        log=log_of_estate(unit.estate),
        verb="communities.owner.bound",
        subject=owner,
        actor=actor,
        payload={
            "unit": unit.pk,
            "user": user.pk,
            "previous": previous,
            "way": way,
            "phone_matches": owner.phone_index == blind_index("phone", user.phone),
        },
        moment=moment,
    )
    tell(estate=unit.estate, topic="communities.owner-bound", subject=f"{owner.pk}:{user.pk}")
    if previous is not None:
        tell(estate=unit.estate, topic="communities.owner-moved", subject=f"{owner.pk}:{previous}")


def _is_another_person(user: User, owner: Owner) -> bool:
    """Whether the account is already a different natural person of the estate: one account is one head."""
    others = Owner.objects.filter(estate=owner.estate_id, user=user, kind=OwnerKind.NATURAL).exclude(
        pk=owner.pk
    )
    return others.filter(ownerships__in=Ownership.objects.filter(valid_to__isnull=True)).exists()


def _pending(binding: BindingRequest, actor: User) -> tuple[BindingRequest, datetime]:
    """The request under lock, when ``actor`` may decide it and nobody has."""
    binding = (
        BindingRequest.objects.select_for_update(of=("self",))
        .select_related("estate__community", "unit__building", "unit__estate__community__subdistrict", "user")
        .get(pk=binding.pk)
    )
    if not allows("communities.decide_binding", actor, binding):
        raise NotPermitted
    if binding.status != BindingStatus.PENDING:
        raise BindingDecided
    return binding, _lock(binding.user)


def _decide(binding: BindingRequest, status: BindingStatus, actor: User, moment: datetime) -> BindingRequest:
    binding.status, binding.decided_by, binding.decided_at = status, actor, moment
    binding.save(update_fields=["status", "decided_by", "decided_at", "owner", "reason"])
    _record(binding, status, actor, moment)
    if status != BindingStatus.WITHDRAWN:
        tell(estate=binding.estate, topic="communities.binding-decided", subject=binding.pk)
    return binding


def _record(binding: BindingRequest, event: str, actor: User, moment: datetime) -> None:
    payload: dict[str, Plain] = {
        "unit": binding.unit_id,
        "user": binding.user_id,
        "capacity": str(binding.capacity),
    }
    if binding.owner_id:
        payload["owner"] = binding.owner_id
    record(
        log=log_of_estate(binding.estate),
        verb=f"communities.binding.{event}",
        subject=binding,
        actor=actor,
        payload=payload,
        moment=moment,
    )
