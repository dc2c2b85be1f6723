"""Tickets at the desk of whoever deals with them: the least time left first, every act in one place."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.rules import allows
from governance.access.tickets import desk_ticket_for, inbox_for
from governance.enums import Party, TicketCategory, TicketStatus
from governance.errors.tickets import NotStaff
from governance.forms.ticket import HandlingForm
from governance.models import Ticket
from governance.models.ticket import RUNNING
from governance.queries.tickets import narrowed, staff_of, ticket_figures
from governance.services.ticket_handling import (
    accept_ticket,
    assign_ticket,
    fix_ticket,
    hand_over_ticket,
    note_on_ticket,
    pause_ticket,
    reply_to_supervision,
    resume_ticket,
    supervise_ticket,
)

from .tickets import TONES, reporter_words, step_row, ticket_cell

S = TicketStatus
PER_PAGE = 30
SUPERVISE_DAYS = 3


@login_required
@never_cache
@require_GET
def tickets(request: PersonRequest, slug: str) -> HttpResponse:
    """The inbox of one's parties; the community and the subdistrict may look at everybody's."""
    estate, parties, there = inbox_for(request.user, slug)
    moment = database_now()
    show, category = request.GET.get("show", "open"), request.GET.get("category", "")
    whose = request.GET.get("party", "")
    oversees = allows("governance.dispatch_ticket", request.user, estate)
    found = narrowed(there, show=show, category=category, moment=moment)
    if whose in Party.values and oversees:
        found = found.filter(party=whose)
    elif not oversees:
        found = found.filter(party__in=parties)
    page = Paginator(found.order_by(F("due_at").asc(nulls_last=True), "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "estate": estate,
        "page": page,
        "rows": [
            {**ticket_cell(one, desk=True), "ticket": one, "is_late": one.is_late(moment)}
            for one in page.object_list
        ],
        "show": show,
        "category": category,
        "party": whose,
        "oversees": oversees,
        "may_announce": allows("governance.announce_outage", request.user, estate),
        "parties": [(one.value, one.label) for one in (*Party.three(), Party.SUBDISTRICT)],
        "categories": TicketCategory.choices,
        "figures": ticket_figures(estate, moment),
    }
    return render(request, "governance/desk_tickets.html", context)


def _accept(ticket: Ticket, actor: Any, given: dict[str, Any]) -> None:
    accept_ticket(ticket=ticket, text=given["text"], scheduled_at=given["scheduled_at"], actor=actor)


def _assign(ticket: Ticket, actor: Any, given: dict[str, Any]) -> None:
    if given["assignee"] is None:
        raise NotStaff
    assign_ticket(ticket=ticket, to=given["assignee"], actor=actor)


def _pause(ticket: Ticket, actor: Any, given: dict[str, Any]) -> None:
    pause_ticket(ticket=ticket, reason=given["reason"], text=given["text"], actor=actor)


def _resume(ticket: Ticket, actor: Any, _given: dict[str, Any]) -> None:
    resume_ticket(ticket=ticket, actor=actor)


def _fix(ticket: Ticket, actor: Any, given: dict[str, Any]) -> None:
    fix_ticket(ticket=ticket, text=given["text"], files=given["attached"] or [], actor=actor)


def _hand(ticket: Ticket, actor: Any, given: dict[str, Any]) -> None:
    hand_over_ticket(ticket=ticket, to=given["party"] or ticket.party, text=given["text"], actor=actor)


def _supervise(ticket: Ticket, actor: Any, given: dict[str, Any]) -> None:
    supervise_ticket(ticket=ticket, text=given["text"], days=SUPERVISE_DAYS, actor=actor)


#: What each button does.
ACTS: dict[str, Callable[[Ticket, Any, dict[str, Any]], object]] = {
    "accept": _accept,
    "assign": _assign,
    "note": lambda ticket, actor, given: note_on_ticket(ticket=ticket, text=given["text"], actor=actor),
    "pause": _pause,
    "resume": _resume,
    "fix": _fix,
    "hand": _hand,
    "supervise": _supervise,
    "reply": lambda ticket, actor, given: reply_to_supervision(
        ticket=ticket, text=given["text"], actor=actor
    ),
}


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def ticket(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """One ticket: what was reported, its way, and every act; a refusal loses nothing that was typed."""
    found = desk_ticket_for(request.user, slug, pk)
    given, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = HandlingForm(given, files, staff=staff_of(found.estate, found.party))
    status = 422 if form.is_bound else 200
    act = ACTS.get(request.POST.get("act", ""))
    if form.is_bound and form.is_valid() and act is not None:
        try:
            act(found, request.user, form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
            found = desk_ticket_for(request.user, slug, pk)
        else:
            messages.success(request, _("已记下，报事人会收到通知。"))
            return redirect("governance:desk-tickets", slug)
    there = list(found.attachments.all())
    may_handle = allows("governance.handle_ticket", request.user, found)
    context = {
        "ticket": found,
        "estate": found.estate,
        "form": form,
        "tone": TONES[S(found.status)],
        "is_late": found.is_late(database_now()),
        "reporter": reporter_words(found, request.user),
        "steps": [step_row(step) for step in found.steps.order_by("taken_at", "pk")],
        "before": [one for one in there if one.added_by_id == found.reporter_id],
        "after": [one for one in there if one.added_by_id != found.reporter_id],
        "may_handle": may_handle and found.status in (*RUNNING, S.PAUSED, S.FIXED),
        "may_dispatch": allows("governance.dispatch_ticket", request.user, found)
        and found.status in (*RUNNING, S.PAUSED),
        "is_running": found.status in RUNNING,
    }
    return render(request, "governance/desk_ticket.html", context, status=status)
