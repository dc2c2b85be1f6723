"""Files that only some people may read, asked anew each time."""

from pathlib import PurePosixPath

from django.db.models.fields.files import FieldFile
from django.http import FileResponse

from votes.services.attachments import FILE_TYPES

CONTENT_TYPES = {file_type.suffix: file_type.content_type for file_type in FILE_TYPES}


def private_file(file: FieldFile, name: str) -> FileResponse:
    """``file`` for whoever was let through: a download that runs nothing and is kept nowhere.

    An image still shows where a page of ours has it in an ``img``. ``name`` gets the stored file's ending.
    """
    suffix = PurePosixPath(file.name or "").suffix.removeprefix(".")
    response = FileResponse(
        file.open("rb"),
        as_attachment=True,
        filename=f"{name}.{suffix}",
        content_type=CONTENT_TYPES[suffix],
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def is_picture(file: FieldFile) -> bool:
    return bool(file) and not (file.name or "").endswith(".pdf")
