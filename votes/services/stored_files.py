from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.db.models.fields.files import FieldFile


def delete_on_commit(files: Iterable[FieldFile]) -> None:
    """Remove stored files once the rows that named them are gone for good."""
    for file in files:
        if file.name:
            transaction.on_commit(partial(file.storage.delete, file.name))
