"""The handover at the desk: the list, each item ticked off, the sheet to sign."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from communities.access import handover_item_for, term_for
from communities.committees import receivers_of, succeeded
from communities.errors import Refusal
from communities.forms.committee import HandoverForm
from communities.http import PersonRequest
from communities.models import CommitteeTerm
from communities.printing import pdf_response
from communities.rules import allows, today
from communities.services.committee import hand_over_item, list_handover
from communities.services.committee.locks import judge


def _context(request: PersonRequest, term: CommitteeTerm) -> dict[str, Any]:
    day = today()
    items = list(
        term.handovers.select_related("seat__owner", "seat__user", "handed_to").order_by(
            F("seat").asc(nulls_first=True), "pk"
        )
    )
    groups: dict[int, dict[str, Any]] = {}
    for item in items:
        group = groups.setdefault(item.seat_id or 0, {"seat": item.seat, "items": []})
        group["items"].append((item, item.handed_on is None and item.due_on < day))
    may = allows("communities.hand_over", request.user, term.estate)
    return {
        "estate": term.estate,
        "term": term,
        "groups": list(groups.values()),
        "open": sum(item.handed_on is None for item in items),
        "may_hand_over": may,
        "may_list": may
        and not any(item.seat_id is None for item in items)
        and (day >= term.ends_on or bool(succeeded([term]))),
    }


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def handover(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """What is to be handed over; a POST lists what the outgoing committee owes."""
    term = term_for(request.user, slug, pk)
    if request.method == "POST":
        list_handover(term=term, actor=request.user)
        messages.success(request, _("已列出交接清单，相关的人会收到消息。"))
        return redirect("communities:handover", slug, pk)
    return render(request, "communities/desk_handover.html", _context(request, term))


@login_required
@require_http_methods(["GET", "POST"])
def item(request: PersonRequest, slug: str, pk: int, item_pk: int) -> HttpResponse:
    found = handover_item_for(request.user, slug, pk, item_pk)
    judge("communities.hand_over", request.user, found.term)
    form = HandoverForm(request.POST or None, receivers=receivers_of(found.term, on=today()), today=today())
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            hand_over_item(
                item=found,
                handed_on=form.cleaned_data["handed_on"],
                receiver=form.chosen,
                note=form.cleaned_data["note"],
                actor=request.user,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已登记交接。"))
            return redirect("communities:handover", slug, pk)
    context = {"estate": found.term.estate, "term": found.term, "item": found, "form": form}
    return render(request, "communities/desk_handover_item.html", context, status=status)


def _sheet(request: PersonRequest, slug: str, pk: int) -> dict[str, Any]:
    context = _context(request, term_for(request.user, slug, pk))
    if not context["groups"]:
        raise Http404
    return context


@login_required
@require_GET
def handover_print(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    return render(request, "print/handover.html", _sheet(request, slug, pk))


@login_required
@require_GET
def handover_pdf(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    html = render_to_string("print/handover.html", _sheet(request, slug, pk), request)
    return pdf_response(html, f"handover-{pk}.pdf")
