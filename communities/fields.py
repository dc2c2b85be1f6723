"""Model fields of our own."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

from .crypto import decrypt, encrypt


class EncryptedTextField(models.TextField[str, str]):
    """Text that the database keeps encrypted. It cannot be searched or ordered by."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(str(value).encode()).decode() if value else ""

    def from_db_value(
        self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper
    ) -> str:
        return decrypt(value.encode()).decode() if value else ""


class EncryptedBinaryField(models.BinaryField[bytes, bytes]):
    """Bytes that the database keeps encrypted."""

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        value = encrypt(bytes(value)) if value else b""
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, expression: Expression, connection: BaseDatabaseWrapper) -> bytes:
        return decrypt(bytes(value)) if value else b""
