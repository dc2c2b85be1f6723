"""Casting one ballot, and the receipt of it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from votes.access import assembly_for, ballot_for, ballot_sent_with, took_part_for
from votes.enums import AssemblyStatus, Mark
from votes.errors import AlreadyCast, AssemblyNotOpen, CandidateHasWithdrawn, KeyReused, TooManyMarks
from votes.evidence.receipts import receipt_code
from votes.forms.ballot import BallotMarksForm, SentBallot, fill_rest, read_sent_ballot
from votes.models import Assembly, Ballot, BallotLook
from votes.queries import marks_shown_to
from votes.services.ballot_forms import ballot_form
from votes.services.casting import Receipt, cast_ballot
from votes.services.mandate_casting import cast_mandate_ballot
from votes.services.packs import is_sealed, receipt_of
from votes.standing import standing_in
from votes.views.assemblies import assembly_page, is_revisable
from votes.wording import SECRECY_LIMITS, secrecy_words

DECIDED = (AssemblyStatus.CERTIFIED, AssemblyStatus.VOID)


@login_required
@never_cache
@require_POST
def cast(request: PersonRequest, pk: int) -> HttpResponse:
    """Receive a ballot; back to the same page with all marks kept where one is missing."""
    if "rest" in request.POST:
        return _fill_rest(request, pk)
    refusal: Refusal | None = None
    try:
        sent = read_sent_ballot(request.POST, ballot_form(pk).motions)
        if sent is not None:
            receipt = _receive(request, pk, sent)
            page = "votes:took-part" if receipt.is_secret else "votes:receipt"
            response = HttpResponseRedirect(reverse(page, args=[receipt.ballot_id]))
            response.status_code = 303
            return response
    except Refusal as error:
        refusal = error
    # Something is wrong: only now is it worth asking what, and whether it may be seen at all.
    assembly = assembly_for(request.user, pk)
    form = BallotMarksForm(request.POST, motions=list(assembly.motions.order_by("position")))
    form.is_valid()
    if isinstance(refusal, TooManyMarks | CandidateHasWithdrawn):
        form.slate_problem = str(refusal)
        return assembly_page(request, assembly, form=form, status=refusal.status)
    if refusal is None and assembly.phase(database_now()) == AssemblyStatus.OPEN:
        return assembly_page(request, assembly, form=form, status=422)
    return _refused(request, assembly, refusal or AssemblyNotOpen(), form)


def _receive(request: PersonRequest, pk: int, sent: SentBallot) -> Receipt:
    if sent.mandate:
        return cast_mandate_ballot(
            mandate_id=sent.mandate,
            choices=sent.choices,
            idempotency_key=sent.key,
            actor=request.user,
        )
    return cast_ballot(
        assembly_id=pk,
        elector_id=sent.elector,
        choices=sent.choices,
        idempotency_key=sent.key,
        user_id=request.user.pk,
    )


def _fill_rest(request: PersonRequest, pk: int) -> HttpResponse:
    """其余弃权: the ballot again, with every candidate marked; the person looks and sends it."""
    assembly = assembly_for(request.user, pk)
    motions = list(assembly.motions.order_by("position"))
    form = BallotMarksForm(fill_rest(request.POST, motions), motions=motions)
    form.is_valid()
    if assembly.phase(database_now()) != AssemblyStatus.OPEN:
        return _refused(request, assembly, AssemblyNotOpen(), form)
    form.is_filling = True
    return assembly_page(request, assembly, form=form)


def _refused(
    request: PersonRequest, assembly: Assembly, refusal: Refusal, form: BallotMarksForm
) -> HttpResponse:
    """Why this ballot was not received, and the one that stands where there is one."""
    standing = standing_in(request.user, assembly)
    ballot: Ballot | None = None
    cast_by = ""
    if isinstance(refusal, KeyReused) and not form.mandate_id:
        ballot = ballot_sent_with(request.user, form.cleaned_data["key"])
    if (isinstance(refusal, AlreadyCast | AssemblyNotOpen) and not form.mandate_id) or ballot:
        one = standing.find(ballot.elector_id if ballot else form.elector_id)
        ballot, cast_by = (one.ballot, one.cast_by) if one else (ballot, "")
    context = {
        "assembly": assembly,
        "refusal": refusal,
        "ballot": ballot,
        "code": receipt_code(ballot.leaf_hash) if ballot else "",
        "cast_by": cast_by,
        "is_over": isinstance(refusal, AssemblyNotOpen),
    }
    return render(request, "votes/ballot_refused.html", context, status=refusal.status)


@login_required
@never_cache
@require_GET
def receipt(request: PersonRequest, pk: UUID) -> HttpResponse:
    """That a ballot was received, for the members of its elector; what it says, for who cast it."""
    ballot = ballot_for(request.user, pk)
    assembly = ballot.assembly
    standing = standing_in(request.user, assembly)
    one = standing.of(ballot.elector_id)
    held = standing.find_held(ballot.mandate_id)
    phase = assembly.phase(database_now())
    marks = marks_shown_to(request.user, ballot)
    titles = assembly.motions.order_by("position").values_list("position", "title") if marks else []
    found = one or held
    newest = found.ballot if found else None
    context = {
        "ballot": ballot,
        "assembly": assembly,
        "who": one.who if one else ballot.mandate.principal.masked_name if ballot.mandate else "",
        "cast_by": one.cast_by if one else "",
        "is_member": one is not None,
        "is_mine": ballot.cast_by_id == request.user.pk,
        "code": receipt_code(ballot.leaf_hash),
        "marks": [
            (position, title, Mark(mark).label) for (position, title), mark in zip(titles, marks, strict=True)
        ],
        "newer": newest if newest and newest.pk != ballot.pk else None,
        "looks": BallotLook.objects.filter(ballot=ballot).select_related("looked_by") if one else [],
        "secrecy": secrecy_words(assembly.secrecy),
        "secrecy_limits": SECRECY_LIMITS,
        "next": standing.waiting[0] if phase == AssemblyStatus.OPEN and standing.waiting else None,
        "phase": phase,
        "is_revisable": is_revisable(assembly),
        "steps": _steps(ballot, phase),
    }
    return render(request, "votes/receipt.html", context)


def _steps(ballot: Ballot, phase: AssemblyStatus) -> list[dict[str, str]]:
    """收到 → 已封存（可证明）→ 已公布."""
    sealed, published = is_sealed(ballot.leaf_hash), phase in DECIDED
    return [
        {"title": _("收到"), "note": _("已记入日志，不能再改"), "state": ""},
        {
            "title": _("已封存，可以证明") if sealed else _("等待封存"),
            "note": _("您的票在签了名的树里，再下载一次回执就带着证明") if sealed else _("通常一分钟以内"),
            "state": "" if sealed else "now",
        },
        {
            "title": _("已公布") if published else _("等待公布"),
            "note": _("可以用证据包核对您的票在里面") if published else _("计票以后公布结果和证据包"),
            "state": "now" if sealed and not published else "" if published else "next",
        },
    ]


@login_required
@never_cache
@require_GET
def receipt_file(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The receipt as a file that proves itself offline; what it says, only for who cast it."""
    ballot = ballot_for(request.user, pk)
    content = receipt_of(ballot, for_who_cast_it=ballot.cast_by_id == request.user.pk)
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="receipt-{receipt_code(ballot.leaf_hash)}.json"'
    return response


@login_required
@never_cache
@require_GET
def took_part(request: PersonRequest, key: UUID) -> HttpResponse:
    """That somebody of one's home took part in a secret vote. What was marked stands nowhere."""
    turnout = took_part_for(request.user, key)
    context = {
        "turnout": turnout,
        "assembly": turnout.assembly,
        "code": receipt_code(turnout.leaf_hash),
        "secrecy": secrecy_words(turnout.assembly.secrecy),
        "secrecy_limits": SECRECY_LIMITS,
    }
    return render(request, "votes/took_part.html", context)
