"""Production: PostgreSQL, Redis, several processes. A missing secret stops the start."""

from .base import *
from .base import CONTENT_SECURITY_POLICY, MIDDLEWARE, env

DEBUG = False
EMBEDDED = False
SECRET_KEY = env.str("SECRET_KEY")
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS")
BLIND_INDEX_KEY = env.str("BLIND_INDEX_KEY")
RECEIPT_KEY = env.str("RECEIPT_KEY")
# The worker's alone: pages must not be able to seal.
SEALING_KEY = env.str("SEALING_KEY", default="")
# Their defaults are those of the embedded mode: here a missing one stops the start too.
for _name in ("DATABASE_URL", "REDIS_URL"):
    env.str(_name)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[f"https://{host}" for host in ALLOWED_HOSTS])

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
# Asked by whatever watches the processes, on this machine and without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("SECURE_COOKIES", default=True)
if SESSION_COOKIE_SECURE:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
# The web server before us hands out static files; the middleware, which is
# asynchronous, would only make every page change threads.
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("servestatic.")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"},
}
CONTENT_SECURITY_POLICY["DIRECTIVES"]["upgrade-insecure-requests"] = True
