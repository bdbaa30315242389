"""Django's settings, all of them from the environment; docs/settings.md lists the variables."""

from __future__ import annotations

import secrets
from typing import Any

from regulars.config import database, env, home

PACKAGE = home.PACKAGE
HOME = home.folder()

# Without a key of the installation (before the first start, in tests) one that dies with the process.
SECRET_KEY = (
    env.secret("REGULARS_SECRET_KEY") or home.read_text(HOME / "secret_key") or secrets.token_urlsafe(50)
)
DEBUG = env.boolean("REGULARS_DEBUG", False)
ALLOWED_HOSTS = env.words("REGULARS_HOSTS", ["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.words("REGULARS_ORIGINS")
ROOT_URLCONF = "regulars.config.urls"
WSGI_APPLICATION = "regulars.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "procrastinate.contrib.django",  # before the apps whose tasks it collects
    "regulars.events.apps.EventsConfig",  # our layers from the bottom up: so run their ready()
    "regulars.team.apps.TeamConfig",
    "regulars.customers.apps.CustomersConfig",
    "regulars.work.apps.WorkConfig",
    "regulars.commerce.apps.CommerceConfig",
    "regulars.analytics.apps.AnalyticsConfig",
    "regulars.segments.apps.SegmentsConfig",
    "regulars.offers.apps.OffersConfig",
    "regulars.loyalty.apps.LoyaltyConfig",
    "regulars.imports.apps.ImportsConfig",
    "regulars.webhooks.apps.WebhooksConfig",
    "regulars.api.apps.ApiConfig",
    "regulars.console.apps.ConsoleConfig",
    "regulars.simulator.apps.SimulatorConfig",
    "regulars.config.apps.ConfigConfig",
    "allauth",  # after ours, whose templates win
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "regulars.config.headers.SecurityHeaders",
    "regulars.api.rest.door.Door",  # calls of programs end here: no session, no page is for them
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # a page is closed unless it says otherwise
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "regulars.console.middleware.HelpWhereNothingIsShown",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "regulars.console.context.shell",
            ]
        },
    }
]

# Threads of the web server share a pool; the worker and the commands keep one connection a thread.
POOL = env.boolean("REGULARS_DATABASE_POOL", False)
DATABASES = {"default": database.django_settings(database.url(), pool=POOL)}
CACHES = {"default": {"BACKEND": "regulars.config.cache.PostgresCache"}}

# --- Sign-in ------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "team.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {"user_attributes": ("email", "name")},
        "MinimumLengthValidator": {"min_length": 10},
        "CommonPasswordValidator": {},
    }.items()
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "regulars.config.signin.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # who is invited by a colleague needs no proof of the address
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {
    # By address of the network, and by the address that is signed in with, whether it exists or not.
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
}
# How many proxies of ours stand before the web server; only the addresses they add are believed.
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("REGULARS_PROXIES", 0, low=0, high=10)
MFA_ADAPTER = "regulars.config.signin.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "regulars.config.signin.SecondStepForm",
    "reauthenticate": "regulars.config.signin.SecondStepAgainForm",
}
MFA_TOTP_ISSUER = "Regulars"
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off
MFA_RECOVERY_CODE_COUNT = 10
MFA_RECOVERY_CODE_DIGITS = 10

# --- Cookies and headers ------------------------------------------------------------------------------
# On a bare machine the console is served over plain HTTP on 127.0.0.1; behind a proxy with TLS this is set.
HTTPS = env.boolean("REGULARS_HTTPS", False)
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "regulars_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "regulars_csrf"
CSRF_FAILURE_VIEW = "regulars.console.views.errors.csrf_failed"
LANGUAGE_COOKIE_NAME = "regulars_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# --- Languages and time -------------------------------------------------------------------------------
LANGUAGE_CODE = "ru"  # for those whose browser prefers neither
LANGUAGES = [("ru", "Русский"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files brought in ----------------------------------------------------------------------------------
IMPORT_BYTES_MAX = env.integer("REGULARS_IMPORT_MB", 2048, low=1, high=4096) * 1024**2
WATCH_FOLDER = env.folder("REGULARS_WATCH", HOME / "watch")
OUTGOING_ALLOW = env.words("REGULARS_OUTGOING_ALLOW")

# --- Programs that call -------------------------------------------------------------------------------
API_LIMIT = env.integer("REGULARS_API_LIMIT", 30_000, low=60, high=100_000_000)
WEB_WORKERS = env.integer("REGULARS_WEB_WORKERS", 1, low=1, high=64)

# --- Letters --------------------------------------------------------------------------------------------
EMAIL_HOST = env.text("REGULARS_SMTP_HOST")
EMAIL_PORT = env.integer("REGULARS_SMTP_PORT", 587, low=1, high=65535)
EMAIL_HOST_USER = env.text("REGULARS_SMTP_USER")
EMAIL_HOST_PASSWORD = env.secret("REGULARS_SMTP_PASSWORD") or ""
_SMTP_TLS = env.choice("REGULARS_SMTP_TLS", "starttls", ["starttls", "tls", "none"])
EMAIL_USE_TLS, EMAIL_USE_SSL = _SMTP_TLS == "starttls", _SMTP_TLS == "tls"
EMAIL_TIMEOUT = 15  # seconds; whoever waits stands at a till
DEFAULT_FROM_EMAIL = env.text("REGULARS_MAIL_FROM")

# --- Files, jobs, log ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # the built assets stand in the package; there is no step of collecting them
WHITENOISE_AUTOREFRESH = DEBUG
# A name that carries a hash of its content may be kept for ever.
WHITENOISE_IMMUTABLE_FILE_TEST = r"\.[0-9a-f]{10}\.(js|css|woff2|svg|png)$"

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"

LOG_LEVEL = env.choice("REGULARS_LOG_LEVEL", "WARNING", ["DEBUG", "INFO", "WARNING", "ERROR"])
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
