"""What is deliberated. One noun a module."""

from .action_item import ActionItem, ActionStep
from .answer import FactRequest, OfficialAnswer, ReplyTemplate
from .attachment import Attachment
from .comment import Appeal, Comment, ModerationAct, Report
from .meeting import (
    AgendaItem,
    Attendance,
    Meeting,
    MeetingParty,
    PartyPosition,
    PollAnswer,
    Speech,
    StrawPoll,
)
from .minutes import Minutes, MinutesConfirmation, MinutesItem, MinutesSignature
from .outage import Outage
from .proposal import EndorsedHead, Endorsement, Follow, Proposal, ProposalRevision, ProposalStep
from .statement import OpinionMap, Statement, StatementOpinion
from .ticket import Ticket, TicketStep, TicketSupport

__all__ = [
    "ActionItem",
    "ActionStep",
    "AgendaItem",
    "Appeal",
    "Attachment",
    "Attendance",
    "Comment",
    "EndorsedHead",
    "Endorsement",
    "FactRequest",
    "Follow",
    "Meeting",
    "MeetingParty",
    "Minutes",
    "MinutesConfirmation",
    "MinutesItem",
    "MinutesSignature",
    "ModerationAct",
    "OfficialAnswer",
    "OpinionMap",
    "Outage",
    "PartyPosition",
    "PollAnswer",
    "Proposal",
    "ProposalRevision",
    "ProposalStep",
    "ReplyTemplate",
    "Report",
    "Speech",
    "Statement",
    "StatementOpinion",
    "StrawPoll",
    "Ticket",
    "TicketStep",
    "TicketSupport",
]
