"""The statement that introduces a signing key, and how one key hands over to the next.

A statement is canonical text, signed by the key it introduces. A successor's is signed
by its predecessor as well: whoever trusts the old key can then trust the new one. Where
the old key is lost its signature is missing, and the statement says so in the open.
"""

import base64
from datetime import datetime

from .canonical import canonical
from .heads import is_signed, key_id
from .leaves import timestamp

STATEMENT_VERSION = 1


def key_statement(
    *, purpose: str, public_key: bytes, predecessor: str | None, is_lost: bool, moment: datetime
) -> str:
    """The canonical text. ``predecessor``: the number of the key before it; ``is_lost``: it cannot sign."""
    return canonical(
        {
            "v": STATEMENT_VERSION,
            "type": "signing-key",
            "purpose": purpose,
            "key": key_id(public_key),
            "public": base64.b64encode(public_key).decode(),
            "predecessor": predecessor,
            "predecessor_lost": is_lost,
            "at": timestamp(moment),
        }
    )


def is_introduced(
    statement: str, *, public_key: bytes, signature: str, predecessor: bytes | None, handover: str
) -> bool:
    """Whether the key signed its own statement, and its predecessor, where it has one, signed it too."""
    if not is_signed(statement, signature, public_key):
        return False
    return predecessor is None or is_signed(statement, handover, predecessor)
