"""What may lie beside a proposal: photos written anew without their place, and PDFs; nothing else."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from governance.errors.proposals import ProposalMoved, TooManyFiles
from governance.models import Attachment
from governance.services.attachments import MOST_FILES, attach_to_proposal, detach
from tests.factories.communities import EstateFactory
from tests.factories.proposals import drafted, submitted
from votes.errors import AttachmentRefused, AttachmentTooLarge

pytestmark = pytest.mark.django_db

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PROGRAM = b"MZ\x90\x00" + b"\x00" * 400


def photo_with_place() -> SimpleUploadedFile:
    """A photo that says where it was taken."""
    exif = Image.Exif()
    exif[0x0110] = "phone-model-7"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    Image.new("RGB", (900, 600), "green").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("北门.jpg", out.getvalue(), content_type="image/jpeg")


def test_photo_is_written_anew_without_its_place(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    proposal = drafted(EstateFactory())
    kept = attach_to_proposal(proposal=proposal, file=photo_with_place(), actor=proposal.author)
    with kept.file.open() as file:
        data = file.read()
    assert b"phone-model-7" not in data and not Image.open(io.BytesIO(data)).getexif()
    assert (kept.kind, kept.width, kept.height) == ("photo", 900, 600)
    with Image.open(kept.preview) as small:
        assert max(small.size) == 480


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.svg", SVG, AttachmentRefused),
        ("a.jpg", SVG, AttachmentRefused),
        ("a.jpg", PROGRAM, AttachmentRefused),
        ("a.pdf", PROGRAM, AttachmentRefused),
        ("a.jpg", b"\xff\xd8\xff" + b"\x00" * (40 * 1024 * 1024), AttachmentTooLarge),
    ],
    ids=["svg", "svg named jpg", "program named jpg", "program named pdf", "40 MB"],
)
def test_anything_else_is_refused_and_nothing_is_kept(
    settings: Any, tmp_path: Any, name: str, content: bytes, error: type[Exception]
) -> None:
    settings.MEDIA_ROOT = tmp_path
    proposal = drafted(EstateFactory())
    with pytest.raises(error):
        attach_to_proposal(proposal=proposal, file=SimpleUploadedFile(name, content), actor=proposal.author)
    assert not Attachment.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_files_are_added_and_removed_while_it_may_be_changed(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    proposal = drafted(EstateFactory())
    for _ in range(MOST_FILES):
        kept = attach_to_proposal(proposal=proposal, file=photo_with_place(), actor=proposal.author)
    with pytest.raises(TooManyFiles):
        attach_to_proposal(proposal=proposal, file=photo_with_place(), actor=proposal.author)
    detach(attachment=kept, actor=proposal.author)
    assert proposal.attachments.count() == MOST_FILES - 1
    sent = submitted(proposal.estate)
    with pytest.raises(ProposalMoved):
        attach_to_proposal(proposal=sent, file=photo_with_place(), actor=sent.author)
