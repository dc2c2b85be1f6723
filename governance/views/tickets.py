"""报事 on the phone: reported in a minute, followed like a parcel, confirmed or opened again, rated."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.access import estate_for
from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.models import User
from communities.rules import allows
from communities.templatetags.linyi import mask_name
from governance.access.tickets import estate_to_report_in, ticket_for, tickets_for
from governance.enums import FileKind, Party, TicketCategory, TicketStatus
from governance.forms.ticket import RatingForm, TicketForm, WordsForm
from governance.models import Attachment, Outage, Ticket, TicketStep
from governance.models.ticket import RUNNING, UNSETTLED
from governance.queries.tickets import narrowed, similar_tickets, ticket_figures
from governance.rules import parties_of
from governance.services.tickets import (
    PRIVATE,
    confirm_fixed,
    rate_ticket,
    reject_fix,
    reopen_ticket,
    reopens_until,
    report_ticket,
    support_ticket,
    withdraw_ticket,
)
from votes.views.private_files import private_file

S = TicketStatus
PER_PAGE, OWN_SHOWN, OUTAGES_SHOWN = 20, 5, 3
SHOWN = ("mine", "open", "late", "done")
TONES = {
    S.OPEN: "amber",
    S.WORKING: "sky",
    S.PAUSED: "plain",
    S.FIXED: "amber",
    S.CLOSED: "",
    S.WITHDRAWN: "plain",
}


def ticket_cell(ticket: Ticket, *, desk: bool = False) -> dict[str, Any]:
    """A ticket in a list."""
    words = [
        _("第 %(number)d 号") % {"number": ticket.number},
        " ".join(filter(None, [str(ticket.building or ""), ticket.place])),
        _("%(number)d 人同报") % {"number": ticket.supporters} if ticket.supporters else "",
    ]
    if desk:
        url = reverse("governance:desk-ticket", args=[ticket.estate.slug, ticket.pk])
    else:
        url = reverse("governance:ticket", args=[ticket.pk])
    return {
        "title": ticket.text[:40],
        "url": url,
        "tags": [
            (ticket.get_status_display(), TONES[S(ticket.status)]),
            (ticket.get_category_display(), "plain"),
        ],
        "note": " · ".join(filter(None, words)),
        "due": ticket.due_at if desk else None,
    }


@login_required
@never_cache
@require_GET
def tickets(request: PersonRequest, slug: str) -> HttpResponse:
    """What was reported in the estate, one's own in front, and how it is dealt with."""
    estate, moment = estate_for(request.user, slug), database_now()
    show, category = request.GET.get("show", ""), request.GET.get("category", "")
    there = tickets_for(request.user).filter(estate=estate)
    mine = there.filter(Q(reporter=request.user) | Q(supports__user=request.user)).distinct()
    found = mine if show == "mine" else narrowed(there, show=show, category=category, moment=moment)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    own = [] if show else mine.filter(status__in=UNSETTLED)[:OWN_SHOWN]
    context = {
        "estate": estate,
        "page": page,
        "cells": [ticket_cell(one) for one in page.object_list],
        "own": [ticket_cell(one) for one in own],
        "show": show if show in SHOWN else "",
        "category": category if category in TicketCategory.values else "",
        "categories": TicketCategory.choices,
        "may_report": allows("governance.report_ticket", request.user, estate),
        "at_desk": bool(parties_of(request.user, estate)),
        "figures": ticket_figures(estate, moment),
        "outages": list(
            Outage.objects.filter(estate=estate, ends_at__gt=moment).select_related("building")[
                :OUTAGES_SHOWN
            ]
        ),
    }
    return render(request, "governance/tickets.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: PersonRequest, slug: str) -> HttpResponse:
    """Report a matter; afterwards its page shows what others reported like it."""
    estate = estate_to_report_in(request.user, slug)
    given, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = TicketForm(given, files, estate=estate)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        names = ("category", "text", "building", "place", "is_anonymous")
        values = {name: form.cleaned_data[name] for name in names}
        try:
            kept = report_ticket(
                estate=estate,
                actor=request.user,
                is_public=not form.cleaned_data["is_private"] and values["category"] not in PRIVATE,
                files=form.cleaned_data["attached"] or [],
                **values,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已报，有进展会通知您。"))
            return redirect("governance:ticket", kept.pk)
    return render(request, "governance/ticket_form.html", {"estate": estate, "form": form}, status=status)


@login_required
@never_cache
@require_GET
def ticket(request: PersonRequest, pk: int) -> HttpResponse:
    return show_ticket(request, ticket_for(request.user, pk))


def show_ticket(
    request: PersonRequest, found: Ticket, *, form: WordsForm | None = None, status: int = 200
) -> HttpResponse:
    """Its way so far, whose turn it is until when, and what the reader may do."""
    user, moment = request.user, database_now()
    is_reporter = found.reporter_id == user.pk
    supports = found.supports.filter(user=user).exists()
    is_open = found.status in UNSETTLED
    may_report = allows("governance.report_ticket", user, found.estate)
    looks_for_others = is_reporter and found.status in RUNNING
    files = list(found.attachments.all())
    context = {
        "ticket": found,
        "estate": found.estate,
        "tone": TONES[S(found.status)],
        "is_late": found.is_late(moment),
        "reporter": reporter_words(found, user),
        "steps": [step_row(step) for step in found.steps.order_by("taken_at", "pk")],
        "before": [one for one in files if one.added_by_id == found.reporter_id],
        "after": [one for one in files if one.added_by_id != found.reporter_id],
        "at_desk": bool(parties_of(user, found.estate)),
        "may_confirm": is_reporter and found.status == S.FIXED,
        "may_reopen": is_reporter and found.status == S.CLOSED and moment < reopens_until(found),
        "may_rate": is_reporter and found.status == S.CLOSED,
        "may_withdraw": is_reporter and is_open,
        "may_support": not is_reporter and not supports and is_open and may_report,
        "supports": supports,
        "similar": similar_tickets(found, tickets_for(user)) if looks_for_others else [],
        "form": form or WordsForm(),
        "rating_form": RatingForm(),
    }
    return render(request, "governance/ticket.html", context, status=status)


def reporter_words(ticket: Ticket, user: User) -> str:
    """Who reported it, as far as the reader may know. Neighbours learn no name, the firm no anonymous one."""
    parties = set(parties_of(user, ticket.estate))
    if ticket.reporter_id == user.pk:
        return _("我")
    over_it = bool(parties & {Party.COMMUNITY, Party.SUBDISTRICT})
    if over_it or (Party.FIRM in parties and not ticket.is_anonymous):
        return str(mask_name(ticket.reporter.display_name))
    return _("一位住户")


def step_row(step: TicketStep) -> dict[str, Any]:
    """A step in a timeline."""
    who = step.get_party_display() if step.party else ""
    note = "：".join(filter(None, [who, step.text]))
    return {"title": step.get_act_display(), "at": step.taken_at, "note": note}


def _act(request: PersonRequest, pk: int, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("governance:ticket", pk)


def _worded(request: PersonRequest, pk: int, act: Callable[[Ticket, str], object], said: str) -> HttpResponse:
    """An act that wants words: refused, they stay in the form."""
    found, form = ticket_for(request.user, pk), WordsForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            act(found, form.cleaned_data["text"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, said)
            return redirect("governance:ticket", pk)
    return show_ticket(request, found, form=form, status=status)


@login_required
@require_POST
def confirm(request: PersonRequest, pk: int) -> HttpResponse:
    found = ticket_for(request.user, pk)
    said = _("已确认，谢谢。请给这次处理打分。")
    return _act(request, pk, lambda: confirm_fixed(ticket=found, actor=request.user), said)


@login_required
@require_POST
def reject(request: PersonRequest, pk: int) -> HttpResponse:
    return _worded(
        request,
        pk,
        lambda found, text: reject_fix(ticket=found, text=text, actor=request.user),
        _("已退回继续处理，期限重新计算。"),
    )


@login_required
@require_POST
def reopen(request: PersonRequest, pk: int) -> HttpResponse:
    return _worded(
        request,
        pk,
        lambda found, text: reopen_ticket(ticket=found, text=text, actor=request.user),
        _("已重新打开。"),
    )


@login_required
@require_POST
def rate(request: PersonRequest, pk: int) -> HttpResponse:
    found, form = ticket_for(request.user, pk), RatingForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请选一项再提交。"))
        return redirect("governance:ticket", pk)
    given = form.cleaned_data
    return _act(
        request, pk, lambda: rate_ticket(ticket=found, actor=request.user, **given), _("评价已记下。")
    )


@login_required
@require_POST
def support(request: PersonRequest, pk: int) -> HttpResponse:
    """The same trouble; ``instead`` names one's own ticket that becomes part of it."""
    found, instead = ticket_for(request.user, pk), request.POST.get("instead", "")
    if instead.isascii() and instead.isdigit():
        own = get_object_or_404(tickets_for(request.user), reporter=request.user, pk=int(instead))
        return _act(
            request,
            pk,
            lambda: withdraw_ticket(ticket=own, into=found, actor=request.user),
            _("已并入这件报事，有进展会通知您。"),
        )
    said = _("已记下您也有这个问题。")
    return _act(request, pk, lambda: support_ticket(ticket=found, actor=request.user), said)


@login_required
@require_POST
def withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    found = ticket_for(request.user, pk)
    return _act(request, pk, lambda: withdraw_ticket(ticket=found, actor=request.user), _("已撤回。"))


@login_required
@require_GET
def file(request: PersonRequest, pk: int) -> FileResponse:
    """A photo or PDF of a ticket, for whoever may read it."""
    found = get_object_or_404(Attachment, ticket__isnull=False, pk=pk)
    if not tickets_for(request.user).filter(attachments=found).exists():
        raise Http404
    if "small" in request.GET and found.kind == FileKind.PHOTO and found.preview:
        return private_file(found.preview, found.name.rsplit(".", 1)[0])
    return private_file(found.file, found.name.rsplit(".", 1)[0])
