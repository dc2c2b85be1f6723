"""Proposals as people find and write them: the list, the draft, the look at similar ones, the sending."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.access import estate_for
from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.models import Estate, User
from communities.rules import allows
from governance.access.proposals import (
    attachment_for,
    estate_to_raise_in,
    own_proposal,
    own_unfinished,
    proposals_for,
    published_in,
)
from governance.enums import FileKind, Party, ProposalCategory, ProposalStatus
from governance.forms.proposal import ProposalForm
from governance.models import Proposal
from governance.queries.proposals import (
    SHOWN,
    SORTS,
    listed,
    moderation_figures,
    similar_proposals,
    waiting_for_answer,
)
from governance.rules import parties_of
from governance.services.attachments import attach_to_proposal, detach
from governance.services.proposals import (
    CHANGEABLE,
    change_proposal,
    delete_draft,
    draft_proposal,
    submit_proposal,
    withdraw_proposal,
)
from governance.wording import TONES
from votes.forms.reason import ReasonForm
from votes.views.private_files import private_file

S = ProposalStatus
PER_PAGE = 20
_WITHOUT = dict.fromkeys(("icon", "due", "value", "count"), "")
DRAFTS_SHOWN = 5


@login_required
@never_cache
@require_GET
def proposals(request: PersonRequest, slug: str) -> HttpResponse:
    """What the estate talks about: searched, narrowed, sorted; one's own unfinished ones in front."""
    estate = estate_for(request.user, slug)
    search = request.GET.get("q", "").strip()[:60]
    show, category, sort = (request.GET.get(name, "") for name in ("show", "category", "sort"))
    parties = parties_of(request.user, estate)
    answering = waiting_for_answer(request.user, estate, parties)
    if show == "mine":
        found = (
            proposals_for(request.user)
            .filter(estate=estate, author=request.user, number__gt=0)
            .order_by("-changed_at", "-pk")
        )
    elif show == "answer":
        found = answering.select_related("estate", "building", "author")
    else:
        found = listed(published_in(estate), search=search, show=show, category=category, sort=sort)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "estate": estate,
        "page": page,
        "cells": [cell_of(one) for one in page.object_list],
        "search": search,
        "show": show if show in (*SHOWN, "mine", "answer") else "",
        "category": category if category in ProposalCategory.values else "",
        "sort": sort if sort in SORTS else "new",
        "categories": ProposalCategory.choices,
        "unfinished": [_unfinished_cell(one) for one in own_unfinished(request.user, estate)[:DRAFTS_SHOWN]],
        "may_raise": allows("governance.raise_proposal", request.user, estate),
        "may_answer": allows("governance.answer_proposal", request.user, estate),
        "at_desk": allows("governance.view_review", request.user, estate),
        "to_answer": answering.count() if parties else 0,
    }
    return render(request, "governance/proposals.html", context)


def cell_of(proposal: Proposal) -> dict[str, Any]:
    """A proposal in a list: what, in which state, how much it is supported."""
    words = {"supporters": proposal.supporters, "comments": proposal.comment_count}
    return {
        "title": proposal.title,
        "url": reverse("governance:proposal", args=[proposal.pk]),
        # A template that looks for what is not there takes longer than one that finds nothing.
        **_WITHOUT,
        # The display methods translate every choice there is to show one.
        "tags": [
            (S(proposal.status).label, TONES[S(proposal.status)]),
            (ProposalCategory(proposal.category).label, "plain"),
        ],
        "note": " · ".join(
            filter(
                None,
                [
                    _("第 %(number)d 号") % {"number": proposal.number} if proposal.number else "",
                    _("附议 %(supporters)d 人") % words,
                    _("评论 %(comments)d 条") % words,
                ],
            )
        ),
    }


def proposal_turns(user: User, estate: Estate) -> list[dict[str, Any]]:
    """What of proposals waits for this person: to be completed, explained, or answered for a party."""
    mine = Proposal.objects.filter(estate=estate, author=user)
    asked = mine.filter(fact_requests__answered_at__isnull=True, fact_requests__isnull=False)
    cells = [
        {
            "title": proposal.title,
            "note": _("请补充后重新提交") if proposal.status == S.RETURNED else _("请说明情况"),
            "url": reverse("governance:proposal", args=[proposal.pk]),
            "due": proposal.due_at if proposal.status == S.RETURNED else None,
        }
        for proposal in mine.filter(Q(status=S.RETURNED) | Q(pk__in=asked.values("pk")))
    ]
    parties = parties_of(user, estate)
    if any(party in Party.three() for party in parties):
        number = waiting_for_answer(user, estate, parties).count()
        if number:
            cells.append(
                {
                    "title": ngettext("%(number)d 件议题等答复", "%(number)d 件议题等答复", number)
                    % {"number": number},
                    "note": "、".join(str(party.label) for party in parties if party in Party.three()),
                    "url": f"{reverse('governance:proposals', args=[estate.slug])}?show=answer",
                }
            )
    return cells


def _unfinished_cell(proposal: Proposal) -> dict[str, Any]:
    is_draft = proposal.status == S.DRAFT
    return {
        "title": proposal.title,
        "url": reverse("governance:proposal-edit", args=[proposal.pk]),
        "tags": [(proposal.get_status_display(), TONES[S(proposal.status)])],
        "note": _("还没有提交，只有您能看到") if is_draft else _("请补充后重新提交"),
        "due": proposal.due_at,
    }


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: PersonRequest, slug: str) -> HttpResponse:
    """A new draft; sending it comes after a look at similar ones."""
    estate = estate_to_raise_in(request.user, slug)
    return _write(request, estate, None)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    proposal = own_proposal(request.user, pk)
    if proposal.status not in CHANGEABLE:
        return redirect("governance:proposal", pk)
    return _write(request, proposal.estate, proposal)


def _write(request: PersonRequest, estate: Estate, proposal: Proposal | None) -> HttpResponse:
    initial = {} if proposal is None else _initial(proposal)
    given, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ProposalForm(given, files, estate=estate, initial=initial)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        values = {
            name: form.cleaned_data[name] for name in ("title", "body", "category", "building", "place")
        }
        try:
            with transaction.atomic():
                if proposal is None:
                    kept = draft_proposal(estate=estate, actor=request.user, **values)
                else:
                    version = form.cleaned_data["version"] or 0
                    kept = change_proposal(proposal=proposal, version=version, actor=request.user, **values)
                for file in form.cleaned_data["attached"]:
                    attach_to_proposal(proposal=kept, file=file, actor=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
            if proposal is not None:
                proposal.refresh_from_db()
                form.data = with_version(request, proposal.version)
        else:
            if "later" in request.POST:
                messages.success(request, _("已存为草稿，只有您能看到。"))
                return redirect("governance:proposals", estate.slug)
            return redirect("governance:proposal-check", kept.pk)
    context = {
        "estate": estate,
        "form": form,
        "proposal": proposal,
        "attachments": list(proposal.attachments.all()) if proposal else [],
        "returned": _returned(proposal),
    }
    return render(request, "governance/proposal_form.html", context, status=status)


def with_version(request: PersonRequest, version: int) -> QueryDict:
    """What was posted, naming the version that stands now: sent again it is meant to go over it."""
    data = request.POST.copy()
    data["version"] = str(version)
    return data


def _initial(proposal: Proposal) -> dict[str, Any]:
    names = ("title", "body", "category", "building", "place", "version")
    return {name: getattr(proposal, name) for name in names}


def _returned(proposal: Proposal | None) -> Any:
    """The step that returned it, with what is to be completed."""
    if proposal is None or proposal.status != S.RETURNED:
        return None
    return proposal.steps.filter(to_status=S.RETURNED).order_by("taken_at", "pk").last()


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def check(request: PersonRequest, pk: int) -> HttpResponse:
    """The draft as others will read it, with similar ones; from here it is sent."""
    proposal = own_proposal(request.user, pk)
    if proposal.status not in CHANGEABLE:
        return redirect("governance:proposal", pk)
    problem = ""
    status = 200
    if request.method == "POST":
        try:
            submit_proposal(proposal=proposal, actor=request.user)
        except Refusal as refusal:
            problem, status = str(refusal), refusal.status
        else:
            messages.success(request, _("已提交，社区会在期限内审核。有进展会通知您。"))
            return redirect("governance:proposal", pk)
    context = {
        "estate": proposal.estate,
        "proposal": proposal,
        "attachments": list(proposal.attachments.all()),
        "similar": [cell_of(one) for one in similar_proposals(proposal)],
        "problem": problem,
    }
    return render(request, "governance/proposal_check.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: PersonRequest, pk: int) -> HttpResponse:
    proposal = own_proposal(request.user, pk)
    if request.method == "POST":
        delete_draft(proposal=proposal, actor=request.user)
        messages.success(request, _("草稿已删除。"))
        return redirect("governance:proposals", proposal.estate.slug)
    confirm = {
        "title": _("删除草稿"),
        "lead": _("删除后不能恢复，照片和文件一并删除。"),
        "facts": [(_("标题"), proposal.title)],
        "submit": _("删除"),
        "back": reverse("governance:proposal-edit", args=[pk]),
        "danger": True,
    }
    return render(request, "partials/confirm.html", {"confirm": confirm})


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    proposal = own_proposal(request.user, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            withdraw_proposal(proposal=proposal, reason=form.cleaned_data["reason"], actor=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("议题已撤回。"))
            return redirect("governance:proposals", proposal.estate.slug)
    confirm = {
        "title": _("撤回议题"),
        "lead": _("撤回后不再审核、附议和办理；已附议的人会收到您的说明。"),
        "facts": [(_("标题"), proposal.title), (_("附议"), proposal.supporters)],
        "form": form,
        "submit": _("撤回"),
        "back": reverse("governance:proposal", args=[pk]),
        "danger": True,
    }
    return render(request, "partials/confirm.html", {"confirm": confirm}, status=status)


@login_required
@require_POST
def remove_file(request: PersonRequest, pk: int) -> HttpResponse:
    """Take a file out of one's own draft."""
    found = attachment_for(request.user, pk)
    if found.proposal is None:
        return redirect("governance:home")
    detach(attachment=found, actor=request.user)
    return redirect("governance:proposal-edit", found.proposal_id)


@login_required
@require_GET
def attachment(request: PersonRequest, pk: int) -> FileResponse:
    """A photo or PDF, for whoever may read what it belongs to, asked anew each time."""
    found = attachment_for(request.user, pk)
    if "small" in request.GET and found.kind == FileKind.PHOTO and found.preview:
        return private_file(found.preview, found.name.rsplit(".", 1)[0])
    return private_file(found.file, found.name.rsplit(".", 1)[0])


@login_required
@never_cache
@require_GET
def figures(request: PersonRequest, slug: str) -> HttpResponse:
    """How the community reviews, for everybody of the estate."""
    estate = estate_for(request.user, slug)
    context = {"estate": estate, "figures": moderation_figures(estate, database_now())}
    return render(request, "governance/moderation_figures.html", context)
