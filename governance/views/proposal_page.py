"""One proposal: its text, support, answers, way and discussion; and what a person does there."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from communities.clock import local_day
from communities.errors import Refusal
from communities.http import PersonRequest
from communities.rules import allows, is_owner, today
from governance.access.proposals import (
    fact_request_for,
    own_proposal,
    proposal_for,
    published_proposal_for,
)
from governance.differences import differences
from governance.endorsing import share_of
from governance.enums import Feature, Party, ProposalStatus
from governance.forms.proposal import AppealForm, CommentForm, FactsForm, ReplyForm
from governance.models import Attachment, FactRequest, OfficialAnswer, Proposal
from governance.queries.comments import threads_of
from governance.queries.proposal_page import page_facts
from governance.queries.proposals import answer_due, answers_of, files_of, timeline
from governance.services.answers import give_facts
from governance.services.appeals import appeal_refusal, refusal_of
from governance.services.endorsements import endorse_proposal, take_back_endorsement
from governance.services.proposals import follow_proposal, unfollow_proposal
from governance.wording import TONES, turn_words
from votes.linting.words import hints
from votes.statutes import statute_for

S = ProposalStatus
#: How each party's words are lined.
KINDS = {Party.COMMUNITY: "org", Party.COMMITTEE: "", Party.FIRM: "firm"}


@login_required
@never_cache
@require_GET
def proposal(request: PersonRequest, pk: int) -> HttpResponse:
    return show_proposal(request, proposal_for(request.user, pk))


def show_proposal(
    request: PersonRequest,
    found: Proposal,
    *,
    comment_form: CommentForm | None = None,
    reply_form: ReplyForm | None = None,
    reply_to: int | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; with what was typed where something typed was refused."""
    user = request.user
    is_author = found.author_id == user.pk
    size = page_facts(found, user, today())
    at, day = size.at, local_day(size.at)
    facts = list(found.fact_requests.order_by("asked_at", "pk"))
    files, answers = files_of(found), answers_of(found)
    given = [answer for versions in answers.values() for answer in versions]
    context: dict[str, Any] = {
        "proposal": found,
        "estate": found.estate,
        "is_author": is_author,
        "tags": [
            (found.get_status_display(), TONES[S(found.status)]),
            (found.get_category_display(), "plain"),
        ],
        "turn": turn_words(found, is_author=is_author),
        "is_late": found.due_at is not None and found.due_at <= at,
        "attachments": files.get(None, []),
        "steps": timeline(found, is_author=is_author, answers=given),
        "revisions": size.revisions,
        "statutory": statutory_banner(found, day),
        "may_prepare": allows("governance.prepare_assembly", user, found.estate),
        "at_desk": allows("governance.view_review", user, found.estate),
    }
    if found.is_published:
        page, threads = threads_of(found, user, request.GET.get("page"), count=size.threads)
        context |= {
            "share": share_of(found, at),
            "has_endorsed": size.has_endorsed,
            "counted_heads": size.counted_heads,
            "may_endorse": allows("governance.endorse_proposal", user, found.estate)
            and found.opens(Feature.ENDORSE),
            "is_owner": is_owner(user, found.estate),
            "is_following": size.is_following,
            "answers": [
                _answer_row(found, party, versions, facts, files, size.firm, at)
                for party, versions in answers.items()
            ],
            "may_answer": allows("governance.answer_proposal", user, found) and found.opens(Feature.ANSWER),
            "may_comment": allows("governance.comment", user, found.estate) and found.opens(Feature.COMMENT),
            "may_moderate": allows("governance.moderate", user, found.estate),
            "page": page,
            "threads": threads,
            "stances": size.stances,
            "comment_form": comment_form or CommentForm(),
            "reply_form": reply_form or ReplyForm(),
            "reply_to": reply_to,
            "questions": facts,
        }
    else:
        context["refusal"] = refusal_of(found)
        context["appeals"] = list(found.appeals.filter(step__isnull=False).order_by("filed_at"))
        context["may_appeal"] = (
            is_author
            and context["refusal"] is not None
            and not any(one.step_id == context["refusal"].pk for one in context["appeals"])
        )
    return render(request, "governance/proposal.html", context, status=status)


def statutory_banner(proposal: Proposal, day: date) -> dict[str, Any] | None:
    """What of 《民法典》第二百七十八条 it touches: as the community found, else as its words suggest."""
    if proposal.status in (S.DONE, S.MERGED, S.WITHDRAWN):
        return None
    statute = statute_for(day)
    names = {item.number: item.name for item in statute.items}
    if proposal.item:
        return {
            "found": True,
            "name": names.get(proposal.item, ""),
            "number": proposal.item,
            "why": proposal.item_reason,
        }
    suspected = hints(f"{proposal.title}。{proposal.body}")
    if not suspected:
        return None
    number = min(suspected[0].items)
    return {"found": False, "name": names.get(number, ""), "number": number, "why": suspected[0].why}


def _answer_row(
    proposal: Proposal,
    party: Party,
    versions: list[OfficialAnswer],
    facts: list[FactRequest],
    files: dict[int | None, list[Attachment]],
    firm: str,
    at: datetime,
) -> dict[str, Any]:
    """What one of the three parties says, or until when it should."""
    newest = versions[0] if versions else None
    due = None if newest or not proposal.opens(Feature.ANSWER) else answer_due(proposal, facts, party)
    return {
        "party": party,
        "name": firm if party == Party.FIRM and firm else party.label,
        "kind": KINDS[party],
        "answer": newest,
        "earlier": versions[1:],
        "files": files.get(newest.pk, []) if newest else [],
        "due": due,
        "is_late": due is not None and due <= at,
        "asks": [fact for fact in facts if fact.party == party],
    }


@login_required
@never_cache
@require_GET
def history(request: PersonRequest, pk: int) -> HttpResponse:
    """Every text of the proposal as it was sent, with what changed from one to the next."""
    found = proposal_for(request.user, pk)
    revisions = list(found.revisions.order_by("number"))
    if not revisions:
        raise Http404
    rows = []
    for place, revision in enumerate(revisions):
        before = revisions[place - 1] if place else None
        rows.append(
            {
                "revision": revision,
                "title": differences(before.title, revision.title) if before else [],
                "body": differences(before.body, revision.body) if before else [],
            }
        )
    rows.reverse()
    context = {"proposal": found, "estate": found.estate, "rows": rows}
    return render(request, "governance/proposal_history.html", context)


def _back(request: PersonRequest, pk: int, said: str = "", mark: str = "") -> HttpResponse:
    if said:
        messages.success(request, said)
    return redirect(f"{reverse('governance:proposal', args=[pk])}{mark}")


@login_required
@require_POST
def endorse(request: PersonRequest, pk: int) -> HttpResponse:
    found = published_proposal_for(request.user, pk)
    given = endorse_proposal(proposal=found, actor=request.user)
    if given.heads.exists():
        return _back(request, pk, _("已附议，计入法定人数和面积。"))
    if is_owner(request.user, found.estate):
        return _back(request, pk, _("已附议。您的同一套房屋已有共有人附议过，法定人数和面积只计一次。"))
    return _back(request, pk, _("已附议。您不是业主，作为支持保留，不计入法定人数和面积。"))


@login_required
@require_POST
def take_back(request: PersonRequest, pk: int) -> HttpResponse:
    take_back_endorsement(proposal=published_proposal_for(request.user, pk), actor=request.user)
    return _back(request, pk, _("已取消附议。"))


@login_required
@require_POST
def follow(request: PersonRequest, pk: int) -> HttpResponse:
    found = published_proposal_for(request.user, pk)
    if "stop" in request.POST:
        unfollow_proposal(proposal=found, user=request.user)
        return _back(request, pk, _("不再关注。"))
    follow_proposal(proposal=found, user=request.user)
    return _back(request, pk, _("已关注，有进展会通知您。"))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def appeal(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask another person to look at a refusal."""
    found = own_proposal(request.user, pk)
    refusal = refusal_of(found)
    if refusal is None:
        return redirect("governance:proposal", pk)
    form = AppealForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            appeal_refusal(proposal=found, text=form.cleaned_data["text"], actor=request.user)
        except Refusal as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            return _back(request, pk, _("申诉已提交，由另一位工作人员或街道复核。"))
    context = {"estate": found.estate, "form": form, "title": found.title, "reason": refusal.reason}
    context |= {"code": refusal.get_code_display(), "back": reverse("governance:proposal", args=[pk])}
    context["rule"] = found.rule("appeal-reply-working-days")
    return render(request, "governance/appeal_form.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def facts(request: PersonRequest, pk: int) -> HttpResponse:
    """Answer what a party asked."""
    asked = fact_request_for(request.user, pk)
    if asked.answered_at is not None:
        return redirect("governance:proposal", asked.proposal_id)
    form = FactsForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            give_facts(request=asked, text=form.cleaned_data["text"], actor=request.user)
        except Refusal as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            return _back(request, asked.proposal_id, _("已回复。"))
    context = {"estate": asked.proposal.estate, "asked": asked, "proposal": asked.proposal, "form": form}
    return render(request, "governance/facts_form.html", context, status=status)
