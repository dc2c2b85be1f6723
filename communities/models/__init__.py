"""Who we are: people, homes, bodies, roles, policies, the log, notices."""

from .binding import BindingRequest
from .committee import (
    CommitteeAssessment,
    CommitteeSeat,
    CommitteeTerm,
    HandoverItem,
    PositionDecision,
    ReserveCandidate,
    TrainingRecord,
)
from .firm import PropertyFirm, ServiceContract
from .ledger import HeadDelivery, LedgerEntry, Log, SealedLeaf, SealedTile, SigningKey, TreeHead, Witness
from .login import LoginCode, RateCount
from .notice import Notice, OutboxMessage
from .ownership import Owner, Ownership, Residency
from .places import Building, Community, Estate, Subdistrict, Unit
from .policy import Policy
from .roles import Role
from .roster import RosterImport
from .uptime import ServiceRun
from .user import User

__all__ = [
    "BindingRequest",
    "Building",
    "CommitteeAssessment",
    "CommitteeSeat",
    "CommitteeTerm",
    "Community",
    "Estate",
    "HandoverItem",
    "HeadDelivery",
    "LedgerEntry",
    "Log",
    "LoginCode",
    "Notice",
    "OutboxMessage",
    "Owner",
    "Ownership",
    "Policy",
    "PositionDecision",
    "PropertyFirm",
    "RateCount",
    "ReserveCandidate",
    "Residency",
    "Role",
    "RosterImport",
    "SealedLeaf",
    "SealedTile",
    "ServiceContract",
    "ServiceRun",
    "SigningKey",
    "Subdistrict",
    "TrainingRecord",
    "TreeHead",
    "Unit",
    "User",
    "Witness",
]
