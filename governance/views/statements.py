"""Statements on the phone: answered one by one, put forward, and the map that comes of them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.errors import Refusal
from communities.http import PersonRequest
from communities.rules import allows
from communities.spreadsheets import write_csv
from governance.access.proposals import moderated_estate_for, published_proposal_for
from governance.access.statements import open_statements, statement_for, statement_on_desk_for
from governance.enums import Feature, Opinion, StatementStatus
from governance.forms.statement import StatementForm
from governance.models import Proposal, Statement, StatementOpinion
from governance.queries.common_ground import map_page, newest_map
from governance.services.statements import give_opinion, moderate_statement, write_statement

PER_PAGE = 30


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def statements(request: PersonRequest, pk: int) -> HttpResponse:
    """The next statement this person has not answered, those answered, and a place for one's own."""
    proposal = published_proposal_for(request.user, pk)
    form = StatementForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            write_statement(proposal=proposal, actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已收到，社区看过后公开。"))
            return redirect("governance:statements", pk)
    return render(request, "governance/statements.html", _context(request, proposal, form), status=status)


def _context(request: PersonRequest, proposal: Proposal, form: StatementForm) -> dict[str, Any]:
    there = list(open_statements(proposal))
    given = dict(
        StatementOpinion.objects.filter(statement__in=there, user=request.user).values_list(
            "statement", "value"
        )
    )
    at_home = allows("governance.endorse_proposal", request.user, proposal.estate)
    return {
        "proposal": proposal,
        "estate": proposal.estate,
        "next": next((one for one in there if one.pk not in given), None),
        "answered": [(one, Opinion(given[one.pk]).label) for one in there if one.pk in given],
        "number": len(there),
        "choices": Opinion.choices,
        "form": form,
        "may_opine": at_home and proposal.opens(Feature.OPINE),
        "may_state": at_home and proposal.opens(Feature.STATE),
        "map": newest_map(proposal),
        "mine": proposal.statements.filter(author=request.user).exclude(status=StatementStatus.APPROVED),
    }


@login_required
@require_POST
def opine(request: PersonRequest, pk: int) -> HttpResponse:
    statement = statement_for(request.user, pk)
    value = request.POST.get("value", "")
    if value not in {str(one) for one in Opinion.values}:
        messages.error(request, _("请选择同意、不同意或说不好。"))
        return redirect("governance:statements", statement.proposal_id)
    give_opinion(statement=statement, value=int(value), actor=request.user)
    return redirect("governance:statements", statement.proposal_id)


@login_required
@never_cache
@require_GET
def common_ground(request: PersonRequest, pk: int) -> HttpResponse:
    """最大公约数: what all agree on first, then what divides; the picture with its table beside it."""
    proposal = published_proposal_for(request.user, pk)
    found = newest_map(proposal)
    context = {
        "proposal": proposal,
        "estate": proposal.estate,
        "map": found,
        "shown": map_page(found) if found else None,
    }
    return render(request, "governance/common_ground.html", context)


@login_required
@require_GET
def export(request: PersonRequest, pk: int) -> HttpResponse:
    """The counts of each statement, in all and by group, as CSV. No person is in it."""
    proposal = published_proposal_for(request.user, pk)
    found = newest_map(proposal)
    shown = map_page(found) if found else {"all": [], "groups": []}
    header = [_("编号"), _("观点"), _("同意"), _("不同意"), _("说不好")]
    for group in shown["groups"]:
        words = {"number": group["number"]}
        header += [_("第 %(number)d 组同意") % words, _("第 %(number)d 组不同意") % words]
    rows = (
        [
            *(str(one["number"]), one["text"], str(one["agree"]), str(one["disagree"]), str(one["pass"])),
            *(str(part[key]) for _place, part in one["groups"] for key in ("agree", "disagree")),
        ]
        for one in shown["all"]
    )
    answer = HttpResponse(write_csv(header, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="statements-{pk}.csv"'
    return answer


# --- the desk ---


@login_required
@never_cache
@require_GET
def desk(request: PersonRequest, slug: str) -> HttpResponse:
    """Statements that wait to be shown."""
    estate = moderated_estate_for(request.user, slug)
    found = Statement.objects.filter(proposal__estate=estate, status=StatementStatus.PENDING)
    page = Paginator(found.select_related("proposal").order_by("written_at"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "governance/desk_statements.html", {"estate": estate, "page": page})


@login_required
@require_POST
def moderate(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    statement = statement_on_desk_for(request.user, slug, pk)
    try:
        moderate_statement(
            statement=statement, approve=request.POST.get("to") == "approved", actor=request.user
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已处理，作者会收到消息。"))
    return redirect("governance:desk-statements", slug)
