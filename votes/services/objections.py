"""异议: raised within its window, taken up, answered by somebody else in working days, kept step by step."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from communities.clock import database_now
from communities.errors import NotPermitted, TooOften, need_reason
from communities.ledger.canonical import Plain
from communities.ledger.hashing import sha256
from communities.live import announce
from communities.models import User
from communities.rules import role_codes
from communities.services.ledger import record
from communities.services.limits import Limit
from communities.services.outbox import tell
from communities.workdays import add_working_days
from votes.enums import ObjectionAbout, ObjectionKind, ObjectionStatus
from votes.errors import (
    ObjectionAboutYou,
    ObjectionNotOnRoll,
    ObjectionSettled,
    ObjectionWindowClosed,
    OwnObjection,
)
from votes.models import Assembly, Objection, ObjectionStep
from votes.models.objection import OPEN_STATUSES
from votes.objecting import elector_of_filer, kinds_open_to, open_windows
from votes.rules import ROLES_ABOUT

from .assemblies import judge, lock_assembly

logger = logging.getLogger(__name__)

#: Of one person about one assembly. More is a conversation, which has other places.
PER_PERSON = Limit("objection", 5, timedelta(days=1))
ANSWERS = (ObjectionStatus.UPHELD, ObjectionStatus.DISMISSED)


@transaction.atomic
def file_objection(*, assembly: Assembly, kind: str, about: str, text: str, actor: User) -> Objection:
    """Raise an objection to roll, procedure or result; ``text`` has ten characters or more.

    The answer is due after the working days promised when the assembly was posted. The text
    is shown to everybody of the estate without the filer's name. Raises :class:`NotPermitted`,
    :class:`ReasonMissing`, :class:`ObjectionWindowClosed`, :class:`ObjectionNotOnRoll`, :class:`TooOften`.
    """
    assembly = lock_assembly(assembly.pk)
    judge("votes.view_assembly", actor, assembly)
    moment = database_now()
    wanted = ObjectionKind(kind)
    if wanted not in {window.kind for window in open_windows(assembly, moment)}:
        raise ObjectionWindowClosed
    if wanted not in {window.kind for window in kinds_open_to(actor, assembly, moment)}:
        raise ObjectionNotOnRoll
    text = need_reason(text)
    if not PER_PERSON.allows(f"{assembly.pk}:{actor.pk}", moment=moment):
        raise TooOften
    newest = Objection.objects.filter(assembly=assembly).aggregate(number=Max("number"))["number"] or 0
    objection = Objection.objects.create(
        assembly=assembly,
        number=newest + 1,
        kind=wanted,
        about=ObjectionAbout(about),
        elector=elector_of_filer(actor, assembly),
        filed_by=actor,
        text=text,
        filed_at=moment,
        due_at=add_working_days(moment, assembly.rule("objection-reply-working-days")),
    )
    _step(objection, ObjectionStatus.FILED, "", actor, moment)
    _enter(objection, "filed", actor, moment, {"about": str(objection.about), "text": sha256(text)})
    tell(estate=assembly.estate, topic="votes.objection-filed", subject=str(objection.pk))
    return objection


@transaction.atomic
def withdraw_objection(*, objection: Objection, actor: User) -> Objection:
    """Take one's own objection back while it is not answered.

    Raises :class:`NotPermitted`, :class:`ObjectionSettled`.
    """
    objection = _lock(objection)
    if objection.filed_by_id != actor.pk:
        raise NotPermitted
    _need_open(objection)
    moment = database_now()
    _to(objection, ObjectionStatus.WITHDRAWN)
    _step(objection, ObjectionStatus.WITHDRAWN, "", actor, moment)
    _enter(objection, "withdrawn", actor, moment, {})
    return objection


@transaction.atomic
def take_up_objection(*, objection: Objection, note: str, actor: User) -> Objection:
    """Begin to look into it; ``note``, which may be empty, tells the filer how.

    Raises :class:`NotPermitted`, :class:`OwnObjection`, :class:`ObjectionAboutYou`,
    :class:`ObjectionSettled`.
    """
    objection, moment = _handling(objection, actor)
    if objection.status == ObjectionStatus.UNDER_REVIEW and not note.strip():
        return objection
    _to(objection, ObjectionStatus.UNDER_REVIEW)
    step = _step(objection, ObjectionStatus.UNDER_REVIEW, note.strip(), actor, moment)
    _enter(objection, "taken-up", actor, moment, {"note": sha256(step.text)})
    _tell_filer(objection, step)
    return objection


@transaction.atomic
def answer_objection(*, objection: Objection, status: str, answer: str, actor: User) -> Objection:
    """Settle it as upheld or dismissed, with a reason of ten characters or more, once.

    By somebody other than the filer and those whose work it is about. What an upheld one leads
    to, a corrected roll or a void result, is an act of two people of its own. Raises
    :class:`NotPermitted`, :class:`OwnObjection`, :class:`ObjectionAboutYou`,
    :class:`ObjectionSettled`, :class:`ReasonMissing`.
    """
    objection, moment = _handling(objection, actor)
    settled = ObjectionStatus(status)
    if settled not in ANSWERS:
        raise ObjectionSettled
    answer = need_reason(answer)
    objection.answer, objection.answered_by, objection.answered_at = answer, actor, moment
    _to(objection, settled, "answer", "answered_by", "answered_at")
    step = _step(objection, settled, answer, actor, moment)
    _enter(objection, "answered", actor, moment, {"status": settled.value, "answer": sha256(answer)})
    _tell_filer(objection, step)
    transaction.on_commit(lambda: announce(f"assembly.{objection.assembly_id}"))
    return objection


def escalate_overdue_objections() -> int:
    """Report to the subdistrict every objection whose answer is overdue. Safe to run twice."""
    due = Objection.objects.filter(
        status__in=OPEN_STATUSES, escalated_at__isnull=True, due_at__lte=database_now()
    )
    escalated = 0
    for pk in due.values_list("pk", flat=True):
        try:
            escalated += escalate_objection(objection=Objection(pk=pk))
        except Exception:
            # One that fails must not keep the others from being reported.
            logger.exception("objection %s could not be escalated", pk)
    return escalated


@transaction.atomic
def escalate_objection(*, objection: Objection) -> bool:
    """Report one overdue objection to the subdistrict. Returns whether this call did it."""
    objection = _lock(objection)
    moment = database_now()
    if not objection.is_open or objection.escalated_at is not None or moment < objection.due_at:
        return False
    objection.escalated_at = moment
    objection.save(update_fields=["escalated_at"])
    _enter(objection, "escalated", None, moment, {})
    tell(estate=objection.assembly.estate, topic="votes.objection-escalated", subject=str(objection.pk))
    return True


def _lock(objection: Objection) -> Objection:
    return (
        Objection.objects.select_for_update(of=("self",))
        .select_related("assembly__estate__community", "assembly__log")
        .get(pk=objection.pk)
    )


def _handling(objection: Objection, actor: User) -> tuple[Objection, datetime]:
    """The objection under lock, when ``actor`` may handle it and it is still open."""
    objection = _lock(objection)
    judge("votes.handle_objection", actor, objection.assembly)
    if objection.filed_by_id == actor.pk:
        raise OwnObjection
    if is_about(objection, actor):
        raise ObjectionAboutYou
    _need_open(objection)
    return objection, database_now()


def is_about(objection: Objection, user: User) -> bool:
    """Whether the objection is about the work of ``user``, in a role held today."""
    about = ROLES_ABOUT[ObjectionAbout(objection.about)]
    return not role_codes(user, objection.assembly.estate).isdisjoint(about)


def _need_open(objection: Objection) -> None:
    if not objection.is_open:
        raise ObjectionSettled


def _to(objection: Objection, status: ObjectionStatus, *fields: str) -> None:
    objection.status = status
    objection.save(update_fields=["status", *fields])


def _step(
    objection: Objection, status: ObjectionStatus, text: str, actor: User, moment: datetime
) -> ObjectionStep:
    return ObjectionStep.objects.create(
        objection=objection, status=status, text=text, taken_by=actor, taken_at=moment
    )


def _tell_filer(objection: Objection, step: ObjectionStep) -> None:
    tell(
        estate=objection.assembly.estate,
        topic="votes.objection-stepped",
        subject=f"{objection.pk}:{step.pk}",
    )


def _enter(
    objection: Objection, step: str, actor: User | None, moment: datetime, payload: dict[str, Plain]
) -> None:
    assert objection.assembly.log is not None
    record(
        log=objection.assembly.log,
        verb=f"votes.objection.{step}",
        subject=objection,
        actor=actor,
        payload={"number": objection.number, "kind": str(objection.kind), **payload},
        moment=moment,
    )
