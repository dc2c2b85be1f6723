"""Acts on a posted assembly that take two people: one proposes, another confirms."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from communities.clock import database_now
from communities.errors import NotPermitted, need_reason
from communities.ledger.canonical import canonical
from communities.ledger.hashing import sha256
from communities.live import announce
from communities.models import User
from communities.services.ledger import record
from votes.enums import ActKind, AssemblyStatus
from votes.errors import ActNotPossible, ActPending, ActSettled, SecondPersonNeeded
from votes.models import Assembly, TwoPersonAct

from .assemblies import judge, lock_assembly
from .corrections import apply_correction, check_correction
from .extensions import apply_extension, check_extension
from .revocations import apply_cancellation, apply_revocation, check_revocation

#: In which phase each act is possible.
POSSIBLE_IN = {
    ActKind.CANCEL: (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN),
    ActKind.VOID: (AssemblyStatus.CERTIFIED,),
    ActKind.EXTEND: (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN),
    ActKind.CORRECT_ROLL: (AssemblyStatus.PUBLISHED,),
}
#: What is kept of a proposal's payload, once it is found fit; without an entry nothing is.
CHECK: dict[ActKind, Callable[[Assembly, Mapping[str, Any]], dict[str, Any]]] = {
    ActKind.VOID: check_revocation,
    ActKind.EXTEND: check_extension,
    ActKind.CORRECT_ROLL: check_correction,
}
#: What a confirmed act does, its owners told.
EFFECT: dict[ActKind, Callable[[TwoPersonAct], None]] = {
    ActKind.CANCEL: apply_cancellation,
    ActKind.VOID: apply_revocation,
    ActKind.EXTEND: apply_extension,
    ActKind.CORRECT_ROLL: apply_correction,
}


@transaction.atomic
def propose_act(
    *,
    assembly: Assembly,
    kind: str,
    reason: str,
    actor: User,
    payload: Mapping[str, Any] | None = None,
) -> TwoPersonAct:
    """Propose to cancel, extend or correct a running assembly, or to declare a published result void.

    ``payload`` says what exactly, as the check of the kind reads it. Nothing happens
    until somebody else confirms. Raises :class:`NotPermitted`, :class:`ReasonMissing`,
    :class:`ActNotPossible`, :class:`ActPending`, and what the check of the kind raises.
    """
    assembly = lock_assembly(assembly.pk)
    judge("votes.propose_act", actor, assembly)
    reason = need_reason(reason)
    moment = database_now()
    act_kind = ActKind(kind)
    if assembly.phase(moment) not in POSSIBLE_IN.get(act_kind, ()):
        raise ActNotPossible
    kept = CHECK[act_kind](assembly, payload or {}) if act_kind in CHECK else {}
    try:
        with transaction.atomic():
            act = TwoPersonAct.objects.create(
                assembly=assembly,
                kind=act_kind,
                reason=reason,
                payload=kept,
                proposed_by=actor,
                proposed_at=moment,
            )
    except IntegrityError as error:
        raise ActPending from error
    _enter(act, "proposed", actor, {"reason": sha256(reason), **_hash_of(kept)})
    return act


@transaction.atomic
def confirm_act(*, act: TwoPersonAct, actor: User) -> TwoPersonAct:
    """Carry out what another person proposed, and tell everybody on the roll.

    Raises :class:`NotPermitted`, :class:`SecondPersonNeeded` for the proposer,
    :class:`ActSettled`, :class:`ActNotPossible` when the time for it is over, and
    what the effect of the kind raises; then nothing is confirmed.
    """
    assembly = lock_assembly(act.assembly_id)
    act = TwoPersonAct.objects.select_for_update().get(pk=act.pk)
    act.assembly = assembly
    judge("votes.confirm_act", actor, assembly)
    if act.proposed_by_id == actor.pk:
        raise SecondPersonNeeded
    _need_pending(act)
    moment = database_now()
    kind = ActKind(act.kind)
    if assembly.phase(moment) not in POSSIBLE_IN.get(kind, ()):
        raise ActNotPossible
    act.confirmed_by, act.confirmed_at = actor, moment
    act.save(update_fields=["confirmed_by", "confirmed_at"])
    # The guards of the database let a roll or a deadline change between these two lines only.
    EFFECT[kind](act)
    act.applied_at = moment
    act.save(update_fields=["applied_at"])
    reason = {"reason": sha256(act.reason), **_hash_of(act.payload)}
    _enter(act, "confirmed", actor, {"proposed_by": act.proposed_by_id, **reason})
    transaction.on_commit(lambda: announce(f"assembly.{assembly.pk}"))
    return act


@transaction.atomic
def withdraw_act(*, act: TwoPersonAct, actor: User) -> TwoPersonAct:
    """Take one's own proposal back. Raises :class:`NotPermitted` for anybody else, :class:`ActSettled`."""
    assembly = lock_assembly(act.assembly_id)
    act = TwoPersonAct.objects.select_for_update().get(pk=act.pk)
    act.assembly = assembly
    if act.proposed_by_id != actor.pk:
        raise NotPermitted
    _need_pending(act)
    act.withdrawn_at = database_now()
    act.save(update_fields=["withdrawn_at"])
    _enter(act, "withdrawn", actor, {})
    return act


def _need_pending(act: TwoPersonAct) -> None:
    if act.confirmed_at is not None or act.withdrawn_at is not None:
        raise ActSettled


def _hash_of(payload: dict[str, Any]) -> dict[str, str]:
    return {"payload": sha256(canonical(payload))} if payload else {}


def _enter(act: TwoPersonAct, step: str, actor: User, payload: Mapping[str, str | int]) -> None:
    assert act.assembly.log is not None
    record(
        log=act.assembly.log,
        verb=f"votes.act.{step}",
        subject=act,
        actor=actor,
        payload={"act": act.pk, "kind": act.kind, **payload},
    )
