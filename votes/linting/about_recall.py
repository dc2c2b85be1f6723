"""Rules about a recall: who may propose it, and that the member was heard."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from votes.enums import MotionKind, RecallProposer
from votes.errors import RollIncomplete
from votes.models import Motion, Recall
from votes.services.rolls import RollPreview, preview_roll
from votes.services.slates import ELECTION_ITEM

from .catalogue import Draft, Hit, Severity, rule, text_of

_HZ32 = gettext_lazy("《杭州市物业管理条例》第三十二条")


def _roll(draft: Draft) -> RollPreview | None:
    """The roll as it would be frozen now; None while homes lack an owner, which is found elsewhere."""
    try:
        return preview_roll(draft.estate, draft.moment)
    except RollIncomplete:
        return None


def _recalls(draft: Draft) -> Iterator[tuple[Motion, Recall | None]]:
    asked = [motion for motion in draft.motions if motion.kind == MotionKind.RECALL]
    found = {one.motion_id: one for one in Recall.objects.filter(motion__in=asked)} if asked else {}
    for motion in asked:
        yield motion, found.get(motion.pk)


@rule(
    "recall-item",
    Severity.ERROR,
    reason=gettext_lazy("更换业主委员会成员属于第（三）项。"),
    source=gettext_lazy("《民法典》第二百七十八条第一款第（三）项"),
)
def recall_item(draft: Draft) -> Iterable[Hit]:
    for motion, _recall in _recalls(draft):
        if motion.item != ELECTION_ITEM:
            yield Hit(_("罢免委员要归入第（三）项。"), motion, "recall")


@rule(
    "recall-seat-ended",
    Severity.ERROR,
    reason=gettext_lazy("已经不在任的委员不需要罢免。"),
    source=_HZ32,
)
def recall_seat_ended(draft: Draft) -> Iterable[Hit]:
    for motion, _recall in _recalls(draft):
        seat = motion.seat
        if seat is not None and seat.valid_to is not None and seat.valid_to <= draft.day:
            yield Hit(_("这位委员已经不在任，请删去这一项。"), motion, "recall")


@rule(
    "recall-too-few-owners",
    Severity.ERROR,
    reason=gettext_lazy("罢免由百分之二十以上的业主联名，或者由业主委员会提出。"),
    source=_HZ32,
)
def recall_too_few_owners(draft: Draft) -> Iterable[Hit]:
    roll = None
    for motion, recall in _recalls(draft):
        if recall is None:
            yield Hit(_("还没有写由谁提出罢免。"), motion, "recall")
        elif recall.proposer == RecallProposer.OWNERS:
            roll = roll or _roll(draft)
            if roll and 5 * recall.signed_heads < roll.heads:
                yield Hit(
                    _("联名 %(signed)s 人，不到全体 %(heads)s 人的百分之二十。")
                    % {"signed": recall.signed_heads, "heads": roll.heads},
                    motion,
                    "recall",
                )


@rule(
    "recall-too-little-area",
    Severity.WARNING,
    reason=gettext_lazy("条例按人数；指导规则的临时会议还要求联名业主的面积也达到百分之二十。"),
    source=gettext_lazy("《业主大会和业主委员会指导规则》第二十一条"),
)
def recall_too_little_area(draft: Draft) -> Iterable[Hit]:
    roll = None
    for motion, recall in _recalls(draft):
        if recall is not None and recall.proposer == RecallProposer.OWNERS:
            roll = roll or _roll(draft)
            if roll and 5 * recall.signed_area < roll.area:
                yield Hit(
                    _("联名业主的面积不到全体的百分之二十，请核对本小区的议事规则。"),
                    motion,
                    "recall",
                    facts=f"{recall.signed_area}",
                )


@rule(
    "recall-not-heard",
    Severity.ERROR,
    reason=gettext_lazy("先听取委员本人的意见，业主看过双方的话再表决。"),
    source=_HZ32,
)
def recall_not_heard(draft: Draft) -> Iterable[Hit]:
    for motion, recall in _recalls(draft):
        if recall is not None and (len(recall.hearing) < 10 or recall.heard_on is None):
            yield Hit(
                _("请写明哪一天听取了委员本人的意见、本人怎么说；本人不愿说的，写明通知了本人。"),
                motion,
                "recall",
            )


@rule(
    "recall-without-signatures",
    Severity.WARNING,
    reason=gettext_lazy("联名的签名表是谁提出罢免的凭据，有争议时要拿得出来。"),
    source=_HZ32,
)
def recall_without_signatures(draft: Draft) -> Iterable[Hit]:
    for motion, recall in _recalls(draft):
        is_owners = recall is not None and recall.proposer == RecallProposer.OWNERS
        if is_owners and not motion.attachments.all():
            yield Hit(
                _("没有附业主联名的签名表。请上传（遮住电话和证件号），或说明存放在哪里。"),
                motion,
                "attachments",
                facts=text_of(motion),
            )
