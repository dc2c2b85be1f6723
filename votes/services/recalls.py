"""罢免: a motion that asks the owners to end one member's seat."""

from datetime import date

from django.db import transaction

from communities.clock import database_now
from communities.errors import need_reason
from communities.models import CommitteeSeat, User
from votes.candidacies import recallable_seats
from votes.enums import MotionKind, RecallProposer
from votes.errors import SeatNotHeld
from votes.models import Assembly, Motion, Recall
from votes.models.motion import usual_options

from .assemblies import lock_draft, note
from .slates import ELECTION_ITEM

TOPIC = "罢免业主委员会委员"


@transaction.atomic
def put_recall(
    *,
    assembly: Assembly,
    seat: CommitteeSeat,
    reason: str,
    proposer: str,
    signed_heads: int,
    signed_area: int,
    hearing: str,
    heard_on: date | None,
    actor: User,
) -> Motion:
    """Ask in this draft whether the seat shall end, or change what is said about it.

    ``reason`` is read by every owner; ``hearing`` is what the member said to it, or that the
    member was asked and did not speak. Area in 0.01 m². Whether that is enough to be posted
    is the checks' to say. Raises :class:`NotPermitted`, :class:`AssemblyPosted`,
    :class:`ReasonMissing`, :class:`SeatNotHeld`.
    """
    assembly = lock_draft(assembly.pk, actor)
    reason = need_reason(reason)
    if all(held.pk != seat.pk for held in recallable_seats(assembly.estate, database_now())):
        raise SeatNotHeld
    motion = assembly.motions.filter(kind=MotionKind.RECALL, seat=seat).first()
    verb = "recall-changed" if motion else "recall-added"
    motion = motion or Motion(
        assembly=assembly, kind=MotionKind.RECALL, seat=seat, position=assembly.motions.count() + 1
    )
    if TOPIC not in assembly.topics:
        assembly.posted_topics = "\n".join([*assembly.topics, TOPIC])
        assembly.save(update_fields=["posted_topics"])
    motion.title, motion.text = f"罢免业主委员会委员 {seat.holder_name}", reason
    motion.topic, motion.item = TOPIC, ELECTION_ITEM
    motion.item_reason = "更换业主委员会成员，属第（三）项"
    motion.options = usual_options()
    motion.save()
    Recall.objects.update_or_create(
        motion=motion,
        defaults={
            "proposer": RecallProposer(proposer),
            "signed_heads": signed_heads,
            "signed_area": signed_area,
            "hearing": hearing.strip(),
            "heard_on": heard_on,
        },
    )
    note(assembly=assembly, verb=verb, actor=actor, payload={"motion": motion.pk})
    return motion
