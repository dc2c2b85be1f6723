"""Two people read a sheet apart, a third decides; then it is a ballot or is kept with its reason."""

import json

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from communities.enums import RoleCode
from communities.errors import NotPermitted
from communities.models import LedgerEntry, Notice
from communities.services.outbox import relay_outbox
from tests.factories.ballots import cast_for
from tests.factories.communities import OwnershipFactory, appoint
from tests.factories.papers import entered, printed, received, scrutineers_of
from tests.factories.votes import draft_assembly, people_of, posted_assembly
from votes.enums import Channel, MotionKind
from votes.errors import PaperEnteredByYou, PaperMarksMissing, PaperNotReceived, PaperSettled
from votes.models import Ballot, Election, Motion, PaperEntry, UncountedBallot
from votes.services.closing import certify_settled_assemblies, settle_assembly
from votes.services.paper_entries import counted_marks
from votes.services.tallies import ballot_figures, counted_ballots
from votes.standing import standing_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def assembly():
    return posted_assembly(motions=2)


@pytest.fixture
def people(assembly):
    return scrutineers_of(assembly)


@pytest.fixture
def paper(assembly, people):
    return received(printed(assembly, people[0])[0], people[0])


def test_two_who_agree_settle_it_and_the_receiver_may_be_one_of_them(assembly, people, paper):
    entered(paper, people[0], "FA")
    assert not Ballot.objects.exists()
    entered(paper, people[1], "FA")
    ballot = Ballot.objects.get()
    paper.refresh_from_db()
    assert (ballot.choices, ballot.channel, ballot.paper) == ("FA", Channel.PAPER, paper)
    assert ballot.accepted_at == paper.received_at
    assert (ballot.elector, ballot.area, ballot.cast_by) == (paper.elector, paper.elector.area, None)
    assert paper.settled_at is not None
    leaf = LedgerEntry.objects.get(leaf_hash=ballot.leaf_hash)
    assert json.loads(leaf.body)["channel"] == "paper"


def test_no_leaf_tells_what_was_read_or_whose_it_is(assembly, people, paper):
    entered(paper, people[0], "FA")
    entered(paper, people[1], "FN")
    for entry in LedgerEntry.objects.filter(verb="votes.paper.entered"):
        assert set(json.loads(entry.body)["payload"]) == {"look"}
        assert "FA" not in entry.body
        assert paper.elector.label not in entry.body


def test_where_two_differ_the_third_decides(assembly, people, paper):
    entered(paper, people[0], "FA")
    entered(paper, people[1], "FN")
    assert not Ballot.objects.exists()
    for before in people[:2]:
        with pytest.raises(PaperEnteredByYou):
            entered(paper, before, "FN")
    entered(paper, people[2], "AN")
    assert Ballot.objects.get().choices == "AN"
    assert list(PaperEntry.objects.values_list("look", "choices")) == [(1, "FA"), (2, "FN"), (3, "AN")]


def test_one_person_enters_a_sheet_once(assembly, people, paper):
    entered(paper, people[0], "FA")
    with pytest.raises(PaperEnteredByYou):
        entered(paper, people[0], "FA")
    assert PaperEntry.objects.count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        PaperEntry.objects.create(
            paper=paper, look=2, entered_by=people[0], choices="FA", entered_at=paper.received_at
        )


@pytest.mark.parametrize("code", [code for code in RoleCode if code != RoleCode.SCRUTINEER])
def test_nobody_but_a_scrutineer_enters(assembly, people, paper, code):
    with pytest.raises(NotPermitted):
        entered(paper, appoint(code, assembly.estate), "FA")


def test_a_scrutineer_of_elsewhere_does_not(paper):
    stranger = scrutineers_of(posted_assembly(), 1)[0]
    with pytest.raises(NotPermitted):
        entered(paper, stranger, "FA")


def test_a_sheet_is_entered_after_it_came_and_until_it_is_settled(assembly, people, paper):
    waiting = assembly.papers.exclude(pk=paper.pk).first()
    with pytest.raises(PaperNotReceived):
        entered(waiting, people[0], "FA")
    entered(paper, people[0], "FA")
    entered(paper, people[1], "FA")
    with pytest.raises(PaperSettled):
        entered(paper, people[2], "FA")


@pytest.mark.parametrize("choices", ["", "F", "FAN", "FQ", "f-"])
def test_every_line_needs_one_of_its_marks(people, paper, choices):
    with pytest.raises(PaperMarksMissing):
        entered(paper, people[0], choices)
    assert not PaperEntry.objects.exists()


def test_two_marks_and_none_are_marks_too(people, paper):
    entered(paper, people[0], "X-")
    entered(paper, people[1], "X-")
    assert Ballot.objects.get().choices == "X-"


@pytest.mark.parametrize("defect", ["unsigned", "unreadable", "other-assembly", "paper-replaced"])
def test_a_sheet_with_a_defect_is_kept_with_its_reason(people, paper, defect):
    entered(paper, people[0], "FA", defect)
    entered(paper, people[1], "", defect)
    kept = UncountedBallot.objects.get()
    assert (kept.reason, kept.paper, kept.channel) == (defect, paper, Channel.PAPER)
    assert kept.elector == (None if defect == "other-assembly" else paper.elector)
    assert not Ballot.objects.exists()
    relay_outbox()
    assert Notice.objects.get(topic="votes.paper-not-counted").title.startswith("纸质表决票没有计票")


@pytest.mark.parametrize("defect", ["late", "elector-voted-online", "甲"])
def test_a_reader_cannot_make_up_a_defect(people, paper, defect):
    with pytest.raises(PaperMarksMissing):
        entered(paper, people[0], "", defect)


def test_marks_and_a_defect_are_a_difference(people, paper):
    entered(paper, people[0], "FA")
    entered(paper, people[1], "", "unsigned")
    assert not Ballot.objects.exists()
    assert not UncountedBallot.objects.exists()
    entered(paper, people[2], "FA")
    assert Ballot.objects.get().choices == "FA"


def test_who_voted_online_meanwhile_is_counted_once(assembly, people, paper):
    owner = people_of(assembly)[0]
    cast_for(assembly, owner, "NN")
    entered(paper, people[0], "FA")
    entered(paper, people[1], "FA")
    assert counted_ballots(assembly).get().paper == paper, "the sheet was received first"
    assert ballot_figures(assembly)["reasons"] == [["online", "replaced-by-precedence", 1]]
    assert not UncountedBallot.objects.exists()
    paper.refresh_from_db()
    assert paper.settled_at is not None


def test_a_counted_sheet_is_told_with_its_receipt_and_names_no_sender():
    title = OwnershipFactory()
    OwnershipFactory(unit=title.unit, position=1, owner__user=None)
    assembly = posted_assembly(units=[title.unit])
    people = scrutineers_of(assembly)
    paper = received(printed(assembly, people[0])[0], people[0])
    for person in people[:2]:
        entered(paper, person, "F")
    relay_outbox()
    assert Notice.objects.get(topic="votes.ballot-cast").recipient == title.owner.user
    (one,) = standing_in(title.owner.user, assembly).electors
    assert (one.ballot.paper, one.cast_by) == (paper, "")


def test_the_count_waits_for_sheets_that_came_in_time(assembly, people, paper):
    """Closed, not counted, then counted by the sweep with the last sheet: the whole way."""
    other = received(assembly.papers.exclude(pk=paper.pk).first(), people[1])
    settle_assembly(assembly=assembly, moment=assembly.closes_at)
    assembly.refresh_from_db()
    assert assembly.status == "closed"
    assert certify_settled_assemblies() == 0
    for sheet, marks in ((paper, ("FA", "FA")), (other, ("FF", "FF"))):
        assert certify_settled_assemblies() == 0
        entered(sheet, people[0], marks[0])
        entered(sheet, people[1], marks[1])
    assert certify_settled_assemblies() == 1
    assert certify_settled_assemblies() == 0
    assembly.refresh_from_db()
    assert assembly.status == "certified"
    assert (assembly.certificate.received, assembly.certificate.counted) == (2, 2)
    first = Motion.objects.get(assembly=assembly, position=1).result
    assert (first.for_heads, first.for_area) == (2, 2 * 8800)
    body = json.loads(assembly.certificate.body)
    assert body["ballots"] == {
        "received": 2,
        "counted": 2,
        "not_counted": 0,
        "channels": {"paper": {"received": 2, "counted": 2}},
        "reasons": [],
    }


def test_counted_and_not_counted_are_what_was_received(assembly, people, paper):
    second, third = assembly.papers.exclude(pk=paper.pk)
    for sheet in (second, third):
        received(sheet, people[0])
    for sheet, marks, defect in ((paper, "FA", ""), (second, "", "unsigned"), (third, "X-", "")):
        entered(sheet, people[0], marks, defect)
        entered(sheet, people[1], marks, defect)
    settle_assembly(assembly=assembly, moment=assembly.closes_at)
    certificate = assembly.certificate
    assert (certificate.received, certificate.counted) == (3, 2)


def test_more_candidates_than_seats_spoil_the_election_and_nothing_else():
    election = draft_assembly(motions=4)
    Motion.objects.filter(assembly=election, position__gt=1).update(kind=MotionKind.CANDIDATE)
    assert counted_marks(election, "FFFF") == "FFFF"
    Election.objects.create(assembly=election, seats=2, nomination_closes_at=timezone.now())
    assert counted_marks(election, "FFFN") == "FFFN"
    assert counted_marks(election, "FFFF") == "FXXX"
