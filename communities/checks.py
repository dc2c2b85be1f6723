"""Checks at start-up: what would make an installation unsafe stops it."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register


@register(Tags.security, deploy=True)
def demo_is_not_deployed(app_configs: Any, **kwargs: Any) -> list[Error]:
    if settings.DEMO_MODE:
        return [Error("DEMO_MODE lets anybody log in as anybody.", id="communities.E001")]
    return []


@register(Tags.security)
def keys_are_apart(app_configs: Any, **kwargs: Any) -> list[Error]:
    if settings.SECRET_KEY in (*settings.FIELD_ENCRYPTION_KEYS, settings.BLIND_INDEX_KEY):
        return [Error("The field keys must differ from SECRET_KEY.", id="communities.E002")]
    return []
