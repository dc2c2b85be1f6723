"""Comments as a page shows them: threads of one level, a few at a time."""

from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q

from communities.models import User
from governance.models import Comment, ModerationAct, Proposal

PER_PAGE = 30


@dataclass(slots=True)
class Thread:
    """A comment with its replies; ``hiding`` is the act that hid each of them that is hidden."""

    comment: Comment
    replies: list[Comment] = field(default_factory=list)


def threads_of(
    proposal: Proposal, user: User, number: str | None, *, count: int
) -> tuple[Page[Any], list[Thread]]:
    """One page of ``count`` threads, the newest first; every comment has ``hiding`` and ``is_mine`` set."""
    paginator = Paginator(proposal.comments.none(), PER_PAGE)
    paginator.count = count
    page = paginator.get_page(number)
    begin = (page.number - 1) * PER_PAGE
    firsts = proposal.comments.filter(parent__isnull=True).order_by("-written_at", "-pk")
    wanted = firsts.values("pk")[begin : begin + PER_PAGE]
    found = list(
        Comment.objects.filter(Q(pk__in=wanted) | Q(parent__in=wanted))
        .select_related("author")
        .order_by("-written_at", "-pk")
    )
    threads = {one.pk: Thread(one) for one in found if one.parent_id is None}
    for reply in reversed(found):
        if reply.parent_id is not None:
            threads[reply.parent_id].replies.append(reply)
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
