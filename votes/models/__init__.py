"""How we decide: assembly and motions, the frozen roll, ballots, the result."""

from .act import TwoPersonAct
from .assembly import Assembly
from .ballot import Ballot
from .lint import LintOverride
from .motion import Motion, MotionAttachment
from .result import Certificate, MotionResult
from .roll import Elector, ElectorMember, ElectorUnit

__all__ = [
    "Assembly",
    "Ballot",
    "Certificate",
    "Elector",
    "ElectorMember",
    "ElectorUnit",
    "LintOverride",
    "Motion",
    "MotionAttachment",
    "MotionResult",
    "TwoPersonAct",
]
