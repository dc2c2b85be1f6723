"""Values the API reads and shows, each kind the same way everywhere."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from communities.values.area import format_area_plain
from communities.values.identity import mask_identity
from communities.values.phone import InvalidPhone, mask_phone, normalise_phone

#: The largest number of a row. A larger one names nothing, and SQLite cannot even ask for it.
LARGEST_PK = 2**63 - 1


class AreaField(serializers.IntegerField):
    """An area of 0.01 m² as "1234.56"."""

    def to_representation(self, value: int) -> str:  # type: ignore[override]
        return format_area_plain(value)


class PkField(serializers.IntegerField):
    """The number of a row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_PK, **kwargs)


class PhoneField(serializers.CharField):
    """A mobile number however it is written; its value is E.164."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        try:
            return normalise_phone(super().to_internal_value(data))
        except InvalidPhone as error:
            raise serializers.ValidationError(_("请填写 11 位手机号码，例如 138 0000 0000。")) from error


class MaskedPhoneField(serializers.CharField):
    """ "138****0000", or "" where there is none."""

    def to_representation(self, value: str) -> str:
        return mask_phone(value) if value else ""


class MaskedIdentityField(serializers.CharField):
    def to_representation(self, value: str) -> str:
        return mask_identity(value)


class ReasonSerializer(serializers.Serializer[Any]):
    """Why. The service asks for ten characters."""

    reason = serializers.CharField(max_length=500, help_text=gettext_lazy("至少十个字。"), allow_blank=True)
