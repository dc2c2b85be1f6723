"""办理事项: who does what until when, and how far it is."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from communities.access import estate_for
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.rules import allows, today
from governance.access.meetings import action_item_for, action_items_for
from governance.enums import ActionStatus
from governance.forms.meeting import ActionReportForm
from governance.models import ActionItem
from governance.models.action_item import OPEN_ACTIONS
from governance.services.action_items import report_on_action

PER_PAGE = 30
TONES = {
    ActionStatus.OPEN: "amber",
    ActionStatus.DOING: "sky",
    ActionStatus.DONE: "leaf",
    ActionStatus.CANCELLED: "plain",
}


def action_cell(action: ActionItem) -> dict[str, Any]:
    """An action item in a list."""
    late = action.is_overdue(today())
    until = _("%(month)d月%(day)d日前") % {"month": action.due_on.month, "day": action.due_on.day}
    return {
        "title": action.text,
        "url": reverse("governance:action-item", args=[action.pk]),
        "tags": [
            (_("已超期"), "seal")
            if late
            else (action.get_status_display(), TONES[ActionStatus(action.status)]),
        ],
        "note": " · ".join(filter(None, [str(action.get_party_display()), action.owner_name, until])),
    }


@login_required
@never_cache
@require_GET
def action_items(request: PersonRequest, slug: str) -> HttpResponse:
    """What was agreed to be done: the late and the next due first."""
    estate = estate_for(request.user, slug)
    show = "settled" if request.GET.get("show") == "settled" else ""
    found = action_items_for(request.user, estate)
    found = (
        found.exclude(status__in=OPEN_ACTIONS).order_by("-pk")
        if show
        else found.filter(status__in=OPEN_ACTIONS).order_by("due_on", "pk")
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "estate": estate,
        "page": page,
        "cells": [action_cell(one) for one in page.object_list],
        "show": show,
    }
    return render(request, "governance/action_items.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def action_item(request: PersonRequest, pk: int) -> HttpResponse:
    """One of them with its reports, and where it came from."""
    found = action_item_for(request.user, pk)
    form = ActionReportForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            report_on_action(action=found, actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已报告进展。"))
            return redirect("governance:action-item", pk)
    steps: list[dict[str, Any]] = [{"title": _("登记"), "at": found.created_at}]
    steps += [
        {"title": step.get_status_display(), "at": step.taken_at, "note": step.note}
        for step in found.steps.order_by("taken_at", "pk")
    ]
    if found.escalated_at:
        steps.append({"title": _("超期未完成，报告街道"), "at": found.escalated_at})
    steps.sort(key=lambda one: one["at"])
    sealed = found.item.meeting.minutes.filter(status="sealed").first() if found.item else None
    context = {
        "action": found,
        "estate": found.estate,
        "cell": action_cell(found),
        "steps": steps,
        "form": form,
        "minutes": sealed,
        "may_report": found.is_open and allows("governance.report_action", request.user, found.estate),
    }
    return render(request, "governance/action_item.html", context, status=status)
