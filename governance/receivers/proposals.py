"""What is told of proposals, to whoever follows them and to whoever is next."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from communities.enums import RoleCode
from communities.models import OutboxMessage
from communities.services.notices import notify
from communities.services.outbox import handler
from governance.enums import Party, ProposalStatus, Turn
from governance.models import (
    Appeal,
    Comment,
    FactRequest,
    ModerationAct,
    OfficialAnswer,
    Proposal,
    ProposalStep,
    Report,
)
from governance.wording import step_title, turn_name
from votes.receivers.people import holders_of

S = ProposalStatus
#: Who works for whom.
ROLES_OF_TURN = {
    Turn.COMMUNITY: (RoleCode.SECRETARY,),
    Turn.COMMITTEE: (RoleCode.COMMITTEE_CHAIR, RoleCode.COMMITTEE),
    Turn.FIRM: (RoleCode.FIRM,),
    Turn.SUBDISTRICT: (RoleCode.SUBDISTRICT,),
}
ROLES_OF_PARTY = {
    Party.COMMUNITY: ROLES_OF_TURN[Turn.COMMUNITY],
    Party.COMMITTEE: ROLES_OF_TURN[Turn.COMMITTEE],
    Party.FIRM: ROLES_OF_TURN[Turn.FIRM],
}


def _page(proposal: Proposal) -> str:
    return reverse("governance:proposal", args=[proposal.pk])


def _tell(message: OutboxMessage, people: Iterable[int], title: str, *, text: str = "", url: str) -> None:
    notify(
        recipients=people,
        estate=message.estate,
        topic=message.topic,
        subject=message.subject,
        title=title,
        text=text,
        url=url,
    )


def _followers(proposal: Proposal, *, without: int | None = None) -> list[int]:
    people = proposal.follows.exclude(user=without) if without else proposal.follows.all()
    return sorted(people.values_list("user", flat=True))


@handler("governance.proposal-moved")
def tell_of_step(message: OutboxMessage) -> None:
    """Those whose turn it is now, by name of what they do; and everybody who follows it."""
    step = ProposalStep.objects.select_related("proposal").get(pk=message.subject.partition(":")[2])
    proposal = step.proposal
    words = {"title": proposal.title, "step": step_title(step)}
    roles: tuple[RoleCode, ...] = ()
    if step.to_status == S.SUBMITTED:
        roles = (RoleCode.SECRETARY,)
    elif step.to_status == S.ACCEPTED:
        roles = tuple(code for codes in ROLES_OF_PARTY.values() for code in codes)
    elif step.to_status in (S.COMMITTEE, S.ASSEMBLY, S.HANDLING):
        roles = ROLES_OF_TURN.get(Turn(proposal.turn), ())
    at_work = [pk for pk in holders_of(message, *roles) if pk != step.actor_id] if roles else []
    if at_work:
        titles = {
            S.SUBMITTED: _("新的议题等审核：%(title)s"),
            S.ACCEPTED: _("议题已受理，请答复：%(title)s"),
        }
        title = titles.get(S(step.to_status), _("议题转到您这里：%(title)s"))
        desk = step.to_status == S.SUBMITTED
        url = (
            reverse("governance:desk-proposal", args=[message.estate.slug, proposal.pk])
            if desk
            else _page(proposal)
        )
        _tell(message, at_work, title % words, text=step.reason, url=url)
    _tell(
        message,
        [pk for pk in _followers(proposal, without=step.actor_id) if pk not in at_work],
        _("%(step)s：%(title)s") % words,
        text=step.reason,
        url=_page(proposal),
    )


@handler("governance.proposal-share-reached")
def tell_of_share(message: OutboxMessage) -> None:
    proposal = Proposal.objects.get(pk=message.subject)
    people = {*_followers(proposal), *holders_of(message, *ROLES_OF_TURN[Turn.COMMITTEE], RoleCode.SECRETARY)}
    _tell(
        message,
        sorted(people),
        _("附议达到法定比例：%(title)s") % {"title": proposal.title},
        text=_("人数和面积都已达到提议召开业主大会临时会议的比例。"),
        url=_page(proposal),
    )


@handler("governance.proposal-escalated")
def tell_of_delay(message: OutboxMessage) -> None:
    """The subdistrict, that nobody acted in time; and the author, that it knows."""
    pk, _mark, turn = message.subject.partition(":")
    proposal = Proposal.objects.get(pk=pk)
    words = {"title": proposal.title, "who": turn_name(turn)}
    _tell(
        message,
        holders_of(message, RoleCode.SUBDISTRICT),
        _("议题超期未处理（%(who)s）：%(title)s") % words,
        text=_("请督促或直接处理。"),
        url=reverse("governance:desk-proposal", args=[message.estate.slug, proposal.pk]),
    )
    _tell(
        message,
        [proposal.author_id],
        _("您的议题超期未处理，已报告街道：%(title)s") % words,
        url=_page(proposal),
    )


@handler("governance.proposal-answered")
def tell_of_answer(message: OutboxMessage) -> None:
    answer = OfficialAnswer.objects.select_related("proposal").get(pk=message.subject)
    words = {"party": answer.get_party_display(), "title": answer.proposal.title}
    title = _("%(party)s更新了答复：%(title)s") if answer.version > 1 else _("%(party)s已答复：%(title)s")
    _tell(
        message,
        _followers(answer.proposal, without=answer.answered_by_id),
        title % words,
        text=answer.text,
        url=_page(answer.proposal),
    )


@handler("governance.facts-asked")
def tell_author_of_question(message: OutboxMessage) -> None:
    request = FactRequest.objects.select_related("proposal").get(pk=message.subject)
    words = {"party": request.get_party_display(), "title": request.proposal.title}
    _tell(
        message,
        [request.proposal.author_id],
        _("%(party)s想了解情况：%(title)s") % words,
        text=request.question,
        url=_page(request.proposal),
    )


@handler("governance.facts-given")
def tell_party_of_facts(message: OutboxMessage) -> None:
    request = FactRequest.objects.select_related("proposal").get(pk=message.subject)
    _tell(
        message,
        holders_of(message, *ROLES_OF_PARTY[Party(request.party)]),
        _("提出人已说明情况：%(title)s") % {"title": request.proposal.title},
        text=request.answer,
        url=_page(request.proposal),
    )


@handler("governance.comment-replied")
def tell_of_reply(message: OutboxMessage) -> None:
    reply = Comment.objects.select_related("proposal", "parent").get(pk=message.subject)
    assert reply.parent is not None
    _tell(
        message,
        [reply.parent.author_id],
        _("有人回复了您的评论：%(title)s") % {"title": reply.proposal.title},
        url=f"{_page(reply.proposal)}#comment-{reply.parent_id}",
    )


@handler("governance.comment-reported")
def tell_moderators(message: OutboxMessage) -> None:
    report = Report.objects.select_related("comment__proposal").get(pk=message.subject)
    _tell(
        message,
        holders_of(message, RoleCode.SECRETARY),
        _("有评论被举报：%(title)s") % {"title": report.comment.proposal.title},
        text=str(report.get_code_display()),
        url=reverse("governance:desk-comment", args=[message.estate.slug, report.comment_id]),
    )


@handler("governance.comment-moderated")
def tell_writer(message: OutboxMessage) -> None:
    act = ModerationAct.objects.select_related("comment__proposal").get(pk=message.subject)
    assert act.comment is not None
    words = {"title": act.comment.proposal.title}
    hidden = act.action == "hide"
    title = _("您的评论被隐藏：%(title)s") if hidden else _("您的评论已恢复显示：%(title)s")
    _tell(
        message,
        [act.comment.author_id],
        title % words,
        text=act.reason,
        url=f"{_page(act.comment.proposal)}#comment-{act.comment_id}",
    )


@handler("governance.appeal-filed")
def tell_who_may_decide(message: OutboxMessage) -> None:
    """The community and the subdistrict, without the one whose decision is appealed."""
    appeal = Appeal.objects.select_related("proposal").get(pk=message.subject)
    people = holders_of(message, RoleCode.SECRETARY, RoleCode.SUBDISTRICT)
    _tell(
        message,
        [pk for pk in people if pk not in (appeal.against_id, appeal.filed_by_id)],
        _("有申诉等复核：%(title)s") % {"title": appeal.proposal.title},
        text=appeal.text,
        url=reverse("governance:desk-appeal", args=[message.estate.slug, appeal.pk]),
    )


@handler("governance.appeal-decided")
def tell_appellant(message: OutboxMessage) -> None:
    appeal = Appeal.objects.select_related("proposal").get(pk=message.subject)
    _tell(
        message,
        [appeal.filed_by_id],
        _("您的申诉有了结果（%(status)s）：%(title)s")
        % {"status": appeal.get_status_display(), "title": appeal.proposal.title},
        text=appeal.decision,
        url=_page(appeal.proposal),
    )


@handler("governance.appeal-escalated")
def tell_of_late_appeal(message: OutboxMessage) -> None:
    appeal = Appeal.objects.select_related("proposal").get(pk=message.subject)
    people = [pk for pk in holders_of(message, RoleCode.SUBDISTRICT) if pk != appeal.against_id]
    _tell(
        message,
        people,
        _("申诉超期未复核：%(title)s") % {"title": appeal.proposal.title},
        url=reverse("governance:desk-appeal", args=[message.estate.slug, appeal.pk]),
    )
