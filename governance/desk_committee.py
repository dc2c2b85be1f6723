"""What a committee owes, for the desks of committee, community and subdistrict."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from communities.clock import local_day
from communities.committees import (
    TermDeadline,
    end_of,
    first_sessions,
    latest_terms,
    seats_without_title,
    succeeded,
    term_deadlines,
)
from communities.models import CommitteeTerm, Estate, HandoverItem, User
from communities.queries import policies_of
from communities.rules import allows
from governance.steps import Step

#: A deadline further away than this is on the term's page, not among the next steps.
AHEAD = timedelta(days=30)
#: Who may do each thing, so that the desk says whose turn it is.
PERMISSION = {
    "first-session": "communities.manage_committee",
    "filing": "communities.file_committee",
    "report": "communities.hand_over",
    "renewal": "communities.hand_over",
}


def committee_steps(user: User, estates: list[Estate], moment: datetime) -> Iterator[Step]:
    """Deadlines of the newest terms, seats that ended by law, and handovers; the same queries for many."""
    day = local_day(moment)
    by_pk = {estate.pk: estate for estate in estates}
    terms = latest_terms(estates, on=day)
    if not terms:
        return
    for term in terms:
        term.estate = by_pk[term.estate_id]
    yield from _deadlines(user, terms, day)
    yield from _untitled(user, terms, day)
    yield from _handovers(user, by_pk)


def _deadlines(user: User, terms: list[CommitteeTerm], day: date) -> Iterator[Step]:
    policies = policies_of([term.estate for term in terms], on=day)
    sessions, followed = first_sessions(terms), succeeded(terms)
    for term in terms:
        for deadline in term_deadlines(
            term,
            policies=policies[term.estate_id],
            first_session=sessions.get(term.pk),
            has_successor=term.pk in followed,
        ):
            if not deadline.is_done and deadline.due_on - day <= AHEAD:
                yield _deadline_step(user, term, deadline)


def _deadline_step(user: User, term: CommitteeTerm, deadline: TermDeadline) -> Step:
    mine = allows(PERMISSION[deadline.key], user, term.estate)
    words = {"term": term, "text": deadline.text}
    return Step(
        kind=_("业委会"),
        tone="amber",
        text=_("%(term)s：%(text)s") % words,
        estate=term.estate,
        turn=_("您") if mine else deadline.turn,
        due=deadline.due,
        url=reverse("communities:term", args=[term.estate.slug, term.pk]),
        act=_("办理") if mine else _("查看"),
    )


def _untitled(user: User, terms: list[CommitteeTerm], day: date) -> Iterator[Step]:
    by_pk = {term.pk: term for term in terms}
    for seat in seats_without_title(terms, on=day):
        term = by_pk[seat.term_id]
        mine = allows("communities.manage_committee", user, term.estate)
        yield Step(
            kind=_("业委会"),
            tone="seal",
            text=_("委员%(name)s已不是业主，任职应当终止") % {"name": seat.holder_name},
            estate=term.estate,
            turn=_("您") if mine else _("社区、业委会主任"),
            url=reverse("communities:term", args=[term.estate.slug, term.pk]),
            act=_("办理") if mine else _("查看"),
        )


def _handovers(user: User, by_pk: dict[int, Estate]) -> Iterator[Step]:
    waiting = (
        HandoverItem.objects.filter(term__estate__in=by_pk, handed_on__isnull=True)
        .order_by()
        .values_list("term__estate", "term", "term__number")
        .annotate(count=Count("pk"), due=Min("due_on"))
    )
    for estate_pk, term, number, count, due in waiting:
        estate = by_pk[estate_pk]
        mine = allows("communities.hand_over", user, estate)
        yield Step(
            kind=_("交接"),
            tone="amber",
            text=ngettext(
                "第 %(term)d 届业主委员会有 %(number)d 项待交接",
                "第 %(term)d 届业主委员会有 %(number)d 项待交接",
                count,
            )
            % {"term": number, "number": count},
            estate=estate,
            turn=_("您") if mine else _("业主委员会"),
            due=end_of(due),
            url=reverse("communities:handover", args=[estate.slug, term]),
            act=_("办理") if mine else _("查看"),
        )
