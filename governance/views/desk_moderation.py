"""Comments that were reported, and appeals, at the desk."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Min, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from governance.access.proposals import (
    appeal_on_desk_for,
    appeals_estate_for,
    comment_on_desk_for,
    moderated_estate_for,
)
from governance.enums import AppealStatus
from governance.forms.review import AppealDecisionForm, HideForm
from governance.models import Appeal, Comment
from governance.services.appeals import decide_appeal
from governance.services.comments import hide_comment, keep_comment, restore_comment

PER_PAGE = 30


@login_required
@never_cache
@require_GET
def comments(request: PersonRequest, slug: str) -> HttpResponse:
    """Reported comments first, then hidden ones."""
    estate = moderated_estate_for(request.user, slug)
    show = "hidden" if request.GET.get("show") == "hidden" else "reported"
    found = Comment.objects.filter(proposal__estate=estate).select_related("proposal", "author")
    is_open = Q(reports__outcome="")
    if show == "reported":
        found = (
            found.filter(is_open)
            .annotate(number=Count("reports", filter=is_open))
            .annotate(first=Min("reports__reported_at", filter=is_open))
        )
        found = found.order_by("first")
    else:
        found = found.filter(is_hidden=True).annotate(number=Count("reports")).order_by("-pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"estate": estate, "page": page, "show": show}
    return render(request, "governance/desk_comments.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def comment(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """One comment with its reports: hide it, show it again, or let it stand."""
    found = comment_on_desk_for(request.user, slug, pk)
    form = HideForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        act = restore_comment if found.is_hidden else hide_comment
        try:
            act(comment=found, actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已处理，理由已公开，作者会收到消息。"))
            return redirect("governance:desk-comment", slug, pk)
    context = {
        "estate": found.proposal.estate,
        "comment": found,
        "reports": found.reports.order_by("reported_at"),
        "open_reports": found.reports.filter(outcome="").count(),
        "acts": found.moderation.select_related("actor").order_by("taken_at", "pk"),
        "form": form,
    }
    return render(request, "governance/desk_comment.html", context, status=status)


@login_required
@require_POST
def keep(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Let a reported comment stand."""
    keep_comment(comment=comment_on_desk_for(request.user, slug, pk), actor=request.user)
    messages.success(request, _("已予以保留。"))
    return redirect("governance:desk-comments", slug)


@login_required
@never_cache
@require_GET
def appeals(request: PersonRequest, slug: str) -> HttpResponse:
    """Appeals, the first due in front."""
    estate = appeals_estate_for(request.user, slug)
    show = "settled" if request.GET.get("show") == "settled" else "open"
    found = Appeal.objects.filter(proposal__estate=estate).select_related("proposal")
    if show == "open":
        found = found.filter(status=AppealStatus.FILED).order_by("due_at")
    else:
        found = found.exclude(status=AppealStatus.FILED).order_by("-filed_at")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    at = database_now()
    rows = [(one, one.status == AppealStatus.FILED and one.due_at <= at) for one in page.object_list]
    context = {"estate": estate, "page": page, "rows": rows, "show": show}
    return render(request, "governance/desk_appeals.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def appeal(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """One appeal beside what it is about; decided by somebody else than before."""
    found = appeal_on_desk_for(request.user, slug, pk)
    form = AppealDecisionForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            decide_appeal(
                appeal=found,
                upheld=form.cleaned_data["upheld"] == "yes",
                decision=form.cleaned_data["decision"],
                actor=request.user,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已复核，申诉人会收到消息。"))
            return redirect("governance:desk-appeal", slug, pk)
    first = found.step or found.act
    assert first is not None
    context = {
        "estate": appeals_estate_for(request.user, slug),
        "appeal": found,
        "code": first.get_code_display(),
        "reason": first.reason,
        "comment": found.act.comment if found.act else None,
        "is_open": found.status == AppealStatus.FILED,
        "is_mine": request.user.pk in (found.against_id, found.filed_by_id),
        "form": form,
    }
    return render(request, "governance/desk_appeal.html", context, status=status)
