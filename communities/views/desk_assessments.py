"""Yearly assessments at the desk: the committee's own, and each member's."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from communities.access import term_for
from communities.committees import sitting
from communities.errors import Refusal
from communities.forms.committee import AssessmentForm
from communities.http import PersonRequest
from communities.rules import allows, today
from communities.services.committee import assess_committee
from communities.services.committee.locks import judge


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def assessments(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    term = term_for(request.user, slug, pk)
    if not allows("communities.view_member_assessments", request.user, term.estate):
        raise Http404
    day = today()
    form = AssessmentForm(request.POST or None, seats=sitting(term, on=day), year=day.year)
    status = 422 if form.is_bound else 200
    if request.method == "POST":
        judge("communities.assess_committee", request.user, term.estate)
        if form.is_valid():
            given = form.cleaned_data
            try:
                assess_committee(
                    term=term,
                    seat=form.chosen,
                    year=given["year"],
                    grade=given["grade"],
                    reason=given["reason"],
                    actor=request.user,
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                messages.success(request, _("评议结果已登记，不能再改。"))
                return redirect("communities:assessments", slug, pk)
    context = {
        "estate": term.estate,
        "term": term,
        "rows": term.assessments.select_related("seat__owner", "seat__user", "assessed_by").order_by(
            "-year", F("seat").asc(nulls_first=True), "pk"
        ),
        "form": form,
        "may_assess": allows("communities.assess_committee", request.user, term.estate),
    }
    return render(request, "communities/desk_assessments.html", context, status=status)
