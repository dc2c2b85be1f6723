"""What committee, firm and community say officially: on the phone as at the desk."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from communities.access import estate_for
from communities.clock import database_now
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.models import User
from communities.rules import allows
from governance.access.proposals import answering_proposal, template_for, templates_for
from governance.enums import Party
from governance.forms.answer import AnswerForm, AskFactsForm, TemplateForm
from governance.models import Proposal
from governance.queries.proposals import answer_due
from governance.rules import parties_of
from governance.services.answers import answer_proposal, ask_for_facts, drop_template, keep_template

from .proposals import with_version


def _parties(user: User, proposal: Proposal) -> list[Party]:
    return [party for party in parties_of(user, proposal.estate) if party in Party.three()]


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def answer(request: PersonRequest, pk: int) -> HttpResponse:
    """Answer, or write a new version of the answer, beginning from what stands or from a template."""
    proposal = answering_proposal(request.user, pk)
    parties = _parties(request.user, proposal)
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        parties=parties,
        initial=_initial(request, proposal, parties),
    )
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        values = form.cleaned_data | {"version": form.cleaned_data["version"] or 0}
        values["files"] = values.pop("attached")
        try:
            answer_proposal(proposal=proposal, actor=request.user, **values)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
            form.data = with_version(request, _newest_version(proposal, form.cleaned_data["party"]))
        else:
            messages.success(request, _("已答复，提出人和关注的人会收到消息。"))
            return redirect(f"{reverse('governance:proposal', args=[pk])}#answers")
    return _page(request, proposal, form, AskFactsForm(parties=parties), status)


def _initial(request: PersonRequest, proposal: Proposal, parties: list[Party]) -> dict[str, Any]:
    asked = request.GET.get("party", "")
    party = asked if asked in parties else parties[0]
    initial: dict[str, Any] = {"party": party, "version": 0}
    newest = proposal.answers.filter(party=party).order_by("-version").first()
    if newest:
        initial |= {name: getattr(newest, name) for name in ("status", "text", "begins_on", "ends_on")}
        initial |= {"version": newest.version}
        initial |= {"cost": newest.cost / 100 if newest.cost is not None else None}
    number = request.GET.get("template", "")
    if number.isascii() and number.isdigit() and len(number) < 10:
        template = templates_for(request.user, proposal.estate).filter(pk=int(number)).first()
        if template:
            initial |= {"text": template.text, "party": template.party}
            if template.party != party:
                initial["version"] = _newest_version(proposal, str(template.party))
    return initial


def _newest_version(proposal: Proposal, party: str) -> int:
    newest = proposal.answers.filter(party=party).order_by("-version").first()
    return newest.version if newest else 0


def _page(
    request: PersonRequest, proposal: Proposal, form: AnswerForm, asking: AskFactsForm, status: int
) -> HttpResponse:
    at = database_now()
    facts = list(proposal.fact_requests.all())
    parties = _parties(request.user, proposal)
    due = [answer_due(proposal, facts, party) for party in parties if not _newest_version(proposal, party)]
    context = {
        "proposal": proposal,
        "estate": proposal.estate,
        "form": form,
        "asking": asking,
        "templates": templates_for(request.user, proposal.estate),
        "due": min((one for one in due if one), default=None),
        "moment": at,
        "may_ask": [p for p in parties if not any(f.party == p and f.answered_at is None for f in facts)],
    }
    return render(request, "governance/answer_form.html", context, status=status)


@login_required
@require_POST
def ask(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask the author for facts first."""
    proposal = answering_proposal(request.user, pk)
    parties = _parties(request.user, proposal)
    asking = AskFactsForm(request.POST, parties=parties)
    status = 422
    if asking.is_valid():
        try:
            ask_for_facts(proposal=proposal, actor=request.user, **asking.cleaned_data)
        except Refusal as refusal:
            asking.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("已询问提出人，收到说明以前答复期限不计。"))
            return redirect("governance:proposal", pk)
    form = AnswerForm(parties=parties, initial=_initial(request, proposal, parties))
    return _page(request, proposal, form, asking, status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def templates(request: PersonRequest, slug: str) -> HttpResponse:
    """The texts one's own party often answers with."""
    estate = estate_for(request.user, slug)
    if not allows("governance.answer_proposal", request.user, estate):
        return redirect("governance:proposals", slug)
    parties = [party for party in parties_of(request.user, estate) if party in Party.three()]
    form = TemplateForm(request.POST if request.method == "POST" else None, parties=parties)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            keep_template(estate=estate, actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _("模板已保存。"))
            return redirect("governance:reply-templates", slug)
    context = {"estate": estate, "form": form, "templates": templates_for(request.user, estate)}
    return render(request, "governance/reply_templates.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def template_delete(request: PersonRequest, pk: int) -> HttpResponse:
    template = template_for(request.user, pk)
    slug = template.estate.slug
    if request.method == "POST":
        drop_template(template=template, actor=request.user)
        messages.success(request, _("模板已删除。"))
        return redirect("governance:reply-templates", slug)
    confirm = {
        "title": _("删除模板"),
        "lead": _("已经发出的答复不受影响。"),
        "facts": [(_("名称"), template.title)],
        "submit": _("删除"),
        "back": reverse("governance:reply-templates", args=[slug]),
        "danger": True,
    }
    return render(request, "partials/confirm.html", {"confirm": confirm})
