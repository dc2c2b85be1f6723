"""What goes into an evidence pack, read from the database. Nothing here writes."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from communities.enums import KeyPurpose
from communities.ledger.canonical import Plain, canonical
from communities.ledger.heads import Signer
from communities.ledger.leaves import timestamp
from communities.models import SigningKey, TreeHead
from votes.errors import EvidenceNotReady
from votes.evidence import cover
from votes.evidence.packs import VERIFIER, Lines, document, totals
from votes.models import (
    Assembly,
    Ballot,
    Certificate,
    ElectorUnit,
    Mandate,
    PaperBallot,
    SecretBallot,
    UncountedBallot,
)

from .assemblies import motion_published, scope_named
from .rolls import RollUnit, place_of, roll_line

ROWS = 2_000


@dataclass(frozen=True, slots=True)
class PackSource:
    """A certified assembly as of one tree head. ``keys``: private keys of this process, by purpose."""

    assembly: Assembly
    certificate: Certificate
    head: TreeHead
    keys: dict[KeyPurpose, Signer] = field(default_factory=dict)

    @property
    def name(self) -> str:
        assert self.assembly.log is not None
        return self.assembly.log.name


def pack_source(assembly: Assembly, keys: dict[KeyPurpose, Signer]) -> PackSource:
    """Raises :class:`EvidenceNotReady` until the certificate's leaf is under a signed head."""
    certificate = Certificate.objects.filter(assembly=assembly).first()
    head = TreeHead.objects.filter(log=assembly.log).order_by("-size").first()
    if certificate is None or head is None or assembly.log is None:
        raise EvidenceNotReady
    if not assembly.log.leaves.filter(entry__verb="votes.assembly.certified").exists():
        raise EvidenceNotReady
    return PackSource(assembly, certificate, head, keys)


def public_files(source: PackSource) -> dict[str, bytes | Lines]:
    """The files of the public level: no name, no choice, and nobody's number beside a ballot."""
    result = json.loads(source.certificate.body)
    heads, keys = _heads(source), _keys(source)
    files: dict[str, bytes | Lines] = {
        "README.txt": cover.README.encode(),
        "assembly.json": document(_assembly(source)),
        "heads.json": document({"heads": heads}),
        "keys.json": document({"keys": keys}),
        "leaves.jsonl": leaf_bodies(source),
        "leaves.sha256": _leaf_hashes(source),
        "notice.txt": source.assembly.notice.encode(),
        "result.json": source.certificate.body.encode(),
        "roll.jsonl": roll_lines(source.assembly),
        "topics.txt": source.assembly.posted_topics.encode(),
        "totals.json": totals(result, leaf_bodies(source)),
        "verifier.py": VERIFIER.read_bytes(),
    }
    facts = cover.Facts(
        title=source.assembly.title,
        log=source.name,
        result=result,
        certificate=source.certificate.sha256,
        head_size=source.head.size,
        head_root=source.head.root,
        head_at=timestamp(source.head.sealed_at),
        keys=[(str(key["id"]), str(key["purpose"])) for key in keys],
    )
    files["cover.txt"] = cover.as_text(facts).encode()
    files["cover.html"] = cover.as_page(facts).encode()
    if "election" in result:
        asked = _published(source).get("election")
        files["election.json"] = document({"published": asked, "result": result["election"]})
    return files


def full_files(source: PackSource) -> dict[str, bytes | Lines]:
    """The public files and, beside them, what opens every ballot."""
    assembly = source.assembly
    files = public_files(source) | {
        "openings.jsonl": _openings(assembly),
        "uncounted.jsonl": _uncounted(assembly),
        "papers.jsonl": _papers(assembly),
        "mandates.jsonl": _mandates(assembly),
    }
    if assembly.is_secret:
        files["secret.jsonl"] = _secret(assembly)
    return files


def leaf_bodies(source: PackSource) -> Iterator[str]:
    """The body of every leaf under the head, in the order of the tree."""
    assert source.assembly.log is not None
    leaves = source.assembly.log.leaves.filter(index__lt=source.head.size).order_by("index")
    return leaves.values_list("entry__body", flat=True).iterator(ROWS)


def _leaf_hashes(source: PackSource) -> Iterator[str]:
    assert source.assembly.log is not None
    leaves = source.assembly.log.leaves.filter(index__lt=source.head.size).order_by("index")
    return leaves.values_list("entry__leaf_hash", flat=True).iterator(ROWS)


def _bodies_of(source: PackSource, verb: str) -> list[str]:
    assert source.assembly.log is not None
    leaves = source.assembly.log.leaves.filter(index__lt=source.head.size, entry__verb=verb)
    return list(leaves.order_by("index").values_list("entry__body", flat=True))


def roll_lines(assembly: Assembly) -> Iterator[str]:
    """The lines that the roll's hash covers, in order of number (:func:`votes.services.rolls.roll_line`)."""
    rows = (
        ElectorUnit.objects.filter(assembly=assembly)
        .order_by("elector__number", "pk")
        .values_list(
            *("elector__number", "elector__head_key", "elector__area"),
            *("building", "staircase", "room", "area", "area_basis"),
        )
    )
    for (number, head, area), own in groupby(rows.iterator(ROWS), key=itemgetter(0, 1, 2)):
        # A correction may have written a home later than the others of its head.
        units = sorted((RollUnit(0, *row[3:]) for row in own), key=place_of)
        yield roll_line(number=number, key=head, area=area, units=units)


def _assembly(source: PackSource) -> dict[str, Plain]:
    assembly = source.assembly
    assert assembly.opens_at is not None
    assert assembly.closes_at is not None
    developers = assembly.electors.filter(is_developer=True).order_by("number")
    return {
        "v": 1,
        "estate": assembly.estate_id,
        "title": assembly.title,
        "kind": assembly.kind,
        "convener": assembly.convener,
        # As it was posted: an extension is a leaf of its own.
        "window": _published(source).get("window")
        or [timestamp(assembly.opens_at), timestamp(assembly.closes_at)],
        "extensions": _payloads(source, "votes.assembly.extended"),
        "motions": [motion_published(motion) for motion in assembly.motions.order_by("position")],
        "rules": assembly.rules,
        **scope_named(assembly),
        "statute": assembly.statute,
        "roll_corrections": _payloads(source, "votes.roll.corrected"),
        "developer_electors": list(developers.values_list("number", flat=True)),
    }


def _published(source: PackSource) -> dict[str, Plain]:
    """What the leaf of the publication says; nothing where somebody removed it, which the verifier finds."""
    found = _payloads(source, "votes.assembly.published")
    return dict(found[0]) if found and isinstance(found[0], dict) else {}


def _payloads(source: PackSource, verb: str) -> list[Plain]:
    return [json.loads(body)["payload"] for body in _bodies_of(source, verb)]


def _heads(source: PackSource) -> list[Plain]:
    heads = TreeHead.objects.filter(log=source.assembly.log, size__lte=source.head.size).order_by("size")
    return [{"body": head.body, "key": head.key_id, "signature": head.signature} for head in heads]


def _keys(source: PackSource) -> list[dict[str, Plain]]:
    """Every key ever introduced here, and those of this process that were not."""
    keys: dict[str, dict[str, Plain]] = {
        key.key_id: {
            "id": key.key_id,
            "purpose": key.purpose,
            "public_key": key.public_key,
            "statement": key.statement,
            "signature": key.signature,
            "predecessor": key.predecessor.key_id if key.predecessor else None,
            "predecessor_signature": key.predecessor_signature,
        }
        for key in SigningKey.objects.select_related("predecessor")
    }
    for purpose, signer in source.keys.items():
        keys.setdefault(
            signer.key_id,
            {
                "id": signer.key_id,
                "purpose": purpose.value,
                "public_key": base64.b64encode(signer.public).decode(),
                "statement": "",
                "signature": "",
                "predecessor": None,
                "predecessor_signature": "",
            },
        )
    return [keys[number] for number in sorted(keys)]


# --- the full level --------------------------------------------------------------------


def _openings(assembly: Assembly) -> Iterator[str]:
    rows = Ballot.objects.filter(assembly=assembly).order_by("pk")
    for pk, salt, elector, choices in rows.values_list("pk", "salt", "elector__number", "choices").iterator(
        ROWS
    ):
        yield canonical({"ballot": str(pk), "salt": salt, "elector": elector, "choices": choices})


def _uncounted(assembly: Assembly) -> Iterator[str]:
    for one in UncountedBallot.objects.filter(assembly=assembly).select_related("elector").order_by("pk"):
        yield canonical(
            {
                "id": str(one.pk),
                "elector": one.elector.number if one.elector else None,
                "channel": one.channel,
                "paper": str(one.paper_id) if one.paper_id else None,
                "reason": one.reason,
                "received_at": timestamp(one.received_at),
                "leaf": one.leaf_hash,
            }
        )


def _papers(assembly: Assembly) -> Iterator[str]:
    papers = PaperBallot.objects.filter(assembly=assembly, received_at__isnull=False)
    for paper in papers.select_related("elector", "ballot").order_by("serial"):
        ballot = getattr(paper, "ballot", None)
        yield canonical(
            {
                "id": str(paper.pk),
                "serial": paper.serial,
                "elector": paper.elector.number,
                "received_at": timestamp(paper.received_at) if paper.received_at else None,
                "scan": paper.scan_sha256,
                "ballot": str(ballot.pk) if ballot else None,
            }
        )


def _mandates(assembly: Assembly) -> Iterator[str]:
    for mandate in Mandate.objects.filter(assembly=assembly).select_related("elector").order_by("pk"):
        yield canonical(
            {
                "id": str(mandate.pk),
                "elector": mandate.elector.number,
                "granted_at": timestamp(mandate.granted_at),
                "revoked_at": timestamp(mandate.revoked_at) if mandate.revoked_at else None,
                "scan": mandate.scan_sha256,
            }
        )


def _secret(assembly: Assembly) -> Iterator[str]:
    """In order of their random numbers, as the certificate hashes them: nothing tells when one was cast."""
    rows = SecretBallot.objects.filter(assembly=assembly).order_by("pk")
    for pk, choices in rows.values_list("pk", "choices").iterator(ROWS):
        yield canonical({"id": str(pk), "choices": choices})
