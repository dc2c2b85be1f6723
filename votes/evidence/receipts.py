"""What an elector keeps: a short code to compare with the eyes, and a file that proves it offline."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from communities.ledger.canonical import Plain, canonical
from communities.ledger.heads import Signer

#: Crockford's alphabet: no I, L, O, U, which are read as something else.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RECEIPT_VERSION = 1


def receipt_code(leaf_hash: str) -> str:
    """The first 60 bits of a leaf hash as "7K3M-Q9TD-4XWE"."""
    bits = int(leaf_hash[:15], 16)
    letters = "".join(ALPHABET[(bits >> shift) & 31] for shift in range(55, -1, -5))
    return "-".join(letters[place : place + 4] for place in (0, 4, 8))


@dataclass(frozen=True, slots=True)
class Opening:
    """What makes a ballot's commitment readable; only who cast the ballot is given it."""

    salt: str
    elector: int
    choices: str


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A tree head as it leaves the machine. Key and signature in base64, as everywhere."""

    body: str
    key: str
    public_key: str
    signature: str

    def plain(self) -> dict[str, Plain]:
        return {
            "body": self.body,
            "key": self.key,
            "public_key": self.public_key,
            "signature": self.signature,
        }


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Where the leaf lies in the sealed tree (RFC 6962 §2.1.1)."""

    index: int
    size: int
    path: Sequence[str]
    head: SignedHead


def receipt_file(*, leaf: str, opening: Opening | None, proof: Inclusion | None, signer: Signer) -> str:
    """The receipt as a file, format version 1: one canonical text.

    The signature covers everything but the proof, which is added once the leaf is sealed and
    needs no signature but that of its head.
    """
    opened: dict[str, Plain] | None = None
    if opening is not None:
        opened = {"salt": opening.salt, "elector": opening.elector, "choices": opening.choices}
    said: dict[str, Plain] = {
        "type": "linyi-receipt",
        "v": RECEIPT_VERSION,
        "leaf": leaf,
        "opening": opened,
        "key": signer.key_id,
        "public_key": base64.b64encode(signer.public).decode(),
    }
    proved: dict[str, Plain] | None = None
    if proof is not None:
        proved = {
            "index": proof.index,
            "size": proof.size,
            "path": list(proof.path),
            "head": proof.head.plain(),
        }
    return canonical({**said, "signature": signer.sign(canonical(said)), "proof": proved})
