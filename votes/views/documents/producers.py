"""What an archive holds: every paper as PDF and spreadsheets, the proofs, and the papers of the motions."""

import io
from collections.abc import Iterator

from communities.ledger.canonical import Plain, canonical
from communities.ledger.leaves import timestamp
from communities.printing import PdfUnavailable, pdf_of
from votes.errors import EvidenceNotReady
from votes.models import Assembly, Certificate, MotionAttachment
from votes.services.archives import add_producer
from votes.services.packs import write_public_pack

from .catalogue import DOCUMENTS

#: A paper with more lines than this goes in as a print page: as PDF it would take minutes.
MOST_LINES = 1_500


def papers(assembly: Assembly) -> Iterator[tuple[str, bytes]]:
    for document in DOCUMENTS.values():
        if not document.is_there_for(assembly):
            continue
        html = document.html(assembly)
        try:
            if html.count("<tr") > MOST_LINES:
                raise PdfUnavailable
            yield f"{document.name}.pdf", pdf_of(html)
        except PdfUnavailable:
            yield f"{document.name}.html", html.encode()
        if document.table is not None:
            yield f"{document.name}.csv", document.csv(assembly)
            yield f"{document.name}.xlsx", document.xlsx(assembly)


def proofs(assembly: Assembly) -> Iterator[tuple[str, bytes]]:
    """The certificate as it was hashed, and every signed head of the assembly's log."""
    certificate = Certificate.objects.filter(assembly=assembly).first()
    if certificate is not None:
        yield "certificate.json", certificate.body.encode()
    assert assembly.log is not None
    heads: list[Plain] = [
        {
            "body": head.body,
            "key": head.key_id,
            "signature": head.signature,
            "sealed_at": timestamp(head.sealed_at),
        }
        for head in assembly.log.heads.order_by("size")
    ]
    yield "heads.json", canonical(heads).encode()


def attachments(assembly: Assembly) -> Iterator[tuple[str, bytes]]:
    """The papers that lay open with the motions, under names of our own."""
    rows = MotionAttachment.objects.filter(motion__assembly=assembly).select_related("motion")
    for paper in rows.order_by("motion__position", "pk"):
        suffix = (paper.file.name or "").rpartition(".")[2]
        with paper.file.open("rb") as file:
            yield f"{paper.motion.position}-{paper.pk}.{suffix}", file.read()


def evidence(assembly: Assembly) -> Iterator[tuple[str, bytes]]:
    """The public evidence pack, whole, once the result is certified and sealed."""
    out = io.BytesIO()
    try:
        write_public_pack(assembly=assembly, out=out)
    except EvidenceNotReady:
        return
    yield f"evidence-{assembly.pk}.zip", out.getvalue()


add_producer("", papers)
add_producer("proofs", proofs)
add_producer("attachments", attachments)
add_producer("evidence", evidence)
