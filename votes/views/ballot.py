"""Casting one ballot, and the receipt of it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from votes.access import assembly_for, ballot_for, ballot_sent_with
from votes.enums import AssemblyStatus, Mark
from votes.errors import AlreadyCast, AssemblyNotOpen, CandidateHasWithdrawn, KeyReused, TooManyMarks
from votes.evidence.receipts import receipt_code
from votes.forms.ballot import BallotMarksForm, fill_rest, read_sent_ballot
from votes.models import Assembly, Ballot
from votes.queries import marks_shown_to
from votes.services.casting import ballot_form, cast_ballot
from votes.standing import standing_in
from votes.views.assemblies import assembly_page, is_revisable


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
            receipt = cast_ballot(
                assembly_id=pk,
                elector_id=sent.elector,
                choices=sent.choices,
                idempotency_key=sent.key,
                user_id=request.user.pk,
            )
            response = HttpResponseRedirect(reverse("votes:receipt", args=[receipt.ballot_id]))
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
    if isinstance(refusal, KeyReused):
        ballot = ballot_sent_with(request.user, form.cleaned_data["key"])
    if isinstance(refusal, AlreadyCast | AssemblyNotOpen) or ballot:
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
    one = next(found for found in standing.electors if found.elector.pk == ballot.elector_id)
    phase = assembly.phase(database_now())
    marks = marks_shown_to(request.user, ballot)
    titles = assembly.motions.order_by("position").values_list("position", "title") if marks else []
    newest = one.ballot or ballot
    context = {
        "ballot": ballot,
        "assembly": assembly,
        "one": one,
        "is_mine": ballot.cast_by_id == request.user.pk,
        "code": receipt_code(ballot.leaf_hash),
        "marks": [
            (position, title, Mark(mark).label) for (position, title), mark in zip(titles, marks, strict=True)
        ],
        "newer": newest if newest.pk != ballot.pk else None,
        "next": standing.waiting[0] if phase == AssemblyStatus.OPEN and standing.waiting else None,
        "phase": phase,
        "is_revisable": is_revisable(assembly),
    }
    return render(request, "votes/receipt.html", context)
