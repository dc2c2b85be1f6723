"""An evidence pack, format version 1: a zip whose every file is in a signed manifest. Pure.

The same content gives the same bytes: files in order of name, fixed times, one way to
compress. docs/evidence.md says what is in each file; :mod:`votes.evidence.verifier` reads it.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from communities.ledger.canonical import Plain, canonical
from communities.ledger.heads import Signer

PACK_VERSION = 1
#: Written at a time, so that the bytes do not depend on how a file came in.
PIECE = 1 << 16
VERIFIER = Path(__file__).with_name("verifier.py")

Lines: TypeAlias = Iterable[str]


def write_pack(
    out: BinaryIO, files: Mapping[str, "bytes | Lines"], *, about: Mapping[str, Plain], signer: Signer
) -> str:
    """Write a pack of ``files`` (bytes, or lines without their ends) to ``out``, which can seek.

    ``about`` is what the manifest says besides its list of files. Returns the SHA-256 of
    the manifest, in hex: the name of exactly this pack.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as pack:
        listed: list[Plain] = [_write(pack, name, files[name]) for name in sorted(files)]
        manifest = canonical(
            {
                **about,
                "v": PACK_VERSION,
                "type": "linyi-evidence-pack",
                "key": signer.key_id,
                "files": listed,
            }
        )
        _write(pack, "manifest.json", manifest.encode())
        mark = canonical({"key": signer.key_id, "signature": signer.sign(manifest)})
        _write(pack, "manifest.sig", mark.encode())
    return hashlib.sha256(manifest.encode()).hexdigest()


def _write(pack: zipfile.ZipFile, name: str, content: "bytes | Lines") -> dict[str, Plain]:
    info = zipfile.ZipInfo(name)  # the time is that of the oldest zip: 1980-01-01
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    digest, size = hashlib.sha256(), 0
    with pack.open(info, "w") as file:
        for piece in _pieces(content):
            file.write(piece)
            digest.update(piece)
            size += len(piece)
    return {"name": name, "sha256": digest.hexdigest(), "size": size}


def _pieces(content: "bytes | Lines") -> Iterable[bytes]:
    if isinstance(content, bytes):
        for start in range(0, len(content), PIECE):
            yield content[start : start + PIECE]
        return
    waiting = bytearray()
    for line in content:
        waiting += line.encode()
        waiting += b"\n"
        while len(waiting) >= PIECE:
            yield bytes(waiting[:PIECE])
            del waiting[:PIECE]
    if waiting:
        yield bytes(waiting)


def document(value: Plain) -> bytes:
    """A file that holds one canonical text."""
    return canonical(value).encode()


def cast_marks(row: Mapping[str, Any]) -> dict[str, Plain]:
    """The marks of one motion as cast, from what a certificate says of it: heads and area of each.

    A certificate counts those who followed the majority on its side; here they are apart again.
    """
    follow = row["follow"]
    whole = {name: row[name] for name in ("for", "against", "abstain")}
    expressed = [sum(pair[part] for pair in whole.values()) for part in (0, 1)]
    side = None
    if expressed == row["participating"]:  # with no majority they would be missing here
        side = "for" if _without(row["for"], follow) > row["against"] else "against"
    if side:
        whole[side] = _without(whole[side], follow)
    return {"position": row["position"], **whole, "follow": follow, "invalid": row["invalid"]}


def _without(one: list[int], other: list[int]) -> list[int]:
    return [one[0] - other[0], one[1] - other[1]]


def totals(result: Mapping[str, Any], leaves: Iterable[str]) -> bytes:
    """``totals.json``: the ballots as certified, how many were replaced, and the marks as cast."""
    replaced = 0
    for text in leaves:
        if '"verb":"votes.ballot.cast"' in text:
            replaced += json.loads(text)["previous"] is not None
    return document(
        {
            "ballots": {**result["ballots"], "replaced": replaced},
            "motions": [cast_marks(row) for row in result["motions"]],
        }
    )
