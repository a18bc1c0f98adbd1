"""The one settings file. What differs between deployments comes from the environment.

`.env.sample` lists every variable; a test keeps the two in step.
"""

import os
from pathlib import Path

from touchstone.config import environment

ROOT = Path(__file__).resolve().parents[3]

# --- who and where -----------------------------------------------------------------------------

DEBUG = environment.flag("DEBUG", default=False)
SECRET_KEY = os.environ.get("SECRET_KEY", "")  # wsgi.py refuses to serve without one
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")
ROOT_URLCONF = "touchstone.config.urls"
WSGI_APPLICATION = "touchstone.config.wsgi.application"

# --- parts -------------------------------------------------------------------------------------

DOMAIN_APPS = [
    f"touchstone.apps.{name}"
    for name in (
        "ledger",
        "markets",
        "people",
        "wellbeing",
        "guidelines",
        "intake",
        "planning",
        "items",
        "labeling",
        "quality",
        "consensus",
        "datasets",
        "evaluations",
        "economics",
        "risks",
    )
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    *DOMAIN_APPS,
    "touchstone.web",
    "touchstone.workbench",
    "touchstone.api",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "touchstone.config.middleware.UploadLimitMiddleware",
    "touchstone.config.middleware.ProgramMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "touchstone.config.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- data --------------------------------------------------------------------------------------

DATABASES = {
    "default": environment.database(
        os.environ.get("DATABASE_URL", ""),
        pool_size=environment.number("DATABASE_POOL_SIZE", default=8),
        prepared=environment.flag("DATABASE_PREPARED", default=True),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A whole body (an upload) and the part of it that a form or a JSON document may be.
UPLOAD_LIMIT_BYTES = environment.number("UPLOAD_LIMIT_BYTES", default=64 * 1024**2)
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024**2
# A task type is one form: ten fields an answer, up to sixty answers a question.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000

# --- jobs --------------------------------------------------------------------------------------

# Where jobs are defined; `touchstone.lib.jobs` is the only way to them.
PROCRASTINATE_IMPORT_PATHS = ["touchstone.flows.jobs"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""

# --- people ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL

# --- languages and time ------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
WORKBENCH_LANGUAGES: list[tuple[str, str]] = [
    *LANGUAGES,
    ("ar", "العربية"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("he", "עברית"),
    ("id", "Bahasa Indonesia"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("ms", "Bahasa Melayu"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("sv", "Svenska"),
    ("th", "ไทย"),
    ("tr", "Türkçe"),
    ("vi", "Tiếng Việt"),
]
LOCALE_PATHS = [ROOT / "src" / "touchstone" / "locale"]
FORMAT_MODULE_PATH: list[str] = []

# --- the workbench ------------------------------------------------------------------------------

# Where annotators look a query up; "" for nowhere.
RESEARCH_URL = environment.template("RESEARCH_URL", default="https://duckduckgo.com/?q={query}")

# --- static files ------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_HASHED = environment.flag("STATIC_HASHED", default=not DEBUG)
STATIC_ROOT = ROOT / "staticfiles" if STATIC_HASHED else None
NODE_MODULES = ROOT / "node_modules"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "touchstone.config.vendor.VendorFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_HASHED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not STATIC_HASHED
WHITENOISE_AUTOREFRESH = DEBUG

# --- security ----------------------------------------------------------------------------------

# Behind a proxy that speaks https for us; the plain http of one machine cannot have secure cookies.
BEHIND_HTTPS = environment.flag("BEHIND_HTTPS", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_HTTPS else None
SECURE_SSL_REDIRECT = BEHIND_HTTPS
SECURE_HSTS_SECONDS = environment.number("HSTS_SECONDS", default=0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_SECONDS > 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

# --- log ---------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "WARNING").upper()},
}
