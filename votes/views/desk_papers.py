"""The scrutineers' sheets: where each stands, printing them, printing one again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest, row_number
from communities.printing import pdf_response
from communities.rules import allows
from votes.access import paper_for, paper_on_desk_for, papers_assembly_for
from votes.delivery_states import electors_at, places_on_roll, units_at
from votes.enums import AssemblyStatus
from votes.forms.papers import PrintForm
from votes.models import Assembly, Elector, PaperBallot
from votes.paper_states import (
    TONES,
    PaperFigures,
    PaperState,
    in_state,
    next_to_enter,
    paper_figures,
    precedence_words,
    state_of,
    with_states,
)
from votes.services.papers import HANDED_OUT_IN, offers_paper, print_papers, reprint_paper

from .paper_sheets import sheets_html

PAGE_SIZE = 50
#: One PDF, or one print page, holds at most so many sheets; the list offers them piece by piece.
SHEETS_A_FILE = 40


@login_required
@never_cache
@require_GET
def papers(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """All sheets of an assembly with what comes next for each."""
    assembly = papers_assembly_for(request.user, slug, pk)
    chosen, wanted = request.GET.get("state", ""), request.GET.get("q", "").strip()
    found = in_state(with_states(_search(assembly, wanted)), chosen)
    page = Paginator(found.select_related("elector").order_by("serial"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    phase = assembly.phase(database_now())
    figures = paper_figures([assembly], request.user)[assembly.pk]
    context = {
        "estate": assembly.estate,
        "assembly": assembly,
        "phase": phase,
        "figures": figures,
        "next": next_to_enter(assembly, request.user) if figures.mine else None,
        "page_obj": page,
        "rows": [(paper, (state := state_of(paper)).label, TONES[state]) for paper in page],
        "states": PaperState.choices,
        "state": chosen if chosen in PaperState else "",
        "wanted": wanted,
        "may_print": phase in HANDED_OUT_IN and offers_paper(assembly),
        "may_receive": phase in (AssemblyStatus.OPEN, AssemblyStatus.CLOSED, AssemblyStatus.CERTIFIED),
        "offers_paper": offers_paper(assembly),
        "precedence": precedence_words(assembly),
        "kpis": _kpis(assembly, figures),
    }
    return render(request, "votes/desk_papers.html", context)


def _kpis(assembly: Assembly, figures: PaperFigures) -> list[dict[str, Any]]:
    here = reverse("votes:desk-papers", args=[assembly.estate.slug, assembly.pk])
    return [
        {"value": figures.requested, "label": _("申领，待打印"), "url": f"{here}?state=requested"},
        {"value": figures.handed_out, "label": _("已打印")},
        {"value": figures.printed, "label": _("未交回"), "url": f"{here}?state=printed"},
        {"value": figures.waiting, "label": _("收到，待录完"), "hot": figures.waiting > 0},
        {"value": figures.settled, "label": _("已录完")},
    ]


def _search(assembly: Assembly, wanted: str) -> QuerySet[PaperBallot]:
    found = PaperBallot.objects.filter(assembly=assembly)
    if not wanted:
        return found
    homes = Q(elector__in=units_at(assembly, wanted=wanted).values("elector"))
    serial = row_number(wanted)
    return found.filter(homes | Q(serial=serial) if serial and serial < 10**9 else homes)


# --- printing ------------------------------------------------------------------------


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def print_some(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Choose for whom; the sheets get their numbers, and can be printed from then on."""
    assembly = papers_assembly_for(request.user, slug, pk)
    initial = {"whose": PrintForm.REQUESTED}
    form = PrintForm(
        request.POST if request.method == "POST" else None, initial=initial, places=places_on_roll(assembly)
    )
    status = 200
    if form.is_bound and form.is_valid():
        electors = _chosen(assembly, form)
        if electors is not None:
            made = print_papers(assembly=assembly, electors=electors, actor=request.user)
            return _after_printing(request, assembly, made)
    if form.is_bound:
        status = 422
    printed = PaperBallot.objects.filter(assembly=assembly, printed_at__isnull=False, voided_at__isnull=True)
    context = {
        "estate": assembly.estate,
        "assembly": assembly,
        "form": form,
        "files": _files(assembly, list(printed.order_by("serial").values_list("serial", flat=True))),
    }
    return render(request, "votes/desk_papers_print.html", context, status=status)


def _chosen(assembly: Assembly, form: PrintForm) -> QuerySet[Elector] | None:
    """The electors asked for; None with an error in the form where one home was meant and is not clear."""
    whose = form.cleaned_data["whose"]
    if whose == PrintForm.REQUESTED:
        return Elector.objects.filter(
            assembly=assembly,
            papers__requested_at__isnull=False,
            papers__printed_at__isnull=True,
            papers__voided_at__isnull=True,
        )
    if whose == PrintForm.PLACE:
        return electors_at(assembly, form.cleaned_data["place"])
    if whose == PrintForm.ALL:
        return electors_at(assembly)
    found = electors_at(assembly, wanted=form.cleaned_data["room"].strip())
    matches = list(found[:6])
    if len(matches) == 1:
        return found
    if matches:
        homes = "、".join(elector.label for elector in matches)
        form.add_error("room", _("不止一户：%(homes)s。请写完整的房号。") % {"homes": homes})
    else:
        form.add_error("room", _("名册上没有这样的房屋，请核对。"))
    return None


def _after_printing(request: PersonRequest, assembly: Assembly, made: list[PaperBallot]) -> HttpResponse:
    back = redirect("votes:desk-papers-print", assembly.estate.slug, assembly.pk)
    if not made:
        messages.info(
            request, _("没有要新打印的：选中的都已打印过，或者已经表决。要重新打印，请从下面取文件。")
        )
        return back
    words = ngettext(
        "已编号 %(number)d 张，票号 %(first)d 至 %(last)d。请从下面取文件打印。",
        "已编号 %(number)d 张，票号 %(first)d 至 %(last)d。请从下面取文件打印。",
        len(made),
    )
    facts = {"number": len(made), "first": made[0].serial, "last": made[-1].serial}
    messages.success(request, words % facts)
    return back


def _files(assembly: Assembly, serials: list[int]) -> list[dict[str, Any]]:
    """The printed sheets piece by piece: from which serial to which, and how many."""
    pieces = [serials[start : start + SHEETS_A_FILE] for start in range(0, len(serials), SHEETS_A_FILE)]
    address = [assembly.estate.slug, assembly.pk]
    return [
        {
            "first": piece[0],
            "last": piece[-1],
            "number": len(piece),
            "query": f"?from={piece[0]}&to={piece[-1]}",
            "page": reverse("votes:desk-papers-sheets", args=address),
            "pdf": reverse("votes:desk-papers-pdf", args=address),
        }
        for piece in pieces
    ]


@login_required
@never_cache
@require_GET
def sheets(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Printed sheets of a range of serials, as a page to print."""
    assembly = papers_assembly_for(request.user, slug, pk)
    return HttpResponse(sheets_html(request, assembly, _in_range(request, assembly)))


@login_required
@never_cache
@require_GET
def sheets_pdf(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """The same as one PDF."""
    assembly = papers_assembly_for(request.user, slug, pk)
    papers = _in_range(request, assembly)
    html = sheets_html(request, assembly, papers)
    return pdf_response(html, _("纸质表决票 %(first)s-%(last)s.pdf") % _ends(papers))


def _ends(papers: list[PaperBallot]) -> dict[str, int]:
    return {"first": papers[0].serial if papers else 0, "last": papers[-1].serial if papers else 0}


def _in_range(request: PersonRequest, assembly: Assembly) -> list[PaperBallot]:
    first = min(row_number(request.GET.get("from")) or 1, 10**9)
    last = min(row_number(request.GET.get("to")) or 10**9, 10**9)
    found = PaperBallot.objects.filter(
        assembly=assembly,
        serial__gte=first,
        serial__lte=last,
        printed_at__isnull=False,
        voided_at__isnull=True,
    )
    return list(found.select_related("elector").order_by("serial")[:SHEETS_A_FILE])


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def reprint(request: PersonRequest, slug: str, pk: int, paper_pk: UUID) -> HttpResponse:
    paper = paper_on_desk_for(request.user, slug, pk, paper_pk)
    back = reverse("votes:desk-papers", args=[slug, pk])
    if request.method == "POST":
        try:
            another = reprint_paper(paper=paper, actor=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(back)
        messages.success(
            request,
            _("票号 %(old)d 已作废，新票号 %(new)d。请打印新票。")
            % {"old": paper.serial, "new": another.serial},
        )
        sheet = reverse("votes:desk-papers-sheets", args=[slug, pk])
        return redirect(f"{sheet}?from={another.serial}&to={another.serial}")
    shown = {
        "title": _("补发纸质票"),
        "eyebrow": paper.assembly.title,
        "lead": _("原来的票号作废，另编一张新票。作废的票以后交回，会按不计票登记，不会丢失。"),
        "facts": [(_("票号"), paper.serial), (_("房屋"), paper.elector.label)],
        "submit": _("作废并补发"),
        "danger": True,
        "back": back,
    }
    return render(request, "partials/confirm_desk.html", {"confirm": shown, "estate": paper.assembly.estate})


@login_required
@never_cache
@require_GET
def paper(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Where a scanned code leads: a scrutineer to what comes next for the sheet, its people to the vote."""
    found = paper_for(request.user, pk)
    assembly = found.assembly
    if not allows("votes.handle_papers", request.user, found):
        return redirect("votes:assembly", assembly.pk)
    name = "desk-paper-receive" if found.received_at is None else "desk-paper-enter"
    return redirect(f"votes:{name}", assembly.estate.slug, assembly.pk, found.pk)
