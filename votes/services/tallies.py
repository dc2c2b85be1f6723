"""From ballots in the database to decisions, by the one engine of :mod:`votes.counting`."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django_stubs_ext import WithAnnotations

from communities.ledger.canonical import Plain
from communities.models import Notice
from votes.candidacies import candidate_group
from votes.counting import CountedBallot, Decision, Measure, SilenceRule, count
from votes.enums import Channel, DeliveryMethod, SilentOwners, UncountedReason
from votes.models import Assembly, Ballot, Delivery, Elector, SecretBallot, SecretTurnout, UncountedBallot
from votes.precedence import why_replaced
from votes.statutes import statute_by_code


def counted_ballots(assembly: Assembly) -> QuerySet[Ballot]:
    """The newest ballot of each elector: earlier ones were replaced by their own elector."""
    newer = Ballot.objects.filter(
        assembly=assembly, elector=OuterRef("elector"), revision__gt=OuterRef("revision")
    )
    return Ballot.objects.filter(~Exists(newer), assembly=assembly)


@dataclass(frozen=True, slots=True)
class NotCounted:
    """A ballot that was received and is not counted."""

    channel: Channel
    reason: UncountedReason
    received_at: datetime
    elector_number: int | None
    detail: str = ""


def not_counted(assembly: Assembly) -> list[NotCounted]:
    """Every ballot received and not counted, in order of time: replaced ones, and those set aside."""
    replaced = [
        NotCounted(Channel(channel), why_replaced(Channel(channel), by=Channel(newer)), accepted_at, number)
        for channel, accepted_at, number, newer in _replaced(assembly).values_list(
            "channel", "accepted_at", "elector__number", "replaced_by"
        )
    ]
    set_aside = [
        NotCounted(
            Channel(one.channel),
            UncountedReason(one.reason),
            one.received_at,
            one.elector.number if one.elector else None,
            one.detail,
        )
        for one in UncountedBallot.objects.filter(assembly=assembly).select_related("elector")
    ]
    return sorted([*replaced, *set_aside], key=lambda one: one.received_at)


class Replaced(TypedDict):
    replaced_by: str


def _replaced(assembly: Assembly) -> "QuerySet[WithAnnotations[Ballot, Replaced]]":
    """Ballots with a later revision, with the channel of the next as ``replaced_by``."""
    newer = Ballot.objects.filter(
        assembly=assembly, elector=OuterRef("elector"), revision__gt=OuterRef("revision")
    ).order_by("revision")
    return Ballot.objects.filter(Exists(newer), assembly=assembly).annotate(
        replaced_by=Subquery(newer.values("channel")[:1])
    )


def ballot_figures(assembly: Assembly) -> dict[str, Plain]:
    """What was received, counted and not counted, with the reasons; and the same by channel.

    received = counted + not_counted, in all and in each channel.
    """
    if assembly.is_secret:
        received = SecretTurnout.objects.filter(assembly=assembly).count()
        counted = SecretBallot.objects.filter(assembly=assembly).count()
        return {
            "received": received,
            "counted": counted,
            "not_counted": received - counted,
            "channels": {Channel.ONLINE.value: {"received": received, "counted": counted}},
            "reasons": [],
        }
    ballots = Ballot.objects.filter(assembly=assembly).order_by()
    stored = dict(ballots.values_list("channel").annotate(Count("pk")))
    standing = dict(counted_ballots(assembly).order_by().values_list("channel").annotate(Count("pk")))
    aside = UncountedBallot.objects.filter(assembly=assembly).order_by()
    reasons: Counter[tuple[str, str]] = Counter()
    for channel, newer, number in (
        _replaced(assembly).order_by().values_list("channel", "replaced_by").annotate(Count("pk"))
    ):
        reasons[channel, why_replaced(Channel(channel), by=Channel(newer)).value] += number
    for channel, reason, number in aside.values_list("channel", "reason").annotate(Count("pk")):
        reasons[channel, reason] += number
    channels: dict[str, Plain] = {}
    for channel in Channel.values:
        left_out = sum(number for (by, _), number in reasons.items() if by == channel)
        counted = standing.get(channel, 0)
        if counted or left_out:
            channels[channel] = {"received": counted + left_out, "counted": counted}
    counted, left_out = sum(standing.values()), sum(reasons.values())
    assert counted + left_out == sum(stored.values()) + aside.count()
    return {
        "received": counted + left_out,
        "counted": counted,
        "not_counted": left_out,
        "channels": channels,
        "reasons": [[channel, reason, number] for (channel, reason), number in sorted(reasons.items())],
    }


def count_assembly(assembly: Assembly) -> list[Decision]:
    """Count every motion over the frozen roll, in order of position.

    Ballots that say the same are added up by the database, so the work grows
    with the number of *different* ballots. A sheet that marks more candidates for than
    there are seats (only paper can) says nothing valid about any candidate.
    """
    alike = (
        counted_ballots(assembly)
        .order_by()
        .values_list("choices")
        .annotate(heads=Count("pk"), area_sum=Sum("area"))
    )
    group = candidate_group(assembly)
    statute = statute_by_code(assembly.statute)
    kinds = [
        statute.item(item).kind
        for item in assembly.motions.order_by("position").values_list("item", flat=True)
        if item is not None
    ]
    return count(
        statute=statute,
        total=Measure(assembly.total_heads, assembly.total_area),
        ballots=[
            CountedBallot(heads, area, group.as_counted(marks) if group else marks)
            for marks, heads, area in alike
        ],
        kinds=kinds,
        silence=_silence_rule(assembly),
    )


def _silence_rule(assembly: Assembly) -> SilenceRule | None:
    """The estate's clause on silent owners, with those of them who demonstrably got the notice.

    Without evidence of delivery silence is never counted (law in dispute). Evidence is
    a delivery that reached the elector before the close and was not taken back (a posting
    on the notice board reaches nobody in particular), or that
    an owner of the elector opened the notice of the assembly before then.
    """
    if assembly.rule("silent-owners") != SilentOwners.WITH_MAJORITY:
        return None
    opened = Notice.objects.filter(
        topic="votes.assembly-published",
        subject=str(assembly.pk),
        read_at__lt=assembly.closes_at,
        recipient__owners__in=OuterRef("members__owner"),
    )
    # Whoever sent anything in has not stayed silent, though it may not count.
    silent = Elector.objects.filter(assembly=assembly).exclude(
        Q(pk__in=Ballot.objects.filter(assembly=assembly).values("elector"))
        | Q(pk__in=assembly.uncounted_ballots.filter(elector__isnull=False).values("elector"))
    )
    delivered = Delivery.objects.filter(
        elector=OuterRef("pk"), reached=True, taken_back_at__isnull=True, delivered_at__lt=assembly.closes_at
    ).exclude(method=DeliveryMethod.BOARD)
    served = silent.filter(Exists(opened) | Exists(delivered)).values("pk").distinct()
    found = Elector.objects.filter(pk__in=served).aggregate(heads=Count("pk"), area=Sum("area"))
    return SilenceRule(
        clause=assembly.rules["silent-owners"]["article"],
        served=Measure(found["heads"], found["area"] or 0),
        majority_of_all=True,
    )
