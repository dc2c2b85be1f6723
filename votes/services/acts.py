"""Acts on a posted assembly that take two people: one proposes, another confirms."""

from django.db import IntegrityError, transaction

from communities.clock import database_now
from communities.errors import NotPermitted, need_reason
from communities.ledger.hashing import sha256
from communities.live import announce
from communities.models import User
from communities.services.ledger import record
from communities.services.outbox import tell
from votes.enums import ActKind, AssemblyStatus
from votes.errors import ActNotPossible, ActPending, ActSettled, SecondPersonNeeded
from votes.models import Assembly, TwoPersonAct

from .assemblies import judge, lock_assembly
from .seats import unseat_elected

#: In which phase each act is possible, and what the owners are told of it.
POSSIBLE_IN = {
    ActKind.CANCEL: (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN),
    ActKind.VOID: (AssemblyStatus.CERTIFIED,),
}
TOPIC = {ActKind.CANCEL: "votes.assembly-cancelled", ActKind.VOID: "votes.assembly-voided"}


@transaction.atomic
def propose_act(*, assembly: Assembly, kind: str, reason: str, actor: User) -> TwoPersonAct:
    """Propose to cancel a running assembly, or to declare a published result void.

    Nothing happens until somebody else confirms. Raises :class:`NotPermitted`,
    :class:`ReasonMissing`, :class:`ActNotPossible`, :class:`ActPending`.
    """
    assembly = lock_assembly(assembly.pk)
    judge("votes.propose_act", actor, assembly)
    reason = need_reason(reason)
    moment = database_now()
    if assembly.phase(moment) not in POSSIBLE_IN[ActKind(kind)]:
        raise ActNotPossible
    try:
        with transaction.atomic():
            act = TwoPersonAct.objects.create(
                assembly=assembly, kind=kind, reason=reason, proposed_by=actor, proposed_at=moment
            )
    except IntegrityError as error:
        raise ActPending from error
    _enter(act, "proposed", actor, {"reason": sha256(reason)})
    return act


@transaction.atomic
def confirm_act(*, act: TwoPersonAct, actor: User) -> TwoPersonAct:
    """Carry out what another person proposed, and tell everybody on the roll.

    Raises :class:`NotPermitted`, :class:`SecondPersonNeeded` for the proposer,
    :class:`ActSettled`, and :class:`ActNotPossible` when the time for it is over.
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
    if assembly.phase(moment) not in POSSIBLE_IN[kind]:
        raise ActNotPossible
    act.confirmed_by, act.confirmed_at = actor, moment
    act.save(update_fields=["confirmed_by", "confirmed_at"])
    if kind == ActKind.CANCEL:
        assembly.cancel()
    else:
        assembly.make_void()
        unseat_elected(assembly=assembly, moment=moment)
    assembly.save(update_fields=["status"])
    _enter(act, "confirmed", actor, {"proposed_by": act.proposed_by_id, "reason": sha256(act.reason)})
    tell(estate=assembly.estate, topic=TOPIC[kind], subject=assembly.pk)
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


def _enter(act: TwoPersonAct, step: str, actor: User, payload: dict[str, str | int]) -> None:
    assert act.assembly.log is not None
    record(
        log=act.assembly.log,
        verb=f"votes.act.{step}",
        subject=act,
        actor=actor,
        payload={"act": act.pk, "kind": act.kind, **payload},
    )
