"""A draft on its way: findings, signatures, preview and publication."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.rules import allows
from communities.templatetags.linyi import area, deadline_words, moment, thousands
from votes.access import desk_assembly_for
from votes.enums import AssemblyStatus
from votes.errors import LintFailed
from votes.linting import Finding, lint
from votes.models import Assembly, LintOverride
from votes.services.assemblies import judge, publish_assembly, unsettled
from votes.services.overrides import sign_override, withdraw_override
from votes.services.rolls import preview_roll, scope_of
from votes.wording import scope_words

from .motions_shown import motions_shown, statute_of

#: Where a finding about the roster, the election or a recall is mended.
ROSTER, ELECTION, RECALL = "roster", "election", "recall"


def show_draft(
    request: PersonRequest,
    assembly: Assembly,
    *,
    status: int = 200,
    refused: dict[str, str] | None = None,
) -> HttpResponse:
    """The page of a draft. ``refused``: the signature that was not taken, with what had been typed."""
    may_prepare = allows("votes.prepare_assembly", request.user, assembly)
    findings = lint(assembly, database_now())
    signed = {override.finding: override for override in assembly.lint_overrides.select_related("signed_by")}
    rows = [
        {
            "finding": finding,
            "url": _place(assembly, finding),
            "override": None if finding.is_error else signed.get(finding.key),
            "refused": refused if refused and refused["finding"] == finding.key else None,
        }
        for finding in findings
    ]
    standing = [row for row in rows if row["override"] is None]
    context = {
        "estate": assembly.estate,
        "assembly": assembly,
        "motions": motions_shown(assembly),
        "rows": standing + [row for row in rows if row["override"] is not None],
        "errors": sum(finding.is_error for finding in findings),
        "warnings": len(standing) - sum(finding.is_error for finding in findings),
        "ready": not standing,
        "may_prepare": may_prepare,
    }
    return render(request, "votes/desk_draft.html", context, status=status)


def _place(assembly: Assembly, finding: Finding) -> str:
    """The page and input where a finding is mended."""
    slug = assembly.estate.slug
    if finding.field == ROSTER:
        return reverse("communities:roster", args=[slug])
    if finding.field == ELECTION:
        return reverse("votes:desk-election", args=[slug, assembly.pk])
    if finding.field == RECALL:
        return reverse("votes:desk-recall", args=[slug, assembly.pk])
    if finding.motion_id is not None:
        place = "papers" if finding.field == "attachments" else f"id_{finding.field}"
        return f"{reverse('votes:desk-motion', args=[slug, assembly.pk, finding.motion_id])}#{place}"
    if finding.field == "motions":
        return reverse("votes:desk-motion-new", args=[slug, assembly.pk])
    name = {"opens_at": "opens_on", "closes_at": "closes_on"}.get(finding.field, finding.field)
    return f"{reverse('votes:desk-assembly-edit', args=[slug, assembly.pk])}#id_{name}"


@login_required
@require_POST
def sign(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    assembly = desk_assembly_for(request.user, slug, pk)
    finding, reason = request.POST.get("finding", ""), request.POST.get("reason", "")
    try:
        sign_override(assembly=assembly, finding=finding, reason=reason, actor=request.user)
    except Refusal as refusal:
        if assembly.status != AssemblyStatus.DRAFT or not allows(
            "votes.prepare_assembly", request.user, assembly
        ):
            raise
        told = {"finding": finding, "reason": reason, "message": str(refusal)}
        if not any(found.key == finding for found in lint(assembly, timezone.now())):
            messages.error(request, str(refusal))
        return show_draft(request, assembly, status=refusal.status, refused=told)
    messages.success(request, _("已签署说明。"))
    return redirect("votes:desk-assembly", slug, pk)


@login_required
@require_POST
def unsign(request: PersonRequest, slug: str, pk: int, override_pk: int) -> HttpResponse:
    assembly = desk_assembly_for(request.user, slug, pk)
    override = get_object_or_404(LintOverride, assembly=assembly, pk=override_pk)
    withdraw_override(override=override, actor=request.user)
    messages.success(request, _("已撤回说明。"))
    return redirect("votes:desk-assembly", slug, pk)


@login_required
@require_GET
def preview(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """The assembly as an owner will see it; nothing on it can be sent."""
    assembly = desk_assembly_for(request.user, slug, pk)
    context = {"estate": assembly.estate, "assembly": assembly, "motions": motions_shown(assembly)}
    return render(request, "votes/desk_preview.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def publish(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    assembly = desk_assembly_for(request.user, slug, pk)
    judge("votes.prepare_assembly", request.user, assembly)
    if request.method == "POST":
        try:
            publish_assembly(assembly=assembly, actor=request.user)
        except LintFailed as refusal:
            messages.error(request, str(refusal))
            return show_draft(request, assembly, status=refusal.status)
        messages.success(request, _("已公示。名册和全部内容已经固定，通知正在发给名册上的每一位业主。"))
        return redirect("votes:desk-assembly", slug, pk)
    if assembly.status != AssemblyStatus.DRAFT:
        return redirect("votes:desk-assembly", slug, pk)
    now = database_now()
    if unsettled(assembly, lint(assembly, now)):
        messages.error(request, str(LintFailed.message))
        return redirect("votes:desk-assembly", slug, pk)
    return render(
        request,
        "partials/confirm_desk.html",
        {"confirm": _confirm(assembly), "estate": assembly.estate},
    )


def _confirm(assembly: Assembly) -> dict[str, Any]:
    now = database_now()
    roll = preview_roll(assembly.estate, now, scope=scope_of(assembly))
    assert assembly.opens_at is not None
    return {
        "title": _("确认公示"),
        "eyebrow": assembly.title,
        "lead": _(
            "公示以后，会议公告、表决事项、起止时间和表决人名册全部固定，任何人不能再改；"
            "名册上的业主会收到通知。有错只能取消会议，重新公示。"
        ),
        "facts": [
            (_("表决事项"), _("%(number)s 项") % {"number": assembly.motions.count()}),
            (_("公示"), _("现在起 %(days)s 个整日") % {"days": (assembly.opens_at - now).days}),
            (_("表决开始"), moment(assembly.opens_at, "full")),
            (_("表决截止"), deadline_words(assembly.closes_at, "full")),
            (_("表决范围"), scope_words(assembly)),
            (_("表决人数"), _("%(number)s 人") % {"number": thousands(roll.heads)}),
            (_("总面积"), f"{area(roll.area)} m²"),
            (
                _("房屋"),
                _("%(number)s 套") % {"number": thousands(roll.units)}
                if not roll.developer_units
                else _("%(number)s 套，其中未售或未交付 %(held)s 套，合计一人")
                % {"number": thousands(roll.units), "held": thousands(roll.developer_units)},
            ),
            (
                _("能在手机上表决"),
                _("%(number)s 人已绑定账号，其余请上门或在现场协助") % {"number": thousands(roll.reachable)},
            ),
            (_("计票规则"), statute_of(assembly).name),
        ],
        "warning": _("名册以现在的业主名册为准。公示后过户的，由名册上的原业主表决，下次会议再更新。"),
        "submit": _("公示并固定名册"),
        "back": reverse("votes:desk-assembly", args=[assembly.estate.slug, assembly.pk]),
    }
