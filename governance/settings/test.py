"""Tests: fixed keys, fast hashing, no network. The database comes from DATABASE_URL."""

import base64
import tempfile
from pathlib import Path

from .base import *
from .base import DATABASES, MIDDLEWARE

DEBUG = False
SECRET_KEY = "a fixed key for tests only, never used to serve anybody"  # noqa: S105
FIELD_ENCRYPTION_KEYS = [base64.urlsafe_b64encode(b"test key one, thirty-two bytes..").decode()]
BLIND_INDEX_KEY = "a fixed index key for tests"
SEALING_KEY = base64.b64encode(b"a sealing key only for tests....").decode()
RECEIPT_KEY = base64.b64encode(b"a receipt key only for tests....").decode()
# Tests roll their logs back; what was remembered of them would be missed.
HELD_HEADS_FILE = ""
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SMS_BACKEND = "communities.sms.MemorySms"
MEDIA_ROOT = Path(tempfile.gettempdir()) / "linyi-test-media"
# It looks through all static files whenever a test makes a client: 0.2 s each time. No test
# asks a client for a file; a live server has its own way of serving them.
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("servestatic.")]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
# Whatever services this machine's own installation uses, tests touch none of their data.
REDIS_URL = ""
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
DATABASE_MAY_FORGET = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["NAME"] = ":memory:"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA foreign_keys=ON;",
    }
else:
    # What a test commits need not survive this machine.
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
