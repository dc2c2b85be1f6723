"""What the page of a proposal with 500 comments costs, and lists that do not grow with their rows."""

import gzip
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from governance.models import Comment, OfficialAnswer, Proposal
from governance.services.endorsements import endorse_proposal
from governance.services.reviews import merge_proposal
from tests.factories.communities import UserFactory
from tests.factories.meetings import Room
from tests.factories.proposals import REASON, accepted, at_home, commented, hidden, submitted

pytestmark = pytest.mark.django_db
MOST_QUERIES, MOST_BYTES = 15, 80 * 1024


def much_discussed() -> Proposal:
    """Answered by three parties, talked through at a meeting, another merged into it, 500 comments."""
    room = Room()
    proposal = accepted(room.estate, by=room.secretary)
    endorse_proposal(proposal=proposal, actor=room.one)
    for party, user in (("community", room.secretary), ("committee", room.chair), ("firm", room.firm)):
        OfficialAnswer.objects.create(
            proposal=proposal,
            party=party,
            version=1,
            status="planned",
            text="先试行三个月，再看夜间噪声。",
            answered_by=user,
            answered_at=timezone.now(),
        )
    room.sealed(proposal)
    other = submitted(room.estate, title="北门晚一点关")
    merge_proposal(proposal=other, into=proposal, code="duplicate", reason=REASON, actor=room.secretary)
    people = UserFactory.create_batch(20)
    Comment.objects.bulk_create(
        Comment(
            proposal=proposal,
            author=people[number % 20],
            capacity="owner",
            stance="for",
            text=f"第 {number} 条意见：希望早点开放，晚上回家方便一些。",
            written_at=timezone.now(),
        )
        for number in range(498)
    )
    said = commented(proposal)
    Comment.objects.create(
        proposal=proposal,
        parent=said,
        author=people[0],
        capacity="owner",
        text="同意",
        written_at=timezone.now(),
    )
    hidden(said, by=room.secretary)
    Proposal.objects.filter(pk=proposal.pk).update(comment_count=500)
    return proposal


def test_page_of_500_comments_stays_small(client: Client, django_assert_max_num_queries: Any) -> None:
    proposal = much_discussed()
    client.force_login(at_home(proposal.estate))
    client.get(f"/proposals/{proposal.pk}/")
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(f"/proposals/{proposal.pk}/")
    assert len(gzip.compress(page.content)) <= MOST_BYTES
    text = page.content.decode()
    assert text.count("先试行三个月") == 3
    assert all(words in text for words in ("纪要由三方签署", "并入", "办理事项", "同意", "支持 498"))
