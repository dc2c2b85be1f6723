"""Keeping personal data unreadable in the database, and still finding it.

A value that only has to be shown is encrypted. A value that has to be found
(an identity number, a phone) also gets a *blind index*: a keyed hash that the
same plain value always gives and nobody without the key can compute.
"""

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(plain: bytes) -> bytes:
    """``plain`` under the newest key."""
    return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(plain)


def decrypt(token: bytes) -> bytes:
    """The plain bytes of ``token``, whichever of the configured keys made it."""
    return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(token)


def blind_index(purpose: str, value: str) -> str:
    """64 hex digits by which ``value`` can be looked up for one ``purpose``.

    The purpose keeps the index of a phone from matching the index of the same
    digits elsewhere. The caller normalises ``value`` first.
    """
    message = f"{purpose}\x00{value}".encode()
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), message, hashlib.sha256).hexdigest()
