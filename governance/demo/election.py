"""The election of the story: five seats, two alternates, eight candidates, and a tie that the lot decided.

Everything goes through the product's own services; only the dates are put back afterwards, as the
product itself has no way to act in the past. The same day and the same roster give the same election.
"""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from communities.clock import LOCAL_ZONE, database_now
from communities.models import Estate, Owner, User
from governance.demo.history import cast_in_the_past, forget_old_news
from votes.enums import (
    AssemblyKind,
    CandidateStatus,
    Convener,
    Criterion,
    ElectionPurpose,
    Nomination,
    ScreeningFinding,
)
from votes.models import Assembly, Candidate, Election, NominationSupport
from votes.services.assemblies import create_assembly, post_assembly
from votes.services.candidates import (
    accept_candidacy,
    nominate_candidate,
    screen_candidate,
    stand_for_election,
    support_candidate,
)
from votes.services.closing import settle_assembly
from votes.services.elections import post_candidates, set_up_election

SEED = "清和里业主委员会选举 f0c27-5e1a9-d3b84-06c1f"
SEATS, ALTERNATES = 5, 2

#: Of every twenty voters, ordered by area, who marked for which candidate; five marks each. Numbers 5 and
#: 6 always got the same marks, so that heads and area are equal, at the last seat.
PAIR = (5, 6)
_SHARES = {1: 16, 2: 16, 3: 14, 4: 14, 5: 13, 6: 13, 7: 11, 8: 3}

STATEMENTS = (
    "退休前做了三十年工程监理，住进清和里十九年。想把电梯、消防这些大事管起来。",
    "做会计二十二年，愿意把公共收益和维修资金的每一笔账按季度贴出来。",
    "社区医院护士，熟悉楼里的老人。希望物业的上门服务有回音、有时限。",
    "软件工程师，年轻家庭的代表。想推动充电、停车和快递的规矩。",
    "中学教师，做过两届楼组长。遇事先听两边的话，再拿主意。",
    "开过餐馆，会和人打交道。愿意把物业合同的服务标准一条条对。",
    "园林公司退休，想管好小区的绿化和积水。",
    "律师助理，愿意帮大家看合同、看规约。",
)


def hold_election(
    *,
    estate: Estate,
    owners: Sequence[Owner],
    chair: User,
    secretary: User,
    closes_on: date,
    draw: random.Random,
    title: str = "",
) -> Election:
    """A certified election of the estate's committee, which closed at the beginning of ``closes_on``.

    ``owners``: eight with accounts, whose titles are older than the vote, in the order of their numbers;
    the first five or, as the lot fell, the sixth instead of the fifth, are elected. Whoever is to play
    the chair in the story stands first. A term begins on ``closes_on``.
    """
    opens_on = closes_on - timedelta(days=12)
    assembly = create_assembly(
        estate=estate,
        title=title or f"{opens_on.year}年业主委员会换届选举会议",
        kind=AssemblyKind.REGULAR,
        convener=Convener.COMMITTEE,
        notice="本届业主委员会任期将满，召开业主大会会议选举新一届委员。候选人情况已经公示，请各位业主按时表决。",
        posted_topics="选举业主委员会",
        opens_at=_at(opens_on, 9),
        closes_at=_at(closes_on),
        actor=chair,
    )
    election = set_up_election(
        assembly=assembly,
        purpose=ElectionPurpose.TERM,
        seats=SEATS,
        alternates=ALTERNATES,
        term_years=5,
        nomination_closes_at=database_now() + timedelta(hours=1),
        lot_seed=SEED,
        actor=chair,
    )
    _nominate(election, owners, secretary)
    _put_back(election, opens_on, secretary)
    assembly = post_assembly(assembly=assembly, actor=chair, moment=_at(opens_on - timedelta(days=16), 10))
    _vote(assembly, closes_on, draw)
    settle_assembly(
        assembly=Assembly.objects.select_for_update().get(pk=assembly.pk),
        moment=_at(closes_on) + timedelta(seconds=2),
    )
    forget_old_news(assembly)
    return Election.objects.select_related("assembly", "term").get(pk=election.pk)


def _nominate(election: Election, owners: Sequence[Owner], secretary: User) -> None:
    """Five stand by themselves, two are named by their neighbours, one by the residents' committee."""
    accounts = [owner.user for owner in owners if owner.user is not None]
    assert len(accounts) == len(STATEMENTS)
    neighbours = (
        Owner.objects.filter(estate=election.assembly.estate, user__isnull=False)
        .exclude(pk__in=[owner.pk for owner in owners])
        .select_related("user")
        .order_by("pk")
    )
    signing = [owner.user for owner in neighbours[:12] if owner.user is not None]
    for number, (owner, account, statement) in enumerate(zip(owners, accounts, STATEMENTS, strict=True), 1):
        if number in (3, 6):
            named = nominate_candidate(
                election=election, owner=owner, nomination=Nomination.JOINT, actor=signing[0]
            )
            for neighbour in signing[1:]:
                support_candidate(candidate=named, actor=neighbour)
        elif number == 8:
            named = nominate_candidate(
                election=election, owner=owner, nomination=Nomination.RESIDENTS_COMMITTEE, actor=secretary
            )
        else:
            stand_for_election(election=election, statement=statement, declared=True, actor=account)
            continue
        accept_candidacy(candidate=named, statement=statement, declared=True, actor=account)


def _put_back(election: Election, opens_on: date, secretary: User) -> None:
    """Screen and post, and give every step the day on which it happened in the story."""
    Election.objects.filter(pk=election.pk).update(nomination_closes_at=database_now())
    for candidate in election.candidates.order_by("number"):
        screen_candidate(
            candidate=candidate,
            findings=dict.fromkeys(Criterion.values, ScreeningFinding.MET.value),
            eligible=True,
            reason="核对过业主名册、缴费记录和任职情况，符合条件",
            seen=None,
            actor=secretary,
        )
    election.refresh_from_db()
    post_candidates(election=election, actor=secretary)
    posted = _at(opens_on - timedelta(days=24), 10)
    days = timedelta(days=8)
    Election.objects.filter(pk=election.pk).update(
        nomination_closes_at=_at(opens_on - timedelta(days=30)),
        candidates_posted_at=posted,
        candidates_posted_until=posted + days,
    )
    Candidate.objects.filter(election=election, status=CandidateStatus.ELIGIBLE).update(
        nominated_at=_at(opens_on - timedelta(days=36), 20),
        accepted_at=_at(opens_on - timedelta(days=35), 20),
        screened_at=_at(opens_on - timedelta(days=27), 15),
    )
    NominationSupport.objects.filter(candidate__election=election).update(
        supported_at=_at(opens_on - timedelta(days=34), 19)
    )


def _vote(assembly: Assembly, closes_on: date, draw: random.Random) -> None:
    """Three quarters of those with an account vote, spread evenly over small homes and large."""
    able = [
        elector
        for elector in assembly.electors.order_by("area", "number")
        if not elector.is_developer and elector.members.filter(owner__user__isnull=False).exists()
    ]
    most = min(len(able), assembly.total_heads * 4 // 5)
    voters = sorted(draw.sample(able, most), key=lambda elector: (elector.area, elector.number))
    patterns = mark_patterns()
    marks = {elector.pk: patterns[place % len(patterns)] for place, elector in enumerate(voters)}
    cast_in_the_past(
        assembly,
        voters,
        lambda elector: marks[elector.pk],
        until=_at(closes_on) - timedelta(minutes=5),
        draw=draw,
    )


def mark_patterns() -> list[str]:
    """Twenty ballots that add up to the shares; nobody marks more than there are seats."""
    left = {number: share for number, share in _SHARES.items() if number not in PAIR}
    patterns = []
    for voter in range(20):
        # The two that are to be equal are marked by the same voters, evenly spread.
        share = _SHARES[PAIR[0]]
        pair = PAIR if voter * share // 20 != (voter + 1) * share // 20 else ()
        must = [number for number in left if left[number] == 20 - voter]
        others = sorted(
            (number for number in left if left[number] and number not in must),
            key=lambda number: (-left[number], number),
        )
        chosen = (must + others)[: SEATS - len(pair)]
        for number in chosen:
            left[number] -= 1
        patterns.append("".join("F" if number in (*chosen, *pair) else "A" for number in _SHARES))
    return patterns


def _at(day: date, hour: int = 0) -> datetime:
    return datetime.combine(day, time(hour), LOCAL_ZONE)
