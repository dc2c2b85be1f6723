"""Proposals brought to where a test needs them, through the services that people's clicks call."""

from typing import Any

from communities.enums import RoleCode
from communities.models import Estate, User
from governance.models import Appeal, Comment, Proposal
from governance.services.appeals import appeal_refusal
from governance.services.comments import hide_comment, report_comment, write_comment
from governance.services.proposals import draft_proposal, submit_proposal
from governance.services.reviews import accept_proposal, refuse_proposal, return_proposal
from tests.factories.communities import BuildingFactory, OwnershipFactory, UnitFactory, appoint

REASON = "已经当面向提出人说明过原因"
TEXT: dict[str, Any] = {
    "title": "北门夜间关闭时间改到 23:30",
    "body": "末班地铁 23:05 到站，走到北门已经关门，要绕行八百米。",
    "category": "rules",
}


def at_home(estate: Estate, *, area: int = 8_800) -> User:
    """Somebody who alone owns one home of ``area`` (0.01 m²) in the estate."""
    building = estate.buildings.first() or BuildingFactory(estate=estate)
    user: User = OwnershipFactory(unit=UnitFactory(building=building, area=area)).owner.user
    return user


def drafted(estate: Estate, author: User | None = None, **text: Any) -> Proposal:
    return draft_proposal(estate=estate, actor=author or at_home(estate), **(TEXT | text))


def submitted(estate: Estate, author: User | None = None, **text: Any) -> Proposal:
    proposal = drafted(estate, author, **text)
    return submit_proposal(proposal=proposal, actor=proposal.author)


def accepted(estate: Estate, author: User | None = None, *, by: User | None = None, **text: Any) -> Proposal:
    secretary = by or appoint(RoleCode.SECRETARY, estate)
    return accept_proposal(proposal=submitted(estate, author, **text), actor=secretary)


def returned(estate: Estate, author: User | None = None, *, by: User | None = None) -> Proposal:
    secretary = by or appoint(RoleCode.SECRETARY, estate)
    proposal = submitted(estate, author)
    return return_proposal(proposal=proposal, code="incomplete", reason=REASON, actor=secretary)


def refused(estate: Estate, author: User | None = None, *, by: User | None = None) -> Proposal:
    secretary = by or appoint(RoleCode.SECRETARY, estate)
    proposal = submitted(estate, author)
    return refuse_proposal(proposal=proposal, code="not-estate", reason=REASON, actor=secretary)


def appealed(estate: Estate, author: User | None = None, *, by: User | None = None) -> Appeal:
    proposal = refused(estate, author, by=by)
    return appeal_refusal(proposal=proposal, text="末班车的事关系到很多住户", actor=proposal.author)


def commented(proposal: Proposal, author: User | None = None, **said: Any) -> Comment:
    values = {"text": "改到十一点半，上晚班的人就不用绕路了", "stance": "for"} | said
    return write_comment(proposal=proposal, actor=author or at_home(proposal.estate), **values)


def reported(comment: Comment, reporter: User | None = None) -> Comment:
    report_comment(comment=comment, code="abuse", actor=reporter or at_home(comment.proposal.estate))
    return comment


def hidden(comment: Comment, by: User | None = None) -> Comment:
    secretary = by or appoint(RoleCode.SECRETARY, comment.proposal.estate)
    hide_comment(comment=comment, code="abuse", reason=REASON, actor=secretary)
    comment.refresh_from_db()
    return comment
