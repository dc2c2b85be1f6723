"""A proposal from its draft to its review: what it takes, what is refused, what is written down."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from communities.enums import RoleCode
from communities.errors import NotPermitted, Refusal
from communities.models import LedgerEntry
from governance.errors.proposals import (
    CannotMerge,
    OwnProposal,
    ProposalChanged,
    ProposalIncomplete,
    ProposalMoved,
    ProposalTooLong,
)
from governance.models import Proposal
from governance.services.proposals import (
    change_proposal,
    delete_draft,
    submit_proposal,
    withdraw_proposal,
    withdraw_uncompleted_proposals,
)
from governance.services.reviews import (
    accept_proposal,
    escalate_overdue_proposals,
    merge_proposal,
    refuse_proposal,
    return_proposal,
    route_proposal,
)
from tests.factories.communities import EstateFactory, appoint
from tests.factories.proposals import REASON, TEXT, accepted, at_home, drafted, refused, returned, submitted

pytestmark = pytest.mark.django_db


def test_sent_proposal_has_number_deadline_revision_and_frozen_rules() -> None:
    estate = EstateFactory()
    first, second = submitted(estate), submitted(estate)
    assert (first.number, second.number, first.status, first.turn) == (1, 2, "submitted", "community")
    assert first.due_at is not None and first.submitted_at is not None
    assert first.due_at - first.submitted_at >= timedelta(days=3)
    assert first.rule("proposal-review-working-days") == 3
    (revision,) = first.revisions.all()
    assert (revision.number, revision.title, revision.body) == (1, TEXT["title"], TEXT["body"])
    (step,) = first.steps.all()
    assert (step.from_status, step.to_status, step.actor) == ("draft", "submitted", first.author)
    assert LedgerEntry.objects.filter(verb="governance.proposal.submitted").count() == 2


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ({"title": ""}, ProposalIncomplete),
        ({"title": "😀😀😀😀😀"}, ProposalIncomplete),
        ({"body": "！！！！！！！！！！！！"}, ProposalIncomplete),
        ({"body": "写" * 10_000}, ProposalTooLong),
        ({"title": "长" * 61}, ProposalTooLong),
    ],
)
def test_text_that_says_nothing_or_too_much_is_not_sent(text: dict[str, Any], error: type[Refusal]) -> None:
    estate = EstateFactory()
    with pytest.raises(error):
        submitted(estate, **text)
    assert not Proposal.objects.filter(number__gt=0).exists()


def test_markup_is_kept_as_text(client: Any) -> None:
    estate = EstateFactory()
    proposal = accepted(
        estate, title="<b>北门</b>夜间开放", body="<script>alert(1)</script>末班车晚到，绕行太远"
    )
    client.force_login(proposal.author)
    page = client.get(f"/proposals/{proposal.pk}/").content.decode()
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page and "<b>北门" not in page


def test_edit_that_began_from_an_older_version_changes_nothing() -> None:
    proposal = drafted(EstateFactory())
    kept = change_proposal(
        proposal=proposal, version=1, actor=proposal.author, **(TEXT | {"title": "改过的题"})
    )
    assert kept.version == 2
    with pytest.raises(ProposalChanged):
        change_proposal(proposal=proposal, version=1, actor=proposal.author, **(TEXT | {"title": "另一次改"}))
    proposal.refresh_from_db()
    assert proposal.title == "改过的题"


def test_draft_of_somebody_else_can_be_neither_changed_sent_nor_deleted() -> None:
    proposal = drafted(EstateFactory())
    other = at_home(proposal.estate)
    for act in (
        lambda: change_proposal(proposal=proposal, version=1, actor=other, **TEXT),
        lambda: submit_proposal(proposal=proposal, actor=other),
        lambda: delete_draft(proposal=proposal, actor=other),
    ):
        with pytest.raises(NotPermitted):
            act()
    delete_draft(proposal=proposal, actor=proposal.author)
    assert not Proposal.objects.exists()


def test_proposal_that_was_sent_is_never_deleted_by_the_database() -> None:
    proposal = submitted(EstateFactory())
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM governance_proposal WHERE id = %s", [proposal.pk])
    assert Proposal.objects.filter(pk=proposal.pk).exists()


def test_returned_proposal_is_completed_with_a_second_revision() -> None:
    proposal = returned(EstateFactory())
    assert (proposal.status, proposal.turn) == ("returned", "author")
    change_proposal(
        proposal=proposal,
        version=proposal.version,
        actor=proposal.author,
        **(TEXT | {"body": "末班地铁 23:05 到站，附近三百户有人上晚班。"}),
    )
    again = submit_proposal(proposal=proposal, actor=proposal.author)
    assert (again.status, again.number) == ("submitted", 1)
    assert [revision.number for revision in again.revisions.order_by("number")] == [1, 2]
    assert "三百户" in again.revisions.get(number=2).body


def test_returned_proposal_lapses_after_its_deadline_and_not_before() -> None:
    proposal = returned(EstateFactory())
    assert withdraw_uncompleted_proposals() == 0
    assert proposal.due_at is not None
    Proposal.objects.filter(pk=proposal.pk).update(due_at=proposal.due_at - timedelta(days=60))
    assert (withdraw_uncompleted_proposals(), withdraw_uncompleted_proposals()) == (1, 0)
    proposal.refresh_from_db()
    assert proposal.status == "withdrawn"
    step = proposal.steps.last()
    assert step is not None and step.actor is None


@pytest.mark.parametrize("decide", [return_proposal, refuse_proposal])
def test_review_without_a_reason_of_ten_characters_changes_nothing(decide: Any) -> None:
    estate = EstateFactory()
    proposal, secretary = submitted(estate), appoint(RoleCode.SECRETARY, estate)
    with pytest.raises(Refusal):
        decide(proposal=proposal, code="unclear", reason="看不懂", actor=secretary)
    proposal.refresh_from_db()
    assert proposal.status == "submitted"
    decide(proposal=proposal, code="unclear", reason=REASON, actor=secretary)
    step = proposal.steps.last()
    assert step is not None and (step.code, step.reason, step.actor) == ("unclear", REASON, secretary)


def test_nobody_reviews_what_they_raised_themselves() -> None:
    estate = EstateFactory()
    secretary, other = appoint(RoleCode.SECRETARY, estate), appoint(RoleCode.SUBDISTRICT, estate)
    proposal = submitted(estate, secretary)
    with pytest.raises(OwnProposal):
        accept_proposal(proposal=proposal, actor=secretary)
    assert accept_proposal(proposal=proposal, actor=other).status == "accepted"


def test_only_the_community_reviews() -> None:
    estate = EstateFactory()
    proposal = submitted(estate)
    for user in (at_home(estate), appoint(RoleCode.FIRM, estate), appoint(RoleCode.COMMITTEE_CHAIR, estate)):
        with pytest.raises(NotPermitted):
            accept_proposal(proposal=proposal, actor=user)
    with pytest.raises(NotPermitted):
        accept_proposal(proposal=proposal, actor=appoint(RoleCode.SECRETARY, EstateFactory()))
    proposal.refresh_from_db()
    assert proposal.status == "submitted"


def test_review_left_lying_is_reported_to_the_subdistrict_once() -> None:
    proposal = submitted(EstateFactory())
    assert escalate_overdue_proposals() == 0
    assert proposal.due_at is not None
    Proposal.objects.filter(pk=proposal.pk).update(due_at=proposal.due_at - timedelta(days=30))
    assert (escalate_overdue_proposals(), escalate_overdue_proposals()) == (1, 0)
    proposal.refresh_from_db()
    assert proposal.escalated_at is not None and proposal.status == "submitted"


def test_reviewed_twice_is_reviewed_once() -> None:
    estate = EstateFactory()
    proposal, secretary = submitted(estate), appoint(RoleCode.SECRETARY, estate)
    accept_proposal(proposal=proposal, actor=secretary)
    with pytest.raises(ProposalMoved):
        refuse_proposal(proposal=proposal, code="other", reason=REASON, actor=secretary)
    assert proposal.steps.count() == 2


def test_way_of_a_proposal_is_led_with_reasons_and_deadlines() -> None:
    estate = EstateFactory()
    secretary = appoint(RoleCode.SECRETARY, estate)
    proposal = accepted(estate, by=secretary)
    for to in ("party", "committee", "meeting", "assembly"):
        proposal = route_proposal(proposal=proposal, to=to, reason=REASON, actor=secretary)
        assert proposal.status == to and (proposal.due_at is None) == (to == "assembly")
    with pytest.raises(ProposalMoved):
        route_proposal(proposal=proposal, to="assembly", reason=REASON, actor=secretary)
    with pytest.raises(NotPermitted):
        route_proposal(proposal=proposal, to="party", reason=REASON, actor=appoint(RoleCode.FIRM, estate))


def test_merge_keeps_the_text_and_leads_to_the_heir() -> None:
    estate = EstateFactory()
    secretary = appoint(RoleCode.SECRETARY, estate)
    heir, merged = accepted(estate, by=secretary), submitted(estate, title="北门晚上早早锁门")
    merged = merge_proposal(proposal=merged, into=heir, code="duplicate", reason=REASON, actor=secretary)
    assert (merged.status, merged.merged_into, merged.title) == ("merged", heir, "北门晚上早早锁门")
    elsewhere = accepted(EstateFactory())
    third = submitted(estate)
    for into in (third, elsewhere, merged):
        with pytest.raises(CannotMerge):
            merge_proposal(proposal=third, into=into, code="duplicate", reason=REASON, actor=secretary)
    third.refresh_from_db()
    assert third.status == "submitted"


def test_author_takes_back_until_it_is_on_its_way() -> None:
    estate = EstateFactory()
    secretary = appoint(RoleCode.SECRETARY, estate)
    proposal = accepted(estate, by=secretary)
    with pytest.raises(NotPermitted):
        withdraw_proposal(proposal=proposal, reason=REASON, actor=secretary)
    withdraw_proposal(proposal=proposal, reason=REASON, actor=proposal.author)
    proposal.refresh_from_db()
    assert proposal.status == "withdrawn"
    led = route_proposal(
        proposal=accepted(estate, by=secretary), to="meeting", reason=REASON, actor=secretary
    )
    with pytest.raises(ProposalMoved):
        withdraw_proposal(proposal=led, reason=REASON, actor=led.author)
    with pytest.raises(ProposalMoved):
        withdraw_proposal(proposal=refused(estate), reason=REASON, actor=Proposal.objects.latest("pk").author)
