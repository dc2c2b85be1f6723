"""Objections at the desk: the queue with its clock, one to be answered, the log on paper and as a file."""

import csv
from io import StringIO
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.printing import pdf_response
from communities.spreadsheets import inert
from communities.templatetags.linyi import deadline_words, moment
from votes.access import desk_estate_for, objection_at_desk, objection_log_for, objections_at_desk
from votes.enums import ObjectionKind, ObjectionStatus
from votes.forms.objection import AnswerForm, TakeUpForm
from votes.models import Assembly, Objection
from votes.models.objection import OPEN_STATUSES
from votes.objecting import ObjectionFigures, objection_figures
from votes.services.objections import answer_objection, is_about, take_up_objection
from votes.views.objections import TONES, timeline

PER_PAGE = 30


@login_required
@never_cache
@require_GET
def objections(request: PersonRequest, slug: str) -> HttpResponse:
    """Those waiting for an answer, the first due in front; or those settled, the last in front."""
    estate = desk_estate_for(request.user, slug)
    show = "settled" if request.GET.get("show") == "settled" else "open"
    kind = request.GET.get("kind", "")
    found = objections_at_desk(request.user, estate)
    waiting = found.filter(status__in=OPEN_STATUSES).count()
    if show == "open":
        found = found.filter(status__in=OPEN_STATUSES).order_by("due_at", "number")
    else:
        found = found.exclude(status__in=OPEN_STATUSES).order_by(
            F("answered_at").desc(nulls_last=True), "-number"
        )
    if kind in ObjectionKind.values:
        found = found.filter(kind=kind)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    at = database_now()
    context = {
        "estate": estate,
        "page": page,
        "rows": [
            (one, one.is_open and one.due_at <= at, TONES[ObjectionStatus(one.status)])
            for one in page.object_list
        ],
        "show": show,
        "kind": kind if kind in ObjectionKind.values else "",
        "kinds": ObjectionKind.choices,
        "waiting": waiting,
    }
    return render(request, "votes/desk_objections.html", context)


@login_required
@never_cache
@require_GET
def objection(request: PersonRequest, slug: str, pk: UUID) -> HttpResponse:
    return _page(request, objection_at_desk(request.user, slug, pk))


@login_required
@require_POST
def take_up(request: PersonRequest, slug: str, pk: UUID) -> HttpResponse:
    found = objection_at_desk(request.user, slug, pk)
    form = TakeUpForm(request.POST)
    if not form.is_valid():
        return _page(request, found, taking=form, status=422)
    try:
        take_up_objection(objection=found, note=form.cleaned_data["note"], actor=request.user)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, found, taking=form, status=refusal.status)
    messages.success(request, _("已登记，提出人会收到消息。"))
    return redirect("votes:desk-objection", slug, pk)


@login_required
@require_POST
def answer(request: PersonRequest, slug: str, pk: UUID) -> HttpResponse:
    found = objection_at_desk(request.user, slug, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, answering=form, status=422)
    try:
        answer_objection(objection=found, **form.cleaned_data, actor=request.user)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, found, answering=form, status=refusal.status)
    messages.success(request, _("已答复，提出人会收到消息，结论已公开。"))
    return redirect("votes:desk-objection", slug, pk)


def _page(
    request: PersonRequest,
    found: Objection,
    *,
    taking: TakeUpForm | None = None,
    answering: AnswerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    is_own = found.filed_by_id == request.user.pk
    about_me = is_about(found, request.user)
    context = {
        "objection": found,
        "assembly": found.assembly,
        "estate": found.assembly.estate,
        "tone": TONES[ObjectionStatus(found.status)],
        "steps": timeline(found),
        "is_own": is_own,
        "about_me": about_me,
        "may_answer": found.is_open and not is_own and not about_me,
        "consequence": _consequence(found),
        "taking": taking or TakeUpForm(),
        "answering": answering or AnswerForm(),
    }
    return render(request, "votes/desk_objection.html", context, status=status)


def _consequence(objection: Objection) -> str:
    """What an upheld objection leads to, which is an act of two people on the assembly's page."""
    if objection.status != ObjectionStatus.UPHELD:
        return ""
    return {
        ObjectionKind.ROLL: _("异议成立的，请在表决开始前更正表决人名册，须两人确认。"),
        ObjectionKind.RESULT: _("异议成立、足以影响结果的，请提出撤销决定，须两人确认。"),
        ObjectionKind.PROCEDURE: _(
            "异议成立的，请改正程序；足以影响结果的，取消会议或撤销决定，须两人确认。"
        ),
    }[ObjectionKind(objection.kind)]


# --- the log ---------------------------------------------------------------------------


def objection_log(assembly: Assembly) -> dict[str, Any]:
    at = database_now()
    found = assembly.objections.prefetch_related("steps").select_related("elector").order_by("number")
    return {
        "assembly": assembly,
        "estate": assembly.estate,
        "objections": found,
        "figures": objection_figures([assembly], at).get(assembly.pk, ObjectionFigures()),
    }


@login_required
@require_GET
def log_print(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    return render(request, "print/objections.html", objection_log(objection_log_for(request.user, slug, pk)))


@login_required
@require_GET
def log_pdf(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    assembly = objection_log_for(request.user, slug, pk)
    html = render_to_string("print/objections.html", objection_log(assembly), request)
    return pdf_response(html, f"objections-{pk}.pdf")


@login_required
@require_GET
def log_csv(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """A line an objection: what, when, what was answered. Places of the roll, no names."""
    assembly = objection_log_for(request.user, slug, pk)
    file = StringIO()
    file.write("\ufeff")  # Excel takes a file without it for the system's old encoding.
    writer = csv.writer(file)
    writer.writerow(
        [
            *(_("编号"), _("对什么"), _("针对"), _("房屋"), _("内容"), _("提出"), _("答复期限")),
            *(_("状态"), _("答复"), _("答复时间"), _("报告街道")),
        ]
    )
    for one in objection_log(assembly)["objections"]:
        row = [
            *(one.number, one.get_kind_display(), one.get_about_display() if one.about else ""),
            *(one.elector.label if one.elector else _("不在名册"), one.text),
            *(moment(one.filed_at, "full"), deadline_words(one.due_at, "full")),
            *(one.get_status_display(), one.answer),
            moment(one.answered_at, "full") if one.answered_at else "",
            moment(one.escalated_at, "full") if one.escalated_at else "",
        ]
        writer.writerow([inert(str(cell)) for cell in row])
    response = HttpResponse(file.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="objections-{assembly.pk}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response
