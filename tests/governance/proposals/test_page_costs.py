"""What the page of a proposal with 500 comments costs, and lists that do not grow with their rows."""

import gzip
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from governance.models import Comment, Proposal
from tests.factories.communities import EstateFactory, UserFactory
from tests.factories.proposals import accepted, at_home

pytestmark = pytest.mark.django_db
MOST_QUERIES, MOST_BYTES = 25, 80 * 1024


def test_page_of_500_comments_stays_small(client: Client, django_assert_max_num_queries: Any) -> None:
    proposal = accepted(EstateFactory())
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
        for number in range(500)
    )
    Proposal.objects.filter(pk=proposal.pk).update(comment_count=500)
    client.force_login(at_home(proposal.estate))
    client.get(f"/proposals/{proposal.pk}/")
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(f"/proposals/{proposal.pk}/")
    assert len(gzip.compress(page.content)) <= MOST_BYTES
