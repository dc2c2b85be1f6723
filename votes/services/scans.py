"""Scans and photos that prove something: a returned paper, a mandate, a delivery.

The same files as papers to a motion are taken (PDF, JPG, PNG, WebP, up to 10 MB).
Images are written anew, which drops where and with what they were taken and anything
hidden behind the picture. The hash kept in the log is of the file as stored.
"""

import hashlib
import io
import uuid
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps, UnidentifiedImageError

from votes.errors import AttachmentRefused, AttachmentTooLarge

from .attachments import LARGEST, detect_type

#: A photo of a phone has 12 to 50 million points; more is made to exhaust memory.
MOST_PIXELS = 50_000_000
#: The long side of what is kept: an A4 sheet at 250 dots per inch.
LONG_SIDE = 2_900


@dataclass(frozen=True, slots=True)
class Scan:
    """A file fit to be stored, under a name of our own, with its SHA-256 in hex."""

    content: ContentFile[bytes]
    sha256: str


def read_scan(file: UploadedFile[bytes]) -> Scan:
    """Check an upload and make what is stored of it.

    Raises :class:`AttachmentTooLarge` over 10 MB and :class:`AttachmentRefused` for
    anything that is not PDF, JPG, PNG or WebP by content and name, or is broken.
    """
    if (file.size or 0) > LARGEST:
        raise AttachmentTooLarge
    file.seek(0)
    data = file.read()
    file_type = detect_type(data[:16], file.name or "")
    if file_type.suffix == "pdf":
        suffix = "pdf"
    else:
        data, suffix = _rewritten(data), "jpg"
    name = f"{uuid.uuid4().hex}.{suffix}"
    return Scan(ContentFile(data, name=name), hashlib.sha256(data).hexdigest())


def _rewritten(data: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise AttachmentTooLarge
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except Image.DecompressionBombError as error:
        raise AttachmentTooLarge from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise AttachmentRefused from error
    upright.thumbnail((LONG_SIDE, LONG_SIDE))
    written = io.BytesIO()
    upright.save(written, "JPEG", quality=82, optimize=True)
    return written.getvalue()
