"""委托书: an elector's vote in one assembly is put into somebody else's hand, and taken back.

A mandate is in writing and names its holder (《业主大会和业主委员会指导规则》第二十六条). It never
takes the vote away from its principal: an own ballot always goes before the holder's.
"""

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q

from communities.clock import database_now
from communities.crypto import blind_index
from communities.enums import RoleCode
from communities.errors import NotPermitted, need_reason
from communities.live import announce
from communities.models import Owner, Role, User
from communities.rules import today
from communities.services.ledger import record
from communities.services.outbox import tell
from communities.values.phone import InvalidPhone, normalise_phone
from votes.enums import AssemblyStatus
from votes.errors import (
    HolderIsElector,
    HolderIsFirm,
    HolderNameMissing,
    HolderPhoneInvalid,
    InstructionsInvalid,
    MandateExpiryInvalid,
    MandateLimitReached,
    MandateNeedless,
    MandateNotSecret,
    MandateRevoked,
    MandateStands,
    MandateTooLate,
    MandateUsed,
    NotOnRoll,
)
from votes.models import Assembly, Ballot, Elector, ElectorMember, Mandate

from .assemblies import judge, lock_assembly
from .ballot_forms import ballot_form
from .scans import read_scan

#: In ``Mandate.instructions``: the holder decides this motion.
FREE = "?"
RUNNING = (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN)
#: Written by us where the holder's time ran out and another mandate takes the place.
RAN_OUT = "有效期已过"


@transaction.atomic
def grant_mandate(
    *,
    assembly: Assembly,
    elector: Elector,
    holder_name: str,
    holder_phone: str,
    actor: User,
    instructions: str = "",
    expires_at: datetime | None = None,
) -> Mandate:
    """Give the vote of ``elector`` in ``assembly`` to the person with ``holder_phone``.

    ``instructions`` has one mark per motion, "?" where the holder decides; empty: everywhere.
    Without ``expires_at`` it holds until the close. Raises :class:`NotPermitted` for anybody
    who could not cast that ballot, and the kinds of :class:`MandateRefused`.
    """
    assembly = lock_assembly(assembly.pk)
    judge("votes.grant_mandate", actor, elector)
    mandate = Mandate(granted_by=actor)
    mandate.principal = Owner.objects.filter(
        pk__in=elector.members.filter(may_cast=True).values("owner"), user=actor
    )[0]
    return _give(assembly, elector, mandate, holder_name, holder_phone, instructions, expires_at, actor=None)


@transaction.atomic
def register_mandate(
    *,
    assembly: Assembly,
    principal: ElectorMember,
    holder_name: str,
    holder_phone: str,
    scan: UploadedFile[bytes],
    actor: User,
    instructions: str = "",
    expires_at: datetime | None = None,
) -> Mandate:
    """Register a mandate that ``principal`` signed on paper, with its scan.

    For scrutineers and the secretary. Raises as :func:`grant_mandate`, and the refusals
    of :func:`votes.services.scans.read_scan`.
    """
    assembly = lock_assembly(assembly.pk)
    judge("votes.register_mandate", actor, assembly)
    if not principal.may_cast:
        raise NotOnRoll
    kept = read_scan(scan)
    mandate = Mandate(registered_by=actor, principal=principal.owner, scan_sha256=kept.sha256)
    mandate.scan = kept.content
    elector = principal.elector
    return _give(assembly, elector, mandate, holder_name, holder_phone, instructions, expires_at, actor=actor)


@transaction.atomic
def revoke_mandate(*, mandate: Mandate, actor: User) -> Mandate:
    """Take back a mandate of one's own that was not used yet.

    Raises :class:`NotPermitted`, :class:`MandateUsed`, :class:`MandateRevoked` and, after the
    close, :class:`MandateTooLate`.
    """
    assembly = lock_assembly(mandate.assembly_id)
    mandate = Mandate.objects.select_for_update(of=("self",)).select_related("principal").get(pk=mandate.pk)
    mandate.assembly = assembly
    judge("votes.revoke_mandate", actor, mandate)
    return _take_back(mandate, reason="委托人撤回", actor=None)


@transaction.atomic
def strike_mandate(*, mandate: Mandate, reason: str, actor: User) -> Mandate:
    """Take back at the desk, unused, what was registered from paper, with a reason.

    Raises :class:`NotPermitted` also for a mandate given online, and as :func:`revoke_mandate`.
    """
    assembly = lock_assembly(mandate.assembly_id)
    mandate = Mandate.objects.select_for_update(of=("self",)).get(pk=mandate.pk)
    mandate.assembly = assembly
    judge("votes.register_mandate", actor, assembly)
    if mandate.registered_by_id is None:
        raise NotPermitted
    return _take_back(mandate, reason=need_reason(reason), actor=actor)


@transaction.atomic
def bind_mandates(*, user: User) -> int:
    """Give ``user``, who has just proved the phone, the mandates that name it. Returns how many."""
    waiting = Mandate.objects.filter(
        holder__isnull=True,
        holder_phone_index=blind_index("phone", user.phone),
        revoked_at__isnull=True,
        assembly__status__in=RUNNING,
    )
    bound = list(waiting.select_for_update(of=("self",)).select_related("assembly__estate"))
    for mandate in bound:
        mandate.holder = user
        mandate.save(update_fields=["holder"])
        tell(estate=mandate.assembly.estate, topic="votes.mandate-received", subject=str(mandate.pk))
    return len(bound)


def is_barred(user: User, assembly: Assembly) -> bool:
    """Whether ``user`` may hold no mandate here, as staff of the firm."""
    if not assembly.rule("mandate-bars-firm"):
        return False
    held = Role.objects.on(today()).covering(assembly.estate)
    return held.filter(user=user, code=RoleCode.FIRM).exists()


def in_force(moment: datetime) -> Q:
    """Mandates that are neither revoked nor expired at ``moment``."""
    return Q(revoked_at__isnull=True) & (Q(expires_at__isnull=True) | Q(expires_at__gt=moment))


def _give(
    assembly: Assembly,
    elector: Elector,
    mandate: Mandate,
    holder_name: str,
    holder_phone: str,
    instructions: str,
    expires_at: datetime | None,
    *,
    actor: User | None,
) -> Mandate:
    if elector.assembly_id != assembly.pk:
        raise NotOnRoll
    moment = database_now()
    if assembly.phase(moment) not in RUNNING:
        raise MandateTooLate
    if assembly.is_secret:
        raise MandateNotSecret
    if Ballot.objects.filter(elector=elector).exists():
        raise MandateNeedless
    assert assembly.opens_at is not None and assembly.closes_at is not None
    if expires_at and not max(moment, assembly.opens_at) < expires_at <= assembly.closes_at:
        raise MandateExpiryInvalid
    mandate.assembly, mandate.elector = assembly, elector
    mandate.instructions = _instructions(assembly, instructions)
    mandate.granted_at, mandate.expires_at = moment, expires_at
    _make_room(elector, moment)
    _name_holder(mandate, holder_name, holder_phone)
    mandate.save(force_insert=True)
    # Nobody is named in the log: who gave the vote away would tell, by the channel, how it came in.
    payload: dict[str, Any] = {
        "on_paper": bool(mandate.scan_sha256),
        "instructed": bool(mandate.instructions),
    }
    _enter(mandate, "granted", actor, payload)
    return mandate


def _instructions(assembly: Assembly, instructions: str) -> str:
    """Empty where the holder is free everywhere."""
    if not instructions.strip(FREE):
        return ""
    marks = ballot_form(assembly.pk).marks
    if len(instructions) != len(marks) or not all(
        mark == FREE or mark in allowed for mark, allowed in zip(instructions, marks, strict=True)
    ):
        raise InstructionsInvalid
    return instructions


def _make_room(elector: Elector, moment: datetime) -> None:
    """At most one stands per elector; one whose time has run out, unused, gives way."""
    standing = Mandate.objects.filter(elector=elector, revoked_at__isnull=True).first()
    if standing is None:
        return
    if standing.expires_at is None or standing.expires_at > moment:
        raise MandateStands
    standing.revoked_at, standing.revoked_reason = moment, RAN_OUT
    standing.save(update_fields=["revoked_at", "revoked_reason"])


def _name_holder(mandate: Mandate, name: str, phone: str) -> None:
    """Find the holder by phone and see that he may hold this one, too."""
    assembly = mandate.assembly
    mandate.holder_name = name.strip()
    if not mandate.holder_name:
        raise HolderNameMissing
    try:
        mandate.holder_phone = normalise_phone(phone)
    except InvalidPhone:
        raise HolderPhoneInvalid from None
    index = blind_index("phone", mandate.holder_phone)
    mandate.holder_phone_index = index
    mandate.holder = User.objects.filter(phone=mandate.holder_phone, is_active=True).first()

    owners = Owner.objects.filter(pk__in=mandate.elector.members.values("owner"))
    if owners.filter(Q(phone_index=index) | Q(user__phone=mandate.holder_phone)).exists():
        raise HolderIsElector
    if mandate.holder and is_barred(mandate.holder, assembly):
        raise HolderIsFirm
    limit = int(assembly.rule("mandate-limit"))
    held = Mandate.objects.filter(in_force(mandate.granted_at), assembly=assembly, holder_phone_index=index)
    if held.count() >= limit:
        raise MandateLimitReached(limit)


def _take_back(mandate: Mandate, *, reason: str, actor: User | None) -> Mandate:
    if mandate.revoked_at is not None:
        raise MandateRevoked
    if mandate.ballots.exists():
        raise MandateUsed
    moment = database_now()
    if mandate.assembly.phase(moment) not in RUNNING:
        raise MandateTooLate
    mandate.revoked_at, mandate.revoked_reason = moment, reason
    mandate.save(update_fields=["revoked_at", "revoked_reason"])
    _enter(mandate, "revoked", actor, {})
    return mandate


def _enter(mandate: Mandate, step: str, actor: User | None, payload: dict[str, Any]) -> None:
    assembly = mandate.assembly
    assert assembly.log is not None
    record(log=assembly.log, verb=f"votes.mandate.{step}", subject=mandate, actor=actor, payload=payload)
    tell(estate=assembly.estate, topic=f"votes.mandate-{step}", subject=str(mandate.pk))
    transaction.on_commit(lambda: announce(f"assembly.{assembly.pk}"))
