"""What people say under a proposal, and what may be done with it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from communities.errors import Refusal
from communities.http import PersonRequest
from governance.access.proposals import comment_for, published_proposal_for
from governance.forms.proposal import AppealForm, CommentForm, ReplyForm, ReportForm
from governance.models import Comment
from governance.services.appeals import appeal_hiding, hiding_of
from governance.services.comments import report_comment, withdraw_comment, write_comment

from .proposal_page import show_proposal


def _there(comment: Comment) -> str:
    page = reverse("governance:proposal", args=[comment.proposal_id])
    return f"{page}#comment-{comment.parent_id or comment.pk}"


@login_required
@require_POST
def write(request: PersonRequest, pk: int) -> HttpResponse:
    """A comment with a stance. Refused, the page comes back with what was typed."""
    found = published_proposal_for(request.user, pk)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return show_proposal(request, found, comment_form=form, status=422)
    try:
        comment = write_comment(proposal=found, actor=request.user, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return show_proposal(request, found, comment_form=form, status=refusal.status)
    return redirect(_there(comment))


@login_required
@require_POST
def reply(request: PersonRequest, pk: int) -> HttpResponse:
    parent = comment_for(request.user, pk)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return show_proposal(request, parent.proposal, reply_form=form, reply_to=pk, status=422)
    try:
        comment = write_comment(
            proposal=parent.proposal, parent=parent, actor=request.user, text=form.cleaned_data["text"]
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return show_proposal(request, parent.proposal, reply_form=form, reply_to=pk, status=refusal.status)
    return redirect(_there(comment))


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    comment = comment_for(request.user, pk)
    if request.method == "POST":
        withdraw_comment(comment=comment, actor=request.user)
        messages.success(request, _("已撤回。"))
        return redirect(_there(comment))
    confirm = {
        "title": _("撤回评论"),
        "lead": _("撤回后不再显示内容，别人的回复还在。不能恢复。"),
        "facts": [(_("内容"), comment.text)] if comment.author_id == request.user.pk else [],
        "submit": _("撤回"),
        "back": _there(comment),
        "danger": True,
    }
    return render(request, "partials/confirm.html", {"confirm": confirm})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def report(request: PersonRequest, pk: int) -> HttpResponse:
    comment = comment_for(request.user, pk)
    form = ReportForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            report_comment(comment=comment, actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已举报，社区会处理。"))
            return redirect(_there(comment))
    confirm = {
        "title": _("举报评论"),
        "lead": _("社区工作人员会看到举报，评论的作者看不到是谁举报的。"),
        "facts": [] if comment.is_hidden or comment.withdrawn_at else [(_("评论"), comment.text)],
        "form": form,
        "submit": _("举报"),
        "back": _there(comment),
    }
    return render(request, "partials/confirm.html", {"confirm": confirm}, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def appeal(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask another person to look at the hiding of one's own comment."""
    comment = comment_for(request.user, pk)
    act = hiding_of(comment)
    if act is None or comment.author_id != request.user.pk:
        return redirect(_there(comment))
    form = AppealForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            appeal_hiding(comment=comment, text=form.cleaned_data["text"], actor=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("申诉已提交，由另一位工作人员或街道复核。"))
            return redirect(_there(comment))
    context = {
        "estate": comment.proposal.estate,
        "form": form,
        "title": comment.text,
        "reason": act.reason,
        "code": act.get_code_display(),
        "back": _there(comment),
        "rule": comment.proposal.rule("appeal-reply-working-days"),
    }
    return render(request, "governance/appeal_form.html", context, status=status)
