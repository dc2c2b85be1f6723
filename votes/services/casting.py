"""A ballot is cast: the one path that may never go wrong.

In one READ COMMITTED transaction: look up the idempotency key, lock the
assembly (shared), read the database's clock after the lock, find the elector,
insert ballot, leaf and outbox message, commit. The unique constraints decide
about double votes; the code here only finds the words. docs/casting.md tells
it in full.
"""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NoReturn

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from communities.ledger.hashing import leaf_hash
from communities.live import SparingAnnouncer
from votes.candidacies import candidate_group, withdrawn_positions
from votes.elections import MarkGroup
from votes.enums import MARK_OF_OPTION, AssemblyStatus, BallotChange, Channel, Mark, MotionOption
from votes.errors import (
    AlreadyCast,
    AssemblyAlreadyClosed,
    AssemblyCancelled,
    AssemblyNotOpen,
    AssemblyNotYetOpen,
    CandidateHasWithdrawn,
    ChoicesInvalid,
    KeyReused,
    NotOnRoll,
    TooManyMarks,
)
from votes.evidence.leaves import CAST_VERB, BallotLeaf, commitment
from votes.evidence.receipts import receipt_code
from votes.models import Assembly, Ballot

from .cast_statements import FIND_BY_KEY, FIND_ELECTOR, FIND_ELECTOR_AND_NEWEST, LOCK_ASSEMBLY, WRITE

RUNNING = (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN)
#: Two phones changing one ballot at the same instant: the later one goes again.
TRIES_AT_A_REVISION = 5
#: The relay announces again when it has told the elector of the ballot.
open_pages = SparingAnnouncer(seconds=1.0)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the elector keeps: that this ballot was received, and when."""

    ballot_id: uuid.UUID
    leaf_hash: str
    accepted_at: datetime
    #: True when this very ballot had been received before and was sent again.
    replayed: bool = False

    @property
    def code(self) -> str:
        return receipt_code(self.leaf_hash)


@dataclass(frozen=True, slots=True)
class BallotForm:
    """What a posted assembly asks: the marks each motion allows, and whether a ballot may be changed."""

    #: The motions by their numbers, in order of position.
    motions: tuple[int, ...]
    marks: tuple[frozenset[str], ...]
    revisable: bool
    #: The candidates of an election and how many may be marked for.
    group: MarkGroup | None = None

    def check(self, choices: str) -> None:
        """Raise :class:`ChoicesInvalid` unless every motion has exactly one allowed mark.

        With more candidates marked for than there are seats, :class:`TooManyMarks`.
        """
        if len(choices) != len(self.marks):
            raise ChoicesInvalid
        unmarked = [
            position
            for position, (mark, allowed) in enumerate(zip(choices, self.marks, strict=True), 1)
            if mark not in allowed
        ]
        if unmarked:
            raise ChoicesInvalid(positions=unmarked)
        if self.group and self.group.is_exceeded(choices):
            raise TooManyMarks(limit=self.group.limit, marked=self.group.marked(choices))


@lru_cache(maxsize=256)
def ballot_form(assembly_id: int) -> BallotForm:
    """The form of a posted assembly. It never changes again, so each process reads it once."""
    assembly = Assembly.objects.filter(pk=assembly_id).exclude(status=AssemblyStatus.DRAFT).first()
    if assembly is None:
        raise AssemblyNotOpen
    motions = list(assembly.motions.order_by("position").values_list("pk", "options"))
    return BallotForm(
        motions=tuple(pk for pk, _ in motions),
        marks=tuple(
            frozenset(MARK_OF_OPTION[MotionOption(option)].value for option in options)
            for _, options in motions
        ),
        revisable=assembly.rule("ballot-change") == BallotChange.REVISABLE,
        group=candidate_group(assembly),
    )


def cast_ballot(
    *, assembly_id: int, elector_id: int, choices: str, idempotency_key: uuid.UUID, user_id: int
) -> Receipt:
    """Receive one elector's ballot on all motions and return its receipt.

    ``choices`` has one letter of :class:`votes.enums.Mark` per motion. The same
    key with the same content returns the same receipt, for ever, also after the
    close; with other content it raises :class:`KeyReused`. Raises
    :class:`AssemblyNotOpen` (or the more exact kind) outside the window by the
    database's clock, :class:`NotOnRoll`, :class:`AlreadyCast`,
    :class:`ChoicesInvalid` (or the more exact :class:`TooManyMarks` and
    :class:`CandidateHasWithdrawn`). A refusal leaves nothing behind.
    """
    for _ in range(TRIES_AT_A_REVISION):
        try:
            with transaction.atomic():
                return _cast(assembly_id, elector_id, choices, idempotency_key, user_id)
        except (IntegrityError, AssemblyNotOpen) as error:
            # Somebody was faster: the same tap sent twice, or another co-owner's phone.
            if replay := _received_before(idempotency_key, elector_id, choices):
                return replay
            if isinstance(error, AssemblyNotOpen):
                raise
            if not Ballot.objects.filter(assembly=assembly_id, elector=elector_id).exists():
                raise  # another wall than that of the second ballot
            if not ballot_form(assembly_id).revisable:
                raise AlreadyCast from error
    raise AlreadyCast


def _cast(
    assembly_id: int, elector_id: int, choices: str, idempotency_key: uuid.UUID, user_id: int
) -> Receipt:
    vendor = connection.vendor
    with connection.cursor() as cursor:
        form = ballot_form(assembly_id)
        cursor.execute(LOCK_ASSEMBLY[vendor], [_uuid(idempotency_key), assembly_id])
        *received, status, opens_at, closes_at, log_id, estate_id = cursor.fetchone()
        if replay := _replay(received, elector_id, choices):
            return replay
        form.check(choices)

        find_elector = FIND_ELECTOR_AND_NEWEST if form.revisable else FIND_ELECTOR
        cursor.execute(find_elector[vendor], [user_id, elector_id, assembly_id])
        row = cursor.fetchone()
        if row is None:
            raise NotOnRoll
        clock, number, area, last_revision, last_leaf = row
        accepted_at = clock or timezone.now()
        if status not in RUNNING or not _aware(opens_at) <= accepted_at < _aware(closes_at):
            _refuse_window(status, _aware(opens_at), accepted_at)
        if form.group:
            _check_withdrawn(assembly_id, choices)

        ballot_id, salt, log = uuid.uuid4(), secrets.token_hex(16), f"assembly:{assembly_id}"
        leaf = BallotLeaf(
            log=log,
            ballot=str(ballot_id),
            channel=Channel.ONLINE.value,
            revision=(last_revision or 0) + 1,
            previous=last_leaf,
            commitment=commitment(salt=salt, log=log, elector=number, choices=choices),
            accepted_at=accepted_at,
        )
        body = leaf.body()
        digest = leaf_hash(body)
        moment = connection.ops.adapt_datetimefield_value(accepted_at)
        parameters: list[Any] = [
            *(_uuid(ballot_id), assembly_id, elector_id, leaf.revision, _uuid(idempotency_key), leaf.channel),
            *(choices, area, salt, digest, user_id, moment),
            *(log_id, CAST_VERB, digest, body, moment),
            *(estate_id, str(ballot_id), moment),
        ]
        for statement in WRITE[vendor]:
            taken = statement.count("%s")
            cursor.execute(statement, parameters[:taken])
            parameters = parameters[taken:]
    transaction.on_commit(lambda: open_pages.announce(f"assembly.{assembly_id}"))
    return Receipt(ballot_id, digest, accepted_at)


def _check_withdrawn(assembly_id: int, choices: str) -> None:
    """Whoever withdrew cannot be marked any more; asked under the lock that a withdrawal waits for."""
    gone = [place for place in withdrawn_positions(assembly_id) if choices[place - 1] != Mark.ABSTAIN]
    if gone:
        raise CandidateHasWithdrawn(positions=gone)


def _received_before(key: uuid.UUID, elector_id: int, choices: str) -> Receipt | None:
    """The receipt of the ballot that came with ``key``, asked outside the transaction that failed."""
    with connection.cursor() as cursor:
        cursor.execute(FIND_BY_KEY, [_uuid(key)])
        return _replay(cursor.fetchone() or [None], elector_id, choices)


def _replay(received: Sequence[Any], elector_id: int, choices: str) -> Receipt | None:
    """The receipt of a ballot received before; raises :class:`KeyReused` if it was another."""
    if received[0] is None:
        return None
    ballot_id, elector, said, digest, accepted_at = received
    if (elector, said) != (elector_id, choices):
        raise KeyReused
    return Receipt(uuid.UUID(str(ballot_id)), digest, _aware(accepted_at), replayed=True)


def _refuse_window(status: str, opens_at: datetime, moment: datetime) -> NoReturn:
    if status == AssemblyStatus.CANCELLED:
        raise AssemblyCancelled
    if status in RUNNING and moment < opens_at:
        raise AssemblyNotYetOpen
    if status == AssemblyStatus.DRAFT:
        raise AssemblyNotOpen
    raise AssemblyAlreadyClosed


def _uuid(value: uuid.UUID) -> Any:
    return value if connection.features.has_native_uuid_field else value.hex


def _aware(value: datetime) -> datetime:
    """SQLite gives a naive datetime in UTC, PostgreSQL an aware one."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)
