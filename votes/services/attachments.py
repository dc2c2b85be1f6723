"""Papers to a motion. Only what a browser shows without running anything is taken."""

import hashlib
import re
import unicodedata
import uuid
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from communities.clock import database_now
from communities.models import User
from votes.enums import AttachmentKind
from votes.errors import AttachmentRefused, AttachmentTooLarge
from votes.models import Motion, MotionAttachment

from .assemblies import lock_draft, note
from .stored_files import delete_on_commit

LARGEST = 10 * 1024 * 1024
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file we take: its ending, its type for the browser, and how its bytes begin."""

    suffix: str
    content_type: str
    begins: re.Pattern[bytes]


FILE_TYPES = (
    FileType("pdf", "application/pdf", re.compile(rb"%PDF-\d")),
    FileType("jpg", "image/jpeg", re.compile(rb"\xff\xd8\xff")),
    FileType("png", "image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    FileType("webp", "image/webp", re.compile(rb"RIFF....WEBP", re.DOTALL)),
)
#: Endings people give to files of each type.
_ENDINGS = {"pdf": {"pdf"}, "jpg": {"jpg", "jpeg"}, "png": {"png"}, "webp": {"webp"}}


def detect_type(head: bytes, name: str) -> FileType:
    """The type by the first bytes; the name's ending must agree. Raises :class:`AttachmentRefused`."""
    suffix = PurePosixPath(name).suffix.lower().removeprefix(".")
    for file_type in FILE_TYPES:
        if file_type.begins.match(head) and suffix in _ENDINGS[file_type.suffix]:
            return file_type
    raise AttachmentRefused


def clean_name(name: str, suffix: str) -> str:
    """A name safe to show and to download under: no path, no control or direction marks, our own ending."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    kept = "".join(
        character for character in base if unicodedata.category(character)[0] not in "CZ" or character == " "
    )
    kept = re.sub(r'[<>:"|?*%;\s]+', " ", kept).strip(" .")
    return f"{kept[:LONGEST_NAME] or _('附件')}.{suffix}"


@transaction.atomic
def add_attachment(*, motion: Motion, file: UploadedFile[bytes], kind: str, actor: User) -> MotionAttachment:
    """Keep a paper with a motion of a draft.

    Raises :class:`AttachmentTooLarge` over 10 MB, :class:`AttachmentRefused` for
    anything but PDF, JPG, PNG and WebP by content and name,
    :class:`NotPermitted`, :class:`AssemblyPosted`.
    """
    assembly = lock_draft(motion.assembly_id, actor)
    motion = assembly.motions.get(pk=motion.pk)
    if (file.size or 0) > LARGEST:
        raise AttachmentTooLarge
    file.seek(0)
    file_type = detect_type(file.read(16), file.name or "")
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    attachment = MotionAttachment(
        motion=motion,
        kind=AttachmentKind(kind),
        name=clean_name(file.name or "", file_type.suffix),
        sha256=digest.hexdigest(),
        size=file.size or 0,
        added_by=actor,
        added_at=database_now(),
    )
    # Stored under a name of our own, so that nothing in the sender's name reaches the disk.
    attachment.file.save(f"{uuid.uuid4().hex}.{file_type.suffix}", file, save=False)
    try:
        with transaction.atomic():
            attachment.save(force_insert=True)
    except Exception:
        attachment.file.delete(save=False)
        raise
    note(
        assembly=assembly,
        verb="attachment-added",
        actor=actor,
        payload={"motion": motion.pk, "kind": attachment.kind, "sha256": attachment.sha256},
    )
    return attachment


@transaction.atomic
def remove_attachment(*, attachment: MotionAttachment, actor: User) -> None:
    """Remove a paper from a motion of a draft; its file goes once that is committed."""
    assembly = lock_draft(attachment.motion.assembly_id, actor)
    note(
        assembly=assembly,
        verb="attachment-removed",
        actor=actor,
        payload={"motion": attachment.motion_id, "sha256": attachment.sha256},
    )
    file = attachment.file
    attachment.delete()
    delete_on_commit([file])
