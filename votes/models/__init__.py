"""How we decide: assembly and motions, the frozen roll, ballots on every channel, elections, the result."""

from .act import TwoPersonAct
from .assembly import Assembly
from .ballot import Ballot, SecretBallot, SecretTurnout, UncountedBallot
from .delivery import Delivery
from .election import Candidate, Election, NominationSupport, Recall, SeatResult
from .lint import LintOverride
from .look import BallotLook
from .mandate import Mandate
from .motion import Motion, MotionAttachment
from .objection import Objection, ObjectionStep
from .paper import PaperBallot, PaperEntry
from .result import Certificate, MotionResult
from .roll import Elector, ElectorMember, ElectorUnit

__all__ = [
    "Assembly",
    "Ballot",
    "BallotLook",
    "Candidate",
    "Certificate",
    "Delivery",
    "Election",
    "Elector",
    "ElectorMember",
    "ElectorUnit",
    "LintOverride",
    "Mandate",
    "Motion",
    "MotionAttachment",
    "MotionResult",
    "NominationSupport",
    "Objection",
    "ObjectionStep",
    "PaperBallot",
    "PaperEntry",
    "Recall",
    "SeatResult",
    "SecretBallot",
    "SecretTurnout",
    "TwoPersonAct",
    "UncountedBallot",
]
