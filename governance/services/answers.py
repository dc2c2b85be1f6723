"""What the three parties say to a proposal: versioned answers, templates, and asking for facts first."""

from collections.abc import Sequence
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from communities.clock import database_now
from communities.errors import NotPermitted, need_reason
from communities.ledger.hashing import sha256
from communities.live import announce
from communities.models import Estate, User
from communities.services.outbox import tell
from communities.workdays import add_working_days
from governance.enums import AnswerStatus, Feature, Party
from governance.errors.answers import (
    AnswerChanged,
    AnswerEmpty,
    FactAnswered,
    FactPending,
    NotYourParty,
    PeriodReversed,
    TemplateNameTaken,
)
from governance.errors.proposals import PhaseClosed
from governance.models import FactRequest, OfficialAnswer, Proposal, ReplyTemplate
from governance.rules import parties_of
from governance.text import clean_line, clean_text, letters

from .attachments import attach_to_answer
from .journal import enter, judge
from .proposals import follow_proposal, lock_proposal

SHORTEST, LONGEST = 10, 3000


@transaction.atomic
def answer_proposal(
    *,
    proposal: Proposal,
    party: str,
    status: str,
    text: str,
    actor: User,
    version: int = 0,
    cost: int | None = None,
    begins_on: date | None = None,
    ends_on: date | None = None,
    files: Sequence[UploadedFile[bytes]] = (),
) -> OfficialAnswer:
    """Answer for ``party``, or change its answer: each is a new version, the earlier ones stay readable.

    ``version`` is the newest the writer had seen (0: none); ``cost`` in 0.01 yuan. Raises
    :class:`NotPermitted`, :class:`NotYourParty`, :class:`PhaseClosed`, :class:`AnswerEmpty`,
    :class:`AnswerChanged`, :class:`PeriodReversed`, and what attachments are refused for.
    """
    proposal = lock_proposal(proposal.pk)
    judge("governance.answer_proposal", actor, proposal)
    speaking = _party(party, actor, proposal.estate)
    if not proposal.opens(Feature.ANSWER):
        raise PhaseClosed
    text = clean_text(text)
    if len(letters(text)) < SHORTEST or len(text) > LONGEST:
        raise AnswerEmpty
    if begins_on and ends_on and ends_on < begins_on:
        raise PeriodReversed
    newest = proposal.answers.filter(party=speaking).order_by("-version").first()
    if version != (newest.version if newest else 0):
        raise AnswerChanged
    moment = database_now()
    answer = OfficialAnswer.objects.create(
        proposal=proposal,
        party=speaking,
        version=version + 1,
        status=AnswerStatus(status),
        text=text,
        cost=cost,
        begins_on=begins_on,
        ends_on=ends_on,
        answered_by=actor,
        answered_at=moment,
    )
    for file in files:
        attach_to_answer(answer=answer, file=file, actor=actor)
    enter(
        estate=proposal.estate,
        verb="proposal.answered",
        subject=proposal,
        actor=actor,
        moment=moment,
        payload={
            "number": proposal.number,
            "party": speaking.value,
            "version": answer.version,
            "status": str(answer.status),
            "text": sha256(text),
        },
    )
    follow_proposal(proposal=proposal, user=actor)
    tell(estate=proposal.estate, topic="governance.proposal-answered", subject=answer.pk)
    transaction.on_commit(lambda: announce(f"proposal.{proposal.pk}"))
    return answer


@transaction.atomic
def ask_for_facts(*, proposal: Proposal, party: str, question: str, actor: User) -> FactRequest:
    """Ask the author for facts before answering; the party's clock stands still until they come.

    Raises also :class:`FactPending` while the last question of the party is open.
    """
    proposal = lock_proposal(proposal.pk)
    judge("governance.answer_proposal", actor, proposal)
    asking = _party(party, actor, proposal.estate)
    if not proposal.opens(Feature.ANSWER):
        raise PhaseClosed
    if proposal.fact_requests.filter(party=asking, answered_at__isnull=True).exists():
        raise FactPending
    question = need_reason(clean_text(question))[:500]
    moment = database_now()
    request = FactRequest.objects.create(
        proposal=proposal,
        party=asking,
        question=question,
        asked_by=actor,
        asked_at=moment,
        due_at=add_working_days(moment, proposal.rule("fact-reply-working-days")),
    )
    enter(
        estate=proposal.estate,
        verb="proposal.facts-asked",
        subject=proposal,
        actor=actor,
        moment=moment,
        payload={"number": proposal.number, "party": asking.value, "question": sha256(question)},
    )
    tell(estate=proposal.estate, topic="governance.facts-asked", subject=request.pk)
    return request


@transaction.atomic
def give_facts(*, request: FactRequest, text: str, actor: User) -> FactRequest:
    """Answer what a party asked, as the author of the proposal, once.

    Raises :class:`NotPermitted`, :class:`FactAnswered`, :class:`ReasonMissing`.
    """
    request = FactRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    proposal = lock_proposal(request.proposal_id)
    if proposal.author_id != actor.pk:
        raise NotPermitted
    if request.answered_at is not None:
        raise FactAnswered
    text = need_reason(clean_text(text), at_least=2)[:1000]
    moment = database_now()
    request.answer, request.answered_by, request.answered_at = text, actor, moment
    request.save(update_fields=["answer", "answered_by", "answered_at"])
    enter(
        estate=proposal.estate,
        verb="proposal.facts-given",
        subject=proposal,
        actor=actor,
        moment=moment,
        payload={"number": proposal.number, "party": str(request.party), "answer": sha256(text)},
    )
    tell(estate=proposal.estate, topic="governance.facts-given", subject=request.pk)
    return request


@transaction.atomic
def keep_template(*, estate: Estate, party: str, title: str, text: str, actor: User) -> ReplyTemplate:
    """Keep a text the party often answers with. Raises :class:`TemplateNameTaken`, :class:`AnswerEmpty`."""
    judge("governance.answer_proposal", actor, estate)
    mine = _party(party, actor, estate)
    title, text = clean_line(title)[:40], clean_text(text)
    if not title or not letters(text) or len(text) > LONGEST:
        raise AnswerEmpty
    template, is_new = ReplyTemplate.objects.get_or_create(
        estate=estate,
        party=mine,
        title=title,
        defaults={"text": text, "written_by": actor, "written_at": database_now()},
    )
    if not is_new:
        raise TemplateNameTaken
    return template


@transaction.atomic
def drop_template(*, template: ReplyTemplate, actor: User) -> None:
    """Throw a template of one's own party away."""
    judge("governance.answer_proposal", actor, template.estate)
    _party(str(template.party), actor, template.estate)
    template.delete()


def _party(party: str, actor: User, estate: Estate) -> Party:
    wanted = Party(party)
    if wanted not in Party.three() or wanted not in parties_of(actor, estate):
        raise NotYourParty
    return wanted
