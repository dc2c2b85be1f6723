"""The body of a log leaf, format version 1.

Every leaf says which version of the format it is, which log it belongs to, what
happened and when (UTC, microseconds). An event leaf adds who acted (by number),
on what, and a payload. No leaf holds a name, a phone, an identity number, or a
choice in the clear.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from .canonical import Plain, canonical

FORMAT_VERSION = 1


def timestamp(moment: datetime) -> str:
    """``moment`` as "2026-11-22T02:41:07.123456Z"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def event_body(
    *,
    log: str,
    verb: str,
    subject: str,
    actor: int | None,
    payload: Mapping[str, Plain],
    moment: datetime,
    nonce: str,
) -> str:
    """Canonical text of an audit event. ``nonce`` keeps two equal events apart."""
    return canonical(
        {
            "v": FORMAT_VERSION,
            "log": log,
            "verb": verb,
            "subject": subject,
            "actor": actor,
            "payload": payload,
            "at": timestamp(moment),
            "nonce": nonce,
        }
    )
