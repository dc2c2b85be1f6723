"""Sheets: asked for, printed, printed again and received; each sheet once, nothing lost."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from communities.enums import RoleCode
from communities.errors import NotPermitted
from communities.models import LedgerEntry, Notice, OutboxMessage
from communities.services.outbox import relay_outbox
from tests.factories.ballots import cast_for, settled
from tests.factories.communities import UserFactory, appoint
from tests.factories.papers import entered, photo, printed, received, scrutineers_of
from tests.factories.votes import elector_of, people_of, posted_assembly
from votes.enums import BallotSecrecy, UncountedReason
from votes.errors import (
    AlreadyCast,
    AssemblyCancelled,
    AttachmentRefused,
    PaperAlreadyReceived,
    PaperNotNow,
    PaperNotOffered,
    PaperNotPrinted,
    PaperOfOtherAssembly,
    PaperTooEarly,
    PaperUnknown,
)
from votes.models import Assembly, Ballot, Elector, PaperBallot, UncountedBallot
from votes.services.closing import papers_waiting
from votes.services.papers import print_papers, receive_paper, reprint_paper, request_paper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def assembly() -> Assembly:
    return posted_assembly()


@pytest.fixture
def scrutineer(assembly):
    return scrutineers_of(assembly, 1)[0]


def verbs() -> list[str]:
    return list(LedgerEntry.objects.order_by("pk").values_list("verb", flat=True))


def over(estate=None) -> tuple[Assembly, PaperBallot]:
    """A vote whose deadline has passed without a sweep, and a sheet of it that was handed out before."""
    assembly = posted_assembly(estate, opens_in=timedelta(hours=-2), closes_in=timedelta(seconds=-1))
    paper = PaperBallot.objects.create(
        assembly=assembly,
        elector=elector_of(assembly, people_of(assembly)[0]),
        serial=1,
        printed_at=assembly.opens_at,
    )
    return assembly, paper


# --- asking --------------------------------------------------------------------------


def test_an_owner_asks_once_however_often(assembly, scrutineer):
    owner = people_of(assembly)[0]
    elector = elector_of(assembly, owner)
    first, again = (request_paper(elector=elector, actor=owner) for _ in range(2))
    assert first == again
    assert (first.serial, first.printed_at, first.requested_by) == (1, None, owner)
    (entry,) = LedgerEntry.objects.filter(verb="votes.paper.requested")
    assert entry.actor is None
    assert str(elector.number) not in json.loads(entry.body)["payload"]


def test_only_who_may_cast_for_the_elector_asks(assembly, scrutineer):
    elector = elector_of(assembly, people_of(assembly)[0])
    for other in (people_of(assembly)[1], UserFactory(), scrutineer):
        with pytest.raises(NotPermitted):
            request_paper(elector=elector, actor=other)
    assert not PaperBallot.objects.exists()


@pytest.mark.parametrize(
    "rules", [{"paper-on-request": False}, {"ballot-secrecy": BallotSecrecy.SECRET.value}]
)
def test_no_paper_where_the_rules_have_none(rules):
    assembly = posted_assembly(rules=rules)
    owner = people_of(assembly)[0]
    with pytest.raises(PaperNotOffered):
        request_paper(elector=elector_of(assembly, owner), actor=owner)
    assert not PaperBallot.objects.exists()


def test_a_secret_vote_prints_no_numbered_sheet():
    assembly = posted_assembly(rules={"ballot-secrecy": "secret"})
    with pytest.raises(PaperNotOffered):
        printed(assembly, scrutineers_of(assembly, 1)[0])


def test_who_voted_does_not_ask_and_nobody_after_the_close(assembly):
    owner, other = people_of(assembly)[:2]
    cast_for(assembly, owner, "F")
    with pytest.raises(AlreadyCast):
        request_paper(elector=elector_of(assembly, owner), actor=owner)
    settled(assembly)
    with pytest.raises(PaperNotNow):
        request_paper(elector=elector_of(assembly, other), actor=other)


# --- printing ------------------------------------------------------------------------


def test_printing_numbers_each_elector_once_and_serves_requests_first(assembly, scrutineer):
    first, second, third = people_of(assembly)
    asked = request_paper(elector=elector_of(assembly, third), actor=third)
    cast_for(assembly, second, "F")
    papers = printed(assembly, scrutineer)
    assert [(paper.serial, paper.elector) for paper in papers] == [
        (1, elector_of(assembly, third)),
        (2, elector_of(assembly, first)),
    ]
    assert papers[0].pk == asked.pk
    assert all(paper.printed_by == scrutineer for paper in papers)
    assert printed(assembly, scrutineer) == []
    (entry,) = LedgerEntry.objects.filter(verb="votes.papers.printed")
    assert json.loads(entry.body)["payload"] == {"sheets": 2, "serials": "1-2"}


@pytest.mark.parametrize("code", [code for code in RoleCode if code != RoleCode.SCRUTINEER])
def test_nobody_else_prints_or_receives(assembly, scrutineer, code):
    paper = printed(assembly, scrutineer)[0]
    other = appoint(code, assembly.estate)
    for attempt in (
        lambda: print_papers(assembly=assembly, electors=Elector.objects.all(), actor=other),
        lambda: reprint_paper(paper=paper, actor=other),
        lambda: received(paper, other),
    ):
        with pytest.raises(NotPermitted):
            attempt()


def test_who_works_for_the_firm_is_no_scrutineer(assembly, scrutineer):
    printed(assembly, scrutineer)
    appoint(RoleCode.FIRM, assembly.estate, user=scrutineer)
    del scrutineer._role_codes
    with pytest.raises(NotPermitted):
        printed(assembly, scrutineer)


def test_a_reprint_voids_the_earlier_sheet(assembly, scrutineer):
    old = printed(assembly, scrutineer)[0]
    new = reprint_paper(paper=old, actor=scrutineer)
    old.refresh_from_db()
    assert old.voided_at is not None
    assert (new.serial, new.elector) == (4, old.elector)
    with pytest.raises(PaperNotNow):
        reprint_paper(paper=old, actor=scrutineer)


def test_a_sheet_that_came_back_is_not_replaced_unless_it_cannot_count(assembly):
    one, two, three = scrutineers_of(assembly)
    paper = printed(assembly, one)[0]
    received(paper, one)
    with pytest.raises(PaperAlreadyReceived):
        reprint_paper(paper=paper, actor=one)
    entered(paper, one, "", "unsigned")
    entered(paper, two, "", "unsigned")
    another = reprint_paper(paper=paper, actor=three)
    received(another, one)
    entered(another, one)
    entered(another, two)
    assert Ballot.objects.get().paper == another


# --- receiving -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    ["{serial}", "票号 {serial}", "{full}", "{pk}", "https://vote.example/votes/papers/{pk}/", "{pk:upper}"],
)
def test_a_sheet_is_found_by_what_is_on_it(assembly, scrutineer, code):
    paper = printed(assembly, scrutineer)[1]
    text = code.replace("{serial}", str(paper.serial)).replace("{full}", "０００２")
    text = text.replace("{pk:upper}", str(paper.pk).upper()).replace("{pk}", str(paper.pk))
    found = receive_paper(assembly=assembly, code=text, file=photo(), actor=scrutineer)
    assert found.pk == paper.pk
    assert found.received_by == scrutineer
    assert len(found.scan_sha256) == 64
    assert found.scan.read().startswith(b"\xff\xd8")
    assert papers_waiting(assembly).get() == paper


@pytest.mark.parametrize(
    "code", ["", "99", "0", "7 8", "甲", "9" * 40, "00000000-0000-0000-0000-000000000001"]
)
def test_an_unknown_sheet_is_refused(assembly, scrutineer, code):
    printed(assembly, scrutineer)
    with pytest.raises(PaperUnknown):
        receive_paper(assembly=assembly, code=code, file=photo(), actor=scrutineer)
    assert not papers_waiting(assembly).exists()


def test_a_sheet_of_another_vote_is_sent_there_and_one_of_another_estate_is_unknown(assembly, scrutineer):
    sister = posted_assembly(assembly.estate)
    paper = printed(sister, scrutineer)[0]
    with pytest.raises(PaperOfOtherAssembly):
        receive_paper(assembly=assembly, code=str(paper.pk), file=photo(), actor=scrutineer)
    stranger = posted_assembly()
    foreign = printed(stranger, scrutineers_of(stranger, 1)[0])[0]
    with pytest.raises(PaperUnknown):
        receive_paper(assembly=assembly, code=str(foreign.pk), file=photo(), actor=scrutineer)


def test_a_sheet_is_received_once_and_its_scan_never_changes(assembly, scrutineer):
    paper = received(printed(assembly, scrutineer)[0], scrutineer)
    with pytest.raises(PaperAlreadyReceived):
        received(paper, scrutineer)
    with pytest.raises(DatabaseError), transaction.atomic():
        PaperBallot.objects.filter(pk=paper.pk).update(scan_sha256="0" * 64)


def test_nothing_is_stored_of_what_is_refused(assembly, scrutineer, media):
    paper = request_paper(elector=elector_of(assembly, people_of(assembly)[0]), actor=people_of(assembly)[0])
    with pytest.raises(PaperNotPrinted):
        received(paper, scrutineer)
    printed(assembly, scrutineer)
    with pytest.raises(AttachmentRefused):
        receive_paper(assembly=assembly, code="1", file=photo("票.svg"), actor=scrutineer)
    assert [path for path in media.rglob("*") if path.is_file()] == []
    assert "votes.paper.received" not in verbs()


def test_a_sheet_is_not_received_before_the_vote_begins():
    assembly = posted_assembly(opens_in=timedelta(days=1))
    scrutineer = scrutineers_of(assembly, 1)[0]
    paper = printed(assembly, scrutineer)[0]
    with pytest.raises(PaperTooEarly):
        received(paper, scrutineer)


def test_a_cancelled_vote_takes_no_sheet(assembly, scrutineer):
    paper = printed(assembly, scrutineer)[0]
    assembly.cancel()
    assembly.save(update_fields=["status"])
    with pytest.raises(AssemblyCancelled):
        received(paper, scrutineer)


def test_a_late_sheet_is_kept_as_not_counted():
    assembly, paper = over()
    late = received(paper, scrutineers_of(assembly, 1)[0])
    assert late.settled_at == late.received_at
    kept = UncountedBallot.objects.get()
    assert (kept.reason, kept.paper, kept.elector) == (UncountedReason.LATE, paper, paper.elector)
    assert kept.leaf_hash == LedgerEntry.objects.get(verb="votes.ballot.not-counted").leaf_hash
    assert not papers_waiting(assembly).exists()


def test_a_replaced_sheet_that_comes_back_is_kept_as_not_counted(assembly, scrutineer):
    old = printed(assembly, scrutineer)[0]
    new = reprint_paper(paper=old, actor=scrutineer)
    received(old, scrutineer)
    assert UncountedBallot.objects.get().reason == UncountedReason.PAPER_REPLACED
    received(new, scrutineer)
    assert papers_waiting(assembly).get() == new


def test_after_the_result_a_sheet_is_registered_and_changes_nothing(assembly, scrutineer):
    paper = printed(assembly, scrutineer)[0]
    assembly = settled(assembly)
    received(paper, scrutineer)
    paper.refresh_from_db()
    assert paper.settled_at is not None
    assert not UncountedBallot.objects.exists()
    assert verbs()[-1] == "votes.paper.received-after-result"
    assembly.refresh_from_db()
    assert assembly.certificate.received == 0


def test_its_people_are_told_that_it_came(assembly, scrutineer):
    owner = people_of(assembly)[0]
    paper = received(printed(assembly, scrutineer)[0], scrutineer)
    assert OutboxMessage.objects.get(topic="votes.paper-received").subject == str(paper.pk)
    relay_outbox()
    notice = Notice.objects.get(topic="votes.paper-received")
    assert notice.recipient == owner
    assert "票号 1" in notice.text


def test_a_late_one_is_told_with_its_reason():
    assembly, paper = over()
    received(paper, scrutineers_of(assembly, 1)[0])
    relay_outbox()
    notice = Notice.objects.get(topic="votes.paper-received")
    assert "没有计票" in notice.title
    assert "截止以后才收到" in notice.text
