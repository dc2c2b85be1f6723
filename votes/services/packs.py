"""Evidence leaves the house: public packs for anybody, full ones after two people agreed, each on record."""

import base64
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from communities.enums import KeyPurpose
from communities.errors import NotPermitted
from communities.ledger.canonical import Plain
from communities.ledger.hashing import sha256
from communities.ledger.heads import Signer
from communities.ledger.leaves import timestamp
from communities.models import LedgerEntry, SealedLeaf, SigningKey, User
from communities.proofs import TreeBroken, inclusion
from communities.rules import allows
from communities.services.ledger import record
from votes.enums import ActKind, AssemblyStatus
from votes.errors import PackNotReleased
from votes.evidence.packs import write_pack
from votes.evidence.receipts import Inclusion, Opening, SignedHead, receipt_file
from votes.models import Assembly, Ballot, TwoPersonAct

from .acts import ActRule, register_act
from .pack_files import PackSource, full_files, pack_source, public_files

DECIDED = (AssemblyStatus.CERTIFIED, AssemblyStatus.VOID)


def _release(act: TwoPersonAct, actor: User, moment: datetime) -> None:
    """Nothing changes but the act itself: whoever may download asks for a confirmed one."""


register_act(
    ActKind.RELEASE_PACK,
    ActRule(
        possible_in=DECIDED,
        carry_out=_release,
        consequence=_(
            "确认以后，提出人、确认人和监票人可以下载完整证据包，里面有每一张票的选择。每次下载都记入日志。"
        ),
    ),
)


def keys_here() -> dict[KeyPurpose, Signer]:
    """The private keys of this process. Pages usually hold only the one for receipts."""
    seeds = {KeyPurpose.SEAL: settings.SEALING_KEY, KeyPurpose.RECEIPT: settings.RECEIPT_KEY}
    return {purpose: Signer.from_base64(seed) for purpose, seed in seeds.items() if seed}


def pack_signer(keys: dict[KeyPurpose, Signer]) -> Signer:
    """Who signs a manifest: the sealing key, or the receipt key where this process has no other."""
    return keys.get(KeyPurpose.SEAL) or keys[KeyPurpose.RECEIPT]


def keys_shown() -> list[tuple[str, str]]:
    """Number and purpose of every key in use, to be compared with the notice board."""
    known = SigningKey.objects.filter(successors__isnull=True).order_by("purpose", "key_id")
    shown = dict(known.values_list("key_id", "purpose"))
    return list(({one.key_id: purpose.value for purpose, one in keys_here().items()} | shown).items())


@dataclass(frozen=True, slots=True)
class WrittenPack:
    """A pack that was written. ``manifest`` is the SHA-256 of its manifest: the name of exactly it."""

    manifest: str
    source: PackSource


def write_public_pack(*, assembly: Assembly, out: BinaryIO) -> WrittenPack:
    """Write the public pack of a certified assembly to ``out``. Raises :class:`EvidenceNotReady`."""
    keys = keys_here()
    source = pack_source(assembly, keys)
    about = _about(source, "public")
    return WrittenPack(write_pack(out, public_files(source), about=about, signer=pack_signer(keys)), source)


def write_full_pack(*, act: TwoPersonAct, out: BinaryIO) -> WrittenPack:
    """Write the full pack that ``act`` releases.

    Raises :class:`PackNotReleased` unless two people agreed, :class:`EvidenceNotReady`.
    Whoever hands it to somebody records that (:func:`record_download`).
    """
    if act.kind != ActKind.RELEASE_PACK or act.confirmed_at is None or act.withdrawn_at is not None:
        raise PackNotReleased
    keys = keys_here()
    source = pack_source(act.assembly, keys)
    about = {**_about(source, "full"), "act": act.pk, "reason": sha256(act.reason)}
    return WrittenPack(write_pack(out, full_files(source), about=about, signer=pack_signer(keys)), source)


def _about(source: PackSource, level: str) -> dict[str, Plain]:
    return {
        "level": level,
        "assembly": source.assembly.pk,
        "log": source.name,
        # Of the newest head, not of this request: the same evidence is the same pack.
        "created_at": timestamp(source.head.sealed_at),
        "head": {"size": source.head.size, "root": source.head.root},
    }


@dataclass(frozen=True, slots=True)
class KeptPack:
    """A public pack that lies ready as a file."""

    path: Path
    source: PackSource


def kept_public_pack(assembly: Assembly) -> KeptPack:
    """The public pack as a file, written when first asked for under its newest head.

    Raises :class:`EvidenceNotReady`.
    """
    keys = keys_here()
    source = pack_source(assembly, keys)
    folder = Path(settings.MEDIA_ROOT) / "evidence"
    path = folder / f"{assembly.pk}-{source.head.size}-{source.head.root[:16]}-{pack_signer(keys).key_id}.zip"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".new", delete=False) as out:
            write_public_pack(assembly=assembly, out=out)  # type: ignore[arg-type]
        Path(out.name).replace(path)
    return KeptPack(path, source)


@transaction.atomic
def record_download(*, act: TwoPersonAct, manifest: str, actor: User) -> None:
    """Enter in the log that ``actor`` takes the full pack of this manifest. Raises :class:`NotPermitted`."""
    if not allows("votes.download_full_pack", actor, act):
        raise NotPermitted
    assert act.assembly.log is not None
    record(
        log=act.assembly.log,
        verb="votes.pack.downloaded",
        subject=act,
        actor=actor,
        payload={"act": act.pk, "level": "full", "manifest": manifest},
    )


def receipt_of(ballot: Ballot, *, for_who_cast_it: bool) -> str:
    """The receipt file of a ballot, with its proof once it is sealed.

    The opening, which tells the choice, is in it only for the account that cast the ballot.
    """
    body = LedgerEntry.objects.get(leaf_hash=ballot.leaf_hash).body
    opening = Opening(ballot.salt, ballot.elector.number, ballot.choices) if for_who_cast_it else None
    signer = keys_here()[KeyPurpose.RECEIPT]
    return receipt_file(leaf=body, opening=opening, proof=_proof_of(ballot.leaf_hash), signer=signer)


def is_sealed(leaf_hash: str) -> bool:
    """Whether a leaf has its place in the tree."""
    return SealedLeaf.objects.filter(entry__leaf_hash=leaf_hash).exists()


def _proof_of(leaf_hash: str) -> Inclusion | None:
    try:
        found = inclusion(leaf_hash)
    except TreeBroken:
        # The receipt itself still holds, and is needed more than ever.
        return None
    if found is None:
        return None
    public = public_key_of(found.head.key_id)
    if public is None:
        return None
    head = SignedHead(found.head.body, found.head.key_id, public, found.head.signature)
    return Inclusion(found.index, found.size, found.path, head)


def public_key_of(key_id: str) -> str | None:
    """The public key of that number, base64: as introduced, or of this process."""
    if known := SigningKey.objects.filter(key_id=key_id).values_list("public_key", flat=True).first():
        return str(known)
    for signer in keys_here().values():
        if signer.key_id == key_id:
            return base64.b64encode(signer.public).decode()
    return None
