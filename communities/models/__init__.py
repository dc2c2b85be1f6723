"""Who we are: people, homes, bodies, roles, policies, the log, notices."""

from .binding import BindingRequest
from .committee import CommitteeSeat, CommitteeTerm
from .firm import PropertyFirm, ServiceContract
from .ledger import LedgerEntry, Log
from .login import LoginCode, RateCount
from .notice import Notice, OutboxMessage
from .ownership import Owner, Ownership, Residency
from .places import Building, Community, Estate, Subdistrict, Unit
from .policy import Policy
from .roles import Role
from .roster import RosterImport
from .user import User

__all__ = [
    "BindingRequest",
    "Building",
    "CommitteeSeat",
    "CommitteeTerm",
    "Community",
    "Estate",
    "LedgerEntry",
    "Log",
    "LoginCode",
    "Notice",
    "OutboxMessage",
    "Owner",
    "Ownership",
    "Policy",
    "PropertyFirm",
    "RateCount",
    "Residency",
    "Role",
    "RosterImport",
    "ServiceContract",
    "Subdistrict",
    "Unit",
    "User",
]
