"""Comments as a page shows them: threads of one level, a few at a time."""

from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q

from communities.models import User
from governance.models import Comment, ModerationAct, Proposal

PER_PAGE = 30


@dataclass(slots=True)
class Thread:
    """A comment with its replies; ``hiding`` is the act that hid each of them that is hidden."""

    comment: Comment
    replies: list[Comment] = field(default_factory=list)


def threads_of(proposal: Proposal, user: User, number: str | None) -> tuple[Page[Any], list[Thread]]:
    """One page of threads, the newest first, each comment with ``hiding`` and ``is_mine`` set."""
    firsts = proposal.comments.filter(parent__isnull=True).select_related("author")
    page = Paginator(firsts.order_by("-written_at", "-pk"), PER_PAGE).get_page(number)
    threads = {one.pk: Thread(one) for one in page.object_list}
    replies = Comment.objects.filter(parent__in=list(threads)).select_related("author")
    for reply in replies.order_by("written_at", "pk"):
        threads[reply.parent_id].replies.append(reply)  # type: ignore[index]
    shown = [one for thread in threads.values() for one in (thread.comment, *thread.replies)]
    hidden = [one.pk for one in shown if one.is_hidden]
    acts = {
        act.comment_id: act
        for act in ModerationAct.objects.filter(comment__in=hidden, action="hide").order_by("taken_at", "pk")
    }
    for one in shown:
        one.hiding = acts.get(one.pk)  # type: ignore[attr-defined]
        one.is_mine = one.author_id == user.pk  # type: ignore[attr-defined]
    return page, list(threads.values())


def stance_counts(proposal: Proposal) -> dict[str, int]:
    """How many first-level comments stand for, against, and suggest; hidden and withdrawn ones left out."""
    counted = proposal.comments.filter(parent__isnull=True, is_hidden=False, withdrawn_at__isnull=True)
    return counted.aggregate(
        all=Count("pk"),
        **{one: Count("pk", filter=Q(stance=one)) for one in ("for", "against", "suggestion")},
    )
