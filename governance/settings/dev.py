"""Embedded mode: one command, one process, no service."""

from .base import *
from .base import env, kept_sealing_key, kept_secrets

DEBUG = env.bool("DEBUG", default=False)
_kept = kept_secrets()
SECRET_KEY = env.str("SECRET_KEY", default=_kept["SECRET_KEY"])
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=_kept["FIELD_ENCRYPTION_KEYS"].split(","))
BLIND_INDEX_KEY = env.str("BLIND_INDEX_KEY", default=_kept["BLIND_INDEX_KEY"])
RECEIPT_KEY = env.str("RECEIPT_KEY", default=_kept["RECEIPT_KEY"])
SEALING_KEY = env.str("SEALING_KEY", default="") or kept_sealing_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = True
