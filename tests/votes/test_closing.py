"""At the deadline the vote closes by itself, is counted and certified in one transaction."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from communities.ledger.hashing import sha256
from communities.models import LedgerEntry, Notice, OutboxMessage, User
from tests.factories.communities import EstateFactory, OwnershipFactory, UnitFactory
from tests.factories.papers import received_paper
from tests.factories.votes import elector_of, people_of, posted_assembly
from votes.enums import AssemblyStatus
from votes.models import Assembly, Ballot, Certificate, Delivery, MotionResult
from votes.services.casting import cast_ballot, set_paper_aside
from votes.services.closing import close_assembly, close_due_assemblies, open_due_assemblies

pytestmark = pytest.mark.django_db


def cast(assembly, user, choices):
    return cast_ballot(
        assembly_id=assembly.pk,
        elector_id=elector_of(assembly, user).pk,
        choices=choices,
        idempotency_key=uuid.uuid4(),
        user_id=user.pk,
    )


def ended(*, areas: list[int], choices: list[str], motions: int = 1, **fields) -> Assembly:
    """An assembly of one owner per area whose window has passed; the first owners cast ``choices``."""
    estate = EstateFactory()
    for area in areas:
        OwnershipFactory(unit=UnitFactory(building__estate=estate, area=area))
    assembly = posted_assembly(
        estate, motions=motions, opens_in=timedelta(days=-10), closes_in=timedelta(days=5), **fields
    )
    for user, marks in zip(people_of(assembly), choices, strict=False):
        cast(assembly, user, marks)
    put_close_in_the_past(assembly)
    return Assembly.objects.get(pk=assembly.pk)


def put_close_in_the_past(assembly: Assembly) -> None:
    """Let time pass: the guard against shortening is lifted for one statement."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE votes_assembly DISABLE TRIGGER votes_assembly_frozen")
        else:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'votes_assembly_frozen'")
            trigger = cursor.fetchone()[0]
            cursor.execute("DROP TRIGGER votes_assembly_frozen")
        newest = Ballot.objects.filter(assembly=assembly).order_by("-accepted_at").first()
        closes_at = (
            newest.accepted_at + timedelta(microseconds=1)
            if newest
            else assembly.opens_at + timedelta(days=9)
        )
        Assembly.objects.filter(pk=assembly.pk).update(closes_at=closes_at)
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE votes_assembly ENABLE ALWAYS TRIGGER votes_assembly_frozen")
        else:
            cursor.execute(trigger)


def test_a_vote_past_its_deadline_is_counted_and_certified_by_the_sweep():
    assembly = ended(areas=[5000, 3000, 2000], choices=["F", "F"])

    assert close_due_assemblies() == 1

    assembly.refresh_from_db()
    result = MotionResult.objects.get()
    assert assembly.status == AssemblyStatus.CERTIFIED
    assert assembly.closed_at == assembly.certified_at
    assert assembly.closed_at >= assembly.closes_at
    assert (result.verdict, result.for_heads, result.for_area) == ("passed", 2, 8000)
    assert (result.participating_heads, result.participating_area) == (2, 8000)
    assert result.article == "《民法典》第二百七十八条第一款第（二）项"


def test_a_motion_may_win_the_heads_and_fail_by_area():
    assembly = ended(areas=[1000, 1000, 8000], choices=["F", "F", "A"])

    close_due_assemblies()

    result = MotionResult.objects.get()
    met = {test["name"]: (test["have"], test["of"], test["need"], test["met"]) for test in result.tests}
    assert result.verdict == "not-passed"
    assert met == {
        "participation-area": (10000, 10000, "2/3", True),
        "participation-heads": (3, 3, "2/3", True),
        "approval-area": (2000, 10000, "1/2", False),
        "approval-heads": (2, 3, "1/2", True),
    }
    assert assembly.pk == result.motion.assembly_id


def test_too_few_voters_make_no_decision():
    ended(areas=[1000, 1000, 1000], choices=["F"])

    close_due_assemblies()

    assert MotionResult.objects.get().verdict == "quorum-not-met"


def test_each_motion_is_counted_from_its_own_mark():
    ended(areas=[100, 100, 100, 100], choices=["FAN", "FAF", "FNF"], motions=3)

    close_due_assemblies()

    assert list(
        MotionResult.objects.order_by("motion__position").values_list(
            "for_heads", "against_heads", "abstain_heads", "verdict"
        )
    ) == [(3, 0, 0, "passed"), (0, 2, 1, "not-passed"), (2, 0, 1, "passed")]


def test_only_the_newest_of_changed_ballots_counts():
    estate = EstateFactory()
    for _ in range(3):
        OwnershipFactory(unit=UnitFactory(building__estate=estate, area=100))
    assembly = posted_assembly(estate, rules={"ballot-change": "revisable"})
    first, second, _ = people_of(assembly)
    cast(assembly, first, "A")
    cast(assembly, second, "F")
    cast(assembly, first, "F")
    put_close_in_the_past(assembly)

    close_due_assemblies()

    result, certificate = MotionResult.objects.get(), Certificate.objects.get()
    assert (result.for_heads, result.against_heads) == (2, 0)
    assert (certificate.received, certificate.counted) == (3, 2)


def test_the_certificate_hashes_the_whole_result():
    ended(areas=[100, 100, 100], choices=["F", "F"])

    close_due_assemblies()

    certificate = Certificate.objects.get()
    body = json.loads(certificate.body)
    assert certificate.sha256 == sha256(certificate.body)
    assert body["ballots"] == {
        "received": 2,
        "counted": 2,
        "not_counted": 0,
        "channels": {"online": {"received": 2, "counted": 2}},
        "reasons": [],
    }
    assert body["motions"][0]["verdict"] == "passed"
    leaf = LedgerEntry.objects.get(verb="votes.assembly.certified")
    assert json.loads(leaf.body)["payload"]["certificate"] == certificate.sha256


def test_closing_again_changes_nothing():
    assembly = ended(areas=[100, 100], choices=["F", "F"])

    assert close_assembly(assembly_id=assembly.pk)
    assert not close_assembly(assembly_id=assembly.pk)
    assert close_due_assemblies() == 0

    assert Certificate.objects.count() == 1
    assert LedgerEntry.objects.filter(verb="votes.assembly.certified").count() == 1
    assert OutboxMessage.objects.filter(topic="votes.assembly-certified").count() == 1


def test_nothing_closes_before_its_deadline():
    assembly = posted_assembly()

    assert not close_assembly(assembly_id=assembly.pk)
    assert close_due_assemblies() == 0

    assembly.refresh_from_db()
    assert assembly.status == AssemblyStatus.PUBLISHED
    assert not Certificate.objects.exists()


def test_a_cancelled_assembly_is_never_counted():
    assembly = ended(areas=[100, 100], choices=["F", "F"])
    Assembly.objects.filter(pk=assembly.pk).update(status="cancelled")

    assert close_due_assemblies() == 0
    assert not MotionResult.objects.exists()


def test_one_assembly_that_cannot_be_counted_does_not_hold_up_the_others():
    broken = ended(areas=[100, 100], choices=["F", "F"])
    Assembly.objects.filter(pk=broken.pk).update(certified_at=None)
    Certificate.objects.create(
        assembly=broken, body="{}", sha256="0" * 64, received=0, counted=0, certified_at=timezone.now()
    )
    good = ended(areas=[100, 100], choices=["F", "F"])

    assert close_due_assemblies() == 1

    broken.refresh_from_db()
    good.refresh_from_db()
    assert (broken.status, good.status) == (AssemblyStatus.PUBLISHED, AssemblyStatus.CERTIFIED)
    assert not MotionResult.objects.filter(motion__assembly=broken).exists()


def test_results_cannot_be_rewritten():
    ended(areas=[100, 100], choices=["F", "F"])
    close_due_assemblies()

    with pytest.raises(IntegrityError), transaction.atomic():
        MotionResult.objects.update(verdict="not-passed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.all().delete()


def test_silent_owners_are_not_counted_unless_the_estates_rules_say_so():
    ended(areas=[100] * 6, choices=["F", "F", "F", "F", "A"])
    close_due_assemblies()
    assert MotionResult.objects.get().with_silent is None


def evidence_of(kind: str, assembly: Assembly, user: User) -> None:
    """What proves, or fails to prove, that a silent owner got the notice."""
    assert assembly.closes_at is not None
    in_time, too_late = assembly.closes_at - timedelta(hours=1), assembly.closes_at + timedelta(hours=1)
    elector = elector_of(assembly, user)
    if kind.startswith("opened"):
        Notice.objects.create(
            recipient=user,
            estate=assembly.estate,
            topic="votes.assembly-published",
            subject=str(assembly.pk),
            title="公告",
            created_at=in_time,
            read_at=too_late if "late" in kind else in_time,
        )
    elif kind.startswith("delivered"):
        Delivery.objects.create(
            assembly=assembly,
            elector=elector,
            method="board" if "board" in kind else "hand",
            reached="nobody was there" not in kind,
            delivered_at=too_late if "late" in kind else in_time,
            recorded_by=user,
            recorded_at=in_time,
            taken_back_at=in_time if "taken back" in kind else None,
            taken_back_reason="送错了" if "taken back" in kind else "",
        )
    elif kind == "sent an unsigned paper":
        evidence_of("delivered", assembly, user)
        paper = received_paper(assembly, elector, at=in_time)
        set_paper_aside(paper=paper, reason="unsigned", actor=user)


@pytest.mark.parametrize(
    ("evidence", "joins"),
    [
        ("opened", True),
        ("delivered by hand", True),
        ("nothing", False),
        ("opened too late", False),
        ("delivered too late", False),
        ("delivered, nobody was there", False),
        ("delivered, then taken back", False),
        ("delivered by the board", False),
        ("sent an unsigned paper", False),
    ],
)
def test_silent_owners_join_the_majority_on_evidence_of_delivery_and_both_tallies_are_kept(evidence, joins):
    estate = EstateFactory()
    for _ in range(6):
        OwnershipFactory(unit=UnitFactory(building__estate=estate, area=100))
    assembly = posted_assembly(estate, rules={"silent-owners": "with-majority"})
    people = people_of(assembly)
    for user, mark in zip(people, "FFFFA", strict=False):
        cast(assembly, user, mark)
    put_close_in_the_past(assembly)
    assembly.refresh_from_db()
    evidence_of(evidence, assembly, people[5])

    close_due_assemblies()

    result = MotionResult.objects.get()
    assert (result.for_heads, result.participating_heads) == (4, 5)
    assert result.with_silent["added"] == ({"heads": 1, "area": 100} if joins else {"heads": 0, "area": 0})
    assert result.with_silent["figures"]["for"]["heads"] == (5 if joins else 4)
    assert result.with_silent["clause"] == "本小区业主大会议事规则第一条"


def test_opening_is_written_down_once_the_window_has_begun():
    begun = posted_assembly(opens_in=timedelta(minutes=-1))
    waiting = posted_assembly(opens_in=timedelta(minutes=5))

    assert open_due_assemblies() == 1
    assert open_due_assemblies() == 0

    begun.refresh_from_db()
    waiting.refresh_from_db()
    assert (begun.status, waiting.status) == (AssemblyStatus.OPEN, AssemblyStatus.PUBLISHED)
    assert LedgerEntry.objects.filter(verb="votes.assembly.opened").count() == 1
