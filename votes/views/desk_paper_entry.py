"""A sheet that came back: registered with its picture, then read by two people apart."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.templatetags.linyi import moment
from votes.access import may_see_scan, paper_on_desk_for, papers_assembly_for, scan_on_desk_for
from votes.forms.ballot import mark_field
from votes.forms.papers import EntryForm, ReceiveForm, defect_label, line_choices
from votes.models import Assembly, Motion, PaperBallot, PaperEntry
from votes.paper_states import TONES, WAITING, PaperState, next_to_enter, paper_figures, state_of, with_states
from votes.services.paper_entries import enter_paper
from votes.services.papers import receive_paper

from .private_files import is_picture, private_file


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def receive(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Register a sheet by its code or serial."""
    return _receive(request, papers_assembly_for(request.user, slug, pk), None)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def receive_one(request: PersonRequest, slug: str, pk: int, paper_pk: UUID) -> HttpResponse:
    """The same for a sheet whose code was scanned with a phone."""
    paper = paper_on_desk_for(request.user, slug, pk, paper_pk)
    return _receive(request, paper.assembly, paper)


def _receive(request: PersonRequest, assembly: Assembly, paper: PaperBallot | None) -> HttpResponse:
    initial = {"code": str(paper.serial)} if paper else {}
    is_sent = request.method == "POST"
    form = ReceiveForm(request.POST if is_sent else None, request.FILES if is_sent else None, initial=initial)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                received = receive_paper(
                    assembly=assembly,
                    code=form.cleaned_data["code"],
                    file=form.cleaned_data["file"],
                    actor=request.user,
                )
            except Refusal as refusal:
                field = "file" if refusal.code.startswith("attachment") else "code"
                form.add_error(field, str(refusal))
                status = refusal.status
            else:
                return _after_receiving(request, received)
    context = {
        "estate": assembly.estate,
        "assembly": assembly,
        "form": form,
        "paper": paper,
        "figures": paper_figures([assembly], request.user)[assembly.pk],
    }
    return render(request, "votes/desk_paper_receive.html", context, status=status)


def _after_receiving(request: PersonRequest, paper: PaperBallot) -> HttpResponse:
    state = state_of(with_states(PaperBallot.objects.filter(pk=paper.pk)).get())
    facts = {"serial": paper.serial, "at": moment(paper.received_at)}
    if state == PaperState.REGISTERED:
        messages.warning(
            request,
            _("票号 %(serial)d 在公布结果以后才收到：只登记，不改变结果。请与表决票一起封存。") % facts,
        )
    elif state == PaperState.NOT_COUNTED:
        words = _("票号 %(serial)d 已于 %(at)s 登记，按不计票保存：%(reason)s。")
        messages.warning(request, words % {**facts, "reason": _reason(paper)})
    else:
        messages.success(
            request, _("票号 %(serial)d 已于 %(at)s 登记收到。请把回执联撕下签名交给业主。") % facts
        )
    return redirect("votes:desk-papers-receive", paper.assembly.estate.slug, paper.assembly_id)


def _reason(paper: PaperBallot) -> str:
    return str(paper.uncounted.get_reason_display())


# --- reading one -----------------------------------------------------------------------


@login_required
@never_cache
@require_GET
def next_one(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """To the sheet this person may look at next, or back to the list."""
    assembly = papers_assembly_for(request.user, slug, pk)
    paper = next_to_enter(assembly, request.user)
    if paper is None:
        messages.info(request, _("现在没有等您录入的纸质票。"))
        return redirect("votes:desk-papers", slug, pk)
    return redirect("votes:desk-paper-enter", slug, pk, paper.pk)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def enter(request: PersonRequest, slug: str, pk: int, paper_pk: UUID) -> HttpResponse:
    """The scan beside the form; what others entered is shown only to the third, and not whose it is."""
    paper = paper_on_desk_for(request.user, slug, pk, paper_pk)
    motions = list(paper.assembly.motions.order_by("position"))
    form = EntryForm(request.POST if request.method == "POST" else None, motions=motions)
    if request.method == "POST":
        if form.is_valid():
            try:
                entry = enter_paper(
                    paper=paper,
                    choices=form.choices,
                    defect=form.cleaned_data["defect"],
                    actor=request.user,
                )
            except Refusal as refusal:
                return _page(request, paper, form, refusal.status, str(refusal))
            _say(request, entry)
            return redirect("votes:desk-papers-next", slug, pk)
        return _page(request, paper, form, 422)
    return _page(request, paper, form)


def _say(request: PersonRequest, entry: PaperEntry) -> None:
    paper = with_states(PaperBallot.objects.filter(pk=entry.paper_id)).get()
    state = state_of(paper)
    words = {
        PaperState.SECOND: _("票号 %(serial)d 第一次录入已保存，等另一位监票人录入。"),
        PaperState.THIRD: _("票号 %(serial)d 两次录入不一致，等第三位监票人核对。"),
        PaperState.COUNTED: _("票号 %(serial)d 已录完，计票。"),
        PaperState.NOT_COUNTED: _("票号 %(serial)d 已录完，不计票：%(reason)s。"),
    }[state]
    facts: dict[str, object] = {"serial": paper.serial}
    if state == PaperState.NOT_COUNTED:
        facts["reason"] = _reason(paper)
    messages.success(request, words % facts)


def _page(
    request: PersonRequest, paper: PaperBallot, form: EntryForm, status: int = 200, refusal: str = ""
) -> HttpResponse:
    assembly = paper.assembly
    shown = with_states(PaperBallot.objects.filter(pk=paper.pk)).get()
    state = state_of(shown)
    entries = list(paper.entries.order_by("look"))
    has_looked = any(entry.entered_by_id == request.user.pk for entry in entries)
    may_enter = state in WAITING and not has_looked
    context = {
        "estate": assembly.estate,
        "assembly": assembly,
        "paper": paper,
        "state": state.label,
        "tone": TONES[state],
        "is_third": state == PaperState.THIRD,
        "may_enter": may_enter,
        "has_looked": has_looked,
        "refusal": refusal,
        "form": form,
        "problems": form.problems if form.is_bound and form.errors else [],
        "lines": [
            _line(motion, form, entries if may_enter and len(entries) == 2 else []) for motion in form.motions
        ],
        "defects": [defect_label(entry.defect) or _("没有问题") for entry in entries]
        if may_enter and len(entries) == 2
        else [],
        "scan_shown": bool(paper.scan) and may_see_scan(paper),
        "is_picture": is_picture(paper.scan),
        "phase": assembly.phase(database_now()),
        "reason": _reason(paper) if state == PaperState.NOT_COUNTED else "",
    }
    return render(request, "votes/desk_paper_enter.html", context, status=status)


def _line(motion: Motion, form: EntryForm, entries: list[PaperEntry]) -> dict[str, Any]:
    name = mark_field(motion)
    options = line_choices(motion)
    labels = dict(options)
    place = motion.position - 1
    looks = [labels.get(entry.choices[place], "") if entry.choices else "—" for entry in entries]
    return {
        "name": name,
        "number": motion.position,
        "title": motion.title,
        "options": options,
        "chosen": form.data.get(name, "") if form.is_bound else "",
        "looks": looks,
        "differs": len(set(looks)) > 1,
        "errors": form.errors.get(name, []) if form.is_bound else [],
    }


@login_required
@never_cache
@require_GET
def scan(request: PersonRequest, slug: str, pk: int, paper_pk: UUID) -> FileResponse:
    paper = scan_on_desk_for(request.user, slug, pk, paper_pk)
    return private_file(paper.scan, f"paper-{paper.serial}")
