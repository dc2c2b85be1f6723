"""Of an elector's several ballots exactly one counts, and the others are kept with the reason."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from communities.models import LedgerEntry, OutboxMessage
from tests.factories.ballots import cast_for, settled
from tests.factories.communities import UserFactory
from tests.factories.papers import received_paper
from tests.factories.votes import elector_of, people_of, posted_assembly
from votes.enums import UncountedReason
from votes.errors import AlreadyCast, AssemblyAlreadyClosed, AssemblyCancelled, ChoicesInvalid
from votes.models import Assembly, Ballot, Certificate, PaperBallot, UncountedBallot
from votes.services.casting import admit_paper_ballot, set_paper_aside
from votes.services.closing import certify_settled_assembly
from votes.services.tallies import counted_ballots

pytestmark = pytest.mark.django_db


def counted(assembly: Assembly) -> list[tuple[str, str]]:
    return [(one.channel, one.choices) for one in counted_ballots(assembly)]


def admit(paper: PaperBallot, choices: str = "A") -> Ballot | UncountedBallot:
    return admit_paper_ballot(paper=paper, choices=choices, actor=UserFactory())


def test_a_paper_becomes_a_ballot_as_of_when_it_was_received():
    assembly = posted_assembly(motions=2)
    elector = assembly.electors.all()[0]
    paper = received_paper(assembly, elector, at=timezone.now() - timedelta(minutes=20))

    ballot = admit(paper, "AX")

    paper.refresh_from_db()
    assert isinstance(ballot, Ballot)
    assert (ballot.channel, ballot.paper, ballot.choices, ballot.revision) == ("paper", paper, "AX", 1)
    assert (ballot.accepted_at, ballot.area, ballot.cast_by) == (paper.received_at, elector.area, None)
    assert paper.settled_at is not None
    leaf = LedgerEntry.objects.get(verb="votes.ballot.cast")
    assert (leaf.leaf_hash, json.loads(leaf.body)["channel"]) == (ballot.leaf_hash, "paper")
    assert OutboxMessage.objects.get(topic="votes.ballot-cast").subject == str(ballot.pk)


def test_settling_a_paper_again_returns_what_it_became():
    assembly = posted_assembly()
    paper = received_paper(assembly, assembly.electors.all()[0])

    assert admit(paper, "A") == admit(paper, "F")
    assert counted(assembly) == [("paper", "A")]
    assert LedgerEntry.objects.filter(verb="votes.ballot.cast").count() == 1


#: rule, whether the paper was received before the online ballot, which of the two counts.
ORDERS = [
    ("first-received", True, "paper"),
    ("first-received", False, "online"),
    ("online-first", True, "online"),
    ("online-first", False, "online"),
    ("paper-first", True, "paper"),
    ("paper-first", False, "paper"),
]


@pytest.mark.parametrize(("rule", "paper_came_first", "stands"), ORDERS)
@pytest.mark.parametrize("change", ["final", "revisable"])
def test_a_paper_entered_after_an_online_ballot(rule, paper_came_first, stands, change):
    assembly = posted_assembly(rules={"channel-precedence": rule, "ballot-change": change})
    owner = people_of(assembly)[0]
    cast_for(assembly, owner, "F")
    received = timezone.now() + timedelta(minutes=-10 if paper_came_first else 0)
    paper = received_paper(assembly, elector_of(assembly, owner), at=received)

    outcome = admit(paper)

    if stands == "paper":
        assert isinstance(outcome, Ballot)
        assert counted(assembly) == [("paper", "A")]
        assert (Ballot.objects.count(), UncountedBallot.objects.count()) == (2, 0)
    else:
        assert isinstance(outcome, UncountedBallot)
        assert outcome.reason == UncountedReason.ELECTOR_VOTED_ONLINE
        assert counted(assembly) == [("online", "F")]
        assert (Ballot.objects.count(), UncountedBallot.objects.count()) == (1, 1)


@pytest.mark.parametrize("rule", ["first-received", "online-first", "paper-first"])
@pytest.mark.parametrize("change", ["final", "revisable"])
def test_an_online_ballot_after_a_paper_that_counts(rule, change):
    assembly = posted_assembly(rules={"channel-precedence": rule, "ballot-change": change})
    owner = people_of(assembly)[0]
    admit(received_paper(assembly, elector_of(assembly, owner)))

    if rule == "online-first":
        cast_for(assembly, owner, "F")
        assert counted(assembly) == [("online", "F")]
        newest = Ballot.objects.get(channel="online")
        leaf = LedgerEntry.objects.get(leaf_hash=newest.leaf_hash)
        assert json.loads(leaf.body)["previous"] == Ballot.objects.get(channel="paper").leaf_hash
    else:
        with pytest.raises(AlreadyCast, match="纸质"):
            cast_for(assembly, owner, "F")
        assert counted(assembly) == [("paper", "A")]
        assert Ballot.objects.count() == 1


def test_where_ballots_are_final_the_online_one_that_replaced_a_paper_is_final_too():
    assembly = posted_assembly(rules={"channel-precedence": "online-first"})
    owner = people_of(assembly)[0]
    admit(received_paper(assembly, elector_of(assembly, owner)))
    cast_for(assembly, owner, "F")

    with pytest.raises(AlreadyCast):
        cast_for(assembly, owner, "N")
    assert counted(assembly) == [("online", "F")]


@pytest.mark.parametrize("fault", ["late", "reprinted"])
def test_a_paper_that_came_too_late_or_was_reprinted_is_kept_and_not_counted(fault):
    assembly = posted_assembly(opens_in=timedelta(days=-2), closes_in=timedelta(hours=-1))
    late = timezone.now() if fault == "late" else timezone.now() - timedelta(hours=2)
    paper = received_paper(assembly, assembly.electors.all()[0], at=late)
    if fault == "reprinted":
        paper.voided_at = timezone.now()
        paper.save()

    kept = admit(paper)

    assert isinstance(kept, UncountedBallot)
    assert kept.reason == {"late": "late", "reprinted": "paper-replaced"}[fault]
    assert kept.received_at == paper.received_at
    assert not Ballot.objects.exists()


def test_the_leaf_of_an_uncounted_paper_tells_neither_choice_nor_elector():
    assembly = posted_assembly()
    paper = received_paper(assembly, assembly.electors.all()[0])

    kept = set_paper_aside(paper=paper, reason="unsigned", actor=UserFactory())

    leaf = LedgerEntry.objects.get(verb="votes.ballot.not-counted")
    said = json.loads(leaf.body)
    assert kept.leaf_hash == leaf.leaf_hash
    assert said["payload"] == {"channel": "paper", "reason": "unsigned"}
    assert said["subject"] == f"votes.uncountedballot:{kept.pk}"
    paper.refresh_from_db()
    assert paper.settled_at is not None


def test_a_paper_received_in_time_is_counted_after_the_close_and_then_no_more():
    assembly = posted_assembly(opens_in=timedelta(days=-2), closes_in=timedelta(hours=-1))
    first, second, _ = assembly.electors.all()
    in_time = timezone.now() - timedelta(hours=2)
    paper = received_paper(assembly, first, at=in_time)
    assembly = settled(assembly)
    assert assembly.status == "closed"

    admit(paper)
    assembly = settled_again(assembly)

    assert assembly.status == "certified"
    certificate = Certificate.objects.get()
    assert (certificate.received, certificate.counted) == (1, 1)
    with pytest.raises(AssemblyAlreadyClosed):
        admit(received_paper(assembly, second, at=in_time))


def settled_again(assembly: Assembly) -> Assembly:
    certify_settled_assembly(assembly_id=assembly.pk)
    return Assembly.objects.get(pk=assembly.pk)


def test_a_cancelled_meeting_takes_no_paper():
    assembly = posted_assembly()
    paper = received_paper(assembly, assembly.electors.all()[0])
    Assembly.objects.filter(pk=assembly.pk).update(status="cancelled")

    with pytest.raises(AssemblyCancelled):
        admit(paper)
    assert not UncountedBallot.objects.exists()


@pytest.mark.parametrize("choices", ["", "FF", "Q", "M"])
def test_a_paper_holds_one_known_mark_a_motion(choices):
    assembly = posted_assembly()
    paper = received_paper(assembly, assembly.electors.all()[0])

    with pytest.raises(ChoicesInvalid):
        admit(paper, choices)
    assert not Ballot.objects.exists()
