"""Photos and PDFs with a proposal, an answer or a meeting. Checked and written anew as every scan is."""

import io
import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from PIL import Image

from communities.clock import database_now
from communities.models import User
from governance.enums import FileKind, MeetingStatus, MinutesStatus
from governance.errors.meetings import MeetingMoved, PhotoWanted
from governance.errors.proposals import ProposalMoved, TooManyFiles
from governance.models import Attachment, Meeting, OfficialAnswer, Proposal, Ticket
from votes.services.attachments import clean_name
from votes.services.scans import read_scan
from votes.services.stored_files import delete_on_commit

from .journal import judge
from .meetings import lock_meeting
from .proposals import CHANGEABLE, lock_own

MOST_FILES = 9
#: The long side of the small picture in lists.
PREVIEW_SIDE = 480


@transaction.atomic
def attach_to_proposal(*, proposal: Proposal, file: UploadedFile[bytes], actor: User) -> Attachment:
    """Put a photo or PDF with a draft, or with a proposal returned for completion.

    Raises :class:`NotPermitted`, :class:`ProposalMoved`, :class:`TooManyFiles`, and
    :class:`AttachmentTooLarge` and :class:`AttachmentRefused` of :func:`votes.services.scans.read_scan`.
    """
    proposal = lock_own(proposal, actor)
    if proposal.status not in CHANGEABLE:
        raise ProposalMoved
    if proposal.attachments.count() >= MOST_FILES:
        raise TooManyFiles
    return _store(file, actor, estate=proposal.estate, proposal=proposal)


@transaction.atomic
def attach_to_answer(*, answer: OfficialAnswer, file: UploadedFile[bytes], actor: User) -> Attachment:
    """Put a photo or PDF with an answer; only the service that writes the answer calls this."""
    if answer.attachments.count() >= MOST_FILES:
        raise TooManyFiles
    return _store(file, actor, estate=answer.proposal.estate, answer=answer)


@transaction.atomic
def attach_to_meeting(*, meeting: Meeting, file: UploadedFile[bytes], actor: User) -> Attachment:
    """Put a photo of the room with a meeting; it goes into the minutes, in the order of arrival.

    Raises :class:`NotPermitted`, :class:`MeetingMoved` before the meeting began and once minutes were
    put to confirmation, :class:`TooManyFiles`, :class:`PhotoWanted` for anything but a photo, and what
    :func:`votes.services.scans.read_scan` refuses.
    """
    meeting = _lock_recorded(meeting, actor)
    if meeting.attachments.count() >= MOST_FILES:
        raise TooManyFiles
    attachment = _store(file, actor, estate=meeting.estate, meeting=meeting)
    if attachment.kind != FileKind.PHOTO:
        attachment.file.delete(save=False)
        raise PhotoWanted
    return attachment


@transaction.atomic
def detach_from_meeting(*, attachment: Attachment, actor: User) -> None:
    """Take a photo away again, until minutes were put to confirmation. Raises as above."""
    assert attachment.meeting is not None
    _lock_recorded(attachment.meeting, actor)
    files = [attachment.file, attachment.preview]
    attachment.delete()
    delete_on_commit(files)


def _lock_recorded(meeting: Meeting, actor: User) -> Meeting:
    """The meeting under lock, while its record is still being written."""
    meeting = lock_meeting(meeting.pk)
    judge("governance.record_meeting", actor, meeting)
    if not takes_photos(meeting):
        raise MeetingMoved
    return meeting


def takes_photos(meeting: Meeting) -> bool:
    """Whether photos may still come: it has begun, and no minutes of it were shown to anybody yet."""
    shown = meeting.minutes.exclude(status__in=[MinutesStatus.DRAFT, MinutesStatus.DISCARDED])
    return meeting.status in (MeetingStatus.RUNNING, MeetingStatus.ENDED) and not shown.exists()


def attach_to_ticket(*, ticket: Ticket, file: UploadedFile[bytes], actor: User) -> Attachment:
    """Put a photo or PDF with a ticket; only the services that report or fix it call this."""
    if ticket.attachments.count() >= MOST_FILES * 2:
        raise TooManyFiles
    return _store(file, actor, estate=ticket.estate, ticket=ticket)


@transaction.atomic
def detach(*, attachment: Attachment, actor: User) -> None:
    """Remove a file from one's own draft; it goes once that is committed."""
    assert attachment.proposal is not None
    proposal = lock_own(attachment.proposal, actor)
    if proposal.status not in CHANGEABLE:
        raise ProposalMoved
    files = [attachment.file, attachment.preview]
    attachment.delete()
    delete_on_commit(files)


def _store(file: UploadedFile[bytes], actor: User, **owner: Any) -> Attachment:
    scan = read_scan(file)
    data = scan.content.read()
    is_photo = str(scan.content.name).endswith(".jpg")
    attachment = Attachment(
        kind=FileKind.PHOTO if is_photo else FileKind.DOCUMENT,
        name=clean_name(file.name or "", "jpg" if is_photo else "pdf"),
        sha256=scan.sha256,
        size=len(data),
        added_by=actor,
        added_at=database_now(),
        **owner,
    )
    stored: list[Any] = []
    try:
        if is_photo:
            with Image.open(io.BytesIO(data)) as picture:
                attachment.width, attachment.height = picture.size
                picture.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
                small = io.BytesIO()
                picture.save(small, "JPEG", quality=78, optimize=True)
            attachment.preview.save(f"{uuid.uuid4().hex}.jpg", ContentFile(small.getvalue()), save=False)
            stored.append(attachment.preview)
        attachment.file.save(str(scan.content.name), ContentFile(data), save=False)
        stored.append(attachment.file)
        with transaction.atomic():
            attachment.save(force_insert=True)
    except Exception:
        for one in stored:
            one.delete(save=False)
        raise
    return attachment
