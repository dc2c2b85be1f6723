"""Acts on a posted assembly that take two people: one proposes, another confirms.

Each kind says in :data:`ACTS` when it is possible and what its confirmation does. A kind
with a service of its own registers itself there when that module is imported, which
``votes.apps`` sees to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from communities.clock import database_now
from communities.errors import NotPermitted, need_reason
from communities.ledger.canonical import canonical
from communities.ledger.hashing import sha256
from communities.live import announce
from communities.models import User
from communities.services.ledger import record
from communities.services.outbox import tell
from votes.enums import ActKind, AssemblyStatus
from votes.errors import ActNotPossible, ActPending, ActSettled, SecondPersonNeeded
from votes.models import Assembly, TwoPersonAct

from .assemblies import judge, lock_assembly
from .corrections import apply_correction, check_correction
from .extensions import apply_extension, check_extension
from .revocations import apply_cancellation, apply_revocation, check_revocation


@dataclass(frozen=True, slots=True)
class ActRule:
    """One kind of act."""

    possible_in: tuple[AssemblyStatus, ...]
    #: What happens when it is confirmed, in that transaction, the assembly being locked. The act
    #: is confirmed already and applied only after it; a refusal raised here undoes everything.
    carry_out: Callable[[TwoPersonAct, User, datetime], None]
    #: What the confirm page says will happen.
    consequence: str | Promise
    #: What the outbox tells of it; empty: nobody on the roll is told.
    topic: str = ""
    #: Gives what is kept of a proposal's payload, or raises a refusal where it may not be proposed.
    #: Without one nothing is kept.
    check: Callable[[Assembly, Mapping[str, Any]], dict[str, Any]] | None = None
    #: Its payload is empty, so that the desk's plain form can propose it.
    needs_only_a_reason: bool = True
    #: Who may propose it, and who may confirm it.
    propose_permission: str = "votes.propose_act"
    confirm_permission: str = "votes.confirm_act"


ACTS: dict[ActKind, ActRule] = {}


def register_act(kind: ActKind, rule: ActRule) -> None:
    """Make acts of ``kind`` possible."""
    ACTS[kind] = rule


register_act(
    ActKind.CANCEL,
    ActRule(
        possible_in=(AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN),
        carry_out=apply_cancellation,
        consequence=_(
            "确认以后会议取消，不再接受表决，已收到的表决票不计票。不能恢复，只能重新公示一次会议。"
        ),
        topic="votes.assembly-cancelled",
    ),
)
register_act(
    ActKind.VOID,
    ActRule(
        possible_in=(AssemblyStatus.CERTIFIED,),
        carry_out=apply_revocation,
        consequence=_("确认以后，已公布的结果标为撤销，原来的数字和理由一并保留、公开。不能恢复。"),
        topic="votes.assembly-voided",
        check=check_revocation,
    ),
)
register_act(
    ActKind.EXTEND,
    ActRule(
        possible_in=(AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN),
        carry_out=apply_extension,
        consequence=_("确认以后截止时间推迟，名册上的每一位业主都会收到通知。只能推迟，不能提前。"),
        check=check_extension,
        needs_only_a_reason=False,
    ),
)
register_act(
    ActKind.CORRECT_ROLL,
    ActRule(
        possible_in=(AssemblyStatus.PUBLISHED,),
        carry_out=apply_correction,
        consequence=_("确认以后表决人名册按所列的差异更正，有关业主会收到通知，更正永久留痕。"),
        check=check_correction,
        needs_only_a_reason=False,
    ),
)


@transaction.atomic
def propose_act(
    *,
    assembly: Assembly,
    kind: str,
    reason: str,
    actor: User,
    payload: Mapping[str, Any] | None = None,
) -> TwoPersonAct:
    """Propose an act of a kind of :data:`ACTS`.

    ``payload`` says what exactly is to be done, as the check of the kind reads it; the log
    has its hash. Nothing happens until somebody else confirms. Raises :class:`NotPermitted`,
    :class:`ReasonMissing`, :class:`ActNotPossible`, :class:`ActPending`, and what the
    kind's own check raises.
    """
    assembly = lock_assembly(assembly.pk)
    judge(_permission(kind, "propose"), actor, assembly)
    reason = need_reason(reason)
    moment = database_now()
    rule = _rule_of(ActKind(kind), assembly, moment)
    kept = rule.check(assembly, payload or {}) if rule.check else {}
    try:
        with transaction.atomic():
            act = TwoPersonAct.objects.create(
                assembly=assembly,
                kind=kind,
                reason=reason,
                payload=kept,
                proposed_by=actor,
                proposed_at=moment,
            )
    except IntegrityError as error:
        raise ActPending from error
    _enter(act, "proposed", actor, {"reason": sha256(reason)})
    return act


@transaction.atomic
def confirm_act(*, act: TwoPersonAct, actor: User) -> TwoPersonAct:
    """Carry out what another person proposed, and tell everybody on the roll where the kind asks for it.

    Raises :class:`NotPermitted`, :class:`SecondPersonNeeded` for the proposer,
    :class:`ActSettled`, :class:`ActNotPossible` when the time for it is over, and what
    carrying it out raises; then nothing is confirmed.
    """
    assembly = lock_assembly(act.assembly_id)
    act = TwoPersonAct.objects.select_for_update().get(pk=act.pk)
    act.assembly = assembly
    judge(_permission(act.kind, "confirm"), actor, assembly)
    if act.proposed_by_id == actor.pk:
        raise SecondPersonNeeded
    _need_pending(act)
    moment = database_now()
    rule = _rule_of(ActKind(act.kind), assembly, moment)
    act.confirmed_by, act.confirmed_at = actor, moment
    act.save(update_fields=["confirmed_by", "confirmed_at"])
    # The guards of the database let a roll or a deadline change between these two lines only.
    rule.carry_out(act, actor, moment)
    act.applied_at = moment
    act.save(update_fields=["applied_at"])
    _enter(act, "confirmed", actor, {"proposed_by": act.proposed_by_id, "reason": sha256(act.reason)})
    if rule.topic:
        tell(estate=assembly.estate, topic=rule.topic, subject=assembly.pk)
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


def _permission(kind: str, step: Literal["propose", "confirm"]) -> str:
    rule = ACTS.get(ActKind(kind))
    if rule is None:
        return f"votes.{step}_act"
    return rule.propose_permission if step == "propose" else rule.confirm_permission


def _rule_of(kind: ActKind, assembly: Assembly, moment: datetime) -> ActRule:
    rule = ACTS.get(kind)
    if rule is None or assembly.phase(moment) not in rule.possible_in:
        raise ActNotPossible
    return rule


def _need_pending(act: TwoPersonAct) -> None:
    if act.confirmed_at is not None or act.withdrawn_at is not None:
        raise ActSettled


def _enter(act: TwoPersonAct, step: str, actor: User, payload: dict[str, Any]) -> None:
    if act.payload:
        payload = {**payload, "payload": sha256(canonical(act.payload))}
    assert act.assembly.log is not None
    record(
        log=act.assembly.log,
        verb=f"votes.act.{step}",
        subject=act,
        actor=actor,
        payload={"act": act.pk, "kind": act.kind, **payload},
    )
