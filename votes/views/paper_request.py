"""An owner asks for a 纸质表决票 and sees where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from communities.http import PersonRequest, row_number
from communities.templatetags.linyi import deadline_words, moment
from votes.access import assembly_for, elector_for
from votes.enums import AssemblyStatus
from votes.models import Assembly, Elector
from votes.paper_states import TONES, PaperOfElector, PaperState, papers_of_electors, precedence_words
from votes.services.papers import request_paper, takes_requests
from votes.standing import Standing


@dataclass(frozen=True, slots=True)
class PaperLine:
    """What the people of one elector are told of their sheet."""

    elector: Elector
    words: str
    tone: str
    note: str
    #: Where it may be asked for; empty where there is nothing to ask.
    url: str


def paper_lines(assembly: Assembly, phase: AssemblyStatus, standing: Standing) -> Sequence[PaperLine]:
    """A line for each elector of this account that has a sheet or may ask for one."""
    if not standing.electors or not assembly.rules:
        return []
    papers = papers_of_electors(one.elector.pk for one in standing.electors)
    is_offered = phase in (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN) and takes_requests(assembly)
    lines = []
    for one in standing.electors:
        found = papers.get(one.elector.pk)
        if found:
            words, note = _told(assembly, found)
            lines.append(PaperLine(one.elector, words, TONES[found.state], note, ""))
        elif is_offered and one.may_cast and one.ballot is None:
            url = f"{reverse('votes:paper-request', args=[assembly.pk])}?elector={one.elector.pk}"
            lines.append(PaperLine(one.elector, "", "", "", url))
    return lines


def _told(assembly: Assembly, found: PaperOfElector) -> tuple[str, str]:
    """The state in the owner's words, and what to do or to know."""
    until = {"until": deadline_words(assembly.closes_at, "plain")}
    serial = {"serial": found.paper.serial}
    if found.state == PaperState.REQUESTED:
        return _("已申领，等监票人打印"), _("打印好会送到您家，也可以到社区或业委会领取。")
    if found.state == PaperState.PRINTED:
        return _("已打印，票号 %(serial)d") % serial, _(
            "填好、签名，%(until)s 以前交给监票人。没有交回以前，您仍可以在手机上表决。"
        ) % until
    if found.state in (PaperState.FIRST, PaperState.SECOND, PaperState.THIRD):
        when = {"when": moment(found.paper.received_at)}
        return _("%(when)s 收到您家的纸质票") % when, _("两位监票人正在分别录入，录完会通知您。")
    if found.state == PaperState.COUNTED:
        return _("纸质票已计票"), ""
    if found.state == PaperState.NOT_COUNTED:
        return _("纸质票没有计票"), found.reason
    if found.state == PaperState.REGISTERED:
        return _("公布结果以后才收到，没有计票"), ""
    return _("票号 %(serial)d 已作废") % serial, ""


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def request_one(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask on a page of its own, with what it means for voting by phone."""
    assembly = assembly_for(request.user, pk)
    elector = elector_for(request.user, assembly, row_number(request.GET.get("elector")))
    back = reverse("votes:assembly", args=[assembly.pk])
    if request.method == "POST":
        request_paper(elector=elector, actor=request.user)
        messages.success(request, _("已申领纸质票。打印好会送到您家，也可以到社区或业委会领取。"))
        return redirect(back)
    shown = {
        "title": _("申领纸质表决票"),
        "eyebrow": assembly.title,
        "lead": _(
            "监票人会打印一张有编号的票给您。填好、签名后，在截止以前交给监票人。交回以前，您仍可以在手机上表决。"
        ),
        "facts": [
            (_("房屋"), elector.label),
            (_("交回期限"), _("%(until)s 以前") % {"until": deadline_words(assembly.closes_at, "plain")}),
            (_("两种都投了"), precedence_words(assembly)),
        ],
        "submit": _("申领"),
        "back": back,
    }
    return render(request, "partials/confirm.html", {"confirm": shown})
