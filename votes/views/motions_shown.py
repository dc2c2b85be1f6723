"""A motion with what has to be said beside it on every page that shows it."""

from dataclasses import dataclass

from django.utils.functional import Promise

from communities.clock import database_now, local_day
from votes.enums import MotionOption
from votes.forms.motion import MAJORITY_WORDS
from votes.linting.about_motions import ITEM_NUMERALS
from votes.models import Assembly, Motion, MotionAttachment
from votes.services.assemblies import chinese_number, last_day
from votes.statutes import Item, Statute, UnknownItem, statute_by_code, statute_for


@dataclass(frozen=True)
class ShownMotion:
    motion: Motion
    #: Its place on the ballot as law and notices number: 一, 二, …
    place: str
    item: Item | None
    numeral: str
    majority: str | Promise
    options: list[tuple[str, str | Promise]]
    papers: list[MotionAttachment]


def statute_of(assembly: Assembly) -> Statute:
    """The frozen statute, or for a draft the one that would decide on its last day."""
    if assembly.statute:
        return statute_by_code(assembly.statute)
    closes_at = assembly.closes_at
    return statute_for(last_day(closes_at) if closes_at else local_day(database_now()))


def motions_shown(assembly: Assembly) -> list[ShownMotion]:
    statute = statute_of(assembly)
    return [
        _shown(motion, statute)
        for motion in assembly.motions.prefetch_related("attachments").order_by("position")
    ]


def _shown(motion: Motion, statute: Statute) -> ShownMotion:
    item = None
    if motion.item is not None:
        try:
            item = statute.item(motion.item)
        except UnknownItem:
            item = None
    return ShownMotion(
        motion=motion,
        place=chinese_number(motion.position),
        item=item,
        numeral=ITEM_NUMERALS.get(motion.item or 0, ""),
        majority=MAJORITY_WORDS[item.kind] if item else "",
        options=[(option, MotionOption(option).label) for option in motion.options],
        papers=list(motion.attachments.all()),
    )
