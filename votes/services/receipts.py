"""What every way of casting answers with, and how it refuses outside the window."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from django.db import connection

from votes.enums import AssemblyStatus
from votes.errors import AssemblyAlreadyClosed, AssemblyCancelled, AssemblyNotOpen, AssemblyNotYetOpen
from votes.evidence.receipts import receipt_code

RUNNING = (AssemblyStatus.PUBLISHED, AssemblyStatus.OPEN)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the elector keeps: that this ballot was received, and when."""

    #: Of a secret vote: the key it came with, for no ballot may be pointed at.
    ballot_id: uuid.UUID
    leaf_hash: str
    accepted_at: datetime
    #: True when this very ballot had been received before and was sent again.
    replayed: bool = False
    is_secret: bool = False

    @property
    def code(self) -> str:
        return receipt_code(self.leaf_hash)


def refuse_window(status: str, opens_at: datetime, moment: datetime) -> NoReturn:
    """Say why no ballot is taken at ``moment``."""
    if status == AssemblyStatus.CANCELLED:
        raise AssemblyCancelled
    if status in RUNNING and moment < opens_at:
        raise AssemblyNotYetOpen
    if status == AssemblyStatus.DRAFT:
        raise AssemblyNotOpen
    raise AssemblyAlreadyClosed


def as_stored(value: uuid.UUID) -> Any:
    """A key as the driver takes it."""
    return value if connection.features.has_native_uuid_field else value.hex


def aware(value: datetime) -> datetime:
    """SQLite gives a naive datetime in UTC, PostgreSQL an aware one."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)
