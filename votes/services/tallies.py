"""From ballots in the database to decisions, by the one engine of :mod:`votes.counting`."""

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from communities.models import Notice
from votes.candidacies import candidate_group
from votes.counting import CountedBallot, Decision, Measure, SilenceRule, count
from votes.enums import SilentOwners
from votes.models import Assembly, Ballot, Elector
from votes.statutes import statute_by_code


def counted_ballots(assembly: Assembly) -> QuerySet[Ballot]:
    """The newest ballot of each elector: earlier ones were replaced by their own elector."""
    newer = Ballot.objects.filter(
        assembly=assembly, elector=OuterRef("elector"), revision__gt=OuterRef("revision")
    )
    return Ballot.objects.filter(~Exists(newer), assembly=assembly)


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

    Without evidence of delivery silence is never counted (law in dispute); the
    evidence here is that an owner of the elector opened the notice of the assembly.
    """
    if assembly.rule("silent-owners") != SilentOwners.WITH_MAJORITY:
        return None
    opened = Notice.objects.filter(
        topic="votes.assembly-published",
        subject=str(assembly.pk),
        read_at__isnull=False,
        recipient__owners__in=OuterRef("members__owner"),
    )
    silent = Elector.objects.filter(assembly=assembly).exclude(
        pk__in=Ballot.objects.filter(assembly=assembly).values("elector")
    )
    served = silent.filter(Exists(opened)).values("pk").distinct()
    found = Elector.objects.filter(pk__in=served).aggregate(heads=Count("pk"), area=Sum("area"))
    return SilenceRule(
        clause=assembly.rules["silent-owners"]["article"],
        served=Measure(found["heads"], found["area"] or 0),
        majority_of_all=True,
    )
