"""What is kept of a scan, and what is never taken."""

import hashlib
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from votes.errors import AttachmentRefused, AttachmentTooLarge
from votes.services.scans import LONG_SIDE, read_scan


def picture(form: str, size: tuple[int, int] = (40, 20), exif: bool = False) -> bytes:
    image = Image.new("RGB", size, "white")
    written = io.BytesIO()
    told = Image.Exif()
    told[0x0112] = 6  # turned by a quarter
    told[0x010E] = "where it was taken"
    image.save(written, form, **({"exif": told} if exif else {}))
    return written.getvalue()


def upload(data: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_a_photo_is_turned_upright_and_tells_nothing_of_where_it_was_taken() -> None:
    scan = read_scan(upload(picture("JPEG", exif=True), "票 1.jpeg"))
    stored = scan.content.read()
    with Image.open(io.BytesIO(stored)) as kept:
        assert kept.size == (20, 40)
        assert dict(kept.getexif()) == {}
    assert b"where it was taken" not in stored
    assert scan.sha256 == hashlib.sha256(stored).hexdigest()
    assert str(scan.content.name).endswith(".jpg")
    assert "票" not in str(scan.content.name)


def test_what_hides_behind_the_picture_is_gone() -> None:
    scan = read_scan(upload(picture("PNG") + b"<script>alert(1)</script>", "a.png"))
    assert b"script" not in scan.content.read()


def test_a_large_photo_is_made_smaller() -> None:
    with Image.open(
        io.BytesIO(read_scan(upload(picture("PNG", (6000, 3000)), "a.png")).content.read())
    ) as kept:
        assert kept.size == (LONG_SIDE, LONG_SIDE // 2)


def test_a_pdf_is_kept_as_it_is() -> None:
    data = b"%PDF-1.7\n1 0 obj\n"
    assert read_scan(upload(data, "a.pdf")).content.read() == data


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"GIF89a....", "a.gif"),
        (b"<svg xmlns='x'/>", "a.svg"),
        (b"\x89PNG\r\n\x1a\nbroken", "a.png"),
        (b"%PDF-1.7", "a.png"),
        (picture("PNG"), "a.exe"),
        (b"", "a.jpg"),
    ],
)
def test_anything_else_is_refused(data: bytes, name: str) -> None:
    with pytest.raises(AttachmentRefused):
        read_scan(upload(data, name))


def test_a_file_over_ten_megabytes_is_refused() -> None:
    with pytest.raises(AttachmentTooLarge):
        read_scan(upload(b"%PDF-1.7" + b"0" * (10 * 1024 * 1024), "a.pdf"))


def test_a_picture_of_too_many_points_is_refused() -> None:
    image = Image.new("1", (20_000, 20_000))
    written = io.BytesIO()
    image.save(written, "PNG")
    with pytest.raises(AttachmentTooLarge):
        read_scan(upload(written.getvalue(), "a.png"))
