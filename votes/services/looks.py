"""调阅: looking, after the close, at what one ballot says. Each look is written down first.

Named votes: a scrutineer, with a reason. Confidential votes: only once two people have opened
that very ballot, and its voter is told. Secret votes: there is nothing that could be looked at.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy

from communities.clock import database_now
from communities.errors import need_reason
from communities.ledger.hashing import sha256
from communities.models import User
from communities.services.ledger import record
from communities.services.outbox import tell
from votes.enums import ActKind, AssemblyStatus, BallotSecrecy
from votes.errors import ActNotPossible, BallotLocked, BallotUnknown, LookTooEarly
from votes.evidence.receipts import ALPHABET, receipt_code
from votes.models import Assembly, Ballot, BallotLook, TwoPersonAct

from .acts import ActRule, register_act
from .assemblies import judge, lock_assembly

#: Nobody looks before: the count could still be influenced.
ENDED = (AssemblyStatus.CLOSED, AssemblyStatus.CERTIFIED, AssemblyStatus.VOID)


@transaction.atomic
def look_at_ballot(*, assembly: Assembly, ballot: Ballot, reason: str, actor: User) -> BallotLook:
    """Look at what ``ballot`` says, and write down that it was done, by whom and why.

    Raises :class:`NotPermitted` for everybody but scrutineers, :class:`LookTooEarly` before the
    close, :class:`BallotLocked` where the vote is confidential and this ballot was not opened
    by two people, :class:`BallotUnknown`, :class:`ReasonMissing`.
    """
    assembly = lock_assembly(assembly.pk)
    judge("votes.look_at_ballot", actor, assembly)
    moment = database_now()
    _need_end(assembly, moment)
    if ballot.assembly_id != assembly.pk:
        raise BallotUnknown
    reason = need_reason(reason)
    act = None
    if assembly.secrecy == BallotSecrecy.CONFIDENTIAL:
        act = opened_by(ballot)
        if act is None:
            raise BallotLocked
    look = BallotLook.objects.create(ballot=ballot, looked_by=actor, looked_at=moment, reason=reason, act=act)
    assert assembly.log is not None
    record(
        log=assembly.log,
        verb="votes.ballot.looked-at",
        subject=look,
        actor=actor,
        payload={"ballot": str(ballot.pk), "reason": sha256(reason), "act": act.pk if act else None},
        moment=moment,
    )
    tell(estate=assembly.estate, topic="votes.ballot-looked-at", subject=str(look.pk))
    return look


def find_ballot(assembly: Assembly, words: str) -> Ballot:
    """The ballot with this receipt code, or the newest of the elector with this number.

    Raises :class:`BallotUnknown`.
    """
    text = words.strip().upper().replace(" ", "")
    ballots = Ballot.objects.filter(assembly=assembly)
    if text.isdecimal() and len(text) < 10:
        ballot = ballots.filter(elector__number=int(text)).order_by("-revision").first()
    else:
        ballot = _of_code(ballots, text)
    if ballot is None:
        raise BallotUnknown
    return ballot


def opened_by(ballot: Ballot) -> TwoPersonAct | None:
    """The confirmed act by which two people opened this ballot."""
    return TwoPersonAct.objects.filter(
        assembly=ballot.assembly_id,
        kind=ActKind.UNLOCK_BALLOT,
        payload__ballot=str(ballot.pk),
        confirmed_at__isnull=False,
    ).first()


def _of_code(ballots: Any, text: str) -> Ballot | None:
    """A code is the first 60 bits of the leaf hash, so it leads to the rows that begin so."""
    letters = text.replace("-", "")
    if len(letters) != 12 or any(letter not in ALPHABET for letter in letters):
        return None
    bits = 0
    for letter in letters:
        bits = bits << 5 | ALPHABET.index(letter)
    found: list[Ballot] = list(ballots.filter(leaf_hash__startswith=f"{bits:015x}")[:2])
    fits = [one for one in found if receipt_code(one.leaf_hash).replace("-", "") == letters]
    return fits[0] if len(fits) == 1 else None


def _need_end(assembly: Assembly, moment: datetime) -> None:
    if assembly.phase(moment) not in ENDED:
        raise LookTooEarly


def _check(assembly: Assembly, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Only a ballot of this assembly, and only where it is confidential, has a lock to open."""
    if assembly.secrecy != BallotSecrecy.CONFIDENTIAL:
        raise ActNotPossible
    try:
        known = Ballot.objects.filter(assembly=assembly, pk=UUID(str(payload.get("ballot")))).exists()
    except (ValueError, ValidationError):
        known = False
    if not known:
        raise BallotUnknown
    return {"ballot": str(payload["ballot"])}


def _open(act: TwoPersonAct, actor: User, moment: datetime) -> None:
    """The voter is told at once, before anybody looks."""
    tell(estate=act.assembly.estate, topic="votes.ballot-unlocked", subject=str(act.pk))


register_act(
    ActKind.UNLOCK_BALLOT,
    ActRule(
        possible_in=(AssemblyStatus.CERTIFIED, AssemblyStatus.VOID),
        carry_out=_open,
        consequence=gettext_lazy(
            "确认以后，监票人可以调阅这一张表决票的内容。投票人会收到通知；每一次调阅都写明理由、留下记录。"
        ),
        check=_check,
        needs_only_a_reason=False,
        propose_permission="votes.look_at_ballot",
        confirm_permission="votes.confirm_unlock",
    ),
)
