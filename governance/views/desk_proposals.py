"""Proposals at the desk: the queue with its clock, the review, and where one goes next."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.clock import LOCAL_ZONE, database_now, local_day
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.rules import allows
from communities.spreadsheets import write_csv
from communities.templatetags.linyi import area, deadline_words, moment
from governance.access.proposals import desk_proposal_for, desk_proposals_for
from governance.endorsing import share_of
from governance.enums import ProposalCategory, ProposalStatus
from governance.forms.review import ItemForm, MergeForm, ReviewForm, RouteForm
from governance.models import Appeal, Proposal, Report
from governance.models.proposal import ON_THE_WAY
from governance.queries.proposals import similar_proposals, timeline
from governance.search import matching
from governance.services.journal import judge
from governance.services.prepared_assemblies import prepare_assembly
from governance.services.reviews import (
    accept_proposal,
    finish_proposal,
    hand_over_proposal,
    merge_proposal,
    refuse_proposal,
    return_proposal,
    route_proposal,
    set_statutory_item,
)
from governance.wording import TONES, turn_words
from votes.forms.motion import item_choices
from votes.forms.reason import ReasonForm
from votes.statutes import statute_for

from .proposal_page import statutory_banner

S = ProposalStatus
PER_PAGE = 30
STAGES: dict[str, tuple[S, ...]] = {
    "waiting": (S.SUBMITTED,),
    "going": (*ON_THE_WAY, S.HANDLING),
    "returned": (S.RETURNED, S.REFUSED),
    "settled": (S.DONE, S.MERGED, S.WITHDRAWN),
}


def _narrowed(request: PersonRequest, found: QuerySet[Proposal]) -> tuple[str, QuerySet[Proposal]]:
    show = request.GET.get("show", "waiting")
    show = show if show in STAGES else "waiting"
    found = found.filter(status__in=STAGES[show])
    search = request.GET.get("q", "").strip()[:60]
    if search:
        found = found.filter(matching(search))
    if request.GET.get("category") in ProposalCategory.values:
        found = found.filter(category=request.GET["category"])
    if show in ("waiting", "going"):
        return show, found.order_by(F("due_at").asc(nulls_last=True), "number")
    return show, found.order_by("-changed_at", "-pk")


@login_required
@never_cache
@require_GET
def queue(request: PersonRequest, slug: str) -> HttpResponse:
    """What waits for review, the first due in front; and everything that was sent."""
    estate, sent = desk_proposals_for(request.user, slug)
    show, found = _narrowed(request, sent)
    at = database_now()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "estate": estate,
        "page": page,
        "rows": [
            {
                "proposal": one,
                "tone": TONES[S(one.status)],
                "turn": turn_words(one),
                "is_late": one.due_at is not None and one.due_at <= at,
                "is_own": one.author_id == request.user.pk,
            }
            for one in page.object_list
        ],
        "show": show,
        "counts": {name: sent.filter(status__in=STAGES[name]).count() for name in ("waiting", "going")},
        "search": request.GET.get("q", "").strip()[:60],
        "category": request.GET.get("category", ""),
        "categories": ProposalCategory.choices,
        "appeals": Appeal.objects.filter(proposal__estate=estate, status="filed").count(),
        "reports": Report.objects.filter(comment__proposal__estate=estate, outcome="")
        .values("comment")
        .distinct()
        .count(),
        "may_moderate": allows("governance.moderate", request.user, estate),
        "may_decide": allows("governance.decide_appeal", request.user, estate),
    }
    return render(request, "governance/desk_proposals.html", context)


@login_required
@require_GET
def export(request: PersonRequest, slug: str) -> HttpResponse:
    """The list as narrowed, one line a proposal, as CSV. Who endorsed is in no file."""
    _estate, sent = desk_proposals_for(request.user, slug)
    _show, found = _narrowed(request, sent)
    header = [
        *(_("编号"), _("标题"), _("类别"), _("楼幢"), _("地点"), _("状态"), _("轮到谁"), _("期限")),
        *(_("提交"), _("附议人数"), _("法定附议人数"), _("法定附议面积（m²）"), _("评论")),
    ]
    rows = (
        [
            *(str(one.number), one.title, str(one.get_category_display())),
            *(one.building.name if one.building else "", one.place, str(one.get_status_display())),
            *(str(one.get_turn_display()), deadline_words(one.due_at, "full") if one.due_at else ""),
            *(moment(one.submitted_at, "full"), str(one.supporters), str(one.heads), area(one.area)),
            str(one.comment_count),
        ]
        for one in found
    )
    response = HttpResponse(write_csv(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="proposals-{slug}.csv"'
    return response


@login_required
@never_cache
@require_GET
def proposal(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    return _page(request, desk_proposal_for(request.user, slug, pk))


def _page(request: PersonRequest, found: Proposal, *, status: int = 200, **forms: Any) -> HttpResponse:
    user, at = request.user, database_now()
    statute = statute_for(local_day(at))
    is_own = found.author_id == user.pk
    may_review = allows("governance.review_proposal", user, found)
    may_route = allows("governance.route_proposal", user, found)
    context = {
        "proposal": found,
        "estate": found.estate,
        "tone": TONES[S(found.status)],
        "turn": turn_words(found),
        "steps": timeline(found, is_author=False),
        "attachments": list(found.attachments.all()),
        "similar": similar_proposals(found),
        "share": share_of(found, at),
        "statutory": statutory_banner(found, local_day(at)),
        "is_own": is_own,
        "is_waiting": found.status == S.SUBMITTED,
        "may_review": may_review and found.status == S.SUBMITTED,
        "may_route": may_route and found.status in (*ON_THE_WAY, S.HANDLING),
        "may_merge": may_review and found.status in (S.SUBMITTED, *ON_THE_WAY),
        "may_prepare": allows("governance.prepare_assembly", user, found.estate)
        and found.status in ON_THE_WAY,
        "may_set_item": may_route and found.status in (S.SUBMITTED, *ON_THE_WAY),
        "reviewing": ReviewForm(),
        "routing": RouteForm(),
        "merging": MergeForm(),
        "item_form": ItemForm(
            items=item_choices(statute),
            initial={"item": found.item or "", "reason": found.item_reason},
        ),
        **forms,
    }
    return render(request, "governance/desk_proposal.html", context, status=status)


def _done(request: PersonRequest, slug: str, pk: int, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("governance:desk-proposal", slug, pk)


@login_required
@require_POST
def review(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    found = desk_proposal_for(request.user, slug, pk)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _page(request, found, reviewing=form, status=422)
    given = form.cleaned_data
    try:
        if given["decision"] == "accept":
            accept_proposal(proposal=found, note=given["reason"], actor=request.user)
        else:
            act = return_proposal if given["decision"] == "return" else refuse_proposal
            act(proposal=found, code=given["code"], reason=given["reason"], actor=request.user)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, found, reviewing=form, status=refusal.status)
    return _done(request, slug, pk, _("已处理，提出人会收到消息。"))


@login_required
@require_POST
def merge(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    found = desk_proposal_for(request.user, slug, pk)
    form = MergeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, merging=form, status=422)
    into = Proposal.objects.filter(estate=found.estate, number=form.cleaned_data["into"]).first()
    if into is None:
        form.add_error("into", _("没有这个编号的议题。"))
        return _page(request, found, merging=form, status=422)
    try:
        merge_proposal(
            proposal=found,
            into=into,
            code="duplicate",
            reason=form.cleaned_data["reason"],
            actor=request.user,
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, found, merging=form, status=refusal.status)
    return _done(request, slug, pk, _("已合并，附议已带过去。"))


@login_required
@require_POST
def route(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    found = desk_proposal_for(request.user, slug, pk)
    form = RouteForm(request.POST)
    if not form.is_valid():
        return _page(request, found, routing=form, status=422)
    given = form.cleaned_data
    told = {"proposal": found, "reason": given["reason"], "actor": request.user}
    try:
        if given["to"] == S.HANDLING:
            hand_over_proposal(turn=given["turn"], due_at=_end_of(given["due_on"]), **told)
        elif given["to"] == S.DONE:
            finish_proposal(**told)
        else:
            route_proposal(to=given["to"], **told)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, found, routing=form, status=refusal.status)
    return _done(request, slug, pk, _("已转出，关注的人会收到消息。"))


def _end_of(day: Any) -> datetime:
    """The first instant after ``day`` where the estates are."""
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL_ZONE) + timedelta(days=1)


@login_required
@require_POST
def item(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Say whether and which statutory item it is."""
    found = desk_proposal_for(request.user, slug, pk)
    form = ItemForm(request.POST, items=item_choices(statute_for(local_day(database_now()))))
    if not form.is_valid():
        return _page(request, found, item_form=form, status=422)
    given = form.cleaned_data
    number = int(given["item"]) if given["item"] else None
    try:
        set_statutory_item(proposal=found, item=number, reason=given["reason"], actor=request.user)
    except Refusal as refusal:
        form.add_error("reason", str(refusal))
        return _page(request, found, item_form=form, status=refusal.status)
    return _done(request, slug, pk, _("已保存认定。"))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def assembly(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """准备业主大会: draft the motion this proposal asks for."""
    found = desk_proposal_for(request.user, slug, pk)
    judge("governance.prepare_assembly", request.user, found.estate)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            made = prepare_assembly(proposal=found, reason=form.cleaned_data["reason"], actor=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已生成会议草稿和表决事项，请核对法定事项、补全时间后再公示。"))
            return redirect("votes:desk-assembly", slug, made.pk)
    confirm = {
        "title": _("准备业主大会会议"),
        "eyebrow": found.estate.name,
        "lead": _("会生成一份临时会议的草稿，把这件议题填成表决事项。草稿可以修改，公示以前业主看不到。"),
        "facts": [
            (_("议题"), found.title),
            (
                _("附议"),
                _("%(heads)d 人（法定），%(area)s m²") % {"heads": found.heads, "area": area(found.area)},
            ),
        ],
        "form": form,
        "submit": _("生成草稿"),
        "back": reverse("governance:desk-proposal", args=[slug, pk]),
    }
    return render(request, "partials/confirm_desk.html", {"confirm": confirm}, status=status)
