"""What a witness is sent: heads in one canonical text, and for a webhook a signature over it.

The signature is HMAC-SHA-256 with the secret the witness was given, over the time of
sending and the body. The receiver refuses an old time, so that nobody can send it again.
"""

import hashlib
import hmac
from collections.abc import Sequence

from .canonical import Plain, canonical

PARCEL_VERSION = 1
SIGNATURE_HEADER = "Linyi-Signature"


def heads_parcel(*, estate: str, heads: Sequence[Plain]) -> str:
    """Signed heads of an estate's logs."""
    return canonical({"v": PARCEL_VERSION, "type": "tree-heads", "estate": estate, "heads": heads})


def trial_parcel(*, estate: str, code: str) -> str:
    """The first message: whoever reads ``code`` in it receives the later ones, too."""
    return canonical({"v": PARCEL_VERSION, "type": "trial", "estate": estate, "code": code})


def parcel_signature(*, secret: str, seconds: int, body: str) -> str:
    """The header: "t=1764000000,v1=<hex>". ``seconds``: since 1970, when it is sent."""
    digest = hmac.new(secret.encode(), f"{seconds}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"
