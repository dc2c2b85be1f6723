"""The motions of a draft. Places on the ballot are 1, 2, … n at every moment."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from communities.models import User
from votes.enums import MotionKind, MotionOption
from votes.errors import CandidateMotion
from votes.models import Assembly, Motion
from votes.models.motion import usual_options

from .assemblies import lock_draft, note
from .stored_files import delete_on_commit


@transaction.atomic
def add_motion(
    *,
    assembly: Assembly,
    title: str,
    actor: User,
    text: str = "",
    topic: str = "",
    item: int | None = None,
    item_reason: str = "",
    options: Sequence[str] | None = None,
    changes_fee: bool = False,
    amount: int | None = None,
    kind: str = MotionKind.MATTER,
) -> Motion:
    """Add a motion at the end. ``amount`` is in 0.01 yuan; an advisory motion has no ``item``.

    Raises :class:`NotPermitted` and :class:`AssemblyPosted`, as all functions here.
    """
    assembly = lock_draft(assembly.pk, actor)
    motion = Motion.objects.create(
        assembly=assembly,
        kind=MotionKind(kind),
        position=assembly.motions.count() + 1,
        title=title,
        text=text,
        topic=topic,
        item=item,
        item_reason=item_reason,
        options=_in_order(options if options is not None else usual_options()),
        changes_fee=changes_fee,
        amount=amount,
    )
    note(assembly=assembly, verb="motion-added", actor=actor, payload={"motion": motion.pk})
    return motion


@transaction.atomic
def update_motion(
    *,
    motion: Motion,
    title: str,
    text: str,
    topic: str,
    item: int | None,
    item_reason: str,
    options: Sequence[str],
    changes_fee: bool,
    amount: int | None,
    actor: User,
    kind: str = MotionKind.MATTER,
) -> Motion:
    """Change a motion of a draft; its place stays. Raises :class:`CandidateMotion` for a candidate's."""
    assembly = lock_draft(motion.assembly_id, actor)
    motion = assembly.motions.get(pk=motion.pk)
    if motion.kind in (MotionKind.MATTER, MotionKind.ADVISORY):  # what an election made stays so
        motion.kind = MotionKind(kind)
    _need_own(motion)
    motion.title, motion.text, motion.topic = title, text, topic
    motion.item, motion.item_reason = item, item_reason
    motion.options = _in_order(options)
    motion.changes_fee, motion.amount = changes_fee, amount
    motion.save()
    note(assembly=assembly, verb="motion-updated", actor=actor, payload={"motion": motion.pk})
    return motion


@transaction.atomic
def remove_motion(*, motion: Motion, actor: User) -> None:
    """Remove a motion with its papers; the later ones move up. Raises :class:`CandidateMotion`."""
    assembly = lock_draft(motion.assembly_id, actor)
    motion = assembly.motions.get(pk=motion.pk)
    _need_own(motion)
    note(assembly=assembly, verb="motion-removed", actor=actor, payload={"motion": motion.pk})
    files = [paper.file for paper in motion.attachments.all()]
    place = motion.position
    motion.delete()
    for pk in _pks(assembly, position__gt=place):
        Motion.objects.filter(pk=pk).update(position=F("position") - 1)
    delete_on_commit(files)


@transaction.atomic
def move_motion(*, motion: Motion, position: int, actor: User) -> Motion:
    """Put a motion at ``position``, held within 1 … n; the others close up."""
    assembly = lock_draft(motion.assembly_id, actor)
    motion = assembly.motions.get(pk=motion.pk)
    last = assembly.motions.count()
    target, place = min(max(position, 1), last), motion.position
    if target == place:
        return motion
    # Aside first: the constraint on places holds after every statement, not only at the end.
    Motion.objects.filter(pk=motion.pk).update(position=last + 1)
    if target > place:
        for pk in _pks(assembly, position__gt=place, position__lte=target):
            Motion.objects.filter(pk=pk).update(position=F("position") - 1)
    else:
        for pk in reversed(_pks(assembly, position__gte=target, position__lt=place)):
            Motion.objects.filter(pk=pk).update(position=F("position") + 1)
    motion.position = target
    motion.save(update_fields=["position"])
    note(
        assembly=assembly,
        verb="motion-moved",
        actor=actor,
        payload={"motion": motion.pk, "from": place, "to": target},
    )
    return motion


def _need_own(motion: Motion) -> None:
    """Who stands is decided by nomination and screening, not by editing the ballot."""
    if motion.kind == MotionKind.CANDIDATE:
        raise CandidateMotion


def _pks(assembly: Assembly, **places: int) -> list[int]:
    return list(assembly.motions.filter(**places).order_by("position").values_list("pk", flat=True))


def _in_order(options: Sequence[str]) -> list[str]:
    """Each option once, in the order every ballot has them."""
    return [option.value for option in MotionOption if option.value in options]
