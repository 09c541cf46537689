"""Settings of one deployment, read from the environment.

Without any variable the embedded default is used: SQLite and everything else below ``DATA_DIR`` (``./var``). ``make run`` writes
``DATA_DIR/airduty.env`` once (secret key, demonstration mode), so that plain ``manage.py`` commands see the same deployment.
``.env.example`` lists every variable.
"""

import re
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
env.read_env(DATA_DIR / "airduty.env")


def secret(name: str) -> str:
    """A secret from ``NAME`` or from the file named by ``NAME_FILE``; fails with the remedy when neither is set."""
    file = env.str(f"{name}_FILE", default="")
    value = Path(file).read_text(encoding="utf-8").strip() if file else env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE. `make run` and `make setup` write one into {DATA_DIR}/airduty.env.")
    return value


def broker_url() -> str:
    """``REDIS_URL``, or the address that the embedded broker has left in ``DATA_DIR/broker.url``; empty when there is none."""
    left = DATA_DIR / "broker.url"
    return env.str("REDIS_URL", default="") or (left.read_text(encoding="utf-8").strip() if left.exists() else "")


# --- the deployment -----------------------------------------------------------------------------------------------------------------
SECRET_KEY = secret("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
"""Demonstration mode: accounts shown on the sign-in page, ``demo_clock`` allowed, no second factor asked for. Never in production."""
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BASE_URL = env.str("BASE_URL", default="http://localhost:8000")
"""Address people type; links in e-mails begin with it."""
HTTPS = env.bool("HTTPS", default=BASE_URL.startswith("https://"))
READYZ_TOKEN = env.str("READYZ_TOKEN", default="")
HEALTH_MAX_BACKUP_HOURS = env.int("HEALTH_MAX_BACKUP_HOURS", default=26)
BACKUP_DIR = env.str("BACKUP_DIR", default="")

# --- apps ---------------------------------------------------------------------------------------------------------------------------
OWN_APPS = [
    "airduty",
    "scorecards",
    "emergency",
    "alarms",
    "rectification",
    "inspections",
    "registers",
    "airquality",
    "sheets",
    "evidence",
    "worktime",
    "grids",
    "accounts",
    "notices",
    "audit",
    "common",
]
INSTALLED_APPS = [
    *OWN_APPS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django.contrib.humanize",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "common.middleware.request_context",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "common.middleware.htmx_login_redirect",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.middleware.account_in_order",
    "audit.middleware.record_refusals",
    "axes.middleware.AxesMiddleware",
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # our own templates/django/forms come first
ROOT_URLCONF = "airduty.urls"
WSGI_APPLICATION = "airduty.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "airduty.navigation.navigation",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "common.templatetags.ui"],
        },
    },
]

# --- database -----------------------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR}/airduty.sqlite3")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    DATABASES["default"]["TEST"] = {"TEMPLATE": env.str("TEST_DATABASE_TEMPLATE", default=None)}
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", default="")
"""PostgreSQL: the role that owns the tables, for ``upgrade_database`` and ``restore_check`` alone; empty: the one of ``DATABASE_URL``."""
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "airduty_cache", "OPTIONS": {"MAX_ENTRIES": 10_000}},
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
"""In the default cache lies what must count for all processes and outlive Redis: throttles, one-time codes already used. Nothing else."""

# --- people -------------------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
PASSWORD_MIN_LENGTH = env.int("PASSWORD_MIN_LENGTH", default=10)
PASSWORD_MIN_CLASSES = env.int("PASSWORD_MIN_CLASSES", default=3)
PASSWORD_MAX_AGE_DAYS = env.int("PASSWORD_MAX_AGE_DAYS", default=90)
PASSWORD_HISTORY = env.int("PASSWORD_HISTORY", default=5)
ONE_TIME_PASSWORD_HOURS = env.int("ONE_TIME_PASSWORD_HOURS", default=72)
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "name", "phone"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.ClassesValidator"},
    {"NAME": "accounts.passwords.DistrictWordsValidator"},
    {"NAME": "accounts.passwords.HistoryValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "change_password": "accounts.forms.OwnPasswordForm",
    "reauthenticate": "accounts.forms.AgainForm",
}
ACCOUNT_ADAPTER = "accounts.adapter.ClosedSignUpAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": None, "sms_code": "60/h/ip"}
"""A whole office shares one address; wrong passwords are counted by axes, in the database."""
ACCOUNT_USER_DISPLAY = "accounts.models.display_name"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Airduty"
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_REQUIRED = env.bool("MFA_REQUIRED", default=not DEMO)
"""Officials, supervisors and administrators must have a second factor before any page opens (docs/asvs.md)."""
USERSESSIONS_TRACK_ACTIVITY = False
"""allauth would write a row at every request; accounts.middleware does once a minute."""
SECOND_FACTOR_KEYS = [*env.list("SECOND_FACTOR_KEYS", default=[]), SECRET_KEY]
"""Encrypt the secrets of second factors: the first key seals, every one opens. Without any, ``SECRET_KEY`` seals."""
AXES_HANDLER = "accounts.lock.LockHandler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", default=5)
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_COOLOFF_MESSAGE = _("尝试次数过多，请稍后再试。")
AXES_LOCKOUT_CALLABLE = "accounts.lock.answer"
AXES_USERNAME_FORM_FIELD = "login"
AXES_IPWARE_PROXY_COUNT = env.int("PROXY_COUNT", default=0)
AXES_IPWARE_META_PRECEDENCE_ORDER = ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"] if AXES_IPWARE_PROXY_COUNT else ["REMOTE_ADDR"]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=12) * 3600
SESSION_HOURS_FIELD = env.int("SESSION_HOURS_FIELD", default=7 * 24)
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=30)
SESSION_IDLE_MINUTES_FIELD = env.int("SESSION_IDLE_MINUTES_FIELD", default=12 * 60)
SESSION_DAYS_FIELD = env.int("SESSION_DAYS_FIELD", default=30)
SESSION_IDLE_DAYS_FIELD = env.int("SESSION_IDLE_DAYS_FIELD", default=7)
"""Of field people who signed in by a QR code or an SMS code (docs/asvs.md says why they last)."""
SIGN_IN_TICKET_HOURS = env.int("SIGN_IN_TICKET_HOURS", default=24)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-sid" if HTTPS else "airduty_sid"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "airduty_csrf"
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "airduty.views.errors.csrf_failure"

# --- transport ----------------------------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS and env.bool("SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.int("PROXY_COUNT", default=0) else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MAP_TILE_HOSTS = env.list("MAP_TILE_HOSTS", default=[])
MAP_TILES = env.str("MAP_TILES", default="")
"""Address of map tiles for the field app with {x}, {y}, {z} and the key in it (天地图); its host stands in ``MAP_TILE_HOSTS``. Empty: borders alone."""
MAP_TILES_ATTRIBUTION = env.str("MAP_TILES_ATTRIBUTION", default="")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:", *MAP_TILE_HOSTS],
        "media-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_PERMISSIONS = 0o640

# --- language and time --------------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["airduty.formats"]

# --- files --------------------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static", ("vendor", Path(env.str("VENDOR_DIR", default=str(DATA_DIR / "vendor"))))]
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "common.storage.ReleaseStorage"},
}
WHITENOISE_MAX_AGE = 31_536_000 if not DEBUG else 0
X_ACCEL_PREFIX = env.str("X_ACCEL_PREFIX", default="")
"""Internal nginx location for photos and exports; empty: Django sends the bytes itself."""

# --- Celery -------------------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = broker_url() or "redis://127.0.0.1:1/0"
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 0}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_throttle": 1,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "max_retries": 0,
}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")

# --- notices ------------------------------------------------------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.str("EMAIL_HOST", default="")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="airduty@localhost")
SMS_WEBHOOK_URL = env.str("SMS_WEBHOOK_URL", default="")
"""HTTP address of the district's SMS gateway; empty: the channel is off."""
SMS_WEBHOOK_TOKEN = env.str("SMS_WEBHOOK_TOKEN", default="")
SMS_WEBHOOK_PLAIN_HOSTS = env.list("SMS_WEBHOOK_PLAIN_HOSTS", default=[])
"""Hosts to which the webhook may go without TLS (a gateway on the same machine); everything else must be https."""
VOICE_WEBHOOK_URL = env.str("VOICE_WEBHOOK_URL", default="")
"""The same for calls. Token and plain hosts are the SMS gateway's, unless they are named here."""
VOICE_WEBHOOK_TOKEN = env.str("VOICE_WEBHOOK_TOKEN", default=SMS_WEBHOOK_TOKEN)
VOICE_WEBHOOK_PLAIN_HOSTS = env.list("VOICE_WEBHOOK_PLAIN_HOSTS", default=SMS_WEBHOOK_PLAIN_HOSTS)
GATEWAY_RECEIPT_TOKEN = env.str("GATEWAY_RECEIPT_TOKEN", default="")
"""What the gateway shows at ``POST /api/v1/receipts/``; empty: no receipt is taken."""
ROBOT_HOSTS = env.list("ROBOT_HOSTS", default=[])
"""Hosts of group robots besides the three platforms' own (a platform deployed inside); with a scheme (``http://10.0.0.8:8080``) that very origin."""
WEB_PUSH_PUBLIC_KEY = env.str("WEB_PUSH_PUBLIC_KEY", default="")
WEB_PUSH_PRIVATE_KEY = env.str("WEB_PUSH_PRIVATE_KEY", default="")
"""VAPID keys, by ``manage.py push_keys``; without them no browser is offered push messages."""
WEB_PUSH_HOSTS = env.list("WEB_PUSH_HOSTS", default=[])
"""Push services besides those of the large browsers, as in ``ROBOT_HOSTS``."""
STUB_GATEWAY_URL = env.str("STUB_GATEWAY_URL", default="")
"""Where the stub gateway of a demonstration shows what it got; pages link to it."""
NOTICE_LEASE_SECONDS = env.int("NOTICE_LEASE_SECONDS", default=120)
NOTICE_MAX_ATTEMPTS = 12
NOTICE_SWEEP_AFTER_SECONDS = env.int("NOTICE_SWEEP_AFTER_SECONDS", default=60)

# --- air quality (docs/air.md) -------------------------------------------------------------------------------------------------------
AIR_HOURLY_2012 = env.str("AIR_HOURLY_2012", default="published")
"""Hourly index before 1 March 2026: ``published`` by the means of one hour, as the national platform did, or ``text`` by the running means."""
AIR_POLL_URL = env.str("AIR_POLL_URL", default="")
"""Address of a feed (JSON or CSV) that is fetched each hour; empty: nothing is fetched."""
AIR_POLL_HOSTS = env.list("AIR_POLL_HOSTS", default=[])
"""Hosts from which a feed may be fetched."""
AIR_POLL_PLAIN_HOSTS = env.list("AIR_POLL_PLAIN_HOSTS", default=[])
"""Of these, hosts that may be asked without TLS (a converter on the same machine); everything else must be https."""
AIR_POLL_DISTRICT = env.str("AIR_POLL_DISTRICT", default="")
"""Code of the district whose stations it feeds; may be left out where there is one district."""
AIR_POLL_TOKEN = env.str("AIR_POLL_TOKEN", default="")
AIR_POLL_TIMEOUT = env.int("AIR_POLL_TIMEOUT", default=20)
AIR_POLL_MAX_BYTES = env.int("AIR_POLL_MAX_BYTES", default=10_000_000)

# --- doors upwards: what a lower floor must ask of a higher one (design: floors) ----------------------------------------------------
NOTICE_STILL_WANTED = {
    "accounts": "accounts.codes.still_wanted",
    "alarms": "alarms.services.telling.still_wanted",
    "emergency": "emergency.services.telling.still_wanted",
    "rectification": "rectification.services.reminders.still_wanted",
    "scorecards": "scorecards.services.reconcile_clock.still_wanted",
}
SWEEPER_SCANS = ["alarms.services.scan.scan"]
"""``f()``: scans that ``dispatch_notices --loop`` runs every 20 seconds beside beat's, so that they need neither Redis nor a free worker."""
NOTICE_WORDS = {"accounts": "accounts.codes.words", "emergency": "emergency.services.links.words"}
"""``f(notice) -> str``: the words of an SMS that must not lie open in the outbox, asked for when it is sent."""
AUDITED_FILES = {"model": "evidence.Photo", "path": "evidence.storage.original_path"}
AUDITED_MODELS = ["inspections.Finding", "inspections.Patrol", "inspections.Visit", "rectification.Task", "registers.Site"]
AUDITED_MODELS += ["scorecards.Scorecard", "scorecards.ConsequenceRule", "scorecards.Proposal", "scorecards.UnitCard", "scorecards.Clue"]
AUDITED_MODELS += ["scorecards.MoneyRule", "scorecards.MoneyTable", "scorecards.MoneyLine"]
AUDITED_MODELS += ["scorecards.Settlement", "scorecards.SettlingRule", "scorecards.Adjustment", "scorecards.Appeal", "scorecards.AirConfirmation"]
AUDITED_MODELS += ["scorecards.Reconciliation", "scorecards.Dispute", "scorecards.ListMatch"]
AUDITED_MODELS += ["emergency.Episode", "emergency.Decision", "emergency.Order", "emergency.DailyReport", "emergency.ReviewPaper"]
AUDITED_MODELS += ["airquality.CompositeIndexRule", "airquality.AirTarget", "airquality.ExcludedDay", "alarms.Alarm", "alarms.AlarmSource"]
AIR_ANOMALY = "alarms.services.intake.from_anomaly"
"""``f(anomaly)``, in the transaction of whoever found it: yellow and red become an alarm, a fault one for the operator alone."""
FINDING_REGISTER_DUE = "rectification.services.intake.register_due"
FINDING_SUBMITTED = "rectification.services.intake.after_submission"
FIELD_TASKS = "rectification.services.field.tasks_of"
"""``f(user) -> list``: the person's own tasks, as a phone keeps them."""
FIELD_ORDERS = ["alarms.services.field.calls_of", "emergency.services.field.orders_of"]
"""``f(user) -> list``: what calls the person now and stands first on the phone, as ``{"url", "title", "words", "button"}``."""
GRID_MOVED = [f"{app}.services.places.grid_moved" for app in ("registers", "inspections", "alarms", "emergency")]
GRID_HELD = ["airquality.services.stations.hold_in"]
GRID_HELD += [f"{app}.services.places.hold_in" for app in ("registers", "inspections", "alarms", "emergency")]
"""Called with (grid) before its split writes anything: rows that will go to the parts are locked before the record's chain is."""
GRID_SPLIT = [
    "airquality.services.stations.grid_split",
    "registers.services.places.grid_split",
    "inspections.services.places.grid_split",
    "alarms.services.places.grid_split",
    "emergency.services.places.grid_split",
]
"""Called with (source, parts, by=) inside the splitting transaction: what was in the grid goes to its parts."""
AIR_SITES_NEAR = "registers.services.near.sites_near"
"""``f(user, district_id=, lon=, lat=, metres=) -> [{name, kind, lon, lat, url}]``: supervised objects around a station that the person may see."""
AIR_ALARMS = "alarms.services.of_stations.alarms_of"
"""``f(user, anomalies) -> {anomaly.pk: {label, url, state, cause, controlled_at}}``: what has become of them; ``url`` where the person may open it."""
LEDGER_IMPORTED = "rectification.services.imported.carry_over"
REQUESTS_IMPORTED = "rectification.services.service_requests.run"
ORGANISATION_HELD = ["registers.services.places.hold_of", "rectification.services.merged.hold_of"]
ORGANISATION_HELD += ["alarms.services.places.hold_of", "emergency.services.places.hold_of"]
"""Called with (source, into) before their merger writes anything, as ``GRID_HELD``."""
ORGANISATION_MERGED = ["registers.services.places.organisation_merged", "rectification.services.merged.organisation_merged"]
ORGANISATION_MERGED += ["alarms.services.places.organisation_merged", "emergency.services.places.organisation_merged"]
"""Called with (source, into, by=, note=) inside the merging transaction: unfinished duties go on for the successor."""
DISTRICT_DEFAULTS = [
    "grids.defaults.courses.load",
    "airquality.services.rules.load",
    "airquality.watch.keeping.load",
    "registers.defaults.load",
    "inspections.services.defaults.load",
    "inspections.defaults.load",
    "rectification.services.defaults.load",
    "alarms.services.defaults.load",
    "emergency.defaults.load",
    "scorecards.services.defaults.load",
    "scorecards.services.presets.load",
]
"""Called with (district) by ``setup_district``: each app's editable defaults."""
AUDIT_SCOPE = "grids.scope.audited_districts"
AUDIT_HOME = "grids.scope.home_district"
"""``f(user) -> district id``: in whose chain a person's sign-ins, refusals and account are kept; without it in the system's."""
NOTICE_SCOPE = "grids.scope.office_districts"
ROBOT_SCOPE = "grids.scope.districts_served"
SECOND_FACTOR_NEEDED = "grids.scope.second_factor_needed"
IS_FIELD_PERSON = "grids.scope.is_field"

SHEET_JOBS = {
    "ledger": "inspections.exports.run_ledger_export",
    "patrols": "inspections.patrol_exports.run",
    "tasks": "rectification.exports.run_task_export",
    "fires": "rectification.fires.run",
    "alarms": "alarms.exports.run",
    "scorecards": "scorecards.exports.run",
    "account_book": "scorecards.account_sheets.run",
    "sites": "registers.exports.run_export",
    "anomalies": "airquality.watch.exports.run",
    "import_sites": "registers.imports.run_import",
    "match_list": "scorecards.services.matching.run",
}
"""Kind of background job → dotted path of its ``runner(job)`` (sheets)."""

# --- audit --------------------------------------------------------------------------------------------------------------------------
AUDIT_HASH = env.str("AUDIT_HASH", default="sha256")
"""``sha256``, or ``sm3`` where the machine's OpenSSL has it. Chosen before the first event: a chain is verified with one algorithm."""
AUDIT_ANCHOR_KEY = env.str("AUDIT_ANCHOR_KEY", default="")
"""Key of the anchors' HMAC; empty: derived from ``SECRET_KEY``, whose change then invalidates old anchors."""

# --- API ----------------------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.TokenAuthentication", "common.api.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.api.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "common.api.pagination.CursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "common.api.exceptions.exception_handler",
    "URL_FORMAT_OVERRIDE": None,  # ?format=xlsx is the export's own word, not a renderer's
    "PAGE_SIZE": 20,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Airduty",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "AlarmStateEnum": "alarms.words.AlarmState",
        "FeedbackConclusionEnum": "rectification.words.Conclusion",
        "FindingKindEnum": "inspections.words.Kind",
        "FindingRiskEnum": "inspections.words.Risk",
        "FindingStateEnum": "inspections.words.FindingState",
        "PatrolKindEnum": "inspections.words.PatrolKind",
        "SiteRiskEnum": "registers.words.Risk",
        "UnitEnum": "worktime.models.Unit",
        "VisitConclusionEnum": "inspections.words.Conclusion",
    },
}

SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "common.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"axes": {"level": "WARNING"}, "httpx": {"level": "WARNING"}},
}
TESTING = env.bool("AIRDUTY_TESTING", default=False)
VERSION = (
    re.search(r"^## (\S+)", (BASE_DIR / "CHANGELOG.md").read_text(encoding="utf-8"), re.M).group(1) if (BASE_DIR / "CHANGELOG.md").exists() else "0"
)
