"""Everything both modes share. Reads the environment, imports nothing of ours."""

import json
from pathlib import Path

import django_stubs_ext
import environ

BASE_DIR = Path(__file__).resolve().parents[2]

# Lets generic classes of Django be written with their parameter, as the type checker wants.
django_stubs_ext.monkeypatch()

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

#: What this installation writes: database, secrets, uploads, collected static files.
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

# --- what this installation is -------------------------------------------------

#: Shows the one-click logins and the inbox of codes. Never true on real data.
DEMO_MODE = env.bool("DEMO_MODE", default=False)
#: One process serves pages, sockets, tasks and the clock (no Redis, no worker).
EMBEDDED = env.bool("EMBEDDED", default=True)

SECRET_KEY: str
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

#: Keys that encrypt names, phones and identity numbers; the first one encrypts,
#: all decrypt. Never derived from SECRET_KEY, so that either may be rotated alone.
FIELD_ENCRYPTION_KEYS: list[str]
#: Keys the blind index by which an identity number or phone is looked up.
BLIND_INDEX_KEY: str
#: Signs tree heads: the 32 bytes of an Ed25519 key in base64. Only the process that seals has it.
SEALING_KEY: str
#: Signs receipts; worth less, since the pages must hold it.
RECEIPT_KEY: str
#: Where this machine remembers the heads it signed, outside the database: what a restored backup
#: is compared with. Empty: nothing is remembered, nothing compared.
HELD_HEADS_FILE = env.str(
    "HELD_HEADS_FILE",
    default=str(VAR_DIR / "heads" / ("demo.jsonl" if DEMO_MODE else "held.jsonl")),
)

# --- applications --------------------------------------------------------------

INSTALLED_APPS = [
    "governance.apps.GovernanceConfig",
    "votes.apps.VotesConfig",
    "communities.apps.CommunitiesConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "channels",
    "csp",
    "django_filters",
    "django_fsm",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "rules.apps.AutodiscoverRulesConfig",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "communities.middleware.CleanAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "communities.middleware.RecoveryMiddleware",
    "communities.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "governance.urls"
WSGI_APPLICATION = "governance.wsgi.application"
ASGI_APPLICATION = "governance.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "communities.context_processors.appearance",
                "governance.context_processors.navigation",
                "governance.context_processors.desk",
            ],
        },
    }
]

# --- data ----------------------------------------------------------------------

#: The invented people of the demo never share a file with real ones.
_sqlite = VAR_DIR / ("demo.sqlite3" if DEMO_MODE else "linyi.sqlite3")
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{_sqlite}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that will write takes its lock first, instead of
    # failing half way. FULL: an acknowledged ballot survives the loss of power.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 600)
    DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", False)
#: True in tests only: what they commit need not survive the loss of power.
DATABASE_MAY_FORGET = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "communities.cache.SteadyRedisCache", "LOCATION": REDIS_URL}}
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL]},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

# --- tasks ---------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL or "memory://localhost"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 3600, "socket_timeout": 2, "socket_connect_timeout": 1}
    if REDIS_URL
    else {"polling_interval": 0.1}
)
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_ENABLE_UTC = True
#: Deadlines are rows that a sweep finds "due and not done"; nothing is ever
#: scheduled as a message for later.
CELERY_BEAT_SCHEDULE = {
    "open due assemblies": {"task": "votes.open_due_assemblies", "schedule": 5.0},
    "close due assemblies": {"task": "votes.close_due_assemblies", "schedule": 5.0},
    "seal due logs": {"task": "communities.seal_due_logs", "schedule": 5.0},
    "deliver heads": {"task": "communities.deliver_heads", "schedule": 15.0},
    "escalate overdue objections": {"task": "votes.escalate_overdue_objections", "schedule": 300.0},
    "watch deadlines of proposals": {"task": "governance.watch_proposal_deadlines", "schedule": 300.0},
    "watch meetings, minutes and what was agreed": {"task": "governance.watch_meetings", "schedule": 60.0},
    "watch tickets": {"task": "governance.watch_tickets", "schedule": 60.0},
    "draw maps of common ground": {"task": "governance.draw_due_maps", "schedule": 30.0},
    "make archives that were asked for": {"task": "votes.make_requested_archives", "schedule": 5.0},
    "relay the outbox": {"task": "communities.relay_outbox", "schedule": 5.0},
    "let roles follow the seats of committees": {"task": "communities.follow_due_seats", "schedule": 60.0},
    "note that the service runs": {"task": "communities.note_running", "schedule": 10.0},
    "forget spent login codes": {"task": "communities.forget_login_codes", "schedule": 3600.0},
}

# --- people --------------------------------------------------------------------

AUTH_USER_MODEL = "communities.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "communities.accounts.AccountBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "communities:login"
LOGIN_REDIRECT_URL = "governance:home"
LOGOUT_REDIRECT_URL = "communities:login"
SESSION_ENGINE = "communities.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "communities.views.failures.csrf_failure"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "communities.accounts.PhoneAccountAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "communities.accounts.SecondStepAdapter"
MFA_FORMS = {
    "authenticate": "communities.forms.second_step.SecondStepForm",
    "reauthenticate": "communities.forms.second_step.RepeatSecondStepForm",
    "activate_totp": "communities.forms.second_step.ActivateForm",
}
ACCOUNT_FORMS = {"reauthenticate": "communities.forms.second_step.RepeatPasswordForm"}
#: Where one-time codes go. The console backend prints them and keeps none.
SMS_BACKEND = env.str(
    "SMS_BACKEND", default="communities.sms.InboxSms" if DEMO_MODE else "communities.sms.ConsoleSms"
)
#: How many proxies of ours stand before the application and add to X-Forwarded-For.
PROXY_COUNT = env.int("PROXY_COUNT", default=0)

# --- the world outside -----------------------------------------------------------

#: Where letters to witnesses go; the default prints them.
vars().update(env.email("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="linyi@localhost")
#: Webhooks may lead into the private network, and need no TLS: for tests only.
PRIVATE_WEBHOOKS = False

# --- language and time -----------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- files ---------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(VAR_DIR / "media"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- what the browser may do -----------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY: dict[str, dict[str, list[str] | bool]] = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb")
}

# --- API -----------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["communities.api.authentication.SessionLogin"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["communities.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "communities.api.schema.NamedOperations",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "communities.api.problems.problem_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "邻议 API",
    "DESCRIPTION": "The same access, rules and services as the pages.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "communities.api.schema.describe_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "AssemblyKind": "votes.enums.AssemblyKind",
        "AssemblyStatus": "votes.enums.AssemblyStatus",
        "AttachmentKind": "votes.enums.AttachmentKind",
        "ActKind": "votes.enums.ActKind",
        "ObjectionKind": "votes.enums.ObjectionKind",
        "ObjectionStatus": "votes.enums.ObjectionStatus",
        "MotionKind": "votes.enums.MotionKind",
        "CandidateStatus": "votes.enums.CandidateStatus",
        "MotionOption": "votes.enums.MotionOption",
        "OwnerKind": "communities.enums.OwnerKind",
        "BindingCapacity": "communities.enums.BindingCapacity",
        "BindingStatus": "communities.enums.BindingStatus",
        "ImportStatus": "communities.enums.ImportStatus",
        "Capacity": "governance.enums.Capacity",
        "ProposalStatus": "governance.enums.ProposalStatus",
        "AppealStatus": "governance.enums.AppealStatus",
        "AnswerStatus": "governance.enums.AnswerStatus",
        "StatementStatus": "governance.enums.StatementStatus",
        "MeetingKind": "governance.enums.MeetingKind",
        "MeetingStatus": "governance.enums.MeetingStatus",
        "AgendaStatus": "governance.enums.AgendaStatus",
        "ActionStatus": "governance.enums.ActionStatus",
        "MinutesStatus": "governance.enums.MinutesStatus",
        "Party": "governance.enums.Party",
        "AttendanceRole": "governance.enums.AttendanceRole",
        "Turn": "governance.enums.Turn",
        "ProposalCategory": "governance.enums.ProposalCategory",
        "TicketCategory": "governance.enums.TicketCategory",
        "TicketStatus": "governance.enums.TicketStatus",
        "TicketAct": "governance.enums.TicketAct",
        "PauseReason": "governance.enums.PauseReason",
    },
    # So many addresses are a list of nouns first; a noun is opened, or found by its name.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none", "filter": True},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- logs ----------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Tells the address of every webhook, which may hold a secret of its receiver's.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        # It tells of every step of every page, and of every property that only browsers know.
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}


def kept_sealing_key() -> str:
    """The sealing key of the embedded installation: in a file apart from the other secrets."""
    import base64
    import secrets

    path = VAR_DIR / "sealing" / "key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_suffix(".new")
        temporary.touch(mode=0o600)
        temporary.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
        temporary.replace(path)
    return path.read_text()


def kept_secrets() -> dict[str, str]:
    """The embedded installation's own secrets, made at first start.

    They are kept beside its database, outside version control, readable by the
    owner only, so that ``make demo`` needs no key and a restart changes none.
    """
    import base64
    import secrets

    path = VAR_DIR / "secrets.json"
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    wanted = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "BLIND_INDEX_KEY": secrets.token_urlsafe(32),
        "RECEIPT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    if not wanted.keys() <= kept.keys():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        kept = wanted | kept
        temporary = path.with_suffix(".new")
        temporary.touch(mode=0o600)
        temporary.write_text(json.dumps(kept))
        temporary.replace(path)
    return kept
