"""备案表: the sheet with which a new committee goes to the subdistrict, from the election and the term."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from communities.access import term_for
from communities.committees import homes_in_words, seats_on
from communities.http import PersonRequest
from communities.models import CommitteeTerm, PositionDecision
from communities.printing import pdf_response
from communities.queries import policies_in_force
from communities.rules import today
from votes.models import Election, SeatResult


def attachments() -> list[str]:
    """What is handed in with the sheet (《业主大会和业主委员会指导规则》第三十三条)."""
    return [
        _("业主大会会议公告、表决人名册和表决结果公告"),
        _("管理规约"),
        _("业主大会议事规则"),
        _("业主委员会首次会议记录和推选主任、副主任的决定"),
        _("委员、候补委员名单和身份、业主资格证明"),
        _("业主大会决定的其他重大事项"),
    ]


def _sheet(request: PersonRequest, slug: str, pk: int) -> dict[str, Any]:
    term: CommitteeTerm = term_for(request.user, slug, pk)
    day = max(today(), term.starts_on)
    election = (
        Election.objects.filter(term=term, assembly__certified_at__isnull=False)
        .select_related("assembly")
        .order_by("assembly__certified_at")
        .first()
    )
    results = {}
    if election is not None:
        found = SeatResult.objects.filter(candidate__election=election).select_related("candidate")
        results = {result.candidate.owner_id: result for result in found}
    seats = seats_on(term, on=day)
    homes = homes_in_words([seat.owner for seat in seats if seat.owner], on=day)
    filing = policies_in_force(term.estate, on=day)["committee-filing-days"]
    return {
        "estate": term.estate,
        "term": term,
        "election": election,
        "assembly": election.assembly if election else None,
        "rows": [
            (
                seat,
                homes.get(seat.owner_id, "") if seat.owner_id else "",
                results.get(seat.owner_id) if seat.owner_id else None,
            )
            for seat in seats
        ],
        "decisions": PositionDecision.objects.filter(seat__term=term)
        .select_related("seat__owner", "seat__user")
        .order_by("session_on", "pk"),
        "attachments": attachments(),
        "article": filing.article,
    }


@login_required
@require_GET
def filing_sheet(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    return render(request, "print/filing.html", _sheet(request, slug, pk))


@login_required
@require_GET
def filing_pdf(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    html = render_to_string("print/filing.html", _sheet(request, slug, pk), request)
    return pdf_response(html, f"filing-{pk}.pdf")
