"""RFC 6962 hashing. The prefixes keep a leaf from passing for a node."""

import hashlib


def leaf_hash(body: str) -> str:
    """SHA-256(0x00 ‖ body), in hex."""
    return hashlib.sha256(b"\x00" + body.encode()).hexdigest()


def sha256(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()
