"""交接: what an outgoing committee, or a leaving member, hands over, to whom and by when."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from communities.clock import database_now, local_day
from communities.committees import receivers_of, succeeded
from communities.enums import HandoverKind
from communities.models import CommitteeSeat, CommitteeTerm, HandoverItem, User
from communities.queries import policies_in_force
from communities.services.outbox import tell

from .locks import enter, judge, lock_term, need_day
from .refusals import HandedOver, HandoverTooEarly, ReceiverMissing


def standard_items() -> list[tuple[HandoverKind, str]]:
    """What every committee keeps and its successor needs (《指导规则》第四十八条)."""
    return [
        (HandoverKind.SEAL, _("业主大会、业主委员会印章及用印登记簿")),
        (HandoverKind.RECORDS, _("会议记录、决定、表决票和公告等档案资料")),
        (HandoverKind.RECORDS, _("业主名册、管理规约、议事规则和物业服务合同")),
        (HandoverKind.ACCOUNTS, _("财务账簿、凭证、票据和审计报告")),
        (HandoverKind.MONEY, _("业主共有资金余额、银行账户和密钥")),
        (HandoverKind.PROPERTY, _("办公用房、钥匙和其他共有财物")),
        (HandoverKind.OTHER, _("尚未办结的事项、合同和诉讼")),
    ]


def member_items() -> list[tuple[HandoverKind, str]]:
    """What one member may hold."""
    return [
        (HandoverKind.SEAL, _("本人保管的印章和用印登记")),
        (HandoverKind.RECORDS, _("本人保管的档案资料和电子账号")),
        (HandoverKind.ACCOUNTS, _("本人经手的账簿、凭证和票据")),
        (HandoverKind.MONEY, _("本人经手的业主共有资金")),
        (HandoverKind.PROPERTY, _("本人保管的钥匙和其他共有财物")),
        (HandoverKind.OTHER, _("本人经办、尚未办结的事项")),
    ]


def prepare_handover(
    *, term: CommitteeTerm, since: date, moment: datetime, actor: User | None
) -> list[HandoverItem]:
    """List what the outgoing committee owes from ``since`` on, in the caller's transaction; once."""
    return _prepare(term, None, standard_items(), "handover-days-committee", since, moment, actor)


def prepare_seat_handover(
    *, seat: CommitteeSeat, since: date, moment: datetime, actor: User | None
) -> list[HandoverItem]:
    """List what a leaving member owes from ``since`` on, in the caller's transaction; once."""
    return _prepare(seat.term, seat, member_items(), "handover-days-member", since, moment, actor)


def _prepare(
    term: CommitteeTerm,
    seat: CommitteeSeat | None,
    items: list[tuple[HandoverKind, str]],
    policy: str,
    since: date,
    moment: datetime,
    actor: User | None,
) -> list[HandoverItem]:
    there = HandoverItem.objects.filter(term=term, seat=seat)
    if there.exists():
        return list(there)
    rule = policies_in_force(term.estate, on=local_day(moment))[policy]
    due_on = since + timedelta(days=rule.value)
    made = HandoverItem.objects.bulk_create(
        HandoverItem(term=term, seat=seat, kind=kind, text=text, due_on=due_on, article=rule.article)
        for kind, text in items
    )
    entry = enter(
        seat or term,
        "handover-listed",
        actor=actor,
        moment=moment,
        payload={"items": len(made), "due_on": due_on.isoformat()},
    )
    tell(
        estate=term.estate,
        topic="communities.handover-listed",
        subject=f"{term.pk}:{seat.pk if seat else 0}:{entry}",
    )
    return made


@transaction.atomic
def list_handover(*, term: CommitteeTerm, actor: User) -> list[HandoverItem]:
    """List by hand what the outgoing committee owes, once its time is over or a new one was elected.

    Raises :class:`NotPermitted`, :class:`HandoverTooEarly`. Asked again, it changes nothing.
    """
    term = lock_term(term.pk)
    judge("communities.hand_over", actor, term.estate)
    moment = database_now()
    day = local_day(moment)
    if day < term.ends_on and not succeeded([term]):
        raise HandoverTooEarly
    return prepare_handover(term=term, since=min(day, term.ends_on), moment=moment, actor=actor)


@transaction.atomic
def hand_over_item(
    *, item: HandoverItem, handed_on: date, receiver: User | None, note: str, actor: User
) -> HandoverItem:
    """Tick off one item: when it was handed over, and to whom. What is ticked off stays.

    ``receiver`` is one of :func:`communities.committees.receivers_of`; without one ``note``
    names who received it. Raises :class:`NotPermitted`, :class:`HandedOver`,
    :class:`DayUnfit`, :class:`ReceiverMissing`.
    """
    term = lock_term(item.term_id)
    judge("communities.hand_over", actor, term.estate)
    item = HandoverItem.objects.select_for_update().get(pk=item.pk)
    item.term = term
    if item.handed_on is not None:
        raise HandedOver
    moment = database_now()
    note = note.strip()[:200]
    if receiver is None and not note:
        raise ReceiverMissing
    if receiver is not None and receiver not in receivers_of(term, on=local_day(moment)):
        raise ReceiverMissing
    item.handed_on = need_day(handed_on, since=term.starts_on, moment=moment)
    item.handed_to, item.note = receiver, note
    item.save(update_fields=["handed_on", "handed_to", "note"])
    enter(
        term,
        "handed-over",
        actor=actor,
        moment=moment,
        payload={
            "item": item.pk,
            "kind": item.kind,
            "handed_on": handed_on.isoformat(),
            "receiver": receiver.pk if receiver else None,
        },
    )
    return item
