"""Signed tree heads: what exactly is signed, and by whom. Ed25519 (RFC 8032)."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .canonical import canonical
from .leaves import timestamp

HEAD_VERSION = 1


def key_id(public_key: bytes) -> str:
    """First 16 hex digits of SHA-256 of the raw public key: short enough to be read out."""
    return hashlib.sha256(public_key).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with the number it is known by."""

    private: Ed25519PrivateKey

    @classmethod
    def from_base64(cls, seed: str) -> "Signer":
        """From the 32 bytes of the private key in base64; raises :class:`ValueError`."""
        try:
            return cls(Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed, validate=True)))
        except binascii.Error as error:
            raise ValueError("not base64") from error

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    @property
    def key_id(self) -> str:
        return key_id(self.public)

    def sign(self, body: str) -> str:
        """The signature over the UTF-8 bytes of ``body``, in base64."""
        return base64.b64encode(self.private.sign(body.encode())).decode()


def is_signed(body: str, signature: str, public_key: bytes) -> bool:
    """Whether ``signature`` (base64) is that key's over ``body``."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            base64.b64decode(signature, validate=True), body.encode()
        )
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def head_body(
    *,
    log: str,
    size: int,
    root: str,
    previous: tuple[int, str] | None,
    sealed_at: datetime,
    key: str,
) -> str:
    """The canonical text of a head. ``previous``: size and root of the head before it in this log."""
    return canonical(
        {
            "v": HEAD_VERSION,
            "type": "tree-head",
            "log": log,
            "size": size,
            "root": root,
            "previous": {"size": previous[0], "root": previous[1]} if previous else None,
            "at": timestamp(sealed_at),
            "key": key,
        }
    )


def head_line(*, log: str, size: int, root: str, key: str) -> str:
    """A head in one line, for a code on paper: "linyi-head 1 assembly:7 1234 <root> <key>"."""
    return f"linyi-head {HEAD_VERSION} {log} {size} {root} {key}"
