"""Support, talk, moderation, appeals and answers: what counts, what stays visible, who may what."""

from datetime import timedelta

import pytest
from django.utils import timezone

from communities.enums import RoleCode
from communities.errors import NotPermitted, Refusal
from governance.errors.answers import AnswerChanged, NotYourParty
from governance.errors.comments import (
    AlreadyReported,
    AppealNotYours,
    CommentGone,
    NothingToAppeal,
    OwnComment,
    ReplyTooDeep,
    StanceMissing,
)
from governance.errors.proposals import AlreadyEndorsed, NotEndorsed, PhaseClosed
from governance.models import Appeal, Proposal
from governance.services.answers import answer_proposal, ask_for_facts, give_facts
from governance.services.appeals import appeal_hiding, appeal_refusal, decide_appeal, escalate_overdue_appeals
from governance.services.comments import (
    hide_comment,
    keep_comment,
    report_comment,
    restore_comment,
    withdraw_comment,
)
from governance.services.endorsements import endorse_proposal, take_back_endorsement
from governance.services.prepared_assemblies import prepare_assembly
from governance.services.reviews import merge_proposal, set_statutory_item
from tests.factories.communities import (
    EstateFactory,
    OwnershipFactory,
    ResidencyFactory,
    UnitFactory,
    appoint,
)
from tests.factories.proposals import (
    REASON,
    accepted,
    appealed,
    at_home,
    commented,
    hidden,
    refused,
    reported,
    submitted,
)

pytestmark = pytest.mark.django_db


def counts(proposal: Proposal) -> tuple[int, int, int]:
    proposal.refresh_from_db()
    return proposal.supporters, proposal.heads, proposal.area


def test_owner_counts_by_head_and_area_and_a_tenant_as_support_only() -> None:
    estate = EstateFactory()
    proposal = accepted(estate)
    endorse_proposal(proposal=proposal, actor=at_home(estate, area=8_801))
    assert counts(proposal) == (1, 1, 8_801)
    tenant = ResidencyFactory(unit=UnitFactory(building=estate.buildings.get())).user
    endorse_proposal(proposal=proposal, actor=tenant)
    assert counts(proposal) == (2, 1, 8_801)


def test_co_owners_of_one_flat_are_one_head_and_the_second_takes_the_place() -> None:
    estate = EstateFactory()
    proposal = accepted(estate)
    unit = UnitFactory(building=estate.buildings.get(), area=7_001)
    first, second = (OwnershipFactory(unit=unit).owner.user for _ in range(2))
    for user in (first, second):
        endorse_proposal(proposal=proposal, actor=user)
    assert counts(proposal) == (2, 1, 7_001)
    take_back_endorsement(proposal=proposal, actor=first)
    assert counts(proposal) == (1, 1, 7_001)
    take_back_endorsement(proposal=proposal, actor=second)
    assert counts(proposal) == (0, 0, 0)


def test_support_is_given_once_and_taken_back_only_if_given() -> None:
    estate = EstateFactory()
    proposal, user = accepted(estate), at_home(estate)
    with pytest.raises(NotEndorsed):
        take_back_endorsement(proposal=proposal, actor=user)
    endorse_proposal(proposal=proposal, actor=user)
    with pytest.raises(AlreadyEndorsed):
        endorse_proposal(proposal=proposal, actor=user)
    assert counts(proposal)[0] == 1


def test_statutory_share_is_reached_by_heads_and_area_together() -> None:
    estate = EstateFactory()
    proposal = accepted(estate)
    people = [at_home(estate, area=10_000) for _ in range(9)]
    endorse_proposal(proposal=proposal, actor=people[0])
    assert Proposal.objects.get(pk=proposal.pk).share_reached_at is None
    endorse_proposal(proposal=proposal, actor=people[1])
    assert Proposal.objects.get(pk=proposal.pk).share_reached_at is not None


def test_merged_supporters_count_once_with_the_heir_and_the_merged_takes_no_more() -> None:
    estate = EstateFactory()
    secretary = appoint(RoleCode.SECRETARY, estate)
    heir, merged = accepted(estate, by=secretary), accepted(estate, by=secretary, title="北门晚上早早锁门")
    both, only = at_home(estate, area=5_003), at_home(estate, area=6_007)
    for proposal, user in ((heir, both), (merged, both), (merged, only)):
        endorse_proposal(proposal=proposal, actor=user)
    merge_proposal(proposal=merged, into=heir, code="duplicate", reason=REASON, actor=secretary)
    assert counts(heir) == (2, 2, 11_010)
    with pytest.raises(PhaseClosed):
        endorse_proposal(proposal=merged, actor=at_home(estate))
    assert merged.endorsements.count() == 2


def test_nothing_is_supported_or_said_before_the_review() -> None:
    estate = EstateFactory()
    proposal = submitted(estate)
    with pytest.raises(PhaseClosed):
        endorse_proposal(proposal=proposal, actor=at_home(estate))
    with pytest.raises(PhaseClosed):
        commented(proposal)
    with pytest.raises(NotPermitted):
        endorse_proposal(proposal=accepted(estate), actor=at_home(EstateFactory()))


def test_comment_needs_a_stance_and_has_one_level_of_replies() -> None:
    proposal = accepted(EstateFactory())
    with pytest.raises(StanceMissing):
        commented(proposal, stance="")
    with pytest.raises(Refusal):
        commented(proposal, text="😀😀")
    with pytest.raises(Refusal):
        commented(proposal, text="说" * 1_001)
    said = commented(proposal)
    reply = commented(proposal, parent=said, stance="", text="同意您的说法")
    with pytest.raises(ReplyTooDeep):
        commented(proposal, parent=reply, stance="", text="再回一句")
    proposal.refresh_from_db()
    assert proposal.comment_count == 2


def test_hidden_comment_says_who_when_why_and_is_restored_with_a_reason() -> None:
    proposal = accepted(EstateFactory())
    secretary = appoint(RoleCode.SECRETARY, proposal.estate)
    comment = reported(commented(proposal))
    with pytest.raises(Refusal):
        hide_comment(comment=comment, code="abuse", reason="不妥", actor=secretary)
    act = hide_comment(comment=comment, code="abuse", reason=REASON, actor=secretary)
    assert (act.actor, act.capacity, act.reason) == (secretary, "community", REASON)
    assert comment.reports.get().outcome == "hidden"
    with pytest.raises(CommentGone):
        hide_comment(comment=comment, code="abuse", reason=REASON, actor=secretary)
    restore_comment(comment=comment, code="other", reason=REASON, actor=secretary)
    comment.refresh_from_db()
    assert not comment.is_hidden and comment.moderation.count() == 2


def test_comment_is_reported_once_by_others_and_may_be_kept() -> None:
    proposal = accepted(EstateFactory())
    comment, reporter = commented(proposal), at_home(proposal.estate)
    with pytest.raises(OwnComment):
        report_comment(comment=comment, code="abuse", actor=comment.author)
    report_comment(comment=comment, code="abuse", actor=reporter)
    with pytest.raises(AlreadyReported):
        report_comment(comment=comment, code="abuse", actor=reporter)
    with pytest.raises(NotPermitted):
        keep_comment(comment=comment, actor=reporter)
    assert keep_comment(comment=comment, actor=appoint(RoleCode.SECRETARY, proposal.estate)) == 1
    withdraw_comment(comment=comment, actor=comment.author)
    with pytest.raises(CommentGone):
        commented(proposal, parent=comment, stance="", text="还能回吗")


def test_refusal_is_appealed_by_the_author_and_decided_by_another_person() -> None:
    estate = EstateFactory()
    secretary = appoint(RoleCode.SECRETARY, estate)
    proposal = refused(estate, by=secretary)
    with pytest.raises(NotPermitted):
        appeal_refusal(proposal=proposal, text="我也觉得不应该这样处理", actor=at_home(estate))
    appeal = appeal_refusal(proposal=proposal, text="关系到很多住户的出行", actor=proposal.author)
    with pytest.raises(AppealNotYours):
        decide_appeal(appeal=appeal, upheld=False, decision=REASON, actor=secretary)
    other = appoint(RoleCode.SUBDISTRICT, estate)
    decide_appeal(appeal=appeal, upheld=True, decision=REASON, actor=other)
    proposal.refresh_from_db()
    assert proposal.status == "accepted" and proposal.accepted_at is not None
    with pytest.raises(NothingToAppeal):
        appeal_refusal(proposal=proposal, text="再申诉一次看看行不行", actor=proposal.author)


def test_upheld_appeal_against_hiding_shows_the_comment_again() -> None:
    proposal = accepted(EstateFactory())
    comment = hidden(commented(proposal))
    appeal = appeal_hiding(comment=comment, text="这句话没有针对任何人", actor=comment.author)
    decide_appeal(
        appeal=appeal, upheld=True, decision=REASON, actor=appoint(RoleCode.SECRETARY, proposal.estate)
    )
    comment.refresh_from_db()
    assert not comment.is_hidden


def test_appeal_left_lying_goes_to_the_subdistrict_once() -> None:
    settled = appealed(EstateFactory())
    assert escalate_overdue_appeals() == 0
    lying = Appeal.objects.create(
        proposal=(proposal := refused(EstateFactory())),
        step=proposal.steps.last(),
        text=REASON,
        filed_by=proposal.author,
        filed_at=timezone.now() - timedelta(days=20),
        against=appoint(RoleCode.SECRETARY, proposal.estate),
        due_at=timezone.now() - timedelta(days=10),
    )
    assert (escalate_overdue_appeals(), escalate_overdue_appeals()) == (1, 0)
    lying.refresh_from_db()
    settled.refresh_from_db()
    assert lying.escalated_at is not None and settled.escalated_at is None


def test_answers_are_versioned_by_party_and_an_old_version_overwrites_nothing() -> None:
    estate = EstateFactory()
    proposal, firm = accepted(estate), appoint(RoleCode.FIRM, estate)
    first = answer_proposal(
        proposal=proposal,
        party="firm",
        status="agreed",
        text="同意从本月起调整，费用由公司承担",
        actor=firm,
        cost=480_000,
    )
    again = answer_proposal(
        proposal=proposal, party="firm", status="done", text=REASON, actor=firm, version=1
    )
    assert (first.version, again.version, first.cost) == (1, 2, 480_000)
    with pytest.raises(AnswerChanged):
        answer_proposal(
            proposal=proposal, party="firm", status="declined", text=REASON, actor=firm, version=1
        )
    with pytest.raises(NotYourParty):
        answer_proposal(proposal=proposal, party="committee", status="agreed", text=REASON, actor=firm)
    assert proposal.answers.count() == 2


def test_author_gives_the_facts_that_a_party_asked_for() -> None:
    estate = EstateFactory()
    proposal, firm = accepted(estate), appoint(RoleCode.FIRM, estate)
    request = ask_for_facts(proposal=proposal, party="firm", question="请说明是哪几天晚上关门", actor=firm)
    with pytest.raises(NotPermitted):
        give_facts(request=request, text="每天晚上", actor=firm)
    given = give_facts(request=request, text="每天晚上十一点", actor=proposal.author)
    assert given.answer == "每天晚上十一点"
    with pytest.raises(Refusal):
        give_facts(request=request, text="再说一次", actor=proposal.author)


def test_assembly_is_prepared_once_from_what_the_law_leaves_to_the_vote() -> None:
    estate = EstateFactory()
    secretary, chair = appoint(RoleCode.SECRETARY, estate), appoint(RoleCode.COMMITTEE_CHAIR, estate)
    proposal = accepted(estate, by=secretary, title="用维修资金更换北门岗亭")
    set_statutory_item(proposal=proposal, item=5, reason="动用建筑物及其附属设施的维修资金", actor=secretary)
    with pytest.raises(NotPermitted):
        prepare_assembly(proposal=proposal, reason=REASON, actor=at_home(estate))
    assembly = prepare_assembly(proposal=proposal, reason=REASON, actor=chair)
    motion = assembly.motions.get()
    assert (motion.title, motion.text, motion.item) == (proposal.title, proposal.body, 5)
    assert prepare_assembly(proposal=proposal, reason=REASON, actor=chair) == assembly
    proposal.refresh_from_db()
    assert (proposal.status, proposal.motion, assembly.status) == ("assembly", motion, "draft")
