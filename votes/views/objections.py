"""Objections as owners see them: all of an assembly without names, one's own step by step, raising one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.templatetags.linyi import deadline_words, moment
from votes.access import assembly_for, own_objection_for
from votes.enums import AssemblyStatus, ObjectionStatus
from votes.forms.objection import ObjectionForm
from votes.models import Assembly, Objection
from votes.objecting import Window, kinds_open_to, windows
from votes.services.objections import file_objection, withdraw_objection
from votes.views.objection_summary import objection_summary

PER_PAGE = 20

#: How an objection's state is tagged.
TONES = {
    ObjectionStatus.FILED: "amber",
    ObjectionStatus.UNDER_REVIEW: "sky",
    ObjectionStatus.UPHELD: "seal",
    ObjectionStatus.DISMISSED: "plain",
    ObjectionStatus.WITHDRAWN: "plain",
}


def _posted(request: PersonRequest, pk: int) -> Assembly:
    assembly = assembly_for(request.user, pk)
    if assembly.status == AssemblyStatus.DRAFT:
        raise Http404
    return assembly


@login_required
@never_cache
@require_GET
def objections(request: PersonRequest, pk: int) -> HttpResponse:
    """What was objected to and what was answered. Nobody's name stands here."""
    assembly = _posted(request, pk)
    at = database_now()
    found = assembly.objections.order_by("-number")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    mine = set(request.user.objections.filter(assembly=assembly).values_list("pk", flat=True))
    context = {
        "assembly": assembly,
        "estate": assembly.estate,
        "page": page,
        "rows": [
            {
                "objection": one,
                "tags": [(one.get_status_display(), TONES[ObjectionStatus(one.status)])],
                "is_mine": one.pk in mine,
                "is_overdue": one.is_open and one.due_at <= at,
                "is_shown": one.status != ObjectionStatus.WITHDRAWN or one.pk in mine,
            }
            for one in page.object_list
        ],
        "windows": [_window(window, at) for window in windows(assembly)],
        **objection_summary(request.user, assembly, at),
    }
    return render(request, "votes/objections.html", context)


def _window(window: Window, at: datetime) -> tuple[str, str]:
    if window.is_open(at):
        if window.ends is None:
            return str(window.kind.label), _("现在可以提，到结果公布后的异议期满为止")
        return str(window.kind.label), _("现在可以提，%(until)s 止") % {
            "until": deadline_words(window.ends, "full")
        }
    if at < window.begins:
        return str(window.kind.label), _("%(from)s 起") % {"from": moment(window.begins)}
    return str(window.kind.label), _("已过异议期")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: PersonRequest, pk: int) -> HttpResponse:
    assembly = _posted(request, pk)
    at = database_now()
    open_to = kinds_open_to(request.user, assembly, at)
    initial = {"kind": request.GET.get("kind", open_to[0].kind if len(open_to) == 1 else "")}
    form = ObjectionForm(request.POST or None, kinds=[window.kind for window in open_to], initial=initial)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            made = file_objection(
                assembly=assembly,
                kind=given["kind"],
                about=given["about"],
                text=given["text"],
                actor=request.user,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("异议已提交，会在期限内答复您。"))
            return redirect("votes:objection", made.pk)
    context = {
        "assembly": assembly,
        "estate": assembly.estate,
        "form": form,
        "open_to": open_to,
        "windows": [_window(window, at) for window in windows(assembly)],
        "days": assembly.rule("objection-reply-working-days"),
    }
    return render(request, "votes/objection_new.html", context, status=status)


@login_required
@never_cache
@require_GET
def objection(request: PersonRequest, pk: UUID) -> HttpResponse:
    """One's own objection, with each step of its handling."""
    found = own_objection_for(request.user, pk)
    at = database_now()
    context = {
        "objection": found,
        "assembly": found.assembly,
        "estate": found.assembly.estate,
        "tags": [
            (found.get_kind_display(), "plain"),
            (found.get_status_display(), TONES[ObjectionStatus(found.status)]),
        ],
        "is_overdue": found.is_open and found.due_at <= at,
        "steps": timeline(found),
    }
    return render(request, "votes/objection.html", context)


def timeline(objection: Objection) -> list[dict[str, Any]]:
    """Each step in words, without who took it: the filer reads it."""
    words = {
        ObjectionStatus.FILED: _("提出"),
        ObjectionStatus.UNDER_REVIEW: _("开始核查"),
        ObjectionStatus.UPHELD: _("答复：成立"),
        ObjectionStatus.DISMISSED: _("答复：不成立"),
        ObjectionStatus.WITHDRAWN: _("提出人撤回"),
    }
    steps: list[dict[str, Any]] = [
        {"title": words[ObjectionStatus(step.status)], "at": step.taken_at, "note": step.text}
        for step in objection.steps.order_by("taken_at", "pk")
    ]
    reviewed = [step for step in steps if step["title"] == words[ObjectionStatus.UNDER_REVIEW]]
    for step in reviewed[1:]:
        step["title"] = _("核查进展")
    if objection.escalated_at is not None:
        steps.append({"title": _("超期未答复，报告街道"), "at": objection.escalated_at, "note": ""})
        steps.sort(key=lambda step: step["at"])
    if objection.is_open:
        due = _("%(until)s 前") % {"until": deadline_words(objection.due_at, "plain")}
        steps.append({"title": _("答复"), "note": due, "state": "next"})
    return steps


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: PersonRequest, pk: UUID) -> HttpResponse:
    found = own_objection_for(request.user, pk)
    if request.method == "POST":
        withdraw_objection(objection=found, actor=request.user)
        messages.success(request, _("异议已撤回。"))
        return redirect("votes:objection", pk)
    confirm = {
        "title": _("撤回异议"),
        "lead": _("撤回后不再核查和答复，内容也不再公开显示。异议期内可以重新提出。"),
        "facts": [
            (_("会议"), found.assembly.title),
            (_("编号"), _("第 %(number)d 号") % {"number": found.number}),
            (_("内容"), found.text),
        ],
        "submit": _("撤回"),
        "back": reverse("votes:objection", args=[pk]),
        "danger": True,
    }
    return render(request, "partials/confirm.html", {"confirm": confirm})
