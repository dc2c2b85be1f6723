"""The owners' committee as everybody of the estate sees it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from communities.access import estate_for
from communities.committees import (
    ended_seats,
    first_sessions,
    latest_term,
    seats_on,
    succeeded,
    term_deadlines,
)
from communities.http import PersonRequest
from communities.models import CommitteeAssessment, CommitteeTerm
from communities.queries import policies_in_force
from communities.rules import allows, today


@login_required
@never_cache
@require_GET
def committee(request: PersonRequest, slug: str) -> HttpResponse:
    """Who sits on it since when, what it owes, how it was assessed, and the terms before."""
    estate = estate_for(request.user, slug)
    day = today()
    term = latest_term(estate, on=day)
    context: dict[str, Any] = {
        "estate": estate,
        "term": term,
        "today": day,
        "at_desk": allows("communities.use_desk", request.user, estate),
        "terms": CommitteeTerm.objects.filter(estate=estate, starts_on__lte=day).order_by("-number"),
    }
    if term is not None:
        seats = seats_on(term, on=day)
        context |= {
            "members": [seat for seat in seats if not seat.is_alternate],
            "alternates": [seat for seat in seats if seat.is_alternate],
            "ended": ended_seats(term, on=day),
            "deadlines": term_deadlines(
                term,
                policies=policies_in_force(estate, on=day),
                first_session=first_sessions([term]).get(term.pk),
                has_successor=term.pk in succeeded([term]),
            ),
            "assessments": CommitteeAssessment.objects.filter(term__estate=estate, seat__isnull=True)
            .select_related("term")
            .order_by("-year", "-pk"),
        }
    return render(request, "communities/committee.html", context)
